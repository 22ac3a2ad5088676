package graph

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// secret is what a login is made with: a client secret, a password, an assertion, a
// token. It prints as nothing that could be used.
type secret string

// String hides the secret from whatever prints it.
func (secret) String() string { return redacted }

// GoString hides the secret from %#v.
func (secret) GoString() string { return redacted }

const redacted = "[redacted]"

// tokenPattern is how access tokens and assertions look: JSON Web Tokens.
var tokenPattern = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?`)

// redactor takes secrets out of what others wrote: an error of a login endpoint, or
// of a proxy in between, may quote the request.
type redactor struct {
	mu     sync.Mutex
	known  []string
	tokens []string // the newest; those that are JSON Web Tokens are known by their form anyway
}

const (
	// shortest is the length below which a secret is not looked for: it would be found
	// in words.
	shortest = 6

	// newest is how many tokens are remembered.
	newest = 16
)

// learn adds a secret to those that are taken out.
func (r *redactor) learn(s secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if tokenPattern.FindString(string(s)) == string(s) {
		return
	}
	for _, form := range []string{string(s), url.QueryEscape(string(s)), url.PathEscape(string(s))} {
		if len(form) >= shortest && !slices.Contains(r.known, form) {
			r.known = append(r.known, form)
		}
	}
}

// learnToken adds a token, of which there are more and more.
func (r *redactor) learnToken(s secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(s) < shortest {
		return
	}
	if r.tokens = append(r.tokens, string(s)); len(r.tokens) > newest {
		r.tokens = slices.Delete(r.tokens, 0, 1)
	}
}

// clean takes the secrets out of a text.
func (r *redactor) clean(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range slices.Concat(r.known, r.tokens) {
		text = strings.ReplaceAll(text, s, redacted)
	}
	return tokenPattern.ReplaceAllString(text, redacted)
}
