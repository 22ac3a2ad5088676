package xlsx

import (
	"fmt"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// coverSheet says what the pack is, for whom, of which period, sealed how, and
// where to find what.
func (b *book) coverSheet() error {
	p, l := b.p, b.p.Location
	s := b.open(b.names.cover, setup{widths: []float64{26, 84}, portrait: true})
	s.addHigh(30, cell{value: b.in(words.PackTitle), style: b.styles.title})
	if p.Demo {
		s.addHigh(24, cell{value: b.in(words.DemoBanner), style: b.styles.banner, span: 2})
	}
	if r := p.Redaction; r != nil {
		s.addHigh(40, cell{value: fmt.Sprintf(b.in(words.RedactionBanner), r.Levels), style: b.styles.banner, span: 2})
	}
	if p.Open {
		s.addHigh(24, cell{value: fmt.Sprintf(b.in(words.OpenBanner), format.Time(p.AsOf, l)), style: b.styles.banner, span: 2})
	}
	s.gap()
	fact := func(label evidence.Text, value string) {
		if value != "" {
			s.add(cell{value: b.in(label), style: b.styles.label}, b.str(value))
		}
	}
	hash := func(label evidence.Text, value string) {
		s.add(cell{value: b.in(label), style: b.styles.label}, b.mono(value))
	}
	fact(words.Organisation, p.Organisation)
	fact(words.Framework, p.Framework.Title)
	fact(words.AuditPeriod, p.PeriodName+"  "+fmt.Sprintf(b.in(words.PeriodWritten), format.Time(p.Period.Start, l), format.Time(p.Period.End, l)))
	fact(words.TimeZone, format.Zone(p.Period.Start, l))
	fact(words.Language, b.in(words.ThisLanguage))
	fact(words.PreparedBy, p.PreparedBy)
	fact(words.Distribution, p.Distribution)
	fact(words.AsOf, format.Time(p.AsOf, l))
	fact(words.Tool, p.Tool)
	if r := p.Redaction; r != nil {
		fact(words.Redaction, fmt.Sprintf(b.in(words.RedactionIs), format.Count(int64(len(r.Rules))), r.Key))
		fact(words.OriginalHeading, r.Ask)
	}
	s.gap()
	fact(words.CheckpointLog, p.Checkpoint.Origin)
	fact(words.CheckpointSize, fmt.Sprintf(b.in(words.Leaves), format.Count(p.Checkpoint.Size)))
	hash(words.CheckpointRoot, p.Checkpoint.Root)
	fact(words.SealedAt, format.Time(p.Checkpoint.SealedAt, l))
	fact(words.CheckpointKey, p.Checkpoint.KeyID)
	if by := words.NameOf(p.Signer); by != (evidence.Text{}) {
		fact(words.SignedBy, b.in(by))
	}
	fact(words.Signer, b.in(words.KeyOf(p.Signer)))
	hash(words.Fingerprint, p.Signer.Fingerprint)
	if p.Signer.Ephemeral {
		fact(words.Caution, b.in(words.EphemeralKey))
	}
	fact(words.Approval, b.in(words.ApprovalIsElsewhere))
	b.assertion(s)
	s.gap()
	s.add(b.heads(b.in(words.Sheet), b.in(words.Contents))...)
	b.contents(s)
	return s.close()
}

// assertion is what management asserts, and for whom the pack is.
func (b *book) assertion(s *sheet) {
	fact := func(label evidence.Text, value string) {
		s.add(cell{value: b.in(label), style: b.styles.label}, b.str(value))
	}
	if a := b.p.Assertion; a != nil {
		s.gap()
		is, answers := words.Asserted(b.p)
		fact(words.Assertion, is+"\n"+a.Text+"\n"+answers)
		fact(words.Signatory, a.Signatory)
		if !a.Date.IsZero() {
			fact(words.AssertedOn, format.Date(a.Date, b.p.Location))
		}
	}
	for i, r := range b.p.Recipients {
		if i == 0 {
			s.gap()
		}
		text := r.Name
		for _, more := range []string{r.Organisation, r.Purpose} {
			if more != "" {
				text += " / " + more
			}
		}
		fact(words.Recipients, text)
	}
}

// contents lists the workbook's sheets.
func (b *book) contents(s *sheet) {
	n := b.names
	for _, entry := range []struct {
		name string
		what evidence.Text
	}{
		{n.summary, words.SummaryIs}, {n.matrix, words.MatrixIs}, {n.exceptions, words.ExceptionsAre},
	} {
		s.add(b.goTo(entry.name, entry.name, 1), b.word(entry.what))
	}
	if n.delta != "" {
		s.add(b.goTo(n.delta, n.delta, 1), b.word(words.DeltaSheetIs))
	}
	for i, r := range n.registers {
		if r.list == "" {
			s.add(b.goTo(r.counts, r.counts, 1), b.str(fmt.Sprintf(b.in(words.RegisterSheetIs), b.p.Registers[i].Group)))
			continue
		}
		s.add(b.goTo(r.counts, r.counts, 1), b.str(fmt.Sprintf(b.in(words.CountsByMonth), b.p.Registers[i].Group)))
		s.add(b.goTo(r.list, r.list, 1), b.word(words.RegisterListIs))
	}
	s.add(b.goTo(n.ipe, n.ipe, 1), b.word(words.IPEIs))
	s.add(b.goTo(n.coverage, n.coverage, 1), b.word(words.CoverageIs))
	if n.months != "" {
		s.add(b.goTo(n.months, n.months, 1), b.word(words.MonthsAre))
	}
	if n.samples != "" {
		s.add(b.goTo(n.sampling, n.sampling, 1), b.word(words.SamplingIs))
		s.add(b.goTo(n.samples, n.samples, 1), b.word(words.SamplesAre))
	}
	for _, c := range b.p.Controls {
		name := n.byID[c.ID]
		s.add(b.goTo(name, name, 1), b.str(fmt.Sprintf(b.in(words.ControlSheetIs), c.Title)))
	}
	if n.redaction != "" {
		s.add(b.goTo(n.redaction, n.redaction, 1), b.word(words.RedactionSheetIs))
	}
	s.add(b.goTo(n.hashes, n.hashes, 1), b.word(words.HashesAre))
}
