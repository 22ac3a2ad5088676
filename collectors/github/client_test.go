package github

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// waits remembers how long a collector would have waited.
type waits struct{ list []time.Duration }

func (w *waits) sleep(ctx context.Context, d time.Duration) error {
	w.list = append(w.list, d.Round(time.Second))
	return ctx.Err()
}

const testToken = "ghp_0123456789abcdefghijABCDEFGHIJ012345"

// newSource makes a collector of a server, with settings beside its URL and owner.
func newSource(t testing.TB, serverURL, more string, wait func(context.Context, time.Duration) error) *source {
	t.Helper()
	t.Setenv("GITHUB_TOKEN", testToken)
	env := collectors.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now, Workers: 2, BaseDir: t.TempDir()}
	text := "api_url: " + serverURL + "\nowners: [acme]\n" + more
	s, err := open(env, func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }, wait)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// script answers the requests of a test one after the other.
type script []func(w http.ResponseWriter)

func status(code int, header map[string]string, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

const viewerAnswer = `{"data":{"viewer":{"login":"octocat"}}}`

var fine = status(200, nil, viewerAnswer)

func cut(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, viewerAnswer[:20])
}

// TestAskingAgain: which answers are asked for again, after how long, and which
// are final.
func TestAskingAgain(t *testing.T) {
	reset := strconv.FormatInt(time.Now().Add(-time.Minute).Unix(), 10) // a limit of a minute ago no longer holds
	s, m := time.Second, time.Minute
	for _, tt := range []struct {
		name   string
		script script
		waits  []time.Duration
		want   string // a part of the error; empty: answered
	}{
		{"at once", script{fine}, nil, ""},
		{"server error", script{status(500, nil, ""), status(503, nil, ""), fine}, []time.Duration{1 * s, 2 * s}, ""},
		{"for ever", script{status(500, nil, ""), status(500, nil, ""), status(500, nil, ""), status(500, nil, ""), status(500, nil, "")}, []time.Duration{1 * s, 2 * s, 4 * s, 8 * s}, "500"},
		{"cut off", script{cut, fine}, []time.Duration{1 * s}, ""},
		{"not JSON", script{status(200, nil, "<html>"), fine}, []time.Duration{1 * s}, ""},
		{"cut within", script{status(200, nil, `{"data":{"viewer":`), fine}, []time.Duration{1 * s}, ""},
		{"too many", script{status(429, nil, ""), fine}, []time.Duration{m}, ""},
		{"too many, and when", script{status(429, map[string]string{"Retry-After": "7"}, ""), fine}, []time.Duration{8 * s}, ""},
		{"secondary limit", script{status(403, map[string]string{"Retry-After": "0"},
			`{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`), fine}, []time.Duration{s}, ""},
		{"secondary limit without a time", script{status(403, nil,
			`{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`), fine}, []time.Duration{m}, ""},
		{"primary limit", script{status(403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "5000", "X-RateLimit-Reset": reset}, `{"message":"API rate limit exceeded"}`), fine}, []time.Duration{2 * s}, ""},
		{"primary limit of GraphQL", script{status(200, map[string]string{"X-RateLimit-Reset": reset}, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`), fine}, []time.Duration{2 * s}, ""},
		{"no permission", script{status(403, nil, `{"message":"Resource not accessible by integration"}`)}, nil, "403"},
		{"bad token", script{status(401, nil, `{"message":"Bad credentials"}`)}, nil, "401"},
		{"not there", script{status(404, nil, `{"message":"Not Found"}`)}, nil, "404"},
		{"nothing but an error", script{status(200, nil, `{"data":null,"errors":[{"type":"FORBIDDEN","message":"no"}]}`)}, nil, "FORBIDDEN"},
		{"gateway", script{status(502, nil, ""), fine}, []time.Duration{1 * s}, ""},
		{"gateway twice", script{status(502, nil, ""), status(502, nil, ""), fine}, []time.Duration{1 * s, 2 * s}, ""},
		{"too heavy for once", script{status(200, nil, `{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout."}]}`), fine}, []time.Duration{1 * s}, ""},
		{"secondary limit with status 200", script{status(200, map[string]string{"Retry-After": "60"}, `{"message":"You have exceeded a secondary rate limit."}`), fine}, []time.Duration{61 * s}, ""},
		{"secondary limit among the errors", script{status(200, nil, `{"errors":[{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}]}`), fine}, []time.Duration{m}, ""},
		{"secondary limit by its words alone", script{status(403, nil, `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`), fine}, []time.Duration{m}, ""},
		{"primary limit as 429", script{status(429, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}, ""), fine}, []time.Duration{2 * s}, ""},
		{"an old Enterprise Server", script{status(200, nil, `{"errors":[{"path":["query"],"extensions":{"code":"undefinedField","typeName":"Repository","fieldName":"rulesets"},"message":"Field 'rulesets' doesn't exist on type 'Repository'"}]}`)}, nil, "newer version"},
		{"a limit of days", script{status(429, map[string]string{"Retry-After": "864000"}, "")}, nil, "429"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer "+testToken {
					t.Errorf("Authorization: %s", r.Header.Get("Authorization"))
				}
				if n++; n > len(tt.script) {
					t.Errorf("request %d was not expected", n)
					return
				}
				tt.script[n-1](w)
			}))
			defer server.Close()
			var w waits
			identity, err := newSource(t, server.URL, "", w.sleep).Identity(t.Context())
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if err == nil && identity != "GitHub user octocat" {
				t.Error(identity)
			}
			if err != nil && strings.Contains(err.Error(), testToken) {
				t.Error("the error has the token")
			}
			if n != len(tt.script) {
				t.Errorf("%d requests, want %d", n, len(tt.script))
			}
			if diff := cmp.Diff(tt.waits, w.list); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInstallation: an App's installation gets a token by a signed statement,
// keeps it, renews it before its end and when GitHub refuses it.
func TestInstallation(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "app.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	issued := 0
	refuse := ""
	failing := 0 // how many renewals are to fail
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if r.URL.Path == "/app/installations/7/access_tokens" {
			var claims jwt.RegisteredClaims
			_, err := jwt.ParseWithClaims(bearer, &claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil },
				jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(func() time.Time { return now }))
			if err != nil || claims.Issuer != "42" || claims.ExpiresAt.Sub(claims.IssuedAt.Time) > 10*time.Minute {
				t.Errorf("statement: %v %+v", err, claims)
			}
			if failing > 0 {
				failing--
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			issued++
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"token":"ghs_%d","expires_at":%q}`, issued, now.Add(time.Hour).Format(time.RFC3339))
			return
		}
		if bearer != fmt.Sprintf("ghs_%d", issued) {
			t.Errorf("token %s, want number %d", bearer, issued)
		}
		if bearer == refuse {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, viewerAnswer)
	}))
	defer server.Close()
	var w waits
	s := newSource(t, server.URL, "app: {id: 42, installation: 7, private_key: "+file+"}\n", w.sleep)
	s.client.gh.Client().Transport.(*transport).login.(*installation).now = func() time.Time { return now }
	ask := func(want int) {
		t.Helper()
		if _, err := s.client.ask(t.Context(), "viewer", query("viewer"), nil); err != nil {
			t.Error(err)
		}
		if issued != want {
			t.Errorf("%d tokens were issued, want %d", issued, want)
		}
	}
	ask(1)
	ask(1)
	now = now.Add(50 * time.Minute)
	ask(1)
	now = now.Add(6 * time.Minute)
	ask(2)
	refuse = "ghs_2"
	ask(3)
	// A renewal that fails uses the token that still holds; one that has none is tried again.
	now, failing = now.Add(57*time.Minute), 1
	ask(3)
	now, failing = now.Add(10*time.Minute), 2
	ask(4)
	// The token stays with an encrypted API.
	client := s.client.gh.Client().Transport.(*transport)
	client.https = true
	if _, err := s.client.ask(t.Context(), "viewer", query("viewer"), nil); err == nil || !strings.Contains(err.Error(), "unencrypted") {
		t.Errorf("%v", err)
	}
}

func TestNoToken(t *testing.T) {
	s := newSource(t, "http://127.0.0.1:1", "", httpclient.Sleep)
	t.Setenv("GITHUB_TOKEN", "")
	_, err := s.Identity(t.Context())
	if err == nil || !strings.Contains(err.Error(), "GITHUB_TOKEN is not set") {
		t.Errorf("%v", err)
	}
	t.Setenv("GITHUB_TOKEN", "a\nb")
	if _, err = s.Identity(t.Context()); err == nil || strings.Contains(err.Error(), "a\nb") {
		t.Errorf("%v", err)
	}
	bad := newSource(t, "http://127.0.0.1:1", "token_file: nowhere\n", httpclient.Sleep)
	if _, err = bad.Identity(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// The token goes to GitHub and nowhere else, wherever an answer redirects to.
func TestTokenStaysWithGitHub(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the token was sent elsewhere")
		}
		_, _ = io.WriteString(w, "[]")
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	}))
	defer server.Close()
	if _, err := newSource(t, server.URL, "", httpclient.Sleep).client.get(t.Context(), "orgs/acme/audit-log"); err != nil {
		t.Error(err)
	}
}
