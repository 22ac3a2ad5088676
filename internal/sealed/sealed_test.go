package sealed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/s2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

const kind = "cloudtrail.event"

var (
	stop  = evidence.Selection{Kind: kind, Where: evidence.Where{{"eventName": {"StopLogging"}}}, For: "LOG-01"}
	root  = evidence.Selection{Kind: kind, Where: evidence.Where{{"userIdentity.type": {"Root"}}}, For: "ACC-10"}
	trail = Source{Name: "trail", Driver: "d", Kinds: []string{kind}, Methods: []evidence.Method{evidence.DigestChain, evidence.PagesExhausted}}

	tokyo  = evidence.Scope{"region": "ap-northeast-1"}
	oregon = evidence.Scope{"region": "us-west-2"}
)

func day(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC) }

func days(from, to int) evidence.Period { return evidence.Period{Start: day(from), End: day(to)} }

// story is an archive that a test writes entry by entry.
type story struct {
	entries []locker.Entry
	records map[string][]evidence.Record
	now     time.Time
}

func newStory() *story {
	return &story{records: map[string][]evidence.Record{}, now: day(11)}
}

func (s *story) Entries(context.Context) iter.Seq2[locker.Entry, error] {
	return func(yield func(locker.Entry, error) bool) {
		for _, e := range s.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (s *story) Records(_ context.Context, m locker.Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for _, r := range s.records[m.Object] {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *story) add(m locker.Manifest) string {
	m.Version, m.Source, m.Driver = locker.Version, "trail", "d"
	m.Collected = locker.Collected{At: s.now, Host: "h", Tool: "t"}
	s.entries = append(s.entries, locker.Entry{Index: int64(len(s.entries)), Manifest: m})
	return m.Hash()
}

func unit(scope evidence.Scope, window evidence.Period, want ...evidence.Selection) evidence.Unit {
	return evidence.Unit{Kinds: []string{kind}, Scope: scope, Window: window, Want: want}
}

func (s *story) plan(p evidence.Period, want []evidence.Selection, units ...evidence.Unit) string {
	m := locker.Manifest{Type: locker.Plan, Query: &evidence.Query{Period: p, Want: want}}
	for _, u := range units {
		m.Units = append(m.Units, locker.Planned(u))
	}
	return s.add(m)
}

func claim(u evidence.Unit, gaps ...string) evidence.Claim {
	c := evidence.Claim{Kind: kind, Method: evidence.DigestChain, Scope: u.Scope, Window: u.Window, Unit: "hourly_digests", Expected: 24, Found: 24}
	for _, g := range gaps {
		c.Gaps = append(c.Gaps, evidence.Finding{Code: g, Object: "object"})
		c.Found--
	}
	return c
}

func (s *story) batch(plan string, u evidence.Unit, seq int, last bool, records []evidence.Record, claims ...evidence.Claim) {
	unit := locker.Planned(u)
	m := locker.Manifest{Type: locker.Batch, Plan: plan, Unit: &unit, Seq: seq, Last: last, Kind: kind, Claims: claims}
	if len(records) > 0 {
		m.Object, m.Records, m.Size = fmt.Sprintf("%064x", len(s.entries)+1), int64(len(records)), 1
		s.records[m.Object] = records
	}
	s.add(m)
}

func (s *story) done(plan string, u evidence.Unit, gaps ...string) {
	s.batch(plan, u, 0, true, nil, claim(u, gaps...))
}

func (s *story) fail(plan string, u evidence.Unit, cause string) {
	unit := locker.Planned(u)
	s.add(locker.Manifest{Type: locker.Failure, Plan: plan, Unit: &unit, Error: cause})
}

// tell lists what is missing on a line each.
func tell(t *testing.T, s *story, p evidence.Period, sel evidence.Selection) []string {
	t.Helper()
	v, err := Open(t.Context(), s, p, []Source{trail}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	missing, err := v.Missing(t.Context(), []evidence.Selection{sel})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range missing {
		out = append(out, m.String())
	}
	return out
}

func TestMissing(t *testing.T) {
	period := days(1, 11)
	whole := []evidence.Selection{stop, root}
	for _, tt := range []struct {
		name string
		sel  evidence.Selection
		tell func(*story)
		want []string
	}{
		{"covered by satisfied claims", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.done(s.plan(period, whole, u), u)
		}, nil},
		{"never read", stop, func(*story) {}, []string{"not_planned trail: cloudtrail.event"}},
		{"read for another control", stop, func(s *story) {
			u := unit(tokyo, period, root)
			s.done(s.plan(period, []evidence.Selection{root}, u), u)
		}, []string{"not_planned trail: cloudtrail.event"}},
		{"nothing to plan", stop, func(s *story) { s.plan(period, whole) },
			[]string{"not_collected trail 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"planned and not collected", stop, func(s *story) {
			s.plan(period, whole, unit(tokyo, period, whole...))
		}, []string{"not_collected trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"one region is missing", stop, func(s *story) {
			a, b := unit(tokyo, period, whole...), unit(oregon, period, whole...)
			s.done(s.plan(period, whole, a, b), a)
		}, []string{"not_collected trail region=us-west-2 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"cut off before its end", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.batch(s.plan(period, whole, u), u, 0, false, nil, claim(u))
		}, []string{"not_collected trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"a batch on the way is missing", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			plan := s.plan(period, whole, u)
			s.batch(plan, u, 0, false, nil)
			s.batch(plan, u, 2, true, nil, claim(u))
		}, []string{"not_collected trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"failed", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.fail(s.plan(period, whole, u), u, "403")
		}, []string{"failed trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z: 403"}},
		{"failed, then collected", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.fail(s.plan(period, whole, u), u, "403")
			s.done(s.plan(period, whole, u), u)
		}, nil},
		{"a gap", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.done(s.plan(period, whole, u), u, "digest_missing")
		}, []string{"gap trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z (1 gaps, 23 of 24 hourly_digests)"}},
		{"a gap that a later collection closed", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.done(s.plan(period, whole, u), u, "digest_missing")
			s.done(s.plan(period, whole, u), u)
		}, nil},
		{"a gap that a later collection opened", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.done(s.plan(period, whole, u), u)
			s.done(s.plan(period, whole, u), u, "digest_missing")
		}, []string{"gap trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z (1 gaps, 23 of 24 hourly_digests)"}},
		{"no claim", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.batch(s.plan(period, whole, u), u, 0, true, nil)
		}, []string{"no_claim trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"daily collections together cover the period", stop, func(s *story) {
			for d := 1; d < 11; d++ {
				u := unit(tokyo, days(d, d+1), whole...)
				s.done(s.plan(days(d, d+1), whole, u), u)
			}
		}, nil},
		{"one day of the daily collections is missing", stop, func(s *story) {
			for d := 1; d < 11; d++ {
				if u := unit(tokyo, days(d, d+1), whole...); d != 4 {
					s.done(s.plan(days(d, d+1), whole, u), u)
				}
			}
		}, []string{"not_collected trail region=ap-northeast-1 2026-10-04T00:00:00Z/2026-10-05T00:00:00Z"}},
		{"neighbouring days are told of once", stop, func(s *story) {
			var units []evidence.Unit
			for d := 1; d < 11; d++ {
				units = append(units, unit(tokyo, days(d, d+1), whole...))
			}
			plan := s.plan(period, whole, units...)
			for _, i := range []int{2, 1, 0, 5, 4} {
				s.fail(plan, units[i], "403")
			}
			for _, i := range []int{3, 6, 7, 8, 9} {
				s.done(plan, units[i])
			}
		}, []string{
			"failed trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-04T00:00:00Z: 403",
			"failed trail region=ap-northeast-1 2026-10-05T00:00:00Z/2026-10-07T00:00:00Z: 403",
		}},
		{"a region that vanished is missed", stop, func(s *story) {
			a, b := unit(tokyo, days(1, 5), whole...), unit(oregon, days(1, 5), whole...)
			plan := s.plan(days(1, 5), whole, a, b)
			s.done(plan, a)
			s.done(plan, b)
			c := unit(tokyo, days(5, 11), whole...)
			s.done(s.plan(days(5, 11), whole, c), c)
		}, []string{"not_collected trail region=us-west-2 2026-10-05T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"a part could not be planned", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.done(s.plan(period, whole, u), u)
			m := s.entries[0].Manifest
			m.Unreadable = []string{"account 1: AccessDenied"}
			s.add(m)
		}, []string{"unreadable trail 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z: account 1: AccessDenied"}},
		{"and could later", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			m := locker.Manifest{Type: locker.Plan, Query: &evidence.Query{Period: period, Want: whole}, Unreadable: []string{"x"}}
			s.add(m)
			s.done(s.plan(period, whole, u), u)
		}, nil},
		{"two records under one identity", stop, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.batch(s.plan(period, whole, u), u, 0, true, []evidence.Record{record("a", 2, "1"), record("a", 2, "2")}, claim(u))
		}, []string{"conflict: a"}},
		{"nothing yields the kind", evidence.Selection{Kind: "jira.issue"}, func(*story) {}, []string{"no_source: jira.issue"}},
		{"claims as a population: a claim with gaps is a member", evidence.Selection{Kind: ClaimKind, Where: evidence.Where{{"method": {"digest-chain"}}}}, func(s *story) {
			u := unit(tokyo, period, whole...)
			s.done(s.plan(period, whole, u), u, "digest_missing")
		}, nil},
		{"claims as a population: a unit without one", evidence.Selection{Kind: ClaimKind, Where: evidence.Where{{"method": {"digest-chain"}}}}, func(s *story) {
			u := unit(tokyo, period, whole...)
			c := claim(u)
			c.Method = evidence.PagesExhausted
			s.batch(s.plan(period, whole, u), u, 0, true, nil, c)
		}, []string{"no_claim trail region=ap-northeast-1 2026-10-01T00:00:00Z/2026-10-11T00:00:00Z"}},
		{"claims as a population: no source can make one", evidence.Selection{Kind: ClaimKind, Where: evidence.Where{{"method": {"source-count"}}}},
			func(*story) {}, []string{"no_source: evidence.claim"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory()
			tt.tell(s)
			if d := cmp.Diff(tt.want, tell(t, s, period, tt.sel)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestOpenPeriod: before a period has ended, evidence must reach as far as the
// source was settled when it was planned, and afterwards to the end.
func TestOpenPeriod(t *testing.T) {
	period, whole := days(1, 21), []evidence.Selection{stop}
	s := newStory()
	u := unit(tokyo, days(1, 10), whole...)
	s.done(s.plan(period, whole, u), u)
	if got := tell(t, s, period, stop); got != nil {
		t.Errorf("open period: %q", got)
	}
	s.now = day(22)
	s.plan(period, whole)
	want := []string{"not_collected trail region=ap-northeast-1 2026-10-10T00:00:00Z/2026-10-21T00:00:00Z"}
	if d := cmp.Diff(want, tell(t, s, period, stop)); d != "" {
		t.Error(d)
	}
}

func record(id string, d int, body string) evidence.Record {
	r, err := evidence.NewRecord(kind, id, day(d), 0, []byte(`{"v":"`+body+`"}`))
	if err != nil {
		panic(err)
	}
	return r
}

func TestRecordsAreSortedAndDeduplicated(t *testing.T) {
	period, whole := days(1, 11), []evidence.Selection{stop}
	s := newStory()
	u := unit(tokyo, period, whole...)
	plan := s.plan(period, whole, u)
	// An attempt that was given up saw a record that the next one did not see.
	s.batch(plan, u, 0, false, []evidence.Record{record("lost", 5, "x"), record("b", 3, "x")})
	again := s.plan(period, whole, u)
	s.batch(again, u, 0, false, []evidence.Record{record("c", 9, "x"), record("b", 3, "x")})
	s.batch(again, u, 1, true, []evidence.Record{record("a", 9, "x")}, claim(u))
	v, err := Open(t.Context(), s, period, []Source{trail}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for range 2 { // a view can be read again
		var ids []string
		for r, err := range v.For(nil).Records(t.Context(), kind) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != "b lost a c" {
			t.Errorf("records %q", got)
		}
	}
	stats, err := v.Stats(t.Context(), kind)
	if err != nil || stats != (Stats{Sealed: 5, Duplicates: 1}) {
		t.Errorf("stats %+v, %v", stats, err)
	}
}

// TestClaimsAreToldOfOnce: a day that was collected again as another unit, for
// other wants or within a longer period, is one claim: that of the last reading.
func TestClaimsAreToldOfOnce(t *testing.T) {
	s := newStory()
	narrow, whole := []evidence.Selection{stop}, []evidence.Selection{stop, root}
	for d := 1; d < 4; d++ {
		u := unit(tokyo, days(d, d+1), narrow...)
		s.done(s.plan(days(d, d+1), narrow, u), u, "digest_missing")
	}
	for d := 1; d < 3; d++ { // the third day is not read again
		u := unit(tokyo, days(d, d+1), whole...)
		s.done(s.plan(days(1, 4), whole, u), u)
	}
	v, err := Open(t.Context(), s, days(1, 4), []Source{trail}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var got []string
	for r, err := range v.For(nil).Records(t.Context(), ClaimKind) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %t", r.Time.Format("02"), strings.Contains(string(r.Body), "digest_missing")))
	}
	if d := cmp.Diff([]string{"01 false", "02 false", "03 true"}, got); d != "" {
		t.Error(d)
	}
	if n := len(v.Describe()[0].Claims); n != 3 {
		t.Errorf("%d claims are told of, want 3", n)
	}
}

// TestLateRecords: what the next period's collection was still given of this
// one belongs to it, and changes nothing about when its evidence was collected.
func TestLateRecords(t *testing.T) {
	whole := []evidence.Selection{stop}
	s := newStory()
	u := unit(tokyo, days(1, 11), whole...)
	s.batch(s.plan(days(1, 11), whole, u), u, 0, true, []evidence.Record{record("a", 3, "x")}, claim(u))
	before := s.now
	s.now = day(30)
	next := unit(tokyo, days(11, 12), whole...)
	s.batch(s.plan(days(11, 21), whole, next), next, 0, true, []evidence.Record{record("late", 10, "x"), record("b", 11, "x")}, claim(next, "digest_missing"))
	v, err := Open(t.Context(), s, days(1, 11), []Source{trail}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var ids []string
	for r, err := range v.For(nil).Records(t.Context(), kind) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	missing, err := v.Missing(t.Context(), []evidence.Selection{stop})
	if err != nil || missing != nil {
		t.Errorf("missing %v, %v", missing, err)
	}
	if got := strings.Join(ids, " "); got != "a late b" || !v.AsOf().Equal(before) || len(v.Describe()[0].Claims) != 1 {
		t.Errorf("records %q as of %s, %d claims", got, v.AsOf(), len(v.Describe()[0].Claims))
	}
}

// TestSorterSpills: what does not fit in memory is sorted all the same, and what was
// dropped, before or after it was written to a run, does not come back.
func TestSorterSpills(t *testing.T) {
	s := newSorter()
	s.runBytes = 2000
	defer s.close()
	const n = 500
	var numbers []int64
	for i := range n {
		number, err := s.add(record(fmt.Sprintf("%03d", (i*37)%n), 1+(i*37)%n%20, "x"))
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, number)
		if i%7 == 0 {
			s.drop(numbers[i/2])
		}
	}
	dropped := map[int64]bool{}
	for i := 0; i < n; i += 7 {
		dropped[numbers[i/2]] = true
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	if len(s.runs) < 10 {
		t.Fatalf("%d runs: the test does not spill", len(s.runs))
	}
	for range 2 { // records may be read any number of times
		var before evidence.Record
		count := 0
		for r, err := range s.all() {
			if err != nil {
				t.Fatal(err)
			}
			if count > 0 && compareRecords(before, r) >= 0 {
				t.Fatalf("%s %s follows %s %s", r.Time, r.ID, before.Time, before.ID)
			}
			if before = r; string(r.Body) != string(record(r.ID, r.Time.Day(), "x").Body) || r.Kind != kind {
				t.Fatalf("%s came back as %s", r.ID, r.Body)
			}
			count++
		}
		if count != n-len(dropped) {
			t.Errorf("%d records, %d went in and %d were dropped", count, n, len(dropped))
		}
	}
	for range s.all() {
		break // closes what is open
	}
}

// TestSorterCutOff: a run that ends within a record is an error, not an end.
func TestSorterCutOff(t *testing.T) {
	s := newSorter()
	s.runBytes = 1
	defer s.close()
	if _, err := s.add(record("a", 1, "x")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := s2.NewWriter(&b)
	text := appendRun(nil, sortable{record("a", 1, "x"), 0})
	for cut := 1; cut < len(text); cut++ {
		b.Reset()
		z.Reset(&b)
		if _, err := z.Write(text[:cut]); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(z.Close(), os.WriteFile(s.runs[0].name, b.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
		failed := false
		for _, err := range s.all() {
			failed = err != nil
		}
		if !failed {
			t.Errorf("cut off after %d bytes of %d, and no error", cut, len(text))
		}
	}
}

// TestAhead: reading ahead changes nothing, neither where it ends nor where it is left.
func TestAhead(t *testing.T) {
	long := strings.Repeat("x", chunkBytes/3)
	for _, n := range []int{0, 1, 2, 3, 10} {
		for _, fails := range []bool{false, true} {
			for leave := range n + 1 {
				running := true
				all := func(yield func(Sighting, error) bool) {
					defer func() { running = false }()
					for i := range n {
						if !yield(Sighting{Record: record(fmt.Sprint(i), 1, long)}, nil) {
							return
						}
					}
					if fails {
						yield(Sighting{}, errors.New("the end"))
					}
				}
				got, failed := 0, false
				for s, err := range ahead(all) {
					if failed = err != nil; failed {
						break
					}
					if s.Record.ID != fmt.Sprint(got) {
						t.Fatalf("%s stands at %d", s.Record.ID, got)
					}
					if got++; got == leave {
						break
					}
				}
				if want := leave; running || leave > 0 && got != want || leave == 0 && (got != n || failed != fails) {
					t.Errorf("%d, fails %v, left at %d: got %d, failed %v, running %v", n, fails, leave, got, failed, running)
				}
			}
		}
	}
}

func TestDescribeDays(t *testing.T) {
	period, whole := days(1, 6), []evidence.Selection{stop}
	s := newStory()
	s.now = day(5)
	units := []evidence.Unit{unit(tokyo, days(1, 2), whole...), unit(tokyo, days(2, 3), whole...), unit(tokyo, days(3, 4), whole...)}
	plan := s.plan(period, whole, units...)
	s.done(plan, units[0])
	s.done(plan, units[1], "digest_missing")
	v, err := Open(t.Context(), s, period, []Source{trail}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []DayState
	for _, d := range v.Describe()[0].Days {
		got = append(got, d.State)
	}
	if d := cmp.Diff([]DayState{DayComplete, DayGap, DayMissing, DayAhead, DayAhead}, got); d != "" {
		t.Error(d)
	}
}

// TestProvisionalDays: a month that was read a day after its end is provisional for its last
// days alone, those of which records may still arrive.
func TestProvisionalDays(t *testing.T) {
	period, whole := days(1, 8), []evidence.Selection{stop}
	s := newStory()
	s.now = day(9)
	u := unit(tokyo, period, whole...)
	plan := s.plan(period, whole, u)
	s.done(plan, u)
	last := s.entries[len(s.entries)-1].Manifest.Claims
	last[0].Notes = append(last[0].Notes, evidence.Finding{Code: evidence.NotSettled, Window: evidence.Period{Start: day(9), End: day(11)}}) // three days late
	v, err := Open(t.Context(), s, period, []Source{trail}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, d := range v.Describe()[0].Days {
		if d.State != DayComplete || !d.Until.IsZero() && !d.Until.Equal(day(11)) {
			t.Errorf("%+v", d)
		}
		if !d.Until.IsZero() {
			got = append(got, d.Date.Day())
		}
	}
	if d := cmp.Diff([]int{6, 7}, got); d != "" {
		t.Error(d)
	}
}

func TestSubtract(t *testing.T) {
	for _, tt := range []struct {
		parts []evidence.Period
		want  []evidence.Period
	}{
		{nil, []evidence.Period{days(1, 10)}},
		{[]evidence.Period{days(1, 10)}, nil},
		{[]evidence.Period{days(4, 6), days(1, 3)}, []evidence.Period{days(3, 4), days(6, 10)}},
		{[]evidence.Period{days(1, 7), days(2, 3), days(7, 12)}, nil},
		{[]evidence.Period{days(10, 12)}, []evidence.Period{days(1, 10)}},
	} {
		if d := cmp.Diff(tt.want, subtract(days(1, 10), tt.parts)); d != "" {
			t.Errorf("without %v: %s", tt.parts, d)
		}
	}
}
