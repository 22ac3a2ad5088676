package controls

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// endless yields n records that take turns, without holding them.
type endless struct {
	kind   string
	bodies [][]byte
	n      int
}

func (e endless) Records(_ context.Context, kind string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		if kind != e.kind {
			return
		}
		for i := range e.n {
			if !yield(evidence.Record{Kind: kind, ID: fmt.Sprint(i), Time: noon, Body: e.bodies[i%len(e.bodies)]}, nil) {
				return
			}
		}
	}
}

// BenchmarkEvaluate judges the records of each control's testdata again and again;
// ns/op is what one item costs, and plainly what it costs when the policy is asked
// about all of it.
func BenchmarkEvaluate(b *testing.B) {
	lib, err := Load(Shipped())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range lib.Controls {
		e, err := Prepare(b.Context(), everywhere(c))
		if err != nil {
			b.Fatal(err)
		}
		judge := func(b *testing.B, e *Evaluator) {
			records := endless{c.Population.Kind, testBodies(b, c), b.N}
			whole := evidence.Period{Start: time.Unix(0, 0), End: asOf}
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := e.Evaluate(b.Context(), Input{Period: whole, AsOf: asOf, Evidence: records}, func(Item) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(c.ID, func(b *testing.B) { judge(b, e) })
		b.Run(c.ID+"/plainly", func(b *testing.B) { judge(b, plainly(e)) })
	}
}

func testBodies(b *testing.B, c *Control) [][]byte {
	b.Helper()
	names, err := fs.Glob(shipped, path.Join(c.dir, "testdata", "*.json"))
	if err != nil {
		b.Fatal(err)
	}
	var bodies [][]byte
	for _, name := range names {
		text, err := fs.ReadFile(shipped, name)
		if err != nil {
			b.Fatal(err)
		}
		var files map[string]map[string]json.RawMessage
		if err := json.Unmarshal(text, &files); err != nil {
			b.Fatal(err)
		}
		for _, records := range files {
			for id, body := range records {
				r, err := evidence.NewRecord(c.Population.Kind, id, noon, 0, body)
				if err != nil {
					b.Fatal(err)
				}
				bodies = append(bodies, r.Body)
			}
		}
	}
	return bodies
}
