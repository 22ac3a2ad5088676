package pdf

import (
	"strconv"

	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// matrix leads from each framework item to its controls, and from these to
// their sections.
func (d *document) matrix() {
	d.section(d.in(words.ControlMatrix), "matrix")
	t := d.table(
		column{title: d.in(words.FrameworkItem), width: 15}, column{title: d.in(words.ItemTitle), width: 38},
		column{title: d.in(words.Control), width: 16}, column{title: d.in(words.ControlTitle), width: 31},
		column{title: d.in(words.Owner), width: 21}, column{title: d.in(words.PopulationShort), width: 14, right: true},
		column{title: d.in(words.ExceptionShort), width: 12, right: true}, column{title: d.in(words.Result), width: bodyWidth - 158},
		column{title: d.in(words.Page), width: 11, right: true},
	)
	for _, item := range d.p.Framework.Items {
		serving := d.p.Serving(item)
		if len(serving) == 0 {
			t.row(d.strong(item.ID), d.text(item.Title), d.text("—"), d.text(d.in(words.NoControl)), d.text(""), d.text("—"), d.text("—"), d.text("—"), d.text(""))
		}
		for _, c := range serving {
			key := controlKey(c)
			t.row(d.strong(item.ID), d.text(item.Title), d.goTo(c.ID, key), d.text(c.Title), d.text(c.Owner),
				d.text(format.Count(c.Counts.Total)), d.text(format.Count(c.Counts.Exceptions)), d.result(c.Result),
				d.goTo(strconv.Itoa(d.pageOf(key)), key))
		}
	}
}
