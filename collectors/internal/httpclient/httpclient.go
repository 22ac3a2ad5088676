// Package httpclient holds what the collectors that speak to HTTP APIs have in common.
package httpclient

import (
	"context"
	"time"
)

// Loopback reports whether a URL's host is this machine: there, and nowhere else, a
// token may travel unencrypted.
func Loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Quicker is how long to wait after an attempt, counted from 1, that failed for no
// limit's sake: it grows from one second to sixteen.
func Quicker(attempt int) time.Duration { return time.Second << min(attempt-1, 4) }

// Sleep waits, or ends with the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
