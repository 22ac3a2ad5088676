package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
)

// trail is a source of root activity: one unit a day, one event an hour, a
// batch every six. What goes wrong is the test's to say.
type trail struct {
	mu        sync.Mutex
	failAfter map[string]int // batches until a unit fails, by its day
	gap       map[string]bool
	collected []string // "day from cursor", as asked
	planError error
}

const kind = "cloudtrail.event"

func (s *trail) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		if s.planError != nil && !yield(evidence.Unit{}, s.planError) {
			return
		}
		for at := q.Period.Start; at.Before(q.Period.End); at = at.Add(24 * time.Hour) {
			u := evidence.Unit{Kinds: []string{kind}, Scope: evidence.Scope{"account": "1"}, Want: q.Want,
				Window: evidence.Period{Start: at, End: at.Add(24 * time.Hour)}}
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (s *trail) Collect(_ context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	day := u.Window.Start.Format("02")
	s.mu.Lock()
	s.collected = append(s.collected, day+" from "+string(from))
	left, fails := s.failAfter[day]
	s.mu.Unlock()
	return func(yield func(evidence.Batch, error) bool) {
		first, _ := strconv.Atoi(string(from))
		for n := first; n < 4; n++ {
			if fails && n-first == left {
				yield(evidence.Batch{}, errors.New("the source is down"))
				return
			}
			b := evidence.Batch{Kind: kind, Origins: []evidence.Origin{{Request: "file " + day, SHA256: "00"}}, Cursor: evidence.Cursor(strconv.Itoa(n + 1))}
			for h := range 6 {
				b.Records = append(b.Records, rootEvent(u.Window.Start.Add(time.Duration(n*6+h)*time.Hour)))
			}
			if n == 3 {
				c := evidence.Claim{Kind: kind, Method: evidence.DigestChain, Scope: u.Scope, Window: u.Window, Unit: "digests", Expected: 24, Found: 24}
				if s.gap[day] {
					c.Found, c.Gaps = 23, []evidence.Finding{{Code: "digest_missing", Object: "digest of " + day}}
				}
				b.Claims = []evidence.Claim{c}
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

func rootEvent(at time.Time) evidence.Record {
	body, err := json.Marshal(map[string]any{
		"eventID": "e-" + at.Format("0215"), "eventTime": at.UTC().Format(time.RFC3339), "eventName": "DescribeInstances",
		"eventSource": "ec2.amazonaws.com", "eventType": "AwsApiCall", "awsRegion": "us-east-1", "recipientAccountId": "1",
		"sourceIPAddress": "192.0.2.1", "userIdentity": map[string]any{"type": "Root"},
	})
	if err != nil {
		panic(err)
	}
	r, err := evidence.NewRecord(kind, "e-"+at.Format("0215"), at, 0, body)
	if err != nil {
		panic(err)
	}
	return r
}

var period = evidence.Period{
	Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 4, 0, 0, 0, 0, time.UTC),
}

const configuration = `version: 1
organisation: {ja: 例, en: Example}
timezone: UTC
language: en
frameworks: [soc1]
sources:
  - name: trail
    driver: fake
`

// newRun makes a run over the source in a folder of its own.
func newRun(t *testing.T, s *trail) *Run {
	t.Helper()
	c, err := config.Parse([]byte(configuration), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(t.Context(), c, time.Now); err != nil {
		t.Fatal(err)
	}
	lib, err := Library(c)
	if err != nil {
		t.Fatal(err)
	}
	clock := period.End.Add(48 * time.Hour)
	var mu sync.Mutex
	return &Run{
		Config: c, Library: lib, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Tool: "evidence test", Workers: 2,
		Now: func() time.Time { // every look at the clock is a second later
			mu.Lock()
			defer mu.Unlock()
			clock = clock.Add(time.Second)
			return clock
		},
		Drivers: []collectors.Driver{{
			Name: "fake", Title: evidence.Text{JA: "模擬", EN: "Fake"},
			Kinds: []collectors.Kind{{Name: kind, Title: evidence.Text{JA: "イベント", EN: "events"}, Methods: []evidence.Method{evidence.DigestChain}}},
			New: func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
				return s, decode(&struct{}{})
			},
		}},
	}
}

func collectAndSeal(t *testing.T, r *Run) Collected {
	t.Helper()
	list, err := r.Select([]string{"ACC-10"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.Collect(t.Context(), period, list)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// outcome is "result population/exceptions" of ACC-10, and what is missing.
func outcome(t *testing.T, r *Run) (string, []string) {
	t.Helper()
	list, err := r.Select([]string{"ACC-10"})
	if err != nil {
		t.Fatal(err)
	}
	results, view, _, err := r.Evaluate(t.Context(), period, list)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	c := results.Controls[0]
	var missing []string
	for _, m := range c.Missing {
		missing = append(missing, m.String())
	}
	return fmt.Sprintf("%s %d/%d", c.Result, c.Counts.Total, c.Counts.Exceptions), missing
}

func TestRunsAgainKeepWhatIsComplete(t *testing.T) {
	s := &trail{}
	r := newRun(t, s)
	if d := cmp.Diff(Collected{Source: "trail", Units: 3, Completed: 3, Records: 72}, collectAndSeal(t, r)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Collected{Source: "trail", Units: 3, Kept: 3}, collectAndSeal(t, r)); d != "" {
		t.Error("again: ", d)
	}
	if got, missing := outcome(t, r); got != "exceptions_noted 72/72" || missing != nil {
		t.Errorf("%s, missing %q", got, missing)
	}
}

// TestAFailedUnitIsContinued: what a unit gave before it failed is kept, the
// control is not evaluable meanwhile, and the next run goes on from the cursor.
func TestAFailedUnitIsContinued(t *testing.T) {
	s := &trail{failAfter: map[string]int{"02": 2}}
	r := newRun(t, s)
	got := collectAndSeal(t, r)
	if got.Failed != 1 || got.Completed != 2 || got.Records != 60 || got.Complete() {
		t.Errorf("%+v", got)
	}
	result, missing := outcome(t, r)
	if result != "not_evaluable 60/60" || len(missing) != 1 || !strings.Contains(missing[0], "the source is down") {
		t.Errorf("%s, missing %q", result, missing)
	}
	s.failAfter, s.collected = nil, nil
	if d := cmp.Diff(Collected{Source: "trail", Units: 3, Kept: 2, Completed: 1, Records: 12}, collectAndSeal(t, r)); d != "" {
		t.Error("again: ", d)
	}
	if d := cmp.Diff([]string{"02 from 2"}, s.collected); d != "" {
		t.Error("asked for: ", d)
	}
	if result, missing := outcome(t, r); result != "exceptions_noted 72/72" || missing != nil {
		t.Errorf("%s, missing %q", result, missing)
	}
}

func TestAUnitWithGapsIsReadAgain(t *testing.T) {
	s := &trail{gap: map[string]bool{"03": true}}
	r := newRun(t, s)
	if got := collectAndSeal(t, r); got.WithGaps != 1 || got.Complete() {
		t.Errorf("%+v", got)
	}
	result, missing := outcome(t, r)
	if result != "not_evaluable 72/72" || len(missing) != 1 || !strings.HasPrefix(missing[0], "gap trail account=1") {
		t.Errorf("%s, missing %q", result, missing)
	}
	s.gap, s.collected = nil, nil
	collectAndSeal(t, r)
	if d := cmp.Diff([]string{"03 from "}, s.collected); d != "" {
		t.Error("asked for: ", d)
	}
	// The records of the first reading are there still, and count once.
	if result, missing := outcome(t, r); result != "exceptions_noted 72/72" || missing != nil {
		t.Errorf("%s, missing %q", result, missing)
	}
}

func TestASourceThatCannotBePlanned(t *testing.T) {
	s := &trail{planError: errors.New("account 2: AccessDenied")}
	r := newRun(t, s)
	if got := collectAndSeal(t, r); got.Complete() || len(got.Unreadable) != 1 {
		t.Errorf("%+v", got)
	}
	result, missing := outcome(t, r)
	if result != "not_evaluable 72/72" || len(missing) != 1 || !strings.Contains(missing[0], "AccessDenied") {
		t.Errorf("%s, missing %q", result, missing)
	}
}

// TestInterruptedRunsAreContinued cuts the run off at every batch in turn.
func TestInterruptedRunsAreContinued(t *testing.T) {
	for cut := range 12 {
		s := &trail{}
		r := newRun(t, s)
		r.Workers = 1
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		r.Drivers[0].New = func(collectors.Env, func(any) error) (collectors.Collector, error) {
			return interrupting{s, func() {
				if seen++; seen > cut {
					cancel()
				}
			}}, nil
		}
		list, err := r.Select([]string{"ACC-10"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Collect(ctx, period, list); !errors.Is(err, context.Canceled) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		got := collectAndSeal(t, r)
		if got.Kept+got.Completed != 3 {
			t.Errorf("cut at %d: %+v", cut, got)
		}
		if result, missing := outcome(t, r); result != "exceptions_noted 72/72" || missing != nil {
			t.Errorf("cut at %d: %s, missing %q", cut, result, missing)
		}
		if stats := sealedRecords(t, r); stats != 72 {
			t.Errorf("cut at %d: %d records are sealed, 72 were there to read: something was read twice", cut, stats)
		}
		cancel()
	}
}

// interrupting calls a function at every batch.
type interrupting struct {
	collectors.Collector
	at func()
}

func (i interrupting) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		for b, err := range i.Collector.Collect(ctx, u, from) {
			i.at()
			if ctx.Err() != nil {
				yield(evidence.Batch{}, ctx.Err())
				return
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

func sealedRecords(t *testing.T, r *Run) int64 {
	t.Helper()
	view, _, err := r.View(t.Context(), period, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	stats, err := view.Stats(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	return stats.Sealed
}

func TestPacks(t *testing.T) {
	r := newRun(t, &trail{})
	if _, err := r.Collect(t.Context(), period, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	cp, err := r.Seal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	results, view, _, err := r.Evaluate(t.Context(), period, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), period, results, view, cp, []string{AllFrameworks}, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(r.Library.Frameworks) {
		t.Errorf("packs %q", paths)
	}
	for _, path := range paths {
		for _, p := range []string{path, strings.TrimSuffix(path, ".zip")} {
			v := pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English}
			if err := pack.Verify(t.Context(), p, v); err != nil {
				t.Errorf("%s: %v", filepath.Base(p), err)
			}
		}
	}
}

func TestALockedLockerIsLeftAlone(t *testing.T) {
	r := newRun(t, &trail{})
	l, err := locker.Open(r.Config.Locker)
	if err != nil {
		t.Fatal(err)
	}
	w, err := l.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Collect(t.Context(), period, r.Library.Controls); !errors.Is(err, locker.ErrLocked) {
		t.Errorf("collect beside another writer: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Collect(t.Context(), period, r.Library.Controls); err != nil {
		t.Errorf("collect after it: %v", err)
	}
}
