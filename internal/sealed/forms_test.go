package sealed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// forge yields a kind of each form.
var forge = Source{
	Name: "trail", Driver: "d", Kinds: []string{"forge.push", "forge.pull", "forge.settings"}, Methods: []evidence.Method{evidence.PagesExhausted},
	Forms: map[string]evidence.Form{"forge.pull": evidence.Mutable, "forge.settings": evidence.Snapshot},
}

// collected seals one complete unit of one kind.
func (s *story) collected(kind string, window evidence.Period, records ...evidence.Record) {
	want := []evidence.Selection{{Kind: kind}}
	u := evidence.Unit{Kinds: []string{kind}, Scope: evidence.Scope{"repository": "app"}, Window: window, Want: want}
	planned := locker.Planned(u)
	m := locker.Manifest{Type: locker.Batch, Plan: s.plan(window, want, u), Unit: &planned, Last: true, Kind: kind, Claims: []evidence.Claim{
		{Kind: kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: window, Unit: "pages", Expected: 1, Found: 1},
	}}
	if len(records) > 0 {
		m.Object, m.Records, m.Size = fmt.Sprintf("%064x", len(s.entries)+1), int64(len(records)), 1
		s.records[m.Object] = records
	}
	s.add(m)
}

func of(kind, id string, at time.Time, body string) evidence.Record {
	r, err := evidence.NewRecord(kind, id, at, 0, []byte(`{"v":"`+body+`"}`))
	if err != nil {
		panic(err)
	}
	return r
}

// held lists "id=body" of what the selections see of a kind.
func held(t *testing.T, v *View, kind string, want ...evidence.Selection) string {
	t.Helper()
	var all []string
	for r, err := range v.For(want).Records(t.Context(), kind) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.ID+"="+strings.TrimSuffix(strings.TrimPrefix(string(r.Body), `{"v":"`), `"}`))
	}
	return strings.Join(all, " ")
}

func open(t *testing.T, s *story, p evidence.Period, want ...evidence.Selection) *View {
	t.Helper()
	v, err := Open(t.Context(), s, p, []Source{forge}, want)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

// TestForms: what two bodies under one identity come to.
func TestForms(t *testing.T) {
	period := days(1, 11)
	for _, tt := range []struct {
		name   string
		kind   string
		bodies []string // of one identity, a collection each
		want   string
		stats  Stats
		// missing by the population's conflicts
		missing string
	}{
		{"an event that stays", "forge.push", []string{"a", "a"}, "x=a", Stats{Sealed: 2, Duplicates: 1}, ""},
		{"an event that changes", "forge.push", []string{"a", "b"}, "x=a", Stats{Sealed: 2, Duplicates: 1}, "conflict: x"},
		{"a thing that stays", "forge.pull", []string{"a", "a", "a"}, "x=a", Stats{Sealed: 3, Duplicates: 2}, ""},
		{"a thing that changes", "forge.pull", []string{"a", "a", "b"}, "x=b", Stats{Sealed: 3, Duplicates: 1, Versions: 1}, ""},
		{"and changes back", "forge.pull", []string{"a", "b", "a"}, "x=a", Stats{Sealed: 3, Versions: 2}, ""},
		{"a snapshot's identity is its own", "forge.settings", []string{"a", "b"}, "x=a", Stats{Sealed: 2, Duplicates: 1}, "conflict: x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory()
			for _, body := range tt.bodies {
				s.collected(tt.kind, period, of(tt.kind, "x", day(3), body))
			}
			v := open(t, s, period)
			if got := held(t, v, tt.kind); got != tt.want {
				t.Errorf("records %q, want %q", got, tt.want)
			}
			stats, err := v.Stats(t.Context(), tt.kind)
			if err != nil || stats != tt.stats || stats.Distinct() != 1 {
				t.Errorf("%+v, %v, want %+v", stats, err, tt.stats)
			}
			missing, err := v.Missing(t.Context(), []evidence.Selection{{Kind: tt.kind}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range missing {
				got = append(got, m.String())
			}
			if strings.Join(got, " ") != tt.missing {
				t.Errorf("missing %q, want %q", got, tt.missing)
			}
		})
	}
}

// TestTheLatestIsWhatWasSealedLast, whatever the times of versions, and however
// many fit into memory.
func TestTheLatestIsWhatWasSealedLast(t *testing.T) {
	period := days(1, 11)
	s := newStory()
	s.collected("forge.pull", period, of("forge.pull", "a", day(8), "old"), of("forge.pull", "b", day(4), "old"))
	s.collected("forge.pull", period, of("forge.pull", "a", day(2), "newer"), of("forge.pull", "a", day(2), "new"))
	v := open(t, s, period)
	if got := held(t, v, "forge.pull"); got != "a=new b=old" {
		t.Errorf("records %q", got)
	}
	versions, err := v.For(nil).Versions(t.Context(), "forge.pull", "a")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range versions {
		got = append(got, fmt.Sprintf("%s of leaf %d", x.Body(), x.Sightings[0].Entry.Index))
	}
	if d := cmp.Diff([]string{`{"v":"old"} of leaf 1`, `{"v":"newer"} of leaf 3`, `{"v":"new"} of leaf 3`}, got); d != "" {
		t.Error(d)
	}
}

// TestSourcesThatDiffer: a kind of which any source says that it never changes
// may not change.
func TestSourcesThatDiffer(t *testing.T) {
	strict := Source{Name: "other", Driver: "d", Kinds: []string{"forge.pull"}}
	for name, sources := range map[string][]Source{"first": {strict, forge}, "last": {forge, strict}} {
		v, err := Open(t.Context(), newStory(), days(1, 2), sources, nil)
		if err != nil {
			t.Fatal(err)
		}
		if f := v.Form("forge.pull"); f != evidence.Event {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// lastMonth and thisMonth follow each other; what each collection seals is
// collected after its end.
var lastMonth, thisMonth = days(1, 11), days(11, 21)

// twoMonths has, of each month, a pull request that the next month's
// collection saw changed, and a snapshot that was taken two days after the month.
func twoMonths() *story {
	s := newStory()
	month := func(p evidence.Period, name string, more ...evidence.Record) {
		s.now = p.End.AddDate(0, 0, 2)
		s.collected("forge.push", p, of("forge.push", "push-"+name, p.Start, name))
		s.collected("forge.pull", p, append(more, of("forge.pull", "pull-"+name, p.Start.AddDate(0, 0, 5), "merged"))...)
		s.collected("forge.settings", p, of("forge.settings", "settings@"+name, s.now, name))
	}
	month(lastMonth, "1")
	month(thisMonth, "2", of("forge.pull", "pull-1", lastMonth.Start.AddDate(0, 0, 5), "changed"))
	s.now = day(33)
	return s
}

// TestAround: what other months sealed is there for those that ask for it, for
// the kinds that they ask for, and changes nothing else.
func TestAround(t *testing.T) {
	pulls := evidence.Selection{Kind: "forge.pull", For: "CHG-01"}
	pushes := evidence.Selection{Kind: "forge.push", For: "CHG-05"}
	settings := evidence.Selection{Kind: "forge.settings", Before: 8 * 24 * time.Hour, After: 5 * 24 * time.Hour, For: "CHG-01/settings"}
	s := twoMonths()
	plain, wide := open(t, s, thisMonth), open(t, s, thisMonth, pulls, pushes, settings)

	for _, tt := range []struct {
		name string
		view *View
		kind string
		sees []evidence.Selection
		want string
	}{
		{"the month alone", plain, "forge.settings", nil, "settings@2=2"},
		{"the month alone, of changing things", plain, "forge.pull", nil, "pull-1=changed pull-2=merged"},
		{"for who asks", wide, "forge.settings", []evidence.Selection{pulls, settings}, "settings@1=1 settings@2=2"},
		{"not for others", wide, "forge.settings", []evidence.Selection{pulls}, "settings@2=2"},
		{"no other kind", wide, "forge.push", []evidence.Selection{pushes, settings}, "push-2=2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := held(t, tt.view, tt.kind, tt.sees...); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if !wide.AsOf().Equal(plain.AsOf()) {
		t.Errorf("as of %s, and %s without", wide.AsOf(), plain.AsOf())
	}
	if d := cmp.Diff(plain.Describe(), wide.Describe()); d != "" {
		t.Errorf("it changes what is told of the period: %s", d)
	}
	for _, want := range [][]evidence.Selection{{pulls}, {pulls, {Kind: settings.Kind, For: "CHG-01/settings"}}} {
		missing, err := wide.Missing(t.Context(), want)
		if err != nil || missing != nil {
			t.Errorf("missing %v, %v", missing, err)
		}
	}
	if d := cmp.Diff(map[string]Around{"forge.settings": {Before: "192h0m0s", After: "120h0m0s", Batches: 1, Records: 1}},
		wide.Around([]evidence.Selection{pulls, settings})); d != "" {
		t.Error(d)
	}
	narrow := []evidence.Selection{{Kind: "forge.pull", Before: time.Hour}}
	for _, err := range wide.For(narrow).Records(t.Context(), "forge.pull") {
		if err == nil {
			t.Error("a view that does not reach so far was read as if nothing was there")
		}
	}
	// A pack carries all that speaks of the month, and of others what is read.
	leaves := func(want ...evidence.Selection) string {
		var list []string
		for _, e := range wide.Entries(want) {
			if e.Manifest.Type == locker.Batch {
				list = append(list, e.Manifest.Kind+"@"+e.Manifest.Unit.Window.Start.Format("02"))
			}
		}
		return strings.Join(list, " ")
	}
	if got := leaves(pulls, settings); got != "forge.settings@01 forge.push@11 forge.pull@11 forge.settings@11" {
		t.Errorf("with settings: %s", got)
	}
	if got := leaves(pulls); got != "forge.push@11 forge.pull@11 forge.settings@11" {
		t.Errorf("without: %s", got)
	}
}

// TestAContradictionAroundThePeriod: what a control rests on may not contradict
// itself, whichever month it is of.
func TestAContradictionAroundThePeriod(t *testing.T) {
	s := newStory()
	s.collected("forge.push", lastMonth, of("forge.push", "x", day(9), "a"), of("forge.push", "x", day(9), "b"))
	s.collected("forge.push", thisMonth)
	around := evidence.Selection{Kind: "forge.push", Before: 72 * time.Hour, For: "CHG-05/pushes"}
	asked := Missing{Code: NotPlanned, Source: "trail", Detail: "forge.push"}
	v := open(t, s, thisMonth, around)
	for name, tt := range map[string]struct {
		want []evidence.Selection
		give []Missing
	}{
		"read":     {[]evidence.Selection{around}, []Missing{asked, {Code: Conflict, Detail: "x"}}}, // and the plan did not reach so far
		"not read": {[]evidence.Selection{{Kind: "forge.push", For: "CHG-05"}}, nil},
	} {
		missing, err := v.Missing(t.Context(), tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.give, missing); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestSnapshotsAreNeverLate: the next month's collection may hold what came late
// of this one, but how things were then is not of this month.
func TestSnapshotsAreNeverLate(t *testing.T) {
	s := twoMonths()
	if got := held(t, open(t, s, lastMonth), "forge.settings"); got != "settings@1=1" {
		t.Errorf("%q", got)
	}
	// Things that change are: the latest is the record at this checkpoint.
	if got := held(t, open(t, s, lastMonth), "forge.pull"); got != "pull-1=changed pull-2=merged" {
		t.Errorf("%q", got)
	}
	after := evidence.Selection{Kind: "forge.settings", After: time.Hour}
	if got := held(t, open(t, s, lastMonth, after), "forge.settings", after); got != "settings@1=1 settings@2=2" {
		t.Errorf("asked for: %q", got)
	}
}
