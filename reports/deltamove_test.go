package reports_test

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// TestPopulationMoves: a reader is told of a population that changed by a fifth or more, in
// the sentence and with the control, and of no smaller change.
func TestPopulationMoves(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after int64
		want          string
	}{
		"a fifth more":   {10, 12, "▲ Population: 10 → 12 (+20.0%)"},
		"a third less":   {300, 200, "▲ Population: 300 → 200 (-33.3%)"},
		"less than that": {100, 119, ""},
		"none before":    {0, 3, "▲ Population: 0 → 3 (none before)"},
		"none now":       {3, 0, "▲ Population: 3 → 0 (-100.0%)"},
		"the same":       {0, 0, ""},
	} {
		d := &reports.Delta{Earlier: "2026-09", Controls: []reports.DeltaControl{
			{ID: "A-1", Before: &reports.DeltaState{Population: tt.before, Applicable: tt.before}, After: &reports.DeltaState{Population: tt.after, Applicable: tt.after}}, {ID: "B-1", After: &reports.DeltaState{Population: 5}},
		}}
		if got := d.Controls[0].PopulationMove(evidence.English); got != tt.want || d.Controls[1].PopulationMove(evidence.English) != "" {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		told := strings.Contains(d.Sentence(evidence.English), "The population of 1 controls, or what of it they apply to, changed by 20% or more (A-1)") &&
			strings.Contains(d.Sentence(evidence.Japanese), "母集団又はそのうち対象外を除く項目が 20% 以上増減した統制は 1 件である（A-1）")
		if told != (tt.want != "") {
			t.Errorf("%s: the sentences are %q, %q", name, d.Sentence(evidence.English), d.Sentence(evidence.Japanese))
		}
		if facts := strings.Join(d.Controls[0].AllFacts(evidence.English), "\n"); !strings.Contains(facts, tt.want) {
			t.Errorf("%s: facts %q", name, facts)
		}
	}
}

// TestApplicableMoves: what a control applies to may move while its population stands still,
// and shares are of what it applies to.
func TestApplicableMoves(t *testing.T) {
	c := reports.DeltaControl{ID: "A-1", Before: &reports.DeltaState{Population: 15, Applicable: 3}, After: &reports.DeltaState{Population: 15, Applicable: 14, Exceptions: 7}}
	if got, want := c.PopulationMove(evidence.English), "▲ Population: 15 → 15 (+0.0%); of it, items that the control applies to: 3 → 14 (+366.7%)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := c.After.Share(); got != "50.0%" {
		t.Errorf("a share of %s", got)
	}
	if got := (&reports.DeltaState{Population: 4}).Share(); got != "—" {
		t.Errorf("of nothing there is a share of %s", got)
	}
}
