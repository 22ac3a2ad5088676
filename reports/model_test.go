package reports_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
)

var tokyo = time.FixedZone("JST", 9*60*60)

func day(d int) time.Time { return time.Date(2026, 10, d, 0, 0, 0, 0, tokyo) }

func TestTally(t *testing.T) {
	tally := reports.NewTally(evidence.Period{Start: day(1), End: day(4)}, tokyo)
	tally.Add(day(1), evidence.Pass)
	tally.Add(day(2).Add(-time.Nanosecond), evidence.Exception)
	tally.Add(day(3), evidence.NotApplicable)
	tally.Add(day(3), evidence.Pending)
	tally.Add(day(3), evidence.Undetermined)
	tally.Add(day(4), evidence.Pass) // outside: in the counts, on no day
	want := reports.Counts{Total: 6, Passed: 2, Exceptions: 1, NotApplicable: 1, Pending: 1, Undetermined: 1}
	if diff := cmp.Diff(want, tally.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	wantDays := []reports.DayCounts{
		{Date: day(1), Counts: reports.Counts{Total: 2, Passed: 1, Exceptions: 1}},
		{Date: day(2)},
		{Date: day(3), Counts: reports.Counts{Total: 3, NotApplicable: 1, Pending: 1, Undetermined: 1}},
	}
	if diff := cmp.Diff(wantDays, tally.Days()); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
}

// TestTallyPartOfADay: a period that begins at noon has that day's date.
func TestTallyPartOfADay(t *testing.T) {
	p := evidence.Period{Start: day(1).Add(12 * time.Hour), End: day(2).Add(time.Hour)}
	var got []string
	for _, d := range reports.NewTally(p, tokyo).Days() {
		got = append(got, d.Date.Format(time.DateOnly))
	}
	if diff := cmp.Diff([]string{"2026-10-01", "2026-10-02"}, got); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
}

func TestItemResult(t *testing.T) {
	p := &reports.Pack{Controls: []reports.Control{
		{ID: "A", Result: evidence.Effective}, {ID: "B", Result: evidence.NoOccurrence},
		{ID: "C", Result: evidence.ExceptionsNoted}, {ID: "D", Result: evidence.NotEvaluable},
	}}
	tests := []struct {
		controls []string
		want     evidence.Result
		ok       bool
	}{
		{nil, "", false},
		{[]string{"X"}, "", false},
		{[]string{"B"}, evidence.NoOccurrence, true},
		{[]string{"B", "A"}, evidence.Effective, true},
		{[]string{"A", "C", "X"}, evidence.ExceptionsNoted, true},
		{[]string{"C", "D"}, evidence.NotEvaluable, true},
	}
	for _, tt := range tests {
		got, ok := p.ItemResult(reports.FrameworkItem{Controls: tt.controls})
		if got != tt.want || ok != tt.ok {
			t.Errorf("ItemResult(%v) = %q, %v; want %q, %v", tt.controls, got, ok, tt.want, tt.ok)
		}
	}
	want := []reports.ResultCount{{evidence.NotEvaluable, 1}, {evidence.ExceptionsNoted, 1}, {evidence.Effective, 1}, {evidence.NoOccurrence, 1}}
	if diff := cmp.Diff(want, p.ResultCounts()); diff != "" {
		t.Errorf("ResultCounts (-want +got):\n%s", diff)
	}
}

func TestGroupClaims(t *testing.T) {
	claim := func(scope string, d int, found int64, gaps ...reports.Finding) reports.Claim {
		return reports.Claim{
			Source: "s", Kind: "k", Method: "m", Unit: "u", Scope: scope, Window: evidence.Period{Start: day(d), End: day(d + 1)},
			Expected: 24, Found: found, Satisfied: len(gaps) == 0, Gaps: gaps, Counts: []reports.Figure{{Code: "read", For: scope, N: 10}, {Code: "files", N: 1}},
		}
	}
	gap := reports.Finding{Code: "missing"}
	claims := []reports.Claim{claim("b", 2, 24), claim("a", 1, 24), claim("b", 1, 23, gap), claim("a", 3, 24)}
	groups := reports.GroupClaims(claims)
	want := []reports.ClaimGroup{
		{Source: "s", Kind: "k", Method: "m", Scope: "a", Unit: "u", Scopes: 1, Window: evidence.Period{Start: day(1), End: day(4)}, Claims: 2, Expected: 48, Found: 48, Satisfied: true},
		{Source: "s", Kind: "k", Method: "m", Scope: "b", Unit: "u", Scopes: 1, Window: evidence.Period{Start: day(1), End: day(3)}, Claims: 2, Expected: 48, Found: 47, Gaps: []reports.Finding{gap}},
	}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Errorf("GroupClaims (-want +got):\n%s", diff)
	}
	merged := []reports.ClaimGroup{
		{Source: "s", Kind: "k", Method: "m", Unit: "u", Scopes: 2, Window: evidence.Period{Start: day(1), End: day(4)}, Claims: 4, Expected: 96, Found: 95, Gaps: []reports.Finding{gap}},
	}
	if diff := cmp.Diff(merged, reports.MergeScopes(groups)); diff != "" {
		t.Errorf("MergeScopes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Errorf("MergeScopes changed what it was given (-want +got):\n%s", diff)
	}
	figures := []reports.Figure{{Code: "read", For: "b", N: 20}, {Code: "files", N: 4}, {Code: "read", For: "a", N: 20}}
	if diff := cmp.Diff(figures, reports.SumFigures(claims)); diff != "" {
		t.Errorf("SumFigures (-want +got):\n%s", diff)
	}
}

// TestOmissions: what was not read is told by scope, with why, and by how many kinds; it is
// not among the scopes that were read.
func TestOmissions(t *testing.T) {
	out := func(scope, kind, text, why string) reports.Claim {
		return reports.Claim{Scope: scope, Kind: kind, Unread: &reports.Finding{Text: text, Object: scope, Detail: why}}
	}
	claims := []reports.Claim{out("account=2", "a", "left out", "sandbox"), {Scope: "account=1 region=b", Kind: "a"}, {Scope: "account=3 region=b", Kind: "c"}, out("account=3", "a", "closed", "x"),
		out("account=2", "b", "left out", "sandbox"), out("account=2", "b", "left out", "sandbox")}
	want := []reports.Omission{{Scope: "account=2", Text: "left out", Why: "sandbox", Kinds: 2}, {Scope: "account=3", Text: "closed", Why: "x", Kinds: 1, Read: 1}}
	if diff := cmp.Diff(want, reports.Omissions(claims)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	scopes := []reports.Dimension{{Name: "account", Values: []string{"1", "3"}}, {Name: "region", Values: []string{"b"}}}
	if diff := cmp.Diff(scopes, reports.SplitScopes(claims)); diff != "" {
		t.Errorf("what was not read is no scope that was read (-want +got):\n%s", diff)
	}
}

// TestVerdictsOfClaims: a number stands in the column of what there should be only where
// something was held against it.
func TestVerdictsOfClaims(t *testing.T) {
	for name, tt := range map[string]struct {
		claim          reports.Claim
		want           reports.ClaimVerdict
		expects, finds bool
	}{
		"match":        {reports.Claim{Satisfied: true}, reports.ClaimMatch, true, true},
		"gap":          {reports.Claim{}, reports.ClaimGap, true, true},
		"listed":       {reports.Claim{Satisfied: true, Listed: true}, reports.ClaimListed, false, true},
		"list stopped": {reports.Claim{Listed: true}, reports.ClaimGap, true, true},
		"left out":     {reports.Claim{Satisfied: true, Listed: true, Unread: &reports.Finding{}}, reports.ClaimUnread, false, false},
	} {
		v := tt.claim.Verdict()
		if g := reports.GroupClaims([]reports.Claim{tt.claim}); v != tt.want || g[0].Verdict() != v || v.Expects() != tt.expects || v.Finds() != tt.finds {
			t.Errorf("%s: %v, in a group %v", name, v, g[0].Verdict())
		}
	}
	groups := reports.MergeScopes(reports.GroupClaims([]reports.Claim{{Scope: "a", Satisfied: true}, {Scope: "b", Satisfied: true, Unread: &reports.Finding{}}}))
	if len(groups) != 2 || groups[0].Scopes != 1 {
		t.Errorf("what was not read is counted with what was: %+v", groups)
	}
}

func TestOffDays(t *testing.T) {
	tally := reports.NewTally(reportstest.Period, reportstest.Location)
	tally.Add(reportstest.Period.Start, evidence.Exception)
	tally.Add(reportstest.Period.End, evidence.Exception)
	tally.Add(reportstest.Period.End.AddDate(0, 0, 1), evidence.Pass)
	c := reports.Control{Counts: tally.Counts, Days: tally.Days()}
	if items, exceptions := c.OffDays(); items != 2 || exceptions != 1 {
		t.Errorf("%d items off the period's days, %d of them exceptions: want 2 and 1", items, exceptions)
	}
}

// TestAlike: every group is in one row, with its figures.
func TestAlike(t *testing.T) {
	october := evidence.Period{Start: day(1), End: day(31)}
	group := func(kind, scope string, found int64) reports.ClaimGroup {
		return reports.ClaimGroup{Source: "s", Kind: kind, Method: "m", Scope: scope, Unit: "u", Scopes: 1, Claims: 1, Window: october, Expected: 2, Found: found, Satisfied: found == 2}
	}
	groups := []reports.ClaimGroup{
		group("a", "x", 2), group("a", "y", 2), group("a", "z", 1),
		group("b", "x", 2), group("b", "y", 2),
		group("c", "x", 2), group("c", "y", 2), group("c", "z", 1),
		group("d", "x", 2), group("d", "y", 2), group("d", "z", 2),
	}
	other := group("d", "z", 2)
	other.Source, other.Gaps = "t", []reports.Finding{{Code: "missing"}}
	later := group("e", "x", 2)
	later.Window = evidence.Period{Start: day(2), End: day(31)}
	groups = append(groups, other, later)
	type row struct {
		Kinds, Scopes []string
		Found         int64
		Each          bool
	}
	var got []row
	var back []reports.ClaimGroup
	for _, a := range reports.Alike(groups) {
		got = append(got, row{a.Kinds, a.ScopeNames, a.Found, a.Each()})
		for _, kind := range a.Kinds {
			for _, scope := range a.ScopeNames {
				g := a.ClaimGroup
				g.Kind, g.Scope = kind, scope
				back = append(back, g)
			}
		}
	}
	want := []row{
		{[]string{"a", "c"}, []string{"x", "y"}, 2, true}, {[]string{"a", "c"}, []string{"z"}, 1, true},
		{[]string{"b"}, []string{"x", "y"}, 2, true}, {[]string{"d"}, []string{"x", "y", "z"}, 2, true},
		{[]string{"d"}, []string{"z"}, 2, false}, {[]string{"e"}, []string{"x"}, 2, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Alike (-want +got):\n%s", diff)
	}
	for _, g := range groups {
		g.Gaps = nil
		same := func(o reports.ClaimGroup) bool { return cmp.Equal(g, o) }
		if n := len(slices.DeleteFunc(slices.Clone(back), func(o reports.ClaimGroup) bool { return !same(o) })); n != 1 {
			t.Errorf("%+v is in %d rows", g, n)
		}
	}
	if len(back) != len(groups) {
		t.Errorf("%d groups became %d", len(groups), len(back))
	}
}

func TestFiguresByCode(t *testing.T) {
	got := reports.FiguresByCode([]reports.Figure{{"read", "Read", "", 9}, {"kept", "Kept", "A", 2}, {"kept", "Kept", "", 3}, {"kept", "Kept", "B", 2}, {"more", "More", "A", 1}})
	want := []reports.FigureTotal{
		{Figure: reports.Figure{Code: "read", Name: "Read", N: 9}, Whole: true},
		{Figure: reports.Figure{Code: "kept", Name: "Kept", N: 3}, Whole: true, Shares: []reports.Figure{{"kept", "Kept", "A", 2}, {"kept", "Kept", "B", 2}}},
		{Figure: reports.Figure{Code: "more", Name: "More"}, Shares: []reports.Figure{{"more", "More", "A", 1}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FiguresByCode (-want +got):\n%s", diff)
	}
}

// TestSourceNotes: a note that several kinds have is told of once, with all of them.
func TestSourceNotes(t *testing.T) {
	closed := reports.Finding{Code: "closed", Object: "account=1"}
	late := reports.Finding{Code: "late", Window: evidence.Period{Start: day(1), End: day(2)}}
	later := late
	later.Window.End = day(3)
	got := reports.SourceNotes([]reports.ClaimGroup{
		{Kind: "a", Scope: "x", Notes: []reports.Finding{closed, late}}, {Kind: "b", Scope: "x", Notes: []reports.Finding{closed, closed, later}},
		{Kind: "a", Scope: "y", Notes: []reports.Finding{closed}}, {Kind: "c", Scope: "x"},
	})
	want := []reports.ScopedFinding{
		{Scope: "x", Kinds: []string{"a", "b"}, Finding: closed}, {Scope: "x", Kinds: []string{"a"}, Finding: late},
		{Scope: "x", Kinds: []string{"b"}, Finding: later}, {Scope: "y", Kinds: []string{"a"}, Finding: closed},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SourceNotes (-want +got):\n%s", diff)
	}
}

func TestSplitScopes(t *testing.T) {
	got := reports.SplitScopes([]reports.Claim{{Scope: "account=2 region=b"}, {Scope: "account=1 region=b"}, {Scope: "all"}, {Scope: ""}})
	want := []reports.Dimension{{"account", []string{"1", "2"}}, {"region", []string{"b"}}, {"", []string{"all"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SplitScopes (-want +got):\n%s", diff)
	}
}

// TestNotesKeepTheirTimes: a note that many claims make is told of once, over its own
// times, which may lie outside of what the claims speak for.
func TestNotesKeepTheirTimes(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC) }
	period := evidence.Period{Start: at(-30), End: at(1)}
	g := reports.ClaimGroup{Window: period, Notes: []reports.Finding{
		{Code: "not_settled", Window: evidence.Period{Start: at(2), End: at(3)}},
		{Code: "not_settled", Window: evidence.Period{Start: at(2), End: at(4)}},
		{Code: "weaker"}, {Code: "weaker"},
	}}
	got := reports.DistinctNotes(g)
	if len(got) != 2 || got[0].Finding.Window != (evidence.Period{Start: at(2), End: at(4)}) || got[1].Finding.Window != period {
		t.Errorf("%+v", got)
	}
}

// TestNotSettled: what is not settled is told once for each kind, with the last time.
func TestNotSettled(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC) }
	note := func(day int) reports.Finding {
		return reports.Finding{Code: evidence.NotSettled, Window: evidence.Period{Start: at(1), End: at(day)}}
	}
	got := reports.NotSettledUntil([]reports.ClaimGroup{
		{Kind: "a", Notes: []reports.Finding{note(4), {Code: "other", Window: evidence.Period{End: at(9)}}}},
		{Kind: "a", Notes: []reports.Finding{note(5), note(3)}}, {Kind: "b", Notes: []reports.Finding{note(2)}}, {Kind: "c"},
	})
	if want := []reports.Unsettled{{"a", at(5)}, {"b", at(2)}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSharedSelections(t *testing.T) {
	got := reports.SharedSelections([]string{"A: k", "B: k where x = y: z", "C/more: k", "whole"})
	want := []reports.SharedSelection{{"k", []string{"A", "C/more"}}, {"k where x = y: z", []string{"B"}}, {"whole", nil}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SharedSelections (-want +got):\n%s", diff)
	}
}

// TestSetsOfScopes: only what is every combination is told of by its parts.
func TestSetsOfScopes(t *testing.T) {
	got := reports.SetsOfScopes([]string{"account=1 region=a", "account=3", "account=1 region=b", "account=2 region=b", "account=2 region=a", "org=x", "org=y repo=1", "org=y repo=2", "org=z repo=3", "all", "some"})
	want := []reports.ScopeSet{
		{Names: []string{"account=1 region=a", "account=1 region=b", "account=2 region=b", "account=2 region=a"},
			Dimensions: []reports.Dimension{{"account", []string{"1", "2"}}, {"region", []string{"a", "b"}}}},
		{Names: []string{"account=3"}}, {Names: []string{"org=x"}}, {Names: []string{"org=y repo=1", "org=y repo=2", "org=z repo=3"}}, {Names: []string{"all", "some"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SetsOfScopes (-want +got):\n%s", diff)
	}
}

// TestProvisionalDays: a calendar says from when to when, and until when, it is provisional.
func TestProvisionalDays(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 10, day, 0, 0, 0, 0, time.UTC) }
	src := reports.Source{Days: []reports.Day{
		{Date: at(27), State: reports.DayComplete}, {Date: at(28), State: reports.DayProvisional, Until: at(33)},
		{Date: at(29), State: reports.DayProvisional, Until: at(34)}, {Date: at(30), State: reports.DayGap},
	}}
	if first, last, until := src.ProvisionalDays(); !first.Equal(at(28)) || !last.Equal(at(29)) || !until.Equal(at(34)) {
		t.Errorf("from %s to %s until %s", first, last, until)
	}
	src.Days = src.Days[:1]
	if _, _, until := src.ProvisionalDays(); !until.IsZero() {
		t.Errorf("a settled calendar is provisional until %s", until)
	}
}

// TestAbsentAccounts: what one source tells of, and another has nothing of, is named.
func TestAbsentAccounts(t *testing.T) {
	p := &reports.Pack{Sources: []reports.Source{
		{Name: "trail", Claims: []reports.Claim{{Scope: "account=2 region=a"}, {Scope: "organization=o"}}},
		{Name: "states", Claims: []reports.Claim{{Scope: "account=1"}, {Scope: "account=2 region=b"}, {Scope: "account=3", Unread: &reports.Finding{}}}},
		{Name: "github", Claims: []reports.Claim{{Scope: "organization=x"}}},
	}}
	for source, want := range map[string][]string{"trail": {"1", "3"}, "states": nil, "github": nil} {
		if got := p.AbsentAccounts(source); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
}
