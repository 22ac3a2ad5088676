package html

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// completeness tells what a population's completeness rests on: a line for each
// way in which it was measured, the parts of the source that do not match, and
// every gap.
func (d *document) completeness(c *reports.Control) {
	d.leaf("h4", d.in(words.Completeness))
	groups := reports.GroupClaims(c.Population.Claims)
	if len(groups) == 0 {
		d.leaf("p", d.in(words.NoClaims))
		return
	}
	d.claimTotals(reports.MergeScopes(groups))
	d.notRead(c)
	var bad []reports.ClaimGroup
	for _, g := range groups {
		if !g.Satisfied {
			bad = append(bad, g)
		}
	}
	if len(bad) > 0 {
		d.leaf("h5", d.in(words.ScopesWithGaps))
		d.claimGroups(bad)
		d.gaps(bad)
	}
	for _, u := range reports.NotSettledUntil(groups) {
		d.leaf("p", d.say(words.NotSettledYet, u.Kind, d.time(u.Until)))
	}
	d.leaf("p", d.in(words.SeeIPE), class("aside"))
}

// claimTotals has a line a source and method, over all its scopes.
func (d *document) claimTotals(groups []reports.ClaimGroup) {
	d.table(d.in(words.Completeness), column{title: d.in(words.Source)}, column{title: d.in(words.Method)}, column{d.in(words.ScopesCount), "n"},
		column{title: d.in(words.CountedUnit)}, column{d.in(words.Expected), "n"}, column{d.in(words.Found), "n"}, column{title: d.in(words.Verdict)})
	for _, g := range groups {
		source := cell{write: func() {
			d.sourceLink(g.Source)
			d.leaf("div", g.Kind, class("aside"))
		}}
		d.row(source, d.lines(g.Method), d.number(int64(g.Scopes)), d.lines(g.Unit), d.expected(g), d.found(g), d.claimVerdict(g))
	}
	d.endTable()
}

// claimGroups has a line a scope.
func (d *document) claimGroups(groups []reports.ClaimGroup) {
	d.table(d.in(words.ByScope), column{title: d.in(words.ScopeOf)}, column{title: d.in(words.Window)}, column{title: d.in(words.CountedUnit)},
		column{d.in(words.Expected), "n"}, column{d.in(words.Found), "n"}, column{title: d.in(words.Verdict)})
	for i, g := range groups {
		if i == maxRows {
			break
		}
		scope := cell{write: func() {
			d.text(g.Scope)
			d.leaf("div", g.Kind, class("aside"))
		}}
		d.row(scope, d.lines(format.Window(g.Window, d.p.Location)), d.lines(g.Unit), d.expected(g), d.found(g), d.claimVerdict(g))
	}
	d.endTable()
	if more := len(groups) - maxRows; more > 0 {
		d.more(d.say(words.MoreInIPESheet, format.Count(int64(more))))
	}
}

// expected is what there should be, where there is such a number.
func (d *document) expected(g reports.ClaimGroup) cell {
	if !g.Verdict().Expects() {
		return d.lines(words.NoNumber)
	}
	return d.number(g.Expected)
}

func (d *document) found(g reports.ClaimGroup) cell {
	if !g.Verdict().Finds() {
		return d.lines(words.NoNumber)
	}
	return d.number(g.Found)
}

func (d *document) claimVerdict(g reports.ClaimGroup) cell {
	v := g.Verdict()
	return cell{write: func() {
		d.leaf("span", words.ClaimMark(v)+" "+d.in(words.ClaimVerdict(v)), class(claimLook[v]))
	}}
}

// notRead names the parts of the source that a control's population holds nothing of.
func (d *document) notRead(c *reports.Control) {
	heading, lines := words.NotRead(c, d.p)
	if heading == "" {
		return
	}
	d.leaf("p", heading)
	d.start("ul")
	for _, line := range lines {
		d.leaf("li", line)
	}
	d.end("ul")
}

// gaps lists what is missing, by scope and time.
func (d *document) gaps(groups []reports.ClaimGroup) {
	var findings []reports.ScopedFinding
	for _, g := range groups {
		for _, f := range g.Gaps {
			findings = append(findings, reports.ScopedFinding{Scope: g.Scope, Finding: f})
		}
	}
	if len(findings) > 0 {
		d.findings(d.say(words.GapsN, format.Count(int64(len(findings)))), findings)
	}
}

// findings lists gaps, failures or notes under a heading.
func (d *document) findings(heading string, findings []reports.ScopedFinding) {
	d.leaf("h5", heading)
	d.table(heading, column{title: d.in(words.Content)}, column{title: d.in(words.Object)}, column{title: d.in(words.Window)})
	for i, f := range findings {
		if i == maxFindings {
			break
		}
		object := cell{write: func() {
			d.leaf("code", d.cut(f.Finding.Object))
			for _, s := range []string{f.Scope, f.Finding.Detail} {
				if s != "" {
					d.leaf("div", d.cut(s), class("aside"))
				}
			}
		}}
		d.row(d.strong(f.Finding.Text), object, d.lines(d.window(f.Finding.Window)))
	}
	d.endTable()
	if more := len(findings) - maxFindings; more > 0 {
		d.more(d.say(words.MoreInIPESheet, format.Count(int64(more))))
	}
}

func (d *document) window(p evidence.Period) string { return format.Window(p, d.p.Location) }
