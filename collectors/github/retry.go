package github

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// refusal is a GraphQL answer that holds nothing but an error.
type refusal struct {
	Type    string
	Message string
	heavy   bool // less at a time may go through
}

func (r *refusal) Error() string {
	if r.Type == "" {
		return "GitHub: " + r.Message
	}
	return "GitHub: " + r.Type + ": " + r.Message
}

// errCut: an answer that is no JSON, most likely because it was cut off.
var errCut = errors.New("the answer is not JSON: it was cut off, or something else than GitHub answered")

const (
	attempts = 5 // of a request that fails for no lasting reason
	patience = 9 // of a request that GitHub asks to repeat later
)

// again says whether a request that failed is to be repeated, and after how long.
// less: the caller asks for less when GitHub cannot answer in time.
func (c *client) again(err error, a answer, attempt int, less bool) (time.Duration, bool) {
	var primary *github.RateLimitError
	var login *loginError
	var renewal *renewalError
	var refused *refusal
	status := 0
	if a.link != nil && a.link.Response != nil {
		status = a.link.StatusCode
	}
	switch {
	case errors.As(err, &renewal):
		return httpclient.Quicker(attempt), attempt < patience
	case errors.As(err, &login):
		return 0, false
	case errors.As(err, &primary):
		return c.patiently(c.until(primary.Rate.Reset.Time), attempt)
	case limited(err, string(a.body)) || status == http.StatusTooManyRequests || status == http.StatusForbidden && retryAfter(a) > 0:
		return c.patiently(c.limitEnds(err, a, attempt), attempt)
	case tooHeavy(err, status) && less:
		return httpclient.Quicker(attempt), attempt < 2 && status != http.StatusOK
	case errors.As(err, &refused):
		return httpclient.Quicker(attempt), (refused.Type == "" || refused.heavy) && attempt < attempts
	case status == http.StatusUnauthorized:
		return 0, a.link.Header.Get(renewHeader) != "" && attempt < 3
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		return 0, false
	}
	return httpclient.Quicker(attempt), attempt < attempts
}

// longest is how long a limit may be waited for: an hour, which is what GitHub
// counts by, and some more. A clock or an answer that says otherwise is wrong.
const longest = 75 * time.Minute

func (c *client) patiently(d time.Duration, attempt int) (time.Duration, bool) {
	return d, attempt < patience && d <= longest
}

var limitMessage = regexp.MustCompile(`(?i)secondary rate limit|abuse detection|API rate limit exceeded`)

// limited reports whether an error, or the body that came with it, says that too
// much was asked for at a time. That has no status of its own: GitHub sends it as
// 403, 429, and as 200 to GraphQL.
func limited(err error, body string) bool {
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var refused *refusal
	switch {
	case errors.As(err, &primary), errors.As(err, &secondary):
		return true
	case errors.As(err, &refused):
		return refused.Type == "RATE_LIMITED" || limitMessage.MatchString(refused.Message)
	}
	var resp *github.ErrorResponse
	if errors.As(err, &resp) {
		return limitMessage.MatchString(resp.Message) || statusOf(err) == http.StatusTooManyRequests
	}
	return body != "" && statusOf(err) >= 400 && limitMessage.MatchString(body)
}

// limitEnds is how long a limit holds, as far as GitHub says.
func (c *client) limitEnds(err error, a answer, attempt int) time.Duration {
	var secondary *github.AbuseRateLimitError
	if errors.As(err, &secondary) && secondary.RetryAfter != nil {
		return *secondary.RetryAfter + time.Second
	}
	if after := retryAfter(a); after > 0 {
		return after
	}
	var refused *refusal
	primary := errors.As(err, &refused) && refused.Type == "RATE_LIMITED"
	if a.link != nil && a.link.Response != nil && (primary || a.link.Header.Get("X-RateLimit-Remaining") == "0") {
		return c.until(resetOf(a))
	}
	return slower(attempt)
}

// forbidden reports whether an error says that something may not be read, and not
// that too much was asked for.
func forbidden(err error) bool {
	return statusOf(err) == http.StatusForbidden && !limited(err, "")
}

// tooHeavy: a gateway that did not get the answer in time. GitHub ends a query
// after ten seconds.
func tooHeavy(err error, status int) bool {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.heavy
	}
	return status == http.StatusBadGateway || status == http.StatusGatewayTimeout
}

// shrinkable reports whether asking for less at a time may help.
func shrinkable(err error) bool {
	if limited(err, "") {
		return false
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.heavy || refused.Type == ""
	}
	var resp *github.ErrorResponse
	if errors.As(err, &resp) && resp.Response != nil {
		return resp.Response.StatusCode >= http.StatusInternalServerError
	}
	return errors.Is(err, errCut)
}

// until is how long a limit still holds. A reset that is not known is a minute
// away, as GitHub advises; the clocks differ by a second or two.
func (c *client) until(reset time.Time) time.Duration {
	if reset.IsZero() {
		return time.Minute
	}
	return max(reset.Sub(c.now()), 0) + 2*time.Second
}

func resetOf(a answer) time.Time {
	if a.link == nil || a.link.Response == nil {
		return time.Time{}
	}
	n, err := strconv.ParseInt(a.link.Header.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

func retryAfter(a answer) time.Duration {
	if a.link == nil || a.link.Response == nil {
		return 0
	}
	n, err := strconv.Atoi(a.link.Header.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n)*time.Second + time.Second
}

// slower grows from one minute to five.
func slower(attempt int) time.Duration { return time.Minute * time.Duration(min(attempt, 5)) }

// statusOf is the HTTP status of an error, or 0. That a token was refused says
// nothing of what it was wanted for.
func statusOf(err error) int {
	var login *loginError
	if errors.As(err, &login) {
		return 0
	}
	var resp *github.ErrorResponse
	if errors.As(err, &resp) && resp.Response != nil {
		return resp.Response.StatusCode
	}
	return 0
}
