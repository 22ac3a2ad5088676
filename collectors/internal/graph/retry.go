package graph

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// errCut: an answer that is no JSON, most likely because it was cut off.
var errCut = errors.New("the answer is not JSON: it was cut off, or something else than Graph answered")

// lost is a request that got no answer, or not all of it.
type lost struct{ err error }

func (e *lost) Error() string { return e.err.Error() }
func (e *lost) Unwrap() error { return e.err }

const (
	attempts = 5 // of a request that fails for no lasting reason
	patience = 9 // of a request that Graph asks to repeat later
)

// longest is how long Graph may ask to be left alone. What is longer is no throttle
// but an outage, or a clock that is wrong.
const longest = 15 * time.Minute

// again says whether a request that failed is to be repeated, and after how long.
func (c *Client) again(err error, header http.Header, attempt int) (time.Duration, bool) {
	var login *loginError
	var refused *Error
	var gone *lost
	switch {
	case errors.As(err, &login):
		if !login.pass {
			return 0, false
		}
		return c.later(login.header, httpclient.Quicker(attempt), attempt, attempts)
	case errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests:
		return c.later(header, slower(attempt), attempt, patience)
	case errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable && header.Get("Retry-After") != "":
		return c.later(header, slower(attempt), attempt, patience)
	case errors.As(err, &refused) && (passing(refused.Status) || refused.Status < 300):
		return c.later(header, httpclient.Quicker(attempt), attempt, attempts)
	case errors.As(err, &gone), errors.Is(err, errCut):
		return httpclient.Quicker(attempt), attempt < attempts
	}
	return 0, false
}

// later is how long to wait: what the answer says, or else a time of our own.
func (c *Client) later(h http.Header, otherwise time.Duration, attempt, most int) (time.Duration, bool) {
	d, said := c.retryAfter(h)
	if !said {
		d = otherwise
	}
	return d, attempt < most && d <= longest
}

// retryAfter reads the header of that name: seconds, of which Graph also gives
// fractions, or a date, which is counted from the answer's own.
func (c *Client) retryAfter(h http.Header) (time.Duration, bool) {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 {
		if s > (longest * 2).Seconds() {
			return longest * 2, true
		}
		return time.Duration(s*float64(time.Second)) + time.Second, true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		from = c.now()
	}
	return max(at.Sub(from), 0) + time.Second, true
}

// slower grows from ten seconds to two minutes.
func slower(attempt int) time.Duration {
	return min(10*time.Second<<min(attempt-1, 4), 2*time.Minute)
}
