package cloudtraillookup

import (
	"context"
	"sync"

	"golang.org/x/time/rate"
)

// perSecond is the documented limit of LookupEvents, for each account and region.
const perSecond = 2

// limits holds callers to AWS's limit together: whoever reads the same account
// and region shares its limiter.
type limits struct {
	rate rate.Limit

	mu sync.Mutex
	of map[string]*rate.Limiter
}

// shared is for all collectors of the process, as AWS counts them together too.
var shared = &limits{rate: perSecond}

// wait returns when a request may be made, or with the context's error.
func (l *limits) wait(ctx context.Context, account, region string) error {
	l.mu.Lock()
	if l.of == nil {
		l.of = map[string]*rate.Limiter{}
	}
	key := account + " " + region
	if l.of[key] == nil {
		l.of[key] = rate.NewLimiter(l.rate, 1)
	}
	limiter := l.of[key]
	l.mu.Unlock()
	return limiter.Wait(ctx)
}
