package pipeline

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// crowd is a source of as many units as it collects at a time: each of them waits until
// all were begun.
type crowd struct {
	units int
	begun sync.WaitGroup
}

func (c *crowd) AtOnce() int { return c.units }

func (c *crowd) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		for n := range c.units {
			u := evidence.Unit{Kinds: []string{"directory.user"}, Scope: evidence.Scope{"account": fmt.Sprint(n)}, Window: q.Period, Want: q.Want}
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (c *crowd) Collect(ctx context.Context, u evidence.Unit, _ evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		c.begun.Done()
		all := make(chan struct{})
		go func() { c.begun.Wait(); close(all) }()
		select {
		case <-all:
			yield(evidence.Batch{Kind: "directory.user", Claims: []evidence.Claim{{Kind: "directory.user", Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "pages", Expected: 1, Found: 1}}}, nil)
		case <-time.After(time.Minute):
			yield(evidence.Batch{}, fmt.Errorf("%s waited for the others in vain", u))
		case <-ctx.Done():
			yield(evidence.Batch{}, ctx.Err())
		}
	}
}

// A collector that says how many units it collects at a time has as many collected,
// however few the machine's processors are.
func TestCollectorsSayHowManyUnitsAtATime(t *testing.T) {
	r, _, _ := newDirectory(t)
	c := &crowd{units: 20}
	c.begun.Add(c.units)
	r.Workers = 1
	r.Drivers[0].New = func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return c, decode(&struct{}{})
	}
	done, err := r.Collect(t.Context(), octoberJST, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	if len(done) != 1 || done[0].Completed != c.units || done[0].Failed > 0 {
		t.Errorf("%+v", done)
	}
}
