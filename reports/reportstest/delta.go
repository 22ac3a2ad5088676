package reportstest

import (
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// delta compares with a September of which every sort of change is known: a result that
// changed and why, rules, texts and parameters, more exceptions than a page lists with
// names that attack, a control that is new, one that is gone, and one without any change.
func (b builder) delta(controls []reports.Control) *reports.Delta {
	d := &reports.Delta{
		Earlier: "2026-09", Later: "2026-10",
		Basis: b.in("前回（2026-09）の結果は、当時のパックに記載されたものである。", "The results of 2026-09 are those of its pack."),
		Cautions: []string{
			b.in("対象期間の日数が異なる（前回 30 日、今回 31 日）。", "The periods are of different length (30 days, then 31)."),
			b.in("証跡元の構成が変わっている：", "The sources changed: ") + Hostile[0],
		},
	}
	for i := range controls {
		c := &controls[i]
		after := &reports.DeltaState{Result: c.Result, Population: c.Counts.Total, Applicable: c.Counts.Total - c.Counts.NotApplicable, Exceptions: c.Counts.Exceptions, Answered: c.Answered(), Why: c.Why}
		d.Controls = append(d.Controls, reports.DeltaControl{ID: c.ID, Title: c.Title, Before: after, After: after})
	}
	b.changed(&d.Controls[0])
	d.Controls[1].Before, d.Controls[1].Changed = nil, true
	d.Controls[1].Cause = b.in("結果及び件数：統制の追加・廃止", "result and counts: control added or taken out")
	gone := reports.DeltaControl{ID: "LOG-98", Title: Hostile[12], Changed: true, Before: &reports.DeltaState{Result: evidence.NotEvaluable, Why: []string{Hostile[0]}}}
	d.Controls = append(d.Controls, gone)
	return d
}

// changed is a control of which everything changed.
func (b builder) changed(c *reports.DeltaControl) {
	c.Changed = true
	c.Before = &reports.DeltaState{Result: evidence.Effective, Population: 1000, Applicable: 1000, Exceptions: 0}
	c.Cause = b.in("結果：対象（証跡）　件数：対象（証跡）、パラメータ", "result: target (the evidence); counts: target (the evidence), parameters")
	c.Facts = []string{b.in("2026-09 の判定規則とパラメータにより、2026-10 の証跡を評価した結果：例外あり（母集団 1000、例外 3）", "By the rules and parameters of 2026-09 the evidence of 2026-10 gives: exceptions noted (population 1000, exceptions 3).")}
	c.Changes = []reports.DeltaChange{
		{What: b.in("判定規則（SHA-256）", "rules (SHA-256)"), Name: "policy.rego", Before: Hash("before"), After: Hash("after")},
		{What: b.in("パラメータ", "parameter"), Name: "exempt", Before: "[]", After: `["` + Hostile[0] + `"]`},
		{What: b.in("文言・表示", "texts and display"), Name: "title"},
	}
	add := func(p reports.Presence, i int, e reports.DeltaException) {
		e.Presence, e.ID, e.Label, e.Time = p, fmt.Sprintf("%s-%d-%s", p, i, Hostile[i%len(Hostile)]), Hostile[(i+3)%len(Hostile)], at(i, 130)
		c.Exceptions = append(c.Exceptions, e)
	}
	for i := range 120 {
		add(reports.DeltaNew, i, reports.DeltaException{Reasons: []string{b.in("承認がない。", "There is no approval."), Hostile[i%len(Hostile)]}, Cause: b.in("対象（証跡）", "target (the evidence)"), ByTarget: i < 22})
	}
	for i := range 4 {
		add(reports.DeltaStill, i, reports.DeltaException{Reasons: []string{b.in("承認がない。", "There is no approval.")}, Note: b.in("前回の理由：", "Reasons before: ") + Hostile[i], Response: b.in("リスク受容 → 失効", "risk accepted → lapsed")})
	}
	for i := range 3 {
		add(reports.DeltaGone, i, reports.DeltaException{Reasons: []string{b.in("承認がない。", "There is no approval.")}, Note: b.in("今回：例外なし", "Now: no exception"), Cause: b.in("パラメータ", "parameters")})
	}
	c.New, c.Still, c.Gone = 120, 4, 3
}
