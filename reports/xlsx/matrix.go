package xlsx

import (
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// matrixSheet has a row for each framework item and control that serves it; an
// item that none serves has a row that says so.
func (b *book) matrixSheet() error {
	s := b.open(b.names.matrix, setup{widths: []float64{10, 16, 42, 11, 30, 18, 10, 24, 11, 11, 12, 16}, frozen: 1, titles: 1})
	heads := b.heads(b.in(words.FrameworkItem), b.in(words.Group), b.in(words.ItemTitle), b.in(words.Control), b.in(words.ControlTitle),
		b.in(words.Owner), b.in(words.Frequency), b.in(words.Population), b.in(words.PopulationCount), b.in(words.ExceptionCount),
		b.in(words.PendingCount), b.in(words.Result))
	s.add(heads...)
	for _, item := range b.p.Framework.Items {
		serving := b.p.Serving(item)
		if len(serving) == 0 {
			s.add(b.str(item.ID), b.str(item.Group), b.str(item.Title), b.str("—"), b.word(words.NoControl),
				b.str(""), b.str(""), b.str(""), b.str(""), b.str(""), b.str(""), b.str("—"))
		}
		for _, c := range serving {
			s.add(b.matrixRow(item, c)...)
		}
	}
	s.filter(1, len(heads))
	return s.close()
}

func (b *book) matrixRow(item reports.FrameworkItem, c *reports.Control) []cell {
	return []cell{
		b.str(item.ID), b.str(item.Group), b.str(item.Title),
		b.goTo(c.ID, b.names.byID[c.ID], 1), b.str(c.Title), b.str(c.Owner), b.str(c.Frequency), b.str(c.Population.KindTitle),
		b.count(c.Counts.Total), b.count(c.Counts.Exceptions), b.count(c.Counts.Pending), b.result(c.Result),
	}
}
