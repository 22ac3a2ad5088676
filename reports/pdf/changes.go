package pdf

import (
	"fmt"
	"slices"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxChanges is how many changes of a control are shown; the workbook has all.
const maxChanges = 200

// changes shows the items of a control that tells of changes as a code review would:
// by day and by what changed, what was added in green, what was taken away in red.
func (d *document) changes(c *reports.Control) {
	at := c.DiffColumn()
	if at < 0 || c.Counts.Total == 0 {
		return
	}
	d.room(50)
	d.heading(d.in(words.ChangesHeading))
	d.flow(d.in(words.ChangesMean), d.st.small)
	if c.Counts.Total > maxChanges {
		d.flow(d.say(words.FirstChanges, format.Count(maxChanges), format.Count(c.Counts.Total), c.ID), d.st.small)
	}
	d.y += 1
	t := d.table(column{title: d.in(words.DayAndObject), width: 60}, column{title: d.in(words.ChangedLines), width: 48}, column{title: d.in(words.VerdictAndReasons), width: bodyWidth - 108})
	n := 0
	for g, err := range d.p.Changes(c) {
		if err != nil {
			d.SetError(fmt.Errorf("changes of %s: %w", c.ID, err))
			return
		}
		for i, item := range g.Items {
			if n++; n > maxChanges {
				return
			}
			t.row(d.changedBox(g, i), d.diffBox(item, at), d.changeBox(item))
		}
	}
}

// changedBox names the day and what changed, once for all changes of it, and the time.
func (d *document) changedBox(g reports.DayGroup[reports.Item], i int) box {
	var b box
	if i == 0 {
		b.paras = append(b.paras, para{text: format.Date(g.Day, d.p.Location), st: d.st.bold}, para{text: reports.ChangeName(g.Items[0].Label, g.Group), st: d.st.cell})
	}
	b.paras = append(b.paras, para{text: d.time(g.Items[i].Time), st: d.st.tiny})
	return b
}

func (d *document) diffBox(item reports.Item, at int) box {
	if at >= len(item.Fields) || !item.Fields[at].Set {
		return box{}
	}
	return box{paras: d.diff(item.Fields[at].Text)}
}

// changeBox is the verdict of a change, and why.
func (d *document) changeBox(item reports.Item) box {
	b := box{paras: []para{{text: verdictText(d, item.Verdict), st: d.st.cell}}}
	for _, r := range slices.Concat(item.Reasons, item.Observations) {
		b.paras = append(b.paras, para{text: d.line(r.Text), st: d.st.tiny})
	}
	return b
}
