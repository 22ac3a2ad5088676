package pdf

import (
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// redaction says of an auditor's copy which fields were replaced, and how to see an original.
func (d *document) redaction() {
	r := d.p.Redaction
	if r == nil {
		return
	}
	d.heading(d.in(words.OriginalHeading))
	d.flow(r.Ask, d.st.body)
	d.heading(d.in(words.RedactionHeading))
	d.flow(d.in(words.RedactionCounts), d.st.body)
	t := d.table(column{title: d.in(words.RecordKind), width: 40}, column{title: d.in(words.FieldPath), width: 46},
		column{title: d.in(words.DataLevel), width: 14}, column{title: d.in(words.RedactedAs), width: bodyWidth - 138},
		column{title: d.in(words.RedactedValues), width: 16, right: true}, column{title: d.in(words.RedactedPlaces), width: 22, right: true})
	for _, x := range r.Rules {
		t.row(d.mono(x.Kind), d.mono(x.Field), d.text(x.Level), d.text(x.As), d.text(format.Count(x.Values)), d.text(format.Count(x.Occurrences)))
	}
}
