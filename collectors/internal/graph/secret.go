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
	mu    sync.Mutex
	known []string
}

// shortest is the length below which a secret is not looked for: it would be found
// in words.
const shortest = 6

// learn adds a secret to those that are taken out.
func (r *redactor) learn(s secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range []string{string(s), url.QueryEscape(string(s)), url.PathEscape(string(s))} {
		if len(form) >= shortest && !slices.Contains(r.known, form) {
			r.known = append(r.known, form)
		}
	}
	if n := len(r.known); n > maxKnown {
		r.known = slices.Delete(r.known, 0, n-maxKnown)
	}
}

// maxKnown bounds what is remembered. Tokens, which are many over time, are known by
// their form too.
const maxKnown = 256

// clean takes the secrets out of a text.
func (r *redactor) clean(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.known {
		text = strings.ReplaceAll(text, s, redacted)
	}
	return tokenPattern.ReplaceAllString(text, redacted)
}
