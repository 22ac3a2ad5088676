package graph

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Class is a group of endpoints that Graph counts together.
type Class int

// The classes, with what Graph documents of their limits.
const (
	Ordinary           Class = iota // users, groups, roles, applications: thousands of units in ten seconds
	AuditLogs                       // auditLogs and reports: five in ten seconds, a tenant and application
	IdentityProtection              // risk detections, risky users, Conditional Access: one a second, a tenant
	AuditQueries                    // security/auditLog
	classes
)

// perTenSeconds is how much is asked of a class. Ordinary requests leave room for
// what else the tenant runs.
func perTenSeconds(c Class, auditLogs int) int {
	switch c {
	case AuditLogs:
		return auditLogs
	case IdentityProtection:
		return 2 * auditLogs // ten where the documented five hold
	case AuditQueries:
		return 4 * auditLogs // Graph documents no rate, but how many searches a day and at a time
	}
	return 100 * auditLogs
}

// gate lets the requests of a class through one after another.
type gate struct {
	limiter *rate.Limiter

	mu    sync.Mutex
	until time.Time // when Graph wants to be asked again
}

// newGate has no burst: any ten seconds then hold what is allowed, and no more.
func newGate(n int) *gate {
	return &gate{limiter: rate.NewLimiter(rate.Every(10*time.Second/time.Duration(n)), 1)}
}

// turn is how long to wait for the next request's turn. It goes by the real clock:
// what Graph counts does not care for another.
func (g *gate) turn() time.Duration {
	now := time.Now()
	d := g.limiter.ReserveN(now, 1).DelayFrom(now)
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(d, g.until.Sub(now))
}

// pause keeps the other requests of the class back too when Graph says that it is
// asked too much.
func (g *gate) pause(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := time.Now().Add(d); t.After(g.until) {
		g.until = t
	}
}
