package html

import (
	"github.com/evidencepack/evidence/reports/internal/words"
)

// exemptionTotals says how many exemptions there are and of how many nobody is on
// record who approved them. Each control leads to its section, which lists them.
func (d *document) exemptionTotals() {
	d.leaf("h3", d.in(words.Exempted))
	if len(d.p.Exempting()) == 0 {
		d.leaf("p", d.in(words.ExemptionsNone))
		return
	}
	for _, text := range words.ExemptionTotals(d.p.ExemptionCounts(), d.p.Lang) {
		d.leaf("p", text)
	}
	d.table(d.in(words.Exempted), column{d.in(words.Control), "id"}, column{title: d.in(words.ControlTitle)}, column{d.in(words.ExemptionCount), "n"}, column{d.in(words.ExemptionLapsed), "n"},
		column{d.in(words.UnapprovedCount), "n"}, column{d.in(words.ExemptItems), "n"}, column{d.in(words.UnapprovedItems), "n"})
	for _, c := range d.p.Exempting() {
		n := c.ExemptionCounts()
		d.row(d.controlLink(c.ID), d.lines(c.Title), d.number(n.Exemptions), d.number(n.Lapsed), d.strongNumber(n.Unapproved), d.number(n.Items), d.strongNumber(n.UnapprovedItems))
	}
	d.endTable()
}
