package github

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-github/v60/github"
)

// secret is a token. It prints as nothing that could be used.
type secret string

// String hides the token from whatever prints it.
func (secret) String() string { return "[redacted]" }

// GoString hides the token from %#v.
func (secret) GoString() string { return "[redacted]" }

// login gives tokens. It is asked before every request.
type login interface {
	// token returns a token that is valid now.
	token(ctx context.Context) (secret, error)
	// refused tells that GitHub did not accept a token; the result says whether
	// asking for another one may help.
	refused(secret) bool
}

// newLogin makes the login that the settings name, reading nothing yet.
func (s *settings) newLogin(baseDir string, now func() time.Time) login {
	switch {
	case s.App != nil:
		key := s.App.PrivateKey
		if !filepath.IsAbs(key) {
			key = filepath.Join(baseDir, key)
		}
		return &installation{app: *s.App, keyFile: key, apiURL: s.APIURL, now: now}
	case s.TokenFile != "":
		name := s.TokenFile
		if !filepath.IsAbs(name) {
			name = filepath.Join(baseDir, name)
		}
		return fixed(func() (secret, error) {
			b, err := os.ReadFile(name)
			if err != nil {
				return "", fmt.Errorf("token_file: %w", err)
			}
			return nonEmpty(string(b), "token_file "+name+" is empty")
		})
	}
	return fixed(func() (secret, error) {
		return nonEmpty(os.Getenv(s.TokenEnv), "environment variable "+s.TokenEnv+" is not set: it must hold a GitHub token")
	})
}

func nonEmpty(token, otherwise string) (secret, error) {
	if token = strings.TrimSpace(token); token == "" {
		return "", errors.New(otherwise)
	}
	if strings.ContainsAny(token, "\r\n\x00 ") {
		return "", errors.New("the GitHub token holds characters that no token has")
	}
	return secret(token), nil
}

// fixed is a token that somebody else renews.
type fixed func() (secret, error)

func (f fixed) token(context.Context) (secret, error) { return f() }
func (f fixed) refused(secret) bool                   { return false }

// installation gets tokens for an installation of a GitHub App. They live for an
// hour, and a new one is taken some minutes before.
type installation struct {
	app     app
	keyFile string
	apiURL  string
	now     func() time.Time

	mu      sync.Mutex
	current secret
	expires time.Time
}

// early is how long before its end a token is renewed: longer than any request.
const early = 5 * time.Minute

func (i *installation) token(ctx context.Context) (secret, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.current != "" && i.now().Add(early).Before(i.expires) {
		return i.current, nil
	}
	signed, err := i.signed()
	if err != nil {
		return "", err
	}
	client, err := newClient(i.apiURL, &http.Client{Timeout: time.Minute})
	if err != nil {
		return "", err
	}
	token, _, err := client.WithAuthToken(signed).Apps.CreateInstallationToken(ctx, i.app.Installation, nil)
	if err != nil {
		if i.current != "" && i.now().Before(i.expires) {
			return i.current, nil // it is renewed early so that this may fail for a while
		}
		err = fmt.Errorf("token of installation %d of GitHub App %d: %w", i.app.Installation, i.app.ID, err)
		if s := statusOf(err); s == 0 || s >= http.StatusInternalServerError || limited(err, "") {
			return "", &renewalError{err}
		}
		return "", err
	}
	i.current, i.expires = secret(token.GetToken()), token.GetExpiresAt().Time
	return i.current, nil
}

// renewalError is a failure to get a new token that may pass.
type renewalError struct{ err error }

func (e *renewalError) Error() string { return e.err.Error() }
func (e *renewalError) Unwrap() error { return e.err }

// refused forgets the token, so that the next request gets a new one.
func (i *installation) refused(t secret) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.current == t {
		i.current = ""
	}
	return true
}

// signed is the App's own short-lived statement of who it is: a JSON Web Token
// signed with RS256, at most ten minutes valid, and begun a minute ago since
// clocks differ.
func (i *installation) signed() (string, error) {
	key, err := i.key()
	if err != nil {
		return "", err
	}
	now := i.now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    strconv.FormatInt(i.app.ID, 10),
		IssuedAt:  jwt.NewNumericDate(now.Add(-time.Minute)),
		ExpiresAt: jwt.NewNumericDate(now.Add(9 * time.Minute)),
	})
	s, err := t.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign as GitHub App %d: %w", i.app.ID, err)
	}
	return s, nil
}

func (i *installation) key() (*rsa.PrivateKey, error) {
	b, err := os.ReadFile(i.keyFile)
	if err != nil {
		return nil, fmt.Errorf("app: private_key: %w", err)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(b)
	if err != nil { // the cause may quote the file
		return nil, fmt.Errorf("app: private_key %s is not an RSA key in PEM", i.keyFile)
	}
	return key, nil
}

// transport puts a valid token on every request.
type transport struct {
	base  http.RoundTripper
	login login
	host  string // the token goes to no other,
	https bool   // and there never unencrypted, if the API is not
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != t.host {
		return t.base.RoundTrip(req)
	}
	if t.https && req.URL.Scheme != "https" {
		return nil, &loginError{fmt.Errorf("GitHub redirects to %s://%s: a token must not travel unencrypted", req.URL.Scheme, req.URL.Host)}
	}
	token, err := t.login.token(req.Context())
	if err != nil {
		return nil, &loginError{err}
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+string(token))
	resp, err := t.base.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && t.login.refused(token) {
		resp.Header.Set(renewHeader, "1")
	}
	return resp, err
}

// renewHeader marks an answer to a token that has been given up since.
const renewHeader = "X-Evidence-Renewed"

// loginError is the failure to get a token at all.
type loginError struct{ err error }

func (e *loginError) Error() string { return e.err.Error() }
func (e *loginError) Unwrap() error { return e.err }

// newClient makes a go-github client for the API at a URL, without a login.
func newClient(apiURL string, h *http.Client) (*github.Client, error) {
	client := github.NewClient(h)
	base, err := client.BaseURL.Parse(apiURL)
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	client.BaseURL = base
	client.UserAgent = "evidence"
	return client, nil
}
