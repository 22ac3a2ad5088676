package graph

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/evidencepack/evidence/internal/demo/loopback"
)

// Options describe a server.
type Options struct {
	Tenant  *Tenant
	Clients []Client         // applications that may log in
	Now     func() time.Time // the simulated clock; nil: the machine's
	Limits  Limits           // when requests are refused; zero: never

	// TokenLifetime is how long an access token is good for. Default: an hour.
	TokenLifetime time.Duration
	// PageLifetime is how long the link to a next page is good for. Default: ten minutes.
	PageLifetime time.Duration
	// Retention is how long sign-ins and audits are kept: 30 days, 7 without P1. Default: for ever.
	Retention time.Duration
	// Authority is the login endpoint's address for its own documents, such as
	// "https://login.microsoftonline.com". Default: the address that the client asked.
	Authority string

	// Running is how many searches of the audit log there are to one that is still running
	// when it is looked at for the first time. Default: each is.
	Running int
	// Approvals lets applications read the approvals of PIM's requests, which Graph gives
	// to approvers alone.
	Approvals bool

	// Fault may answer a request of Graph's instead, and says whether it did. The path
	// is without the version.
	Fault func(w http.ResponseWriter, r *http.Request, path string) bool
}

// Server is a simulated login endpoint and Microsoft Graph on a loopback address.
type Server struct {
	*loopback.Server // its URL is that of Graph and of the login endpoint

	opt       Options
	endpoints []endpoint
	key       []byte // that tokens are signed with

	mu        sync.Mutex
	requests  map[string]int
	asked     int
	pages     pages
	recent    map[class][]time.Time
	came      map[class]int
	throttled int
	searches  map[string]*auditSearchState
}

// NewServer starts a server on a free port of 127.0.0.1. Nothing more can be told of
// the tenant after that.
func NewServer(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.Running == 0 {
		o.Running = 1
	}
	if o.PageLifetime == 0 {
		o.PageLifetime = 10 * time.Minute
	}
	o.Tenant.settle()
	s := &Server{
		opt: o, endpoints: endpoints(), key: randomKey(), requests: map[string]int{}, pages: pages{open: map[string]openPage{}}, recent: map[class][]time.Time{}, came: map[class]int{},
		searches: map[string]*auditSearchState{},
	}
	served, err := loopback.Serve("simulated Microsoft Graph", s)
	if err != nil {
		return nil, err
	}
	s.Server = served
	return s, nil
}

// Requests counts the requests so far, by method and path without the version, an id
// as {}: "GET /groups/{}/members", "POST token". Those that were refused are counted too.
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// Throttled is how many requests were answered with 429 by the limits.
func (s *Server) Throttled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.throttled
}

func (s *Server) count(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[name]++
}

// ServeHTTP answers Graph below /v1.0 and /beta, and the login endpoint everywhere else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.header(w.Header())
	version, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if version != "v1.0" && version != "beta" {
		s.login(w, r)
		return
	}
	answer, status, f := s.graph(w, r, version, "/"+path)
	switch {
	case f != nil:
		s.fail(w, r, f)
	case answer != nil:
		w.WriteHeader(status)
		send(w, answer)
	}
}

// header is what every answer carries.
func (s *Server) header(h http.Header) {
	s.mu.Lock()
	s.asked++
	n := s.asked
	s.mu.Unlock()
	h.Set("Date", s.opt.Now().UTC().Format(http.TimeFormat))
	h.Set("request-id", identity("request", fmt.Sprint(n)))
	h.Set("client-request-id", identity("request", fmt.Sprint(n)))
	h.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	h.Set("OData-Version", "4.0")
}

// graph answers a request of Graph's. It gives neither an answer nor a failure when a
// fault has answered.
func (s *Server) graph(w http.ResponseWriter, r *http.Request, version, path string) (Object, int, *failure) {
	path = strings.Replace(path, "/graph.user", "/microsoft.graph.user", 1) // both name the type
	e, id := s.find(path, version)
	name := r.Method + " " + path
	if e != nil {
		name = r.Method + " " + e.path
	}
	s.count(name)
	if s.opt.Fault != nil && s.opt.Fault(w, r, path) {
		return nil, 0, nil
	}
	roles, f := s.authorized(r)
	switch {
	case f != nil:
		return nil, 0, f
	case e == nil:
		return nil, 0, notFound(lastSegment(path))
	}
	a := &ask{s: s, r: r, now: s.opt.Now(), version: version, id: id, roles: roles}
	if f := s.mayAsk(e, a); f != nil {
		return nil, 0, f
	}
	if r.Method == http.MethodPost {
		return a.startSearch(e)
	}
	if r.Method != http.MethodGet {
		return nil, 0, refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	if a.query, f = e.understand(version, r.URL.Query()); f != nil {
		return nil, 0, f
	}
	answer, f := a.answer(e)
	return answer, http.StatusOK, f
}

// mayAsk: limits come first, then permissions, then licences.
func (s *Server) mayAsk(e *endpoint, a *ask) *failure {
	if f := s.throttle(e.class); f != nil {
		return f
	}
	if !a.may(e.roles...) {
		return e.denied(e.roles)
	}
	if e.needs != nil {
		return e.needs(s.opt.Tenant)
	}
	return nil
}

func lastSegment(path string) string { return path[strings.LastIndex(path, "/")+1:] }
