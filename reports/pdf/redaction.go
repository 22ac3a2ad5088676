package pdf

import "github.com/evidencepack/evidence/reports/internal/words"

// redaction says of an auditor's copy which fields were replaced, and how to see an original.
func (d *document) redaction() {
	r := d.p.Redaction
	if r == nil {
		return
	}
	d.heading(d.in(words.OriginalHeading))
	d.flow(r.Ask, d.st.body)
	d.heading(d.in(words.RedactionHeading))
	t := d.table(column{title: d.in(words.RecordKind), width: 46}, column{title: d.in(words.FieldPath), width: 52},
		column{title: d.in(words.DataLevel), width: 22}, column{title: d.in(words.RedactedAs), width: bodyWidth - 120})
	for _, x := range r.Rules {
		t.row(d.mono(x.Kind), d.mono(x.Field), d.text(x.Level), d.text(x.As))
	}
}
