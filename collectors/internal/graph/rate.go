package graph

import (
	"context"
	"sync"
	"time"
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
	every time.Duration // between two turns

	mu    sync.Mutex
	next  time.Time // the first turn that nobody has
	until time.Time // when Graph wants to be asked again
}

// newGate has no burst: the turns of any ten seconds are what is allowed, and no more,
// those just after a pause too.
func newGate(n int) *gate { return &gate{every: 10 * time.Second / time.Duration(n)} }

// wait ends when it is the next request's turn. A turn that Graph has meanwhile asked
// not to be used is given up and another one taken: who waited goes on one by one after
// the pause, and not all at once. It goes by the real clock: what Graph counts does not
// care for another.
func (g *gate) wait(ctx context.Context, sleep func(context.Context, time.Duration) error) error {
	for {
		turn := g.reserve()
		if d := time.Until(turn); d > 0 {
			if err := sleep(ctx, d); err != nil {
				return err
			}
		}
		if !g.paused(turn) {
			return nil
		}
	}
}

// reserve takes the next turn.
func (g *gate) reserve() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	turn := time.Now()
	for _, t := range []time.Time{g.next, g.until} {
		if t.After(turn) {
			turn = t
		}
	}
	g.next = turn.Add(g.every)
	return turn
}

// paused reports whether a turn lies in a pause that came after it was taken.
func (g *gate) paused(turn time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return turn.Before(g.until)
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
