package xlsx

import (
	"fmt"
	"slices"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxChanges is how many changes of a control are shown by day: more than anybody reads,
// and the control's own sheets have all.
const maxChanges = 5000

// changesSheet shows the items of a control that tells of changes by day and by what
// changed, each with its lines in green and red.
func (b *book) changesSheet(c *reports.Control) error {
	at := c.DiffColumn()
	if at < 0 {
		return nil
	}
	shown := min(c.Counts.Total, maxChanges, int64(b.maxRows-changesHeader))
	heads := b.heads(b.in(words.Date), b.in(words.ChangedThing), b.zoned(b.in(words.When)), b.in(words.ChangedLines), b.in(words.Verdict), b.in(words.Reasons))
	s := b.open(b.names.changes[c.ID], setup{widths: []float64{14, 44, 22, 70, 16, 80}, frozen: changesHeader, titles: changesHeader})
	for _, r := range b.blockHead(c.ID + "  " + b.in(words.ChangesHeading)) {
		s.addHigh(r.height, r.cells...)
	}
	about := b.in(words.ChangesMean)
	if shown < c.Counts.Total {
		about += " " + fmt.Sprintf(b.in(words.FirstChanges), format.Count(shown), format.Count(c.Counts.Total), c.ID)
	}
	s.addHigh(lineHeight+3, cell{value: about, style: b.styles.label, span: len(heads)})
	s.add(heads...)
	n := int64(0)
	for g, err := range b.p.Changes(c) {
		if err != nil {
			return fmt.Errorf("read items: %w", err)
		}
		for _, item := range g.Items[:min(int64(len(g.Items)), shown-n)] {
			n++
			s.add(b.date(g.Day), b.str(reports.ChangeName(g.Items[0].Label, g.Group)), b.when(item.Time), b.field(c.Columns[at], item, at),
				cell{value: item.Verdict.Mark() + " " + b.in(item.Verdict.Name()), style: b.styles.verdict[item.Verdict]},
				b.str(texts(slices.Concat(item.Reasons, item.Observations))))
		}
		if n == shown {
			break
		}
	}
	if n == 0 {
		s.add(b.str(""), b.word(words.NoItems))
	}
	s.filter(changesHeader, len(heads))
	return s.close()
}

// changesHeader is the row of the heads: below title, link and what the sheet shows.
const changesHeader = 4
