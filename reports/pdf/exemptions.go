package pdf

import (
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// exemptionTotals says how many exemptions there are and of how many nobody is on
// record who approved them. Each control leads to its section, which lists them.
func (d *document) exemptionTotals() {
	if len(d.p.Exempting()) == 0 {
		d.heading(d.in(words.Exempted))
		d.flow(d.in(words.ExemptionsNone), d.st.body)
		return
	}
	const figure = 24
	t := d.table(column{title: d.in(words.Control), width: bodyWidth - 5*figure},
		column{title: d.in(words.ExemptionCount), width: figure, right: true}, column{title: d.in(words.ExemptionLapsed), width: figure, right: true},
		column{title: d.in(words.UnapprovedCount), width: figure, right: true}, column{title: d.in(words.ExemptItems), width: figure, right: true},
		column{title: d.in(words.UnapprovedItems), width: figure, right: true})
	var rows [][]box
	for _, c := range d.p.Exempting() {
		n := c.ExemptionCounts()
		rows = append(rows, []box{d.goTo(numbered(c.ID, c.Title), controlKey(c)), d.text(format.Count(n.Exemptions)), d.text(format.Count(n.Lapsed)),
			d.strong(format.Count(n.Unapproved)), d.text(format.Count(n.Items)), d.strong(format.Count(n.UnapprovedItems))})
	}
	t.together(d.in(words.Exempted), rows)
	d.y += 1.5
	for _, text := range words.ExemptionTotals(d.p.ExemptionCounts(), d.p.Lang) {
		d.flow(text, d.st.body)
	}
}
