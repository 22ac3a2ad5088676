package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// Answer is one response.
type Answer struct {
	Body     []byte       // as it came
	Value    gjson.Result // the list of an answer that is one
	NextLink string       // of a list that goes on; empty at its end
	Origin   evidence.Origin
}

// sent is what is known of a request that was answered.
type sent struct {
	token  secret
	header http.Header // of the answer
}

// maxAnswer bounds what is read of one answer.
const maxAnswer = 256 << 20

// once waits for the request's turn, makes it and sends it.
func (c *Client) once(ctx context.Context, q Query, make func(base string) (*kiota.RequestInformation, error)) (Answer, sent, error) {
	if c.broken != nil {
		return Answer{}, sent{}, c.broken
	}
	if err := c.gates[q.Class].wait(ctx, c.sleep); err != nil {
		return Answer{}, sent{}, err
	}
	version := "/v1.0"
	if q.Beta {
		version = "/beta"
	}
	info, err := make(c.settings.root() + version)
	if err != nil {
		return Answer{}, sent{}, fmt.Errorf("make the request: %w", err)
	}
	req, err := c.native(ctx, info)
	if err != nil {
		return Answer{}, sent{}, err
	}
	s := sent{token: secret(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))}
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, s, &lost{errors.New(c.secrets.clean(bare(err).Error()))}
	}
	defer resp.Body.Close()
	s.header = resp.Header
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return Answer{}, s, &lost{fmt.Errorf("the answer was cut off: %w", err)}
	case len(body) > maxAnswer:
		return Answer{}, s, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return Answer{}, s, fmt.Errorf("Graph redirects to %s: the token must not travel there", elsewhere(resp))
	case resp.StatusCode < 200 || resp.StatusCode >= 400:
		return Answer{}, s, c.refusal(resp.StatusCode, body)
	}
	a, err := c.read(q, resp, body)
	return a, s, err
}

// native makes the HTTP request of the SDK's, with a token.
func (c *Client) native(ctx context.Context, info *kiota.RequestInformation) (*http.Request, error) {
	content := info.Content
	built, err := c.adapter.ConvertToNativeRequest(ctx, info)
	if err != nil {
		var login *loginError
		if errors.As(err, &login) || ctx.Err() != nil {
			return nil, err
		}
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req, ok := built.(*http.Request)
	if !ok {
		return nil, fmt.Errorf("make the request: the SDK gives a %T", built)
	}
	if _, err := c.own(req.URL.String()); err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if len(content) > 0 {
		req.ContentLength = int64(len(content))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
		req.Body, _ = req.GetBody()
	}
	req.URL.RawQuery = dollars(req.URL.RawQuery)
	req.Header.Set("User-Agent", "evidence")
	return req, nil
}

// dollars writes the names of query options as they are documented: the SDK makes
// %24filter of $filter.
func dollars(query string) string {
	parts := strings.Split(query, "&")
	for i, p := range parts {
		if rest, ok := strings.CutPrefix(p, "%24"); ok {
			parts[i] = "$" + rest
		}
	}
	return strings.Join(parts, "&")
}

func elsewhere(resp *http.Response) string {
	if u, err := resp.Location(); err == nil {
		return u.Scheme + "://" + u.Host
	}
	return "somewhere"
}

// read makes an answer of a response that says that all is well, which need not be
// so: Graph begins to answer before it knows.
func (c *Client) read(q Query, resp *http.Response, body []byte) (Answer, error) {
	if !gjson.ValidBytes(body) {
		return Answer{}, errCut
	}
	all := gjson.ParseBytes(body)
	if e := all.Get("error"); e.Exists() && e.Type != gjson.Null {
		return Answer{}, c.refusal(resp.StatusCode, body)
	}
	a := Answer{Body: body, Value: all.Get("value"), NextLink: all.Get(`@odata\.nextLink`).String()}
	if q.List && !a.Value.IsArray() {
		return Answer{}, errCut
	}
	sum := sha256.Sum256(body)
	a.Origin = evidence.Origin{
		Request: q.Label, Response: resp.Header.Get("request-id"),
		SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body)),
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.Origin.Date = at.UTC()
	}
	return a, nil
}

// refusal reads an error of Graph's. Its words may quote the request.
func (c *Client) refusal(status int, body []byte) error {
	e := &Error{Status: status}
	if gjson.ValidBytes(body) {
		said := gjson.GetBytes(body, "error")
		if said.IsObject() {
			e.Code, e.Message = said.Get("code").String(), said.Get("message").String()
			// Services behind Graph write their own error into its message.
			if inner := gjson.Parse(e.Message); inner.IsObject() && gjson.Valid(e.Message) && inner.Get("errorCode").Exists() {
				e.Code, e.Message = inner.Get("errorCode").String(), inner.Get("message").String()
			}
		} else {
			e.Code, e.Message = said.String(), gjson.GetBytes(body, "error_description").String()
		}
	}
	e.Code, e.Message = short(c.secrets.clean(e.Code)), firstLine(c.secrets.clean(e.Message))
	return e
}
