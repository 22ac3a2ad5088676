package pdf

import (
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// assertion is the page on which management asserts, and for whom the pack is. Without
// either there is no page.
func (d *document) assertion() {
	p := d.p
	if p.Assertion == nil && len(p.Recipients) == 0 {
		return
	}
	if a := p.Assertion; a != nil {
		d.section(d.in(words.Assertion), "assertion")
		is, answers := words.Asserted(p)
		d.flow(is, d.st.small)
		d.y += 2
		d.flow(a.Text, d.st.body)
		d.y += 2
		d.flow(answers, d.st.body)
		d.y += 4
		date := ""
		if !a.Date.IsZero() {
			date = format.Date(a.Date, p.Location)
		}
		d.facts(fact{d.in(words.Signatory), d.text(a.Signatory)}, fact{d.in(words.AssertedOn), d.text(date)})
	}
	if len(p.Recipients) == 0 {
		return
	}
	if p.Assertion == nil {
		d.section(d.in(words.Recipients), "recipients")
	} else {
		d.heading(d.in(words.Recipients))
	}
	t := d.table(column{title: d.in(words.Recipient), width: 56}, column{title: d.in(words.RecipientOf), width: 60}, column{title: d.in(words.Purpose), width: bodyWidth - 116})
	for _, r := range p.Recipients {
		t.row(d.text(r.Name), d.text(r.Organisation), d.text(r.Purpose))
	}
}
