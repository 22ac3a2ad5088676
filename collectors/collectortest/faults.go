package collectortest

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
)

// Fault is a way for a request to go wrong.
type Fault struct {
	Status int  // answer with this status instead
	Cut    bool // announce the whole answer, send a part of it and hang up
	Hang   bool // never answer
}

// Faults decides which requests go wrong. A test server asks Next once for each
// request it gets. The zero Faults lets all pass.
type Faults struct {
	mu     sync.Mutex
	fault  Fault
	first  int // how many of each request's attempts go wrong; negative: all
	tried  map[string]int
	broken int
	hung   chan struct{}
}

// Next says what is to go wrong with a request, or nil. A request and its
// repetitions have the same method, URL, target (AWS's X-Amz-Target header) and
// body: GraphQL has one URL for everything. The body can be read again afterwards.
func (f *Faults) Next(r *http.Request) *Fault {
	key := request(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault == (Fault{}) {
		return nil
	}
	f.tried[key]++
	if f.first >= 0 && f.tried[key] > f.first {
		return nil
	}
	f.broken++
	if f.fault.Hang && f.broken == 1 {
		close(f.hung)
	}
	fault := f.fault
	return &fault
}

// request names a request, the same for its repetitions.
func request(r *http.Request) string {
	name := r.Method + " " + r.URL.String() + " " + r.Header.Get("X-Amz-Target")
	if r.Body == nil {
		return name
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{err}))
	sum := sha256.Sum256(body)
	return name + " " + string(sum[:])
}

// broken ends a body as it ended when it was first read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}

// set makes the first attempts of each request go wrong in one way from now on,
// and returns what is closed when a request hangs.
func (f *Faults) set(fault Fault, first int) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.first, f.tried, f.broken, f.hung = fault, first, map[string]int{}, 0, make(chan struct{})
	return f.hung
}

// count is how many requests have gone wrong since set.
func (f *Faults) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}
