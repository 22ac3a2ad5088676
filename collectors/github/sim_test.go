package github

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"

	sim "github.com/evidencepack/evidence/internal/demo/github"
)

type (
	obj  = sim.Object
	list = sim.List
	args = sim.Args
)

func nodes(o ...obj) list { return sim.Nodes(o...) }

func errorOf(kind string) sim.Error { return sim.Error{Type: kind, Message: "simulated"} }

// simulation is the simulated GitHub of a test, which it may change on the way.
type simulation struct {
	t     testing.TB
	root  obj
	rest  func(w http.ResponseWriter, r *http.Request)
	fault func(w http.ResponseWriter, r *http.Request, operation string, v args) bool

	mu     sync.Mutex
	server *sim.Server
}

// start serves it until the test ends.
func (s *simulation) start() string {
	s.t.Helper()
	server, err := sim.NewServer(sim.Options{
		Root: s.root, Token: testToken,
		REST: func(w http.ResponseWriter, r *http.Request) { s.rest(w, r) },
		Fault: func(w http.ResponseWriter, r *http.Request, operation string, v args) bool {
			s.mu.Lock() // one at a time: tests change what is served
			defer s.mu.Unlock()
			return s.fault != nil && s.fault(w, r, operation, v)
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = server.Close() })
	s.server = server
	return server.URL()
}

// count is how many requests of a name there were; of all for an empty one.
func (s *simulation) count(name string) int {
	n := 0
	for operation, times := range s.server.Requests() {
		if operation == name || name == "" {
			n += times
		}
	}
	return n
}

func writeJSON(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
