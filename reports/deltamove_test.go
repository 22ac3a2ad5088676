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
			{ID: "A-1", Before: &reports.DeltaState{Population: tt.before}, After: &reports.DeltaState{Population: tt.after}}, {ID: "B-1", After: &reports.DeltaState{Population: 5}},
		}}
		if got := d.Controls[0].PopulationMove(evidence.English); got != tt.want || d.Controls[1].PopulationMove(evidence.English) != "" {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		told := strings.Contains(d.Sentence(evidence.English), "The population of 1 controls changed by 20% or more (A-1)") &&
			strings.Contains(d.Sentence(evidence.Japanese), "母集団が 20% 以上増減した統制は 1 件である（A-1）")
		if told != (tt.want != "") {
			t.Errorf("%s: the sentences are %q, %q", name, d.Sentence(evidence.English), d.Sentence(evidence.Japanese))
		}
		if facts := strings.Join(d.Controls[0].AllFacts(evidence.English), "\n"); !strings.Contains(facts, tt.want) {
			t.Errorf("%s: facts %q", name, facts)
		}
	}
}
