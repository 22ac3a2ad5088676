package github

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// client asks GitHub and keeps its answers to the byte.
type client struct {
	gh      *github.Client
	graphql string // the endpoint, relative to the API's
	log     *slog.Logger
	now     func() time.Time
	sleep   func(ctx context.Context, d time.Duration) error
}

// answer is one response.
type answer struct {
	body   []byte // whole
	data   gjson.Result
	errors []fault // of GraphQL: parts of the answer that are null
	link   *github.Response
	origin evidence.Origin
}

// fault is one error of a GraphQL answer.
type fault struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Path    []any  `json:"path"`

	Extensions struct {
		Code string `json:"code"` // of a query that the server does not understand
	} `json:"extensions"`
}

// at writes the fault's path: "repository.pullRequests.nodes.3".
func (f fault) at() string {
	parts := make([]string, len(f.Path))
	for i, p := range f.Path {
		parts[i] = fmt.Sprint(p)
	}
	return strings.Join(parts, ".")
}

// denies reports whether the fault says that something may not be read.
func (f fault) denies() bool {
	return f.Type == "FORBIDDEN" || f.Type == "INSUFFICIENT_SCOPES" || strings.HasPrefix(f.Message, "Resource not accessible")
}

// vars are a query's variables.
type vars map[string]any

// maxAnswer bounds what is read of one answer.
const maxAnswer = 256 << 20

// ask sends a GraphQL query. label names it in the origin. What the answer holds
// of errors is left to the caller, apart from those of the answer as a whole.
func (c *client) ask(ctx context.Context, label, doc string, v vars) (answer, error) {
	return c.query(ctx, label, doc, v, false)
}

// askLess is ask for callers that ask for less when GitHub cannot answer in time:
// they are told so early.
func (c *client) askLess(ctx context.Context, label, doc string, v vars) (answer, error) {
	return c.query(ctx, label, doc, v, true)
}

func (c *client) query(ctx context.Context, label, doc string, v vars, less bool) (answer, error) {
	a, err := c.try(ctx, label, less, func() (*http.Request, error) {
		return c.gh.NewRequest(http.MethodPost, c.graphql, map[string]any{"query": doc, "variables": v})
	}, readGraphQL)
	if err != nil {
		return a, fmt.Errorf("%s: %w", label, err)
	}
	return a, nil
}

// get reads a REST path, relative to the API's URL.
func (c *client) get(ctx context.Context, path string) (answer, error) {
	label := "GET " + path
	a, err := c.try(ctx, label, false, func() (*http.Request, error) {
		return c.gh.NewRequest(http.MethodGet, path, nil)
	}, readREST)
	if err != nil {
		return a, fmt.Errorf("%s: %w", label, err)
	}
	return a, nil
}

// try sends a request until it is answered, or it is clear that it will not be.
func (c *client) try(ctx context.Context, label string, less bool, request func() (*http.Request, error), read func(*answer) error) (answer, error) {
	for attempt := 1; ; attempt++ {
		req, err := request()
		if err != nil {
			return answer{}, err
		}
		a, err := c.once(ctx, label, req)
		if err == nil {
			err = read(&a)
		}
		if err == nil || ctx.Err() != nil {
			return a, errors.Join(ctx.Err(), err)
		}
		pause, again := c.again(err, a, attempt, less)
		if !again {
			return a, err
		}
		c.log.Info("GitHub is asked again", "request", label, "in", pause, "because", err)
		if err := c.sleep(ctx, pause); err != nil {
			return a, err
		}
	}
}

func (c *client) once(ctx context.Context, label string, req *http.Request) (answer, error) {
	var body bytes.Buffer
	resp, err := c.gh.Do(ctx, req, &bounded{w: &body, left: maxAnswer})
	a := answer{link: resp, body: body.Bytes()}
	if err != nil {
		return a, err
	}
	sum := sha256.Sum256(a.body)
	a.origin = evidence.Origin{
		Request: label, Response: resp.Header.Get("X-Github-Request-Id"),
		SHA256: hex.EncodeToString(sum[:]), Size: int64(len(a.body)),
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.origin.Date = at.UTC()
	}
	return a, nil
}

// bounded stops an answer that does not end.
type bounded struct {
	w    io.Writer
	left int64
}

func (l *bounded) Write(b []byte) (int, error) {
	if l.left -= int64(len(b)); l.left < 0 {
		return 0, fmt.Errorf("the answer is larger than %d bytes", int64(maxAnswer))
	}
	return l.w.Write(b)
}

func readREST(a *answer) error {
	if !json.Valid(a.body) {
		return errCut
	}
	a.data = gjson.ParseBytes(a.body)
	return nil
}

// readGraphQL tells an answer with parts missing from one that has nothing.
func readGraphQL(a *answer) error {
	if err := readREST(a); err != nil {
		return err
	}
	whole := a.data
	a.data = whole.Get("data")
	if raw := whole.Get("errors"); raw.IsArray() {
		if err := json.Unmarshal([]byte(raw.Raw), &a.errors); err != nil {
			return &refusal{Message: "errors in a form that is not known"}
		}
	}
	for _, f := range a.errors {
		if f.Type == "RATE_LIMITED" || f.Type == "RATE_LIMIT" {
			return &refusal{Type: "RATE_LIMITED", Message: f.Message}
		}
		if code := f.Extensions.Code; code != "" && f.Type == "" && !a.data.IsObject() {
			return &refusal{Type: code, Message: f.Message + ": this server does not know what is asked for (GitHub Enterprise Server needs to be a newer version)"}
		}
		if heavy(f) {
			return &refusal{Type: f.Type, Message: f.Message, heavy: true}
		}
	}
	if !a.data.IsObject() {
		if len(a.errors) > 0 {
			f := a.errors[0]
			return &refusal{Type: f.Type, Message: f.Message}
		}
		if m := whole.Get("message"); m.Exists() {
			return &refusal{Message: m.String()}
		}
		return &refusal{Message: "the answer has no data"}
	}
	return nil
}

// heavy reports whether GitHub gave up on a query for what it costs.
func heavy(f fault) bool {
	switch f.Type {
	case "RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "TIMEOUT":
		return true
	}
	return f.Type == "" && len(f.Path) == 0 && strings.HasPrefix(f.Message, "Something went wrong while executing your query")
}

// denied lists the faults that say that something may not be read, and others.
func (a answer) denied() (denied, other []fault) {
	for _, f := range a.errors {
		if f.denies() {
			denied = append(denied, f)
		} else {
			other = append(other, f)
		}
	}
	return denied, other
}

// missing reports whether all faults say that what was asked for does not exist.
func (a answer) missing() bool {
	return len(a.errors) > 0 && !slices.ContainsFunc(a.errors, func(f fault) bool { return f.Type != "NOT_FOUND" })
}
