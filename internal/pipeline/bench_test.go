package pipeline

import (
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/demo"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/heap/heaptest"
	"github.com/evidencepack/evidence/internal/pack"
)

// BenchmarkMonth runs a month of 600,000 events, 100,000 of which some control
// tests, from the archive to a verified pack, and prints how long each step
// takes and how much memory the process ever held. Figures to hold: a hundred
// thousand items in less than 300 MB.
func BenchmarkMonth(b *testing.B) {
	defer heap.Tune()() // as the command line tool does
	dir := b.TempDir()
	archive, err := demo.Volume(demo.VolumeOptions{Files: 400, EventsPerFile: 1500, WantedEvery: 6, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	if err := archive.WriteDir(filepath.Join(dir, "bucket")); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		month(b, dir)
	}
}

func month(b *testing.B, dir string) {
	c, err := config.Parse([]byte(`version: 1
organisation: {ja: 例, en: Example}
timezone: Asia/Tokyo
frameworks: [soc1]
sources: [{name: trail, driver: cloudtrail-archive, location: "file://`+filepath.ToSlash(dir)+`/bucket", public_keys: bucket/public-keys.json}]
`), dir)
	if err != nil {
		b.Fatal(err)
	}
	c.Locker, c.Packs = filepath.Join(b.TempDir(), "locker"), filepath.Join(b.TempDir(), "packs")
	if _, err := Setup(b.Context(), c, time.Now); err != nil {
		b.Fatal(err)
	}
	lib, err := Library(c)
	if err != nil {
		b.Fatal(err)
	}
	now := demo.Period().End.Add(48 * time.Hour)
	r := &Run{Config: c, Library: lib, Drivers: all.Drivers(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return now }, Tool: "bench", Workers: 4}
	lap := heaptest.Laps(b)
	collected, err := r.Collect(b.Context(), demo.Period(), lib.Controls)
	if err != nil {
		b.Fatal(err)
	}
	lap("collect")
	cp, err := r.Seal(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	lap("seal")
	results, view, _, err := r.Evaluate(b.Context(), demo.Period(), lib.Controls)
	if err != nil {
		b.Fatal(err)
	}
	lap("evaluate")
	paths, err := r.Pack(b.Context(), demo.Period(), results, view, cp, nil, "")
	if err != nil {
		b.Fatal(err)
	}
	lap("pack")
	var items int64
	for _, c := range results.Controls {
		items += c.Counts.Total
	}
	if err := errors.Join(results.Close(), view.Close()); err != nil {
		b.Fatal(err)
	}
	if err := pack.Verify(b.Context(), paths[0], pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English}); err != nil {
		b.Fatal(err)
	}
	lap("verify")
	b.ReportMetric(float64(items), "items")
	b.ReportMetric(float64(collected[0].Records), "records")
}
