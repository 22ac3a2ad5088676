package pdf

import (
	"slices"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxGaps is how many gaps are listed in one place; the workbook has all.
const maxGaps = 40

// completeness tells what a population's completeness rests on: a line for each
// way in which it was measured, the parts of the source that do not match, and
// every gap.
func (d *document) completeness(c *reports.Control) {
	d.room(30) // the heading stays with its table
	d.heading(d.in(words.Completeness))
	groups := reports.GroupClaims(c.Population.Claims)
	if len(groups) == 0 {
		d.flow(d.in(words.NoClaims), d.st.body)
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
		d.claimGroups(d.in(words.ScopesWithGaps), bad)
		d.gaps(bad)
	}
	for _, u := range reports.NotSettledUntil(groups) {
		d.y += 1.5
		d.flow(d.say(words.NotSettledYet, u.Kind, d.time(u.Until)), d.st.cell)
	}
}

// claimTotals has a line a source and method, over all its scopes, for the kinds of
// which it says the same.
func (d *document) claimTotals(groups []reports.ClaimGroup) {
	rows := reports.Alike(groups)
	source := 36.0
	if slices.ContainsFunc(rows, func(g reports.AlikeClaims) bool { return len(g.Kinds) > 3 }) {
		source = 47 // the kinds are many
	}
	t := d.table(column{title: d.in(words.Source), width: source}, column{title: d.in(words.Method), width: 26}, column{title: d.in(words.ScopesCount), width: 15, right: true},
		column{title: d.in(words.CountedUnit), width: 34}, column{title: d.in(words.Expected), width: 19, right: true},
		column{title: d.in(words.Found), width: 19, right: true}, column{title: d.in(words.Verdict), width: bodyWidth - source - 113})
	for _, g := range rows {
		name := d.sourceLink(g.Source)
		name.paras = append(name.paras, d.kinds(g.Kinds))
		t.row(name, d.fine(g.Method), d.text(format.Count(int64(g.Scopes))), d.fine(g.Unit), d.expected(&g), d.found(&g), d.claimVerdict(g.ClaimGroup))
	}
}

// kinds are the record kinds that a row is of.
func (d *document) kinds(kinds []string) para {
	return para{text: strings.Join(kinds, ", "), st: d.st.tiny}
}

// expected is what there should be, where there is such a number.
func (d *document) expected(g *reports.AlikeClaims) box {
	if !g.Verdict().Expects() {
		return d.text(words.NoNumber)
	}
	return d.each(g, g.Expected)
}

func (d *document) found(g *reports.AlikeClaims) box {
	if !g.Verdict().Finds() {
		return d.text(words.NoNumber)
	}
	return d.each(g, g.Found)
}

// each is a count that holds for each of a row's kinds and scopes.
func (d *document) each(g *reports.AlikeClaims, n int64) box {
	if g.Each() {
		return d.text(d.say(words.EachCount, format.Count(n)))
	}
	return d.text(format.Count(n))
}

// claimGroups has a line for the scopes and kinds of which it says the same.
func (d *document) claimGroups(caption string, groups []reports.ClaimGroup) {
	rows := reports.Alike(groups)
	// The kinds stand below the scopes, which are often the same for all kinds.
	t := d.table(column{title: d.in(words.ScopeOf), width: 52}, column{title: d.in(words.Window), width: 33}, column{title: d.in(words.CountedUnit), width: 36},
		column{title: d.in(words.Expected), width: 19, right: true}, column{title: d.in(words.Found), width: 19, right: true}, column{title: d.in(words.Verdict), width: bodyWidth - 159})
	t.caption = caption
	for i, g := range rows {
		if i == maxScopes {
			d.y += 1
			d.flow(d.say(words.MoreInIPESheet, format.Count(int64(len(rows)-i))), d.st.bold)
			return
		}
		for part := range slices.Chunk(d.scopeLines(g.ScopeNames), scopesInRow) {
			scope := d.fine(strings.Join(part, "\n"))
			scope.paras = append(scope.paras, d.kinds(g.Kinds))
			t.row(scope, d.fine(format.Window(g.Window, d.p.Location)), d.fine(g.Unit), d.expected(&g), d.found(&g), d.claimVerdict(g.ClaimGroup))
		}
	}
}

// scopesInRow is how many lines of scopes a row has at most, so that it fits on a page.
const scopesInRow = 16

// scopeLines writes scopes out: the values of their parts, where they are all the
// combinations of these, and otherwise each.
func (d *document) scopeLines(names []string) []string {
	var lines []string
	for _, set := range reports.SetsOfScopes(names) {
		if set.Dimensions == nil {
			lines = append(lines, set.Names...)
		}
		for _, dim := range set.Dimensions {
			lines = append(lines, d.scopeText(dim))
		}
	}
	return lines
}

// maxScopes is how many lines a table of scopes has at most.
const maxScopes = 120

func (d *document) claimVerdict(g reports.ClaimGroup) box {
	v := g.Verdict()
	look := claimPaint[v]
	text := words.ClaimMark(v) + " " + d.in(words.ClaimVerdict(v))
	return box{paras: []para{{text: text, st: d.st.cellBold.with(look.text)}}, fill: look.fill}
}

// notRead names the parts of the source that a control's population holds nothing of.
func (d *document) notRead(c *reports.Control) {
	heading, lines := words.NotRead(c, d.p)
	if heading == "" {
		return
	}
	d.y += 1.5
	d.flow(heading, d.st.body)
	for _, line := range lines {
		d.bullet(d.line(line), d.st.body)
	}
}

// gaps lists what is missing, by scope and time.
func (d *document) gaps(groups []reports.ClaimGroup) {
	var findings []reports.ScopedFinding
	for _, g := range groups {
		for _, f := range g.Gaps {
			findings = append(findings, reports.ScopedFinding{Scope: g.Scope, Finding: f})
		}
	}
	if len(findings) == 0 {
		return
	}
	d.findings(d.say(words.GapsN, format.Count(int64(len(findings)))), findings)
}

func (d *document) findings(caption string, findings []reports.ScopedFinding) {
	const what, when = 52.0, 36.0
	columns := []column{{title: d.in(words.Content), width: what}, {title: d.in(words.Object), width: bodyWidth - what}}
	timed := slices.ContainsFunc(findings, func(f reports.ScopedFinding) bool { return format.Window(f.Finding.Window, d.p.Location) != "" })
	if timed {
		columns[1].width -= when
		columns = append(columns, column{title: d.in(words.Window), width: when})
	}
	t := d.table(columns...)
	t.caption = caption
	for i, f := range findings {
		if i == maxGaps {
			d.y += 1
			d.flow(d.say(words.MoreInIPESheet, format.Count(int64(len(findings)-i))), d.st.bold)
			return
		}
		content := d.strong(f.Finding.Text)
		object := d.mono(f.Finding.Object)
		for _, s := range []string{f.Scope, f.Finding.Detail} {
			if s != "" && s != f.Finding.Object {
				object.paras = append(object.paras, para{text: s, st: d.st.tiny})
			}
		}
		if len(f.Kinds) > 0 {
			object.paras = append(object.paras, d.kinds(f.Kinds))
		}
		row := []box{content, object}
		if timed {
			row = append(row, d.fine(format.Window(f.Finding.Window, d.p.Location)))
		}
		t.row(row...)
	}
}

// sourceLink leads to a source's IPE sheet, if the pack has that source.
func (d *document) sourceLink(name string) box {
	for i, s := range d.p.Sources {
		if s.Name == name {
			return d.goTo(name, sourceKey(i))
		}
	}
	return d.text(name)
}
