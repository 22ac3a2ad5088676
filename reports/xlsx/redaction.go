package xlsx

import "github.com/evidencepack/evidence/reports/internal/words"

// redactionSheet lists, of an auditor's copy, which fields were replaced by which rules.
func (b *book) redactionSheet() error {
	r := b.p.Redaction
	if r == nil {
		return nil
	}
	s := b.open(b.names.redaction, setup{widths: []float64{32, 44, 14, 64, 14, 14}, frozen: 1, titles: 1})
	heads := b.heads(b.in(words.RecordKind), b.in(words.FieldPath), b.in(words.DataLevel), b.in(words.RedactedAs), b.in(words.RedactedValues), b.in(words.RedactedPlaces))
	heads[4].note, heads[5].note = b.in(words.RedactionCounts), b.in(words.RedactionCounts)
	s.add(heads...)
	for _, x := range r.Rules {
		s.add(b.mono(x.Kind), b.mono(x.Field), b.str(x.Level), b.str(x.As), b.count(x.Values), b.count(x.Occurrences))
	}
	s.filter(1, len(heads))
	return s.close()
}
