package xlsx

import (
	"fmt"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// changesSheet shows the items of a control that tells of changes by day and by what
// changed, each with its lines in green and red. Where there are more than a sheet has
// rows, the control's own sheets have the rest.
func (b *book) changesSheet(c *reports.Control) error {
	at := c.DiffColumn()
	if at < 0 {
		return nil
	}
	const header = 4 // the row of the heads
	s := b.open(b.names.changes[c.ID], setup{widths: []float64{14, 44, 22, 70, 16, 80}, frozen: header, titles: header})
	for _, r := range b.blockHead(c.ID + "  " + b.in(words.ChangesHeading)) {
		s.addHigh(r.height, r.cells...)
	}
	s.addHigh(lineHeight+3, cell{value: b.in(words.ChangesMean), style: b.styles.label, span: 6})
	s.add(b.heads(b.in(words.Date), b.in(words.ChangedThing), b.zoned(b.in(words.When)), b.in(words.ChangedLines), b.in(words.Verdict), b.in(words.Reasons))...)
	for g, err := range b.p.Changes(c) {
		if err != nil {
			return fmt.Errorf("read items: %w", err)
		}
		for _, item := range g.Items {
			if s.row >= b.maxRows {
				return s.close()
			}
			lines := cell{style: b.styles.cell}
			if at < len(item.Fields) && item.Fields[at].Set {
				lines = cell{value: item.Fields[at].Text, style: b.styles.cell, diff: true}
			}
			s.add(b.date(g.Day), b.str(reports.ChangeName(g.Items[0].Label, g.Group)), b.when(item.Time), lines,
				cell{value: words.VerdictMark(item.Verdict) + " " + b.in(item.Verdict.Name()), style: b.styles.verdict[item.Verdict]},
				b.str(texts(append(append([]reports.Reason(nil), item.Reasons...), item.Observations...))))
		}
	}
	s.filter(header, 6)
	return s.close()
}
