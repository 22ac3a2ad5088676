package pdf

import (
	"strconv"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// matrix leads from each framework item to its controls, and from these to
// their sections.
func (d *document) matrix() {
	d.chapter(d.in(words.ControlMatrix), "matrix")
	t := d.table(
		column{title: d.in(words.Control), width: 66},
		column{title: d.in(words.Owner), width: 26}, column{title: d.in(words.PopulationCount), width: 19.5, right: true},
		column{title: d.in(words.ExceptionCount), width: 19.5, right: true}, column{title: d.in(words.Result), width: 35.5},
		column{title: d.in(words.Page), width: bodyWidth - 166.5, right: true},
	)
	for _, item := range d.p.Framework.Items {
		serving := d.p.Serving(item)
		text := item.ID + "  " + item.Title
		if len(serving) == 0 {
			text += "  — " + d.in(words.NoControl)
		}
		t.band(box{paras: []para{{text: text, st: d.st.cellBold}}}, len(serving) > 0)
		for _, c := range serving {
			t.row(d.matrixRow(c)...)
		}
	}
}

func (d *document) matrixRow(c *reports.Control) []box {
	key := controlKey(c)
	return []box{
		d.goTo(numbered(c.ID, c.Title), key), d.text(c.Owner),
		d.text(format.Count(c.Counts.Total)), d.strong(format.Count(c.Counts.Exceptions)), d.result(c.Result),
		d.goTo(strconv.Itoa(d.pageOf(key)), key),
	}
}
