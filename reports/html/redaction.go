package html

import "github.com/evidencepack/evidence/reports/internal/words"

// redaction says of an auditor's copy which fields were replaced, and how to see an original.
func (d *document) redaction() {
	r := d.p.Redaction
	if r == nil {
		return
	}
	d.leaf("h3", d.in(words.OriginalHeading))
	d.leaf("p", r.Ask)
	d.leaf("h3", d.in(words.RedactionHeading))
	d.leaf("p", d.in(words.RedactionCounts))
	d.table(d.in(words.RedactionHeading), column{title: d.in(words.RecordKind)}, column{title: d.in(words.FieldPath)},
		column{title: d.in(words.DataLevel)}, column{title: d.in(words.RedactedAs)},
		column{title: d.in(words.RedactedValues), look: "n"}, column{title: d.in(words.RedactedPlaces), look: "n"})
	for _, x := range r.Rules {
		d.row(d.code(x.Kind), d.code(x.Field), d.lines(x.Level), d.lines(x.As), d.number(x.Values), d.number(x.Occurrences))
	}
	d.endTable()
}
