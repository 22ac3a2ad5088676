package github

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/go-github/v60/github"
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
func (c *client) again(err error, a answer, attempt int) (time.Duration, bool) {
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var refused *refusal
	var login *loginError
	status := 0
	if a.link != nil && a.link.Response != nil {
		status = a.link.StatusCode
	}
	switch {
	case errors.As(err, &login):
		return 0, false
	case errors.As(err, &primary):
		return c.until(primary.Rate.Reset.Time), attempt < patience
	case errors.As(err, &secondary):
		if secondary.RetryAfter != nil {
			return *secondary.RetryAfter + time.Second, attempt < patience
		}
		return slower(attempt), attempt < patience
	case errors.As(err, &refused) && refused.Type == "RATE_LIMITED":
		return c.until(resetOf(a)), attempt < patience
	case errors.As(err, &refused) && refused.heavy:
		return 0, false // the caller asks for less
	case errors.As(err, &refused):
		return quicker(attempt), refused.Type == "" && attempt < attempts
	case status == http.StatusTooManyRequests:
		if after := retryAfter(a); after > 0 {
			return after, attempt < patience
		}
		return slower(attempt), attempt < patience
	case status == http.StatusForbidden && retryAfter(a) > 0:
		return retryAfter(a), attempt < patience
	case status == http.StatusUnauthorized:
		return 0, a.link.Header.Get(renewHeader) != "" && attempt < 3
	case tooHeavy(err, status):
		return quicker(attempt), attempt < 2 // the caller asks for less after that
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		return 0, false
	}
	return quicker(attempt), attempt < attempts
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
	n, err := strconv.Atoi(a.link.Header.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n)*time.Second + time.Second
}

// quicker grows from one second to sixteen; slower from one minute to five.
func quicker(attempt int) time.Duration { return time.Second << min(attempt-1, 4) }
func slower(attempt int) time.Duration  { return time.Minute * time.Duration(min(attempt, 5)) }

// sleep waits, or ends with the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// statusOf is the HTTP status of an error, or 0.
func statusOf(err error) int {
	var resp *github.ErrorResponse
	if errors.As(err, &resp) && resp.Response != nil {
		return resp.Response.StatusCode
	}
	return 0
}
