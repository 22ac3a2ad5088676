package graph

import (
	"fmt"
	"net/http"
	"time"
)

// class is a part of Graph with a limit of its own.
type class int

const (
	directoryClass class = iota
	reports              // audit logs and reports
	identityProtection
	auditSearch
)

// Limit is how many requests are answered in a window of time; zero: any number.
type Limit struct {
	Requests int
	Window   time.Duration
	Silent   bool // 429 without Retry-After
	Busy     int  // one in so many requests is refused though the limit is not reached, as when the service is busy; 0: none
}

// Limits are those of the parts of Graph.
type Limits struct{ Reports, Protection, Directory Limit }

// DocumentedLimits are what Microsoft says: five requests in ten seconds for the reports of an
// application in a tenant, one in a second for Identity Protection and conditional access (which say
// nothing of when to come again), 3,500 in ten seconds for the directory of a small tenant.
func DocumentedLimits() Limits {
	return Limits{
		Reports:    Limit{Requests: 5, Window: 10 * time.Second},
		Protection: Limit{Requests: 1, Window: time.Second, Silent: true},
		Directory:  Limit{Requests: 3500, Window: 10 * time.Second},
	}
}

func (l Limits) of(c class) Limit {
	switch c {
	case reports:
		return l.Reports
	case identityProtection:
		return l.Protection
	case directoryClass:
		return l.Directory
	}
	return Limit{}
}

// throttle counts a request, and refuses it when there were too many. Requests that
// are refused do not count.
func (s *Server) throttle(c class) *failure {
	l := s.opt.Limits.of(c)
	if l.Requests == 0 && l.Busy == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.came[c]++
	if l.Busy > 0 && s.came[c]%l.Busy == 0 {
		s.throttled++
		return l.refuse(time.Second)
	}
	if l.Requests == 0 {
		return nil
	}
	recent := s.recent[c]
	for len(recent) > 0 && now.Sub(recent[0]) >= l.Window {
		recent = recent[1:]
	}
	if len(recent) >= l.Requests {
		s.recent[c] = recent
		s.throttled++
		return l.refuse(l.Window - now.Sub(recent[0]))
	}
	s.recent[c] = append(recent, now)
	return nil
}

func (l Limit) refuse(wait time.Duration) *failure {
	f := refuse(http.StatusTooManyRequests, "TooManyRequests", "This request is throttled. Please try again after the value specified in the Retry-After header.")
	if l.Silent {
		f.message = "Too many requests."
		return f
	}
	f.header = http.Header{"Retry-After": {fmt.Sprint(max(1, int((wait+time.Second-1)/time.Second)))}}
	return f
}
