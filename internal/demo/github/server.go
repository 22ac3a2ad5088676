package github

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/evidencepack/evidence/internal/demo/loopback"
)

// Options describe a server.
type Options struct {
	Root  Object           // what queries begin at
	REST  http.HandlerFunc // all other paths; nil: there is nothing
	Token string           // what a request must carry; empty: anything
	Now   func() time.Time // the server's clock; nil: the machine's

	// Fault may answer a request instead, and says whether it did. It is told the
	// operation's name and variables, which are empty for REST.
	Fault func(w http.ResponseWriter, r *http.Request, operation string, vars Args) bool
}

// Server is a simulated GitHub on a loopback address.
type Server struct {
	*loopback.Server // its URL is the API's address, for api_url

	opt Options

	mu       sync.Mutex
	requests map[string]int
	asked    int
}

// NewServer starts a server on a free port of 127.0.0.1.
func NewServer(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.REST == nil {
		o.REST = http.NotFound
	}
	s := &Server{opt: o, requests: map[string]int{}}
	served, err := loopback.Serve("simulated GitHub", s)
	if err != nil {
		return nil, err
	}
	s.Server = served
	return s, nil
}

// Requests counts the requests so far: by the operation's name for GraphQL, by
// method and path for REST. Those that a fault answered are counted too.
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// ServeHTTP answers GraphQL below /graphql and /api/graphql, and hands all other
// paths, without a leading /api/v3, to REST.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the client has gone
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	s.header(w.Header())
	if s.opt.Token != "" && r.Header.Get("Authorization") != "Bearer "+s.opt.Token {
		fail(w, http.StatusUnauthorized, "Bad credentials")
		return
	}
	if r.URL.Path == "/graphql" || r.URL.Path == "/api/graphql" {
		s.graphQL(w, r, body)
		return
	}
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/api/v3")
	s.count(r.Method + " " + r.URL.Path)
	if s.opt.Fault != nil && s.opt.Fault(w, r, "", nil) {
		return
	}
	s.opt.REST(w, r)
}

// header is what every answer of GitHub's carries.
func (s *Server) header(h http.Header) {
	s.mu.Lock()
	s.asked++
	n := s.asked
	s.mu.Unlock()
	h.Set("Date", s.opt.Now().UTC().Format(http.TimeFormat))
	h.Set("X-GitHub-Request-Id", fmt.Sprintf("%04X:%06X:SIMULATED", n%0x10000, n))
	h.Set("X-RateLimit-Limit", "5000")
	h.Set("X-RateLimit-Remaining", "4999")
	h.Set("Content-Type", "application/json; charset=utf-8")
}

func (s *Server) count(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[name]++
}

func (s *Server) graphQL(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		Query     string `json:"query"`
		Variables Args   `json:"variables"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		fail(w, http.StatusBadRequest, "Problems parsing JSON")
		return
	}
	name := operation(in.Query)
	s.count(name)
	if s.opt.Fault != nil && s.opt.Fault(w, r, name, in.Variables) {
		return
	}
	answer, err := execute(in.Query, in.Variables, s.opt.Root)
	if err != nil {
		answer = map[string]any{"errors": []any{map[string]any{"type": "undefinedField", "message": err.Error()}}}
	}
	send(w, answer)
}

func operation(query string) string {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil || len(doc.Operations) == 0 {
		return "unreadable"
	}
	return doc.Operations[0].Name
}

// fail answers as GitHub does when something is wrong.
func fail(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	send(w, map[string]any{"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status)})
}

func send(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) } // the client may have gone
