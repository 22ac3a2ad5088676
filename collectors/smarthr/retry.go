package smarthr

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// refusal is an answer that gives nothing.
type refusal struct {
	status  int
	kind    string // SmartHR's type: "unauthorized_token", "forbidden"
	message string
}

func (r *refusal) Error() string {
	s := fmt.Sprintf("SmartHR answers %d", r.status)
	if r.kind != "" {
		s += " " + r.kind
	}
	if r.message != "" {
		s += ": " + r.message
	}
	switch {
	case r.status == http.StatusUnauthorized:
		s += "; the access token is not valid (any more), or is of another tenant: issue one and set it"
	case r.status == http.StatusNotFound:
		s += "; is there such a tenant?"
	case r.status >= 300 && r.status < 400:
		s += "; an access token does not follow a redirect: is there such a tenant?"
	}
	return s
}

// refusalOf reads {"code":2,"type":"unauthorized_token","message":"…","errors":null}.
func refusalOf(status int, body []byte) *refusal {
	r := &refusal{status: status}
	if gjson.ValidBytes(body) {
		r.kind, r.message = short(gjson.GetBytes(body, "type").Str), short(gjson.GetBytes(body, "message").Str)
	}
	return r
}

// short cuts a text of somebody else's to what a sentence holds.
func short(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}

// loginError is the failure to get a token at all.
type loginError struct{ err error }

func (e *loginError) Error() string { return e.err.Error() }
func (e *loginError) Unwrap() error { return e.err }

// forbidden reports whether an error says that the token may not read this.
func forbidden(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == http.StatusForbidden
}

const (
	attempts = 5 // of a request that fails for no lasting reason
	patience = 9 // of a request that SmartHR asks to repeat later
)

// longest is how long a limit may be waited for: an hour, which is what SmartHR
// counts by, and some more.
const longest = 75 * time.Minute

// again says whether a request that failed is to be repeated, and after how long.
func again(err error, a answer, attempt int) (time.Duration, bool) {
	var login *loginError
	var r *refusal
	switch {
	case errors.As(err, &login):
		return 0, false
	case !errors.As(err, &r):
	case r.status == http.StatusTooManyRequests:
		d := limitEnds(a.header, attempt)
		return d, attempt < patience && d <= longest
	case r.status < 500 && r.status != http.StatusRequestTimeout:
		return 0, false
	}
	return httpclient.Quicker(attempt), attempt < attempts
}

// limitEnds is how long a limit holds, as far as SmartHR says.
func limitEnds(h http.Header, attempt int) time.Duration {
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil && n >= 0 && n < 24*60*60 {
		return time.Duration(n)*time.Second + time.Second
	}
	var d time.Duration
	for _, limit := range []string{"X-Rate-Limit-", "X-Intensive-Rate-Limit-"} {
		if h.Get(limit+"Remaining") == "0" {
			d = max(d, resetOf(h, limit))
		}
	}
	if d > 0 {
		return d
	}
	return time.Minute * time.Duration(min(attempt, 5))
}

// resetOf is when a limit is lifted: SmartHR says so in seconds from now. What
// is longer than a day is no such number.
func resetOf(h http.Header, limit string) time.Duration {
	n, err := strconv.Atoi(h.Get(limit + "Reset"))
	if err != nil || n < 0 || n > 24*60*60 {
		return time.Minute
	}
	return time.Duration(n)*time.Second + time.Second
}
