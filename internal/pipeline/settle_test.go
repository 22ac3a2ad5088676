package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pack"
)

// directory is a tenant: sign-ins, a unit a day, of which some are delivered late, and
// its users as they are when they are read.
type directory struct {
	now     func() time.Time
	signIns map[string]signIn
	enabled bool // of user u1, by now

	keeps    time.Duration // how long sign-ins are kept; zero: for ever
	wrong    bool          // sign-ins are read with a gap
	fails    error         // reading sign-ins ends with it, after a batch
	planless error         // planning does
	beta     bool          // a setting that makes other units
	at       func()        // called at every batch of sign-ins

	mu   sync.Mutex
	read []string // the windows of sign-ins that were read
}

type signIn struct {
	User    string    `json:"user"`
	Factors int       `json:"factors"`
	At      time.Time `json:"at"`
	arrives time.Time
}

func (s *directory) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		if s.planless != nil {
			yield(evidence.Unit{}, s.planless)
			return
		}
		unit := evidence.Unit{Kinds: []string{"directory.user"}, Scope: evidence.Scope{"tenant": "t"}, Window: q.Period, Want: q.Want}
		if !yield(unit, nil) {
			return
		}
		unit.Kinds = []string{"directory.sign_in"}
		if s.beta {
			unit.Spec = []byte(`{"beta":true}`)
		}
		for start := q.Period.Start; start.Before(q.Period.End); { // the days of the zone that the period is given in
			y, m, d := start.Date()
			end := time.Date(y, m, d+1, 0, 0, 0, 0, start.Location())
			unit.Window = evidence.Period{Start: start.UTC(), End: end.UTC()}
			if !yield(unit, nil) {
				return
			}
			start = end
		}
	}
}

func (s *directory) Collect(_ context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	claim := evidence.Claim{Kind: u.Kinds[0], Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "pages", Expected: 1, Found: 1}
	return func(yield func(evidence.Batch, error) bool) {
		if u.Kinds[0] == "directory.user" {
			b := batchOf(u, "u1@"+s.now().Format(time.RFC3339), s.now(), fmt.Sprintf(`{"user":"u1","enabled":%t,"read":%q}`, s.enabled, s.now().UTC().Format(time.RFC3339)))
			b.Claims = []evidence.Claim{claim}
			yield(b, nil)
			return
		}
		s.mu.Lock()
		s.read = append(s.read, u.Window.Start.Format("01-02T15")+" from "+string(from))
		s.mu.Unlock()
		for _, id := range sorted(s.signIns) {
			in := s.signIns[id]
			forgotten := s.keeps > 0 && s.now().Sub(in.At) > s.keeps
			if id <= string(from) || !u.Window.Contains(in.At) || s.now().Before(in.arrives) || forgotten {
				continue
			}
			b := batchOf(u, id, in.At, fmt.Sprintf(`{"user":%q,"factors":%d,"at":%q}`, in.User, in.Factors, in.At.Format(time.RFC3339)))
			if s.at != nil {
				s.at()
			}
			if !yield(b, nil) {
				return
			}
			if s.fails != nil {
				yield(evidence.Batch{}, s.fails)
				return
			}
		}
		switch {
		case s.wrong:
			claim.Found, claim.Gaps = 0, []evidence.Finding{{Code: "not_readable"}}
		case s.keeps > 0 && s.now().Sub(u.Window.Start) > s.keeps:
			claim.Found, claim.Gaps = 0, []evidence.Finding{{Code: "older_than_retained", Forgotten: true}}
		}
		yield(evidence.Batch{Kind: u.Kinds[0], Claims: []evidence.Claim{claim}, Cursor: evidence.Cursor("~")}, nil)
	}
}

func batchOf(u evidence.Unit, id string, at time.Time, body string) evidence.Batch {
	r, err := evidence.NewRecord(u.Kinds[0], id, at, 0, []byte(body))
	if err != nil {
		panic(err)
	}
	return evidence.Batch{Kind: u.Kinds[0], Records: []evidence.Record{r}, Origins: []evidence.Origin{{Request: "page", SHA256: "00"}}, Cursor: evidence.Cursor(id)}
}

// directoryControls: ACC-01 takes exception to a sign-in with one factor; ACC-02 to a
// user who was enabled by any snapshot taken until as_of, and by the newest; ACC-03 leaves each
// sign-in pending until ten days after it.
var directoryControls = fstest.MapFS{
	"ACC-01/control.yaml": {Data: []byte(control("ACC-01", "{kind: directory.sign_in, time: at}", ""))},
	"ACC-01/policy.rego":  {Data: []byte("package evidence.acc_01\n\nexception contains {\"code\": \"found\", \"detail\": input.record.user} if input.record.factors == 1\n")},
	"ACC-02/control.yaml": {Data: []byte(control("ACC-02", "{kind: directory.sign_in, time: at}", `
related:
  users: {kind: directory.user, match: {user: user}, window: {before: 40d, after: 40d}}
  newest: {kind: directory.user, match: {user: user}, latest_of: user}`))},
	"ACC-02/policy.rego": {Data: []byte(`package evidence.acc_02

exception contains {"code": "found", "detail": "known"} if {
	some u in input.related.users
	u.enabled
	time.parse_rfc3339_ns(u.read) <= time.parse_rfc3339_ns(input.as_of)
}

exception contains {"code": "found", "detail": "newest"} if {
	some u in input.related.newest
	u.enabled
}
`)},
	"ACC-03/control.yaml": {Data: []byte(control("ACC-03", "{kind: directory.sign_in, time: at}", ""))},
	"ACC-03/policy.rego": {Data: []byte(`package evidence.acc_03

due := time.parse_rfc3339_ns(input.record.at) + (((10 * 24) * 3600) * 1000000000)

exception contains {"code": "found"} if due <= time.parse_rfc3339_ns(input.as_of)
`)},
	"schemas/directory.sign_in.json": {Data: []byte(`{"type": "object", "properties": {"user": {"type": "string"}, "factors": {"type": "integer"}, "at": {"type": "string"}}}`)},
	"schemas/directory.user.json":    {Data: []byte(`{"type": "object", "properties": {"user": {"type": "string"}, "enabled": {"type": "boolean"}, "read": {"type": "string"}}}`)},
	"frameworks/all.yaml":            {Data: []byte(framework("all", "ACC-01, ACC-02, ACC-03"))},
}

var (
	tokyo      = time.FixedZone("Asia/Tokyo", 9*3600)
	octoberJST = evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, tokyo), End: time.Date(2026, 11, 1, 0, 0, 0, 0, tokyo)}
	november   = evidence.Period{Start: octoberJST.End, End: time.Date(2026, 12, 1, 0, 0, 0, 0, tokyo)}
)

// newDirectory is a run over a directory, some hours after October, of which one sign-in
// is delivered a day later.
func newDirectory(t *testing.T) (*Run, *directory, *time.Time) {
	t.Helper()
	text := strings.NewReplacer("[soc1]", "[all]", "name: trail", "name: directory", "timezone: UTC", "timezone: Asia/Tokyo").Replace(configuration)
	c, err := config.Parse([]byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(t.Context(), c, time.Now); err != nil {
		t.Fatal(err)
	}
	lib, err := controls.Load(directoryControls)
	if err != nil {
		t.Fatal(err)
	}
	r, _, _ := newForge(t)
	clock := octoberJST.End.Add(2 * time.Hour)
	s := &directory{now: func() time.Time { return clock }, signIns: map[string]signIn{
		"s1": {"u1", 2, octoberJST.Start.AddDate(0, 0, 4), time.Time{}},
		"s2": {"u1", 2, octoberJST.End.Add(-30 * time.Hour), time.Time{}},
		"s3": {"u2", 1, octoberJST.End.Add(-29 * time.Hour), octoberJST.End.Add(24 * time.Hour)},
		"s4": {"u1", 2, november.Start.AddDate(0, 0, 9), time.Time{}},
	}}
	r.Config, r.Library, r.Now, r.Workers = c, lib, s.now, 1
	d := &r.Drivers[0]
	d.Kinds = []collectors.Kind{
		{Name: "directory.sign_in", Title: d.Title, Form: evidence.Mutable, Methods: []evidence.Method{evidence.PagesExhausted}, Settles: 72 * time.Hour},
		{Name: "directory.user", Title: d.Title, Form: evidence.Snapshot, Methods: []evidence.Method{evidence.PagesExhausted}},
	}
	d.Texts = map[string]evidence.Text{"pages": d.Title, "older_than_retained": d.Title, "not_readable": d.Title, evidence.NotSettled: collectors.Texts[evidence.NotSettled]}
	d.New = func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return s, decode(&struct{}{})
	}
	return r, s, &clock
}

func settle(t *testing.T, r *Run) Settled {
	t.Helper()
	done, err := r.Settle(t.Context(), november)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func seal(t *testing.T, r *Run) {
	t.Helper()
	if _, err := r.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func asOf(t *testing.T, r *Run, p evidence.Period) time.Time {
	t.Helper()
	view, _, err := r.View(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	return view.AsOf()
}

// The monthly run of November reads the last days of October again: a sign-in that was
// delivered late is met, and what rests on when October was collected stays as it was.
func TestTheNextPeriodsRunReadsAgainWhatHadNotSettled(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	first := asOf(t, r, octoberJST)
	want := []string{"ACC-01 effective 0/2", "ACC-02 effective 0/2", "ACC-03 exceptions_noted 1/2 s1"}
	if d := cmp.Diff(want, told(t, r, octoberJST)); d != "" {
		t.Fatal(d)
	}

	if d := cmp.Diff([]string{"29 until 02 forgotten false", "30 until 03 forgotten false", "31 until 04 forgotten false"}, notSettled(t, r)); d != "" {
		t.Error(d)
	}

	*clock, s.enabled, s.read = november.End.Add(2*time.Hour), true, nil
	got := settle(t, r)
	if d := cmp.Diff(Settled{Period: octoberJST, Read: 3, Windows: 3, New: 1}, got, sameInstant); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"10-28T15 from ", "10-29T15 from ", "10-30T15 from "}, s.read); d != "" {
		t.Errorf("windows read again: %s", d)
	}
	collectMonth(t, r, november)
	want = []string{"ACC-01 exceptions_noted 1/3 s3 \"u2\"", "ACC-02 effective 0/3", "ACC-03 exceptions_noted 1/3 s1"}
	if d := cmp.Diff(want, told(t, r, octoberJST)); d != "" {
		t.Error(d)
	}
	if now := asOf(t, r, octoberJST); !now.Equal(first) {
		t.Errorf("October's as_of moved from %s to %s", first, now)
	}
	if d := cmp.Diff([]string{"ACC-01 effective 0/1", "ACC-02 exceptions_noted 1/1 s4 \"known\" s4 \"newest\"", "ACC-03 exceptions_noted 1/1 s4"}, told(t, r, november)); d != "" {
		t.Error(d)
	}

	if lines := notSettled(t, r); len(lines) > 0 {
		t.Errorf("after all has settled: %q", lines)
	}

	s.read = nil
	if d := cmp.Diff(Settled{Period: octoberJST}, settle(t, r), sameInstant); d != "" || len(s.read) > 0 {
		t.Errorf("once more: %s%q", d, s.read)
	}
	verifyAgain(t, r, octoberJST)
}

var sameInstant = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

// verifyAgain makes the period's pack and repeats its tests.
func verifyAgain(t *testing.T, r *Run, p evidence.Period) {
	t.Helper()
	results, view, cp, err := r.Evaluate(t.Context(), p, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	paths, err := r.Pack(t.Context(), p, results, view, cp, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Verify(t.Context(), paths[0], pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English}); err != nil {
		t.Error(err)
	}
}

// Only a collection of October itself, which takes its snapshots too, moves its as_of.
func TestCollectingThePeriodAgainMovesItsAsOf(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	*clock, s.enabled = november.End.Add(2*time.Hour), true
	collectMonth(t, r, octoberJST)
	if d := cmp.Diff([]string{"ACC-01 exceptions_noted 1/3 s3 \"u2\"", "ACC-02 exceptions_noted 2/3 s1 \"known\" s1 \"newest\" s2 \"known\" s2 \"newest\"", "ACC-03 exceptions_noted 3/3 s1  s2  s3"}, told(t, r, octoberJST)); d != "" {
		t.Error(d)
	}
	if now := asOf(t, r, octoberJST); !now.Equal(*clock) {
		t.Errorf("as_of is %s", now)
	}
	if got := settle(t, r); got.Read != 0 {
		t.Errorf("what a collection of the period read is read again: %+v", got)
	}
}

// A window is read again as soon as it has settled, and not before.
func TestWhatHasNotSettledYetWaits(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	for _, tt := range []struct {
		after time.Duration // the end of October
		want  []string
	}{
		{23 * time.Hour, nil},
		{24 * time.Hour, []string{"10-28T15 from "}},
		{71 * time.Hour, []string{"10-29T15 from "}},
		{80 * time.Hour, []string{"10-30T15 from "}},
		{90 * time.Hour, nil},
	} {
		*clock, s.read = octoberJST.End.Add(tt.after), nil
		settle(t, r)
		if d := cmp.Diff(tt.want, s.read); d != "" {
			t.Errorf("%s after October: %s", tt.after, d)
		}
	}
	if got := settle(t, r); got.Read != 0 || got.Windows != 3 || got.New != 1 {
		t.Errorf("what waits to be sealed: %+v", got)
	}
}

// What the source has forgotten meanwhile stays as it was read, and is not asked for
// for ever.
func TestASourceThatForgotBeforeItSettled(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	*clock, s.keeps = november.End.Add(2*time.Hour), 30*24*time.Hour
	if d := cmp.Diff(Settled{Period: octoberJST, Read: 3, Windows: 3, Forgotten: 3}, settle(t, r), sameInstant); d != "" {
		t.Error(d)
	}
	seal(t, r)
	if d := cmp.Diff([]string{"ACC-01 effective 0/2"}, told(t, r, octoberJST, "ACC-01")); d != "" {
		t.Error(d)
	}
	if got := settle(t, r); got.Read != 0 {
		t.Errorf("once more: %+v", got)
	}
	if d := cmp.Diff([]string{"29 until 02 forgotten true", "30 until 03 forgotten true", "31 until 04 forgotten true"}, notSettled(t, r)); d != "" {
		t.Error(d)
	}
}

// notSettled is a line for each day of October that was read before it had settled:
// of which until when, and whether it is forgotten.
func notSettled(t *testing.T, r *Run) []string {
	t.Helper()
	view, _, err := r.View(t.Context(), octoberJST, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	var lines []string
	for _, u := range view.Unsettled(evidence.NotSettled) {
		if u.Source != "directory" || u.Kind != "directory.sign_in" || u.Scope["tenant"] != "t" {
			t.Errorf("%+v", u)
		}
		lines = append(lines, fmt.Sprintf("%s until %s forgotten %t", u.Window.Start.In(tokyo).Format("02"), u.Until.In(tokyo).Format("02"), u.Forgotten))
	}
	return lines
}

// What goes wrong is tried again by the next run, and changes nothing of as_of.
func TestReadingAgainFails(t *testing.T) {
	for name, tt := range map[string]struct {
		breaks func(s *directory)
		mends  func(s *directory)
		first  Settled
		then   Settled
	}{
		"an error": {
			func(s *directory) { s.fails = errors.New("the source is down") }, func(s *directory) { s.fails = nil },
			Settled{Read: 2, Windows: 2, Failed: 1}, Settled{Read: 1, Windows: 3, New: 1},
		},
		"a gap": {
			func(s *directory) { s.wrong = true }, func(s *directory) { s.wrong = false },
			Settled{Read: 3, Windows: 3, WithGaps: 3, New: 1}, Settled{Read: 3, Windows: 3, New: 1},
		},
		"no plan": {
			func(s *directory) { s.planless = errors.New("AccessDenied") }, func(s *directory) { s.planless = nil },
			Settled{Failed: 1}, Settled{Read: 3, Windows: 3, New: 1},
		},
		"other settings": {
			func(s *directory) { s.beta = true }, func(s *directory) { s.beta = false },
			Settled{Unplanned: 3}, Settled{Read: 3, Windows: 3, New: 1},
		},
	} {
		for _, sealed := range []bool{false, true} {
			r, s, clock := newDirectory(t)
			collectMonth(t, r, octoberJST)
			first := asOf(t, r, octoberJST)
			*clock = november.Start.AddDate(0, 0, 9)
			tt.breaks(s)
			tt.first.Period, tt.then.Period = octoberJST, octoberJST
			if d := cmp.Diff(tt.first, settle(t, r), sameInstant); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			want := tt.then
			if sealed {
				seal(t, r)
				want.Windows, want.New = want.Read, want.New-tt.first.New
			}
			tt.mends(s)
			*clock = clock.Add(time.Hour)
			if d := cmp.Diff(want, settle(t, r), sameInstant); d != "" {
				t.Errorf("%s, and then (sealed %t): %s", name, sealed, d)
			}
			seal(t, r)
			if d := cmp.Diff([]string{"ACC-01 exceptions_noted 1/3 s3 \"u2\""}, told(t, r, octoberJST, "ACC-01")); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			if now := asOf(t, r, octoberJST); !now.Equal(first) {
				t.Errorf("%s: as_of moved from %s to %s", name, first, now)
			}
			if got := settle(t, r); got.Read != 0 {
				t.Errorf("%s: once more: %+v", name, got)
			}
		}
	}
}

// Cut off at every batch in turn, the next run goes on where it was, tells of all that
// was new, and reads nothing twice.
func TestReadingAgainIsContinued(t *testing.T) {
	for cut := range 2 {
		r, s, clock := newDirectory(t)
		collectMonth(t, r, octoberJST)
		first := asOf(t, r, octoberJST)
		*clock = november.End.Add(2 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		s.at = func() {
			if seen++; seen > cut {
				cancel()
			}
		}
		if _, err := r.Settle(ctx, november); !errors.Is(err, context.Canceled) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		s.at = nil
		if got := settle(t, r); got.Windows != 3 || got.New != 1 || got.Changed != 0 {
			t.Errorf("cut at %d: %+v", cut, got)
		}
		seal(t, r)
		if d := cmp.Diff([]string{"ACC-01 exceptions_noted 1/3 s3 \"u2\""}, told(t, r, octoberJST, "ACC-01")); d != "" {
			t.Errorf("cut at %d: %s", cut, d)
		}
		if now := asOf(t, r, octoberJST); !now.Equal(first) {
			t.Errorf("cut at %d: as_of moved to %s", cut, now)
		}
		view, _, err := r.View(t.Context(), octoberJST, nil)
		if err != nil {
			t.Fatal(err)
		}
		// Read in October: s1 and s2; again: s2 and s3.
		if stats, err := view.Stats(t.Context(), "directory.sign_in"); err != nil || stats.Sealed != 4 {
			t.Errorf("cut at %d: %+v, %v: something was read twice", cut, stats, err)
		}
		if err := view.Close(); err != nil {
			t.Error(err)
		}
		cancel()
	}
}

// A collection of the period that was cut off is not gone on with: its plan has moved
// as_of already, and its rest would once more.
func TestACollectionThatWasCutOffIsNotContinued(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	*clock, s.fails = octoberJST.End.Add(40*time.Hour), errors.New("the source is down")
	if _, err := r.Collect(t.Context(), octoberJST, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	seal(t, r)
	first := asOf(t, r, octoberJST)
	*clock, s.fails = november.End.Add(2*time.Hour), nil
	settle(t, r)
	seal(t, r)
	if now := asOf(t, r, octoberJST); !now.Equal(first) {
		t.Errorf("as_of moved from %s to %s", first, now)
	}
	if d := cmp.Diff([]string{"ACC-01 exceptions_noted 1/3 s3 \"u2\""}, told(t, r, octoberJST, "ACC-01")); d != "" {
		t.Error(d)
	}
}

// A query that asks for less does not answer for what another asked.
func TestWhichQueriesAreAskedAgain(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	list, err := r.Select([]string{"ACC-01"})
	if err != nil {
		t.Fatal(err)
	}
	*clock = clock.Add(time.Hour)
	if _, err := r.Collect(t.Context(), octoberJST, list); err != nil {
		t.Fatal(err)
	}
	days := evidence.Period{Start: octoberJST.End.AddDate(0, 0, -1), End: octoberJST.End}
	*clock = clock.Add(time.Hour)
	if _, err := r.Collect(t.Context(), days, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	*clock, s.read = november.Start.AddDate(0, 0, 9), nil
	settle(t, r)
	slices.Sort(s.read)
	// The last day is one unit, whether it is asked for within the month or alone.
	want := []string{"10-28T15 from ", "10-28T15 from ", "10-29T15 from ", "10-29T15 from ", "10-30T15 from ", "10-30T15 from "}
	if d := cmp.Diff(want, s.read); d != "" {
		t.Error(d)
	}
}

// A plan that could not be made answers for nothing that one before it planned.
func TestAPlanThatFailedHidesNoEarlierOne(t *testing.T) {
	r, s, clock := newDirectory(t)
	collectMonth(t, r, octoberJST)
	*clock, s.planless = clock.Add(time.Hour), errors.New("the token has expired")
	if _, err := r.Collect(t.Context(), octoberJST, r.Library.Controls); err != nil {
		t.Fatal(err)
	}
	seal(t, r)
	*clock, s.planless = november.End.Add(2*time.Hour), nil
	if d := cmp.Diff(Settled{Period: octoberJST, Read: 3, Windows: 3, New: 1}, settle(t, r), sameInstant); d != "" {
		t.Error(d)
	}
	seal(t, r)
	if lines := notSettled(t, r); len(lines) > 0 {
		t.Errorf("after all has settled: %q", lines)
	}
}

// What was collected within a longer period is read again as far as it lies in the
// period before, and no further.
func TestALongerPeriodIsReadAgain(t *testing.T) {
	r, s, clock := newDirectory(t)
	longer := evidence.Period{Start: octoberJST.Start.AddDate(0, -1, 0), End: octoberJST.End}
	collectMonth(t, r, longer)
	*clock, s.read = november.End.Add(2*time.Hour), nil
	if d := cmp.Diff(Settled{Period: octoberJST, Read: 3, Windows: 3, New: 1}, settle(t, r), sameInstant); d != "" {
		t.Error(d)
	}
	seal(t, r)
	if d := cmp.Diff([]string{"ACC-01 exceptions_noted 1/3 s3 \"u2\""}, told(t, r, octoberJST, "ACC-01")); d != "" {
		t.Error(d)
	}

	// A reading of a month on either side is that month's.
	r, s, clock = newDirectory(t)
	both := evidence.Period{Start: octoberJST.Start, End: november.End}
	*clock = november.Start.AddDate(0, 0, 10)
	collectMonth(t, r, both)
	*clock, s.read = november.End.Add(2*time.Hour), nil
	if got := settle(t, r); got.Read > 0 || len(s.read) > 0 {
		t.Errorf("%+v, read again: %q", got, s.read)
	}
}

// TestApprovingWhatWasProvisional: who approves a pack of October is told that its last days
// were to be collected again, once that could have been done; and no more once it was.
func TestApprovingWhatWasProvisional(t *testing.T) {
	r, _, clock := newDirectory(t)
	approverOf(t, r, "Approver")
	var told []pack.Provisional
	r.Provisional = func(p pack.Provisional) { told = append(told, p) }
	made := func() string {
		t.Helper()
		if _, err := r.Collect(t.Context(), octoberJST, r.Library.Controls); err != nil {
			t.Fatal(err)
		}
		seal(t, r)
		results, view, cp, err := r.Evaluate(t.Context(), octoberJST, r.Library.Controls)
		if err != nil {
			t.Fatal(err)
		}
		defer view.Close()
		defer results.Close()
		paths, err := r.Pack(t.Context(), octoberJST, results, view, cp, []string{"all"}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return paths[0]
	}
	signed := func(path string) []pack.Provisional {
		t.Helper()
		told = nil
		if _, err := approve(t, r, path, t.TempDir()); err != nil {
			t.Fatal(err)
		}
		return told
	}
	early := made()
	until := octoberJST.End.Add(72 * time.Hour).UTC()
	*clock = until
	if got := signed(early); len(got) > 0 {
		t.Errorf("while it could not be collected for good: %+v", got)
	}
	*clock = until.Add(time.Minute)
	want := []pack.Provisional{{Controls: []string{"ACC-01", "ACC-02", "ACC-03"}, Until: until}}
	if diff := cmp.Diff(want, signed(early)); diff != "" {
		t.Errorf("once it could (-want +got):\n%s", diff)
	}
	if got := signed(made()); len(got) > 0 {
		t.Errorf("once it was: %+v", got)
	}
}
