package smarthr

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

var (
	jst     = time.FixedZone("JST", 9*60*60)
	october = evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, jst), End: time.Date(2026, 11, 1, 0, 0, 0, 0, jst)}
	today   = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
)

func env(t *testing.T) collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Workers: 2, BaseDir: t.TempDir(), Now: func() time.Time { return today }}
}

func query() evidence.Query {
	return evidence.Query{Period: october, Want: []evidence.Selection{{Kind: roster.Kind, For: "ACC-03"}, {Kind: roster.Kind, For: "ACC-04"}}}
}

func TestConformance(t *testing.T) {
	t.Setenv("SMARTHR_ACCESS_TOKEN", testToken)
	w := newTenant(t, 250)
	w.add("10900", "leaver-01", map[string]any{"emp_status": "retired", "resigned_at": "2026-10-31"})
	w.add("", "unnumbered-01", map[string]any{"emp_code": nil})
	w.add("10001", "namesake-01", nil) // a number that somebody else has
	url := w.start()
	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return open(env, decode, func(ctx context.Context, _ time.Duration) error { return httpclient.Sleep(ctx, time.Millisecond) })
	}
	collectortest.Run(t, collectortest.Case{
		Driver:   d,
		Settings: "tenant: acme\nurl: " + url + "\n",
		Env:      env(t), Query: query(), Records: 253,
		Secrets: slices.Concat([]string{testToken}, privateWords),
		Faults:  &w.faults,
	})
}
