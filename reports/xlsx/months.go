package xlsx

import (
	"fmt"

	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// monthsSheet has the results of the controls by month of the examination.
func (b *book) monthsSheet() error {
	w := b.p.Window
	if w == nil {
		return nil
	}
	widths := []float64{12, 52}
	heads := b.heads(b.in(words.Control), b.in(words.ControlTitle))
	for _, m := range w.Months {
		heads = append(heads, b.heads(m.Name)...)
		widths = append(widths, 16)
	}
	s := b.open(b.names.months, setup{widths: widths, frozen: 3, titles: 3})
	loc := b.p.Location
	s.addHigh(30, cell{value: fmt.Sprintf("%s  %s", b.in(words.ResultsByMonth), format.Window(w.Period, loc)), style: b.styles.title})
	s.add(cell{value: b.in(words.ResultsByMonthMeans), style: b.styles.aside, span: len(widths)})
	s.add(heads...)
	for i := range b.p.Controls {
		c := &b.p.Controls[i]
		row := []cell{b.goTo(c.ID, b.names.byID[c.ID], 1), b.str(c.Title)}
		for _, m := range w.Months {
			if result, ok := m.Results[c.ID]; ok {
				row = append(row, b.result(result))
				continue
			}
			row = append(row, b.str(words.NoNumber))
		}
		s.add(row...)
	}
	s.gap()
	for _, m := range w.Months {
		if m.Pack != "" {
			s.add(b.str(m.Name), b.mono(m.Pack), b.word(words.MonthPack))
		}
	}
	return s.close()
}
