package entraid

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
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
	w := full(t)
	for path, size := range map[string]int{
		paths[SignIn]: 7, paths[DirectoryAudit]: 3, paths[User]: 2, paths[Group]: 2, "/groups/g-2/members": 2, paths[RoleAssignment]: 2, paths[PIMRequest]: 3,
		paths[RiskDetection]: 3, paths[Application]: 1,
	} {
		w.pages[path] = size
	}
	var faults collectortest.Faults
	w.srv.Fault = broken(&faults)

	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return open(env, decode, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
	}
	collectortest.Run(t, collectortest.Case{
		Driver:   d,
		Settings: w.settings(""),
		Env: collectors.Env{
			Log: slog.New(slog.DiscardHandler), Workers: 2, BaseDir: t.TempDir(),
			Now: func() time.Time { return w.now },
		},
		Query:   evidence.Query{Period: octoberPeriod, Want: wantKinds(allKinds()...)},
		Records: everything,
		Secrets: []string{graphtest.Secret},
		Faults:  &faults,
	})
}
