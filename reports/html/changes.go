package html

import (
	"fmt"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// changes shows the items of a control that tells of changes as a code review would,
// by day and by what changed.
func (d *document) changes(c *reports.Control) {
	at := c.DiffColumn()
	if at < 0 || c.Counts.Total == 0 {
		return
	}
	d.start("div", class("still changes"))
	d.leaf("h4", d.in(words.ChangesHeading))
	d.leaf("p", d.in(words.ChangesMean))
	if c.Counts.Total > maxChanges {
		d.more(d.say(words.FirstChanges, format.Count(maxChanges), format.Count(c.Counts.Total), c.ID))
	}
	n := 0
	for g, err := range d.p.Changes(c) {
		if err != nil {
			d.fail(fmt.Errorf("changes of %s: %w", c.ID, err))
			break
		}
		if n >= maxChanges {
			break
		}
		d.leaf("h5", format.Date(g.Day, d.p.Location)+"  "+d.cut(reports.ChangeName(g.Items[0].Label, g.Group)))
		for _, item := range g.Items {
			if n++; n > maxChanges {
				break
			}
			d.change(item, at)
		}
	}
	d.end("div")
}

// change is one change: when, its verdict and why, and its lines.
func (d *document) change(item reports.Item, at int) {
	d.start("div", class("change"))
	d.leaf("p", d.time(item.Time)+"  "+d.verdictText(item.Verdict), class("when"))
	for _, list := range [][]reports.Reason{item.Reasons, item.Observations} {
		for _, r := range list {
			d.leaf("p", d.cut(r.Text), class("note"))
		}
	}
	if at < len(item.Fields) && item.Fields[at].Set {
		d.diff(item.Fields[at].Text)
	}
	d.end("div")
}
