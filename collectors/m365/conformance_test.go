package m365

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// broken makes the server do what the conformance suite asks for.
func broken(f *collectortest.Faults) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		fault := f.Next(r)
		switch {
		case fault == nil:
			return false
		case fault.Hang:
			<-r.Context().Done()
		case fault.Cut:
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"value":[`))
		default:
			w.WriteHeader(fault.Status)
		}
		return true
	}
}

func TestConformance(t *testing.T) {
	w := newWorld(t)
	for day, n := range map[int]int{1: 20, 2: 0, 3: 7, 4: 8} {
		w.entries = append(w.entries, sharing(day, n)...)
	}
	w.entries = append(w.entries,
		entry{id: "before", at: october(1, 0, 0).Add(-time.Second), operation: "SharingSet"},
		entry{id: "last second", at: october(2, 0, 0).Add(-time.Second), operation: "SharingSet"},
		entry{id: "midnight", at: october(3, 0, 0), operation: "SharingSet"},
		entry{id: "after", at: october(5, 0, 0), operation: "SharingSet"},
	)
	var faults collectortest.Faults
	w.srv.Fault = broken(&faults)
	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return open(env, decode, func(ctx context.Context, _ time.Duration) error { return httpclient.Sleep(ctx, time.Millisecond/4) })
	}
	collectortest.Run(t, collectortest.Case{
		Driver:   d,
		Settings: w.srv.Settings() + "requests_per_10s: 10000\n",
		Env:      w.env(),
		Query:    evidence.Query{Period: evidence.Period{Start: october(1, 0, 0), End: october(5, 0, 0)}, Want: all},
		Records:  20 + 7 + 8 + 2,
		Secrets:  []string{graphtest.Secret, tokenForm},
		Faults:   &faults,
	})
}
