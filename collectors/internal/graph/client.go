package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	auth "github.com/microsoft/kiota-authentication-azure-go"
	kiotahttp "github.com/microsoft/kiota-http-go"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// Options are the clock, waiting and logging of a client.
type Options struct {
	Log     *slog.Logger // nil: none
	Now     func() time.Time
	Sleep   func(context.Context, time.Duration) error // nil: httpclient.Sleep
	BaseDir string                                     // what relative paths in settings are relative to
}

// Client asks Graph. It may be used from several goroutines.
type Client struct {
	settings Settings
	log      *slog.Logger
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error

	http    *http.Client
	tokens  *tokens
	secrets *redactor
	adapter *kiotahttp.NetHttpRequestAdapter
	broken  error // why there is no adapter
	gates   [classes]*gate
}

// Request makes a request with a request builder of msgraph-sdk-go below a base
// ("https://graph.microsoft.com/v1.0" or ".../beta"). It is called for each attempt.
type Request func(ctx context.Context, base string, adapter kiota.RequestAdapter) (*kiota.RequestInformation, error)

// Query is one request to Graph.
type Query struct {
	Label   string // names it in origins, logs and errors: "GET /auditLogs/signIns 2026-10-01 page 3"
	Beta    bool
	Class   Class
	List    bool // the answer must be a list: one without "value" is asked for again
	Request Request
}

// New makes a client of settings that were validated. It does no I/O: the first
// request logs in.
func New(s Settings, o Options) *Client {
	c := &Client{
		settings: s, log: o.Log, now: o.Now, sleep: o.Sleep, secrets: &redactor{},
		http: &http.Client{
			Timeout: 5 * time.Minute,
			// What is elsewhere is not asked for: the token must not travel there.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.sleep == nil {
		c.sleep = httpclient.Sleep
	}
	made := &credentials{Settings: s, baseDir: o.BaseDir, http: c.http, secrets: c.secrets}
	c.tokens = newTokens(s, c.secrets, made.credential)
	for class := range c.gates {
		c.gates[class] = newGate(perTenSeconds(Class(class), s.RequestsPer10s))
	}
	c.adapter, c.broken = c.connect()
	return c
}

// connect puts the SDK's parts together. The provider gives tokens for the host of
// Graph alone.
func (c *Client) connect() (*kiotahttp.NetHttpRequestAdapter, error) {
	u, err := url.Parse(c.settings.root())
	if err != nil {
		return nil, fmt.Errorf("base_url: %w", err)
	}
	provider, err := auth.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(c.tokens, []string{c.settings.scope()}, []string{u.Hostname()})
	if err != nil {
		return nil, err
	}
	return kiotahttp.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(provider, nil, nil, c.http)
}

// Get asks, waiting for its turn and repeating what is to be repeated.
func (c *Client) Get(ctx context.Context, q Query) (Answer, error) {
	return c.try(ctx, q, func(base string) (*kiota.RequestInformation, error) {
		return q.Request(ctx, base, c.adapter)
	})
}

// Next follows an answer's link to its next page, which must be at the host that
// the client talks to. Headers are those of the query's request.
func (c *Client) Next(ctx context.Context, q Query, link string) (Answer, error) {
	u, err := c.own(link)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", q.Label, err)
	}
	return c.try(ctx, q, func(base string) (*kiota.RequestInformation, error) {
		info, err := q.Request(ctx, base, c.adapter)
		if err == nil {
			info.SetUri(*u)
		}
		return info, err
	})
}

// Post sends a body, as JSON; nil leaves that of the query's request. It is repeated
// like Get: only for what does no harm when it is done twice.
func (c *Client) Post(ctx context.Context, q Query, body any) (Answer, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return Answer{}, fmt.Errorf("%s: %w", q.Label, err)
		}
	}
	return c.try(ctx, q, func(base string) (*kiota.RequestInformation, error) {
		info, err := q.Request(ctx, base, c.adapter)
		if err != nil {
			return nil, err
		}
		info.Method = kiota.POST
		if content != nil {
			info.Content = content
			info.Headers.Remove("Content-Type")
			info.Headers.Add("Content-Type", "application/json")
		}
		return info, nil
	})
}

// own reads a link that Graph gave, if it leads to where the client talks to.
func (c *Client) own(link string) (*url.URL, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return nil, errors.New("a link that Graph gives is no URL")
	}
	root, err := url.Parse(c.settings.root())
	if err != nil {
		return nil, fmt.Errorf("base_url: %w", err)
	}
	if u.User != nil || !strings.EqualFold(u.Scheme, root.Scheme) || !strings.EqualFold(u.Hostname(), root.Hostname()) || port(u) != port(root) {
		return nil, fmt.Errorf("the next request would go to %s://%s and not to %s://%s: the token must not travel there", u.Scheme, u.Host, root.Scheme, root.Host)
	}
	return u, nil
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}

// try sends a request until it is answered, or it is clear that it will not be.
func (c *Client) try(ctx context.Context, q Query, make func(base string) (*kiota.RequestInformation, error)) (Answer, error) {
	renewed := false
	var given secret // the token that was given up
	for attempt := 1; ; attempt++ {
		a, sent, err := c.once(ctx, q, make)
		switch {
		case ctx.Err() != nil:
			return Answer{}, ctx.Err()
		case err == nil:
			return a, nil
		}
		var refused *Error
		if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized && !renewed {
			renewed, given = true, sent.token
			if err := c.tokens.refused(ctx, sent.token, challenge(sent.header.Values("WWW-Authenticate"))); err != nil {
				return Answer{}, err
			}
			c.log.Info("Graph refuses the token: a new one is taken", "request", q.Label, "because", err)
			continue
		}
		if refused != nil && refused.Status == http.StatusUnauthorized && sent.token == given {
			return Answer{}, fmt.Errorf("%s: %w", q.Label, c.tokens.stale(refused))
		}
		pause, again := c.again(err, sent.header, attempt)
		if !again {
			if pause > longest {
				err = fmt.Errorf("%w (to be asked again after %s: longer than is waited for)", err, pause.Round(time.Second))
			}
			return Answer{}, fmt.Errorf("%s: %w", q.Label, err)
		}
		c.log.Info("Graph is asked again", "request", q.Label, "in", pause, "because", err)
		if errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests {
			c.gates[q.Class].pause(pause) // for the others too; it is waited for when it is this one's turn
			continue
		}
		if err := c.sleep(ctx, pause); err != nil {
			return Answer{}, err
		}
	}
}
