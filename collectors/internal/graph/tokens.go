package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// tokens is the credential that requests are authenticated with. It adds to that of
// the identity library, which renews tokens before they end, that a token which was
// refused is given up, and that errors hold no secret.
type tokens struct {
	settings Settings
	make     func() (azcore.TokenCredential, error)
	secrets  *redactor

	turn    chan struct{} // who holds it may use what follows
	cred    azcore.TokenCredential
	current secret
	claims  string // what Graph demands of the next token
	said    said
}

// said is what a token says of its owner.
type said struct {
	Tenant      string   `json:"tid"`
	Application string   `json:"appid"`
	Name        string   `json:"app_displayname"`
	Roles       []string `json:"roles"`
}

func newTokens(s Settings, secrets *redactor, credential func() (azcore.TokenCredential, error)) *tokens {
	return &tokens{settings: s, make: credential, secrets: secrets, turn: make(chan struct{}, 1)}
}

// GetToken is azcore.TokenCredential's.
func (t *tokens) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if err := t.enter(ctx); err != nil {
		return azcore.AccessToken{}, err
	}
	defer t.leave()
	if t.cred == nil {
		cred, err := t.make()
		if err != nil {
			return azcore.AccessToken{}, t.failed(err)
		}
		t.cred = cred
	}
	o.Claims = t.claims
	token, err := t.cred.GetToken(ctx, o)
	switch {
	case ctx.Err() != nil:
		return azcore.AccessToken{}, ctx.Err()
	case err != nil:
		return azcore.AccessToken{}, t.failed(err)
	case token.Token == "":
		return azcore.AccessToken{}, t.failed(errors.New("the login endpoint gives no token"))
	}
	if t.current != secret(token.Token) {
		t.secrets.learnToken(secret(token.Token))
		said := claimsOf(token.Token)
		if err := t.settings.belongs(said); err != nil {
			return azcore.AccessToken{}, t.failed(err)
		}
		t.current, t.claims, t.said = secret(token.Token), "", said
	}
	return token, nil
}

// belongs: a managed identity is of the tenant where it runs, whatever the settings
// say. Evidence of another tenant must not be taken for this one's.
func (s *Settings) belongs(of said) error {
	if guid.MatchString(s.Tenant) && of.Tenant != "" && !strings.EqualFold(of.Tenant, s.Tenant) {
		return fmt.Errorf("the token is for tenant %q", short(of.Tenant))
	}
	return nil
}

// refused gives a token up that Graph did not accept, with what it demands of the
// next one.
func (t *tokens) refused(ctx context.Context, token secret, claims string) error {
	if err := t.enter(ctx); err != nil {
		return err
	}
	defer t.leave()
	if t.current == token {
		t.cred, t.current, t.claims = nil, "", claims
	}
	return nil
}

// stale is the error of a login that gives the very token again that Graph has refused,
// as a managed identity's cache does for hours: it is not known whether a new one would
// be refused too, so it is no refusal of what was asked for.
func (t *tokens) stale(refused *Error) error {
	return t.failed(fmt.Errorf("it gives the same token again that Graph has refused (it may be cached until it ends): %s", refused.Error()))
}

func (t *tokens) enter(ctx context.Context) error {
	select {
	case t.turn <- struct{}{}:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *tokens) leave() { <-t.turn }

// claimsOf reads what a token says, which is for its reader alone: nothing is
// decided by it but whom evidence is attributed to.
func claimsOf(token string) said {
	var s said
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return s
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(payload, &s) != nil {
		return said{}
	}
	return s
}

var challengePattern = regexp.MustCompile(`claims="([A-Za-z0-9+/=_-]+)"`)

// challenge reads what a refusal demands of the next token (continuous access
// evaluation), from its WWW-Authenticate header.
func challenge(headers []string) string {
	for _, h := range headers {
		m := challengePattern.FindStringSubmatch(h)
		if m == nil {
			continue
		}
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if b, err := enc.DecodeString(m[1]); err == nil && json.Valid(b) {
				return string(b)
			}
		}
	}
	return ""
}
