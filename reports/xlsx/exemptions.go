package xlsx

import (
	"github.com/evidencepack/evidence/reports/internal/words"
)

// exemptionTotals says how many exemptions there are and of how many nobody is on
// record who approved them. Each control leads to its sheet, which lists them.
func (b *book) exemptionTotals(s *sheet) {
	s.gap()
	s.addHigh(22, cell{value: b.in(words.Exempted), style: b.styles.heading, span: 9})
	if len(b.p.Exempting()) == 0 {
		s.add(cell{value: b.in(words.ExemptionsNone), style: b.styles.cell, span: 9})
		return
	}
	for _, text := range words.ExemptionTotals(b.p.ExemptionCounts(), b.p.Lang) {
		s.add(cell{value: text, style: b.styles.cell, span: 9})
	}
	s.add(b.heads(b.in(words.Control), b.in(words.Title), b.in(words.ExemptionCount), b.in(words.ExemptionLapsed), b.in(words.UnapprovedCount), b.in(words.ExemptItems), b.in(words.UnapprovedItems))...)
	for _, c := range b.p.Exempting() {
		n := c.ExemptionCounts()
		s.add(b.goTo(c.ID, b.names.byID[c.ID], 1), b.str(c.Title), b.count(n.Exemptions), b.count(n.Lapsed), b.count(n.Unapproved), b.count(n.Items), b.count(n.UnapprovedItems))
	}
}
