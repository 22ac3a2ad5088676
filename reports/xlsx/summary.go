package xlsx

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// summarySheet tells the results: first what could not be evaluated, then the
// four counts, a line for each framework item and a line for each control.
func (b *book) summarySheet() error {
	s := b.open(b.names.summary, setup{widths: []float64{16, 52, 26, 18, 12, 12, 12, 12, 12, 12, 12}})
	s.addHigh(30, cell{value: b.in(words.ResultSummary), style: b.styles.title})
	b.notEvaluable(s)
	b.resultCounts(s)
	b.itemResults(s)
	b.controlResults(s)
	b.exemptionTotals(s)
	if text, ok := words.WithoutNonce(b.p); ok {
		s.gap()
		s.addHigh(22, cell{value: b.in(words.Samples), style: b.styles.heading, span: 9})
		s.add(cell{value: b.in(text), style: b.styles.cell, span: 9})
	}
	b.deltaLine(s)
	return s.close()
}

func (b *book) notEvaluable(s *sheet) {
	first := true
	for _, c := range b.p.Controls {
		for _, why := range c.Why {
			if first {
				s.gap()
				s.addHigh(22, cell{value: b.in(words.NotEvaluableFirst), style: b.styles.heading, span: 9})
				first = false
			}
			s.add(b.goTo(c.ID, b.names.byID[c.ID], 1), cell{value: b.text(why), style: b.styles.cell, span: 8})
		}
	}
}

func (b *book) resultCounts(s *sheet) {
	s.gap()
	for _, sentence := range words.Provisional(b.p) {
		s.addHigh(44, cell{value: b.text(sentence), style: b.styles.cell, span: 9})
		s.gap()
	}
	s.addHigh(22, cell{value: b.in(words.ControlsByResult), style: b.styles.heading, span: 9})
	for _, rc := range b.p.ResultCounts() {
		s.add(b.result(rc.Result), b.word(words.ResultMeans(rc.Result)), b.count(rc.N))
	}
}

func (b *book) itemResults(s *sheet) {
	served, unserved := b.p.Served()
	s.gap()
	s.addHigh(22, cell{value: b.in(words.ResultsByItem), style: b.styles.heading, span: 9})
	s.add(b.heads(b.in(words.FrameworkItem), b.in(words.Title), b.in(words.Controls), b.in(words.Result))...)
	for _, item := range served {
		result, _ := b.p.ItemResult(item)
		var ids []string
		for _, c := range b.p.Serving(item) {
			ids = append(ids, c.ID)
		}
		s.add(b.str(item.ID), b.str(item.Title), b.str(strings.Join(ids, ", ")), b.result(result))
	}
	for _, item := range unserved {
		s.add(b.str(item.ID), b.str(item.Title), b.str("—"), b.word(words.NoControl))
	}
}

func (b *book) controlResults(s *sheet) {
	s.gap()
	s.addHigh(22, cell{value: b.in(words.ResultsByControl), style: b.styles.heading, span: 9})
	s.add(b.heads(b.in(words.Control), b.in(words.Title), b.in(words.Owner), b.in(words.Result), b.in(words.PopulationCount),
		b.in(evidence.Exception.Name()), b.in(words.AnsweredCount), b.in(words.UnansweredCount), b.in(evidence.Pass.Name()), b.in(evidence.NotApplicable.Name()), b.in(evidence.Pending.Name()), b.in(evidence.Undetermined.Name()))...)
	for _, c := range b.p.Controls {
		s.add(b.goTo(c.ID, b.names.byID[c.ID], 1), b.str(c.Title), b.str(c.Owner), b.result(c.Result),
			b.count(c.Counts.Total), b.count(c.Counts.Exceptions), b.count(c.Answered()), b.count(c.Unanswered()), b.count(c.Counts.Passed), b.count(c.Counts.NotApplicable), b.count(c.Counts.Pending), b.count(c.Counts.Undetermined))
	}
}

// deltaLine says what changed since the previous period, and where that stands.
func (b *book) deltaLine(s *sheet) {
	s.gap()
	s.addHigh(22, cell{value: b.in(words.DeltaHeading), style: b.styles.heading, span: 9})
	if b.p.Delta == nil {
		s.add(cell{value: words.NoDelta(b.p.NoDelta, b.p.Lang), style: b.styles.cell, span: 9})
		return
	}
	s.add(b.goTo("→ "+b.names.delta, b.names.delta, 1), cell{value: b.text(b.p.Delta.Sentence(b.p.Lang)), style: b.styles.cell, span: 8})
}
