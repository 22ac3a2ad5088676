package html

import (
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// assertion is what management asserts, and for whom the pack is.
func (d *document) assertion() {
	if a := d.p.Assertion; a != nil {
		d.section("assertion", d.in(words.Assertion))
		is, answers := words.Asserted(d.p)
		d.leaf("p", is, class("aside"))
		d.leaf("p", a.Text)
		d.leaf("p", answers)
		date := ""
		if !a.Date.IsZero() {
			date = format.Date(a.Date, d.p.Location)
		}
		d.facts(fact{words.Signatory, d.lines(a.Signatory)}, fact{words.AssertedOn, d.lines(date)})
		d.end("section")
	}
	if len(d.p.Recipients) == 0 {
		return
	}
	d.section("recipients", d.in(words.Recipients))
	d.table(d.in(words.Recipients), column{title: d.in(words.Recipient)}, column{title: d.in(words.RecipientOf)}, column{title: d.in(words.Purpose)})
	for _, r := range d.p.Recipients {
		d.row(d.lines(r.Name), d.lines(r.Organisation), d.lines(r.Purpose))
	}
	d.endTable()
	d.end("section")
}
