package pipeline

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/demo"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/heap/heaptest"
)

// BenchmarkMillionSignIns collects, seals and judges a million sign-ins of 5,000
// users by two controls. Figures to hold: less than 400 MB in every step, and judged
// ten times as fast as opa evaluates the same policies over the same records, which
// it is given as JSON and in one piece for each control.
//
// What is measured as the evaluation is all of it: reading the sealed batches and
// proving them to be those that were sealed, inflating, sorting, judging, and keeping
// every item for reports. The floor is reading and inflating those batches alone.
//
// SIGN_INS in the environment is another number of them, OPA the path of opa.
func BenchmarkMillionSignIns(b *testing.B) {
	defer heap.Tune()() // as the command line tool does
	s := signIns{n: signInsWanted(b), users: 5000, period: demo.Period(), seed: 1}
	server := s.graph()
	defer server.Close()
	for b.Loop() {
		judgeSignIns(b, s, server.URL)
	}
}

// signInsWanted is how many sign-ins a benchmark has: a million, or what SIGN_INS says.
func signInsWanted(b *testing.B) int {
	text := os.Getenv("SIGN_INS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func judgeSignIns(b *testing.B, s signIns, base string) {
	now := s.period.End.Add(96 * time.Hour)
	r, list := signInRun(b, base, now)
	lap := heaptest.Laps(b)
	collected, err := r.Collect(b.Context(), s.period, list)
	if err != nil {
		b.Fatal(err)
	}
	if got := collected[0].Records; got != int64(s.n) {
		b.Fatalf("collected %d records of %d: %.500v", got, s.n, collected[0].Errors)
	}
	lap("collect")
	if _, err := r.Seal(b.Context()); err != nil {
		b.Fatal(err)
	}
	lap("seal")
	before := processorTime()
	begun := time.Now()
	results, view, _, err := r.Evaluate(b.Context(), s.period, list)
	if err != nil {
		b.Fatal(err)
	}
	elapsed, processor := time.Since(begun), processorTime()-before
	lap("evaluate")
	if err := errors.Join(results.Close(), view.Close()); err != nil {
		b.Fatal(err)
	}
	inflate(b, r.Config.Locker)
	lap("floor")
	b.ReportMetric(float64(s.n)/elapsed.Seconds(), "records/s")
	b.ReportMetric(processor.Seconds(), "evaluate_cpu_s")
	for _, c := range results.Controls {
		if c.Result != evidence.ExceptionsNoted || c.Counts.Total != int64(s.n) {
			b.Errorf("%s: %s %+v %s: %v", c.ID, c.Result, c.Counts, c.Error, c.Missing)
		}
	}
	compareWithOPA(b, s, list, results, elapsed, processor)
}

// compareWithOPA lets opa judge the same sign-ins, and reports how many times as
// long it needs.
func compareWithOPA(b *testing.B, s signIns, list []*controls.Control, results *evaluation.Results, elapsed, processor time.Duration) {
	path, ok := opa(b)
	if !ok {
		return
	}
	var all opaSpent
	for i, c := range list {
		spent := judgeWithOPA(b, path, c, s, results.AsOf)
		if n := results.Controls[i].Counts; spent.found != (opaCounts{n.Exceptions, n.NotApplicable}) {
			b.Errorf("%s: opa finds %+v, we %+v", c.ID, spent.found, n)
		}
		all.elapsed += spent.elapsed
		all.processor += spent.processor
		all.peakMB = max(all.peakMB, spent.peakMB)
	}
	b.ReportMetric(all.elapsed.Seconds(), "opa_s")
	b.ReportMetric(all.processor.Seconds(), "opa_cpu_s")
	b.ReportMetric(all.peakMB, "opa_peak_MB")
	b.ReportMetric(all.elapsed.Seconds()/elapsed.Seconds(), "times_opa")
	b.ReportMetric(all.processor.Seconds()/processor.Seconds(), "times_opa_cpu")
}

// signInRun makes a run over the sign-ins in a folder of its own, and lists the
// controls that judge them.
func signInRun(b *testing.B, base string, now time.Time) (*Run, []*controls.Control) {
	b.Setenv("SIGN_INS_SECRET", "secret")
	drivers := append([]collectors.Driver{signInDriver}, all.Drivers()...)
	c, err := config.Parse([]byte(`version: 1
organisation: {ja: 例, en: Example}
timezone: Asia/Tokyo
frameworks: [soc1]
sources: [`+signInSource(base, drivers)+`]
controls:
  ACC-01: {params: {exempt_users: ["svc-*@example.co.jp"]}}
  ACC-02: {params: {exempt_users: ["svc-*@example.co.jp"]}}
`), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	c.Locker = filepath.Join(b.TempDir(), "locker")
	if _, err := Setup(b.Context(), c, time.Now); err != nil {
		b.Fatal(err)
	}
	lib, err := Library(c)
	if errors.Is(err, controls.ErrUnknown) { // the controls are not shipped: others stand in
		if c.Overlay, err = filepath.Abs(filepath.Join("testdata", "sign-ins")); err == nil {
			lib, err = Library(c)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	var list []*controls.Control
	for _, id := range []string{"ACC-01", "ACC-02"} {
		control, err := lib.Find(id)
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, control)
	}
	return &Run{
		Config: c, Library: lib, Drivers: drivers, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: func() time.Time { return now }, Tool: "bench", Workers: 4,
	}, list
}

// inflate reads and inflates every batch of a locker.
func inflate(b *testing.B, locker string) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		b.Fatal(err)
	}
	defer z.Close()
	batches := 0
	err = filepath.WalkDir(locker, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".zst" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		batches++
		if err := z.Reset(f); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, z)
		return err
	})
	if err != nil || batches == 0 {
		b.Fatalf("%d batches: %v", batches, err)
	}
}

// processorTime is what the process has used of the processors.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
