package pdf

import (
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// examination tells of the time that the examination covers: the coverage of every source
// through all of it, and the results of its months.
func (d *document) examination() {
	w := d.p.Window
	if w == nil {
		return
	}
	d.heading(d.say(words.WindowCoverage, w.Name))
	d.flow(d.say(words.WindowMeans, d.time(w.Period.Start), d.time(w.Period.End)), d.st.small)
	d.y += 2
	for _, src := range w.Sources {
		d.gap(2)
		d.room(30)
		d.put(left, d.y, d.fit(d.line(src.Name+"  "+src.System), d.st.h3, bodyWidth), d.st.h3)
		d.y += d.st.h3.lead + 1
		d.calendar(src.Days)
	}
	d.heading(d.in(words.ResultsByMonth))
	d.flow(d.in(words.ResultsByMonthMeans), d.st.small)
	d.y += 1
	for _, months := range w.MonthGroups() {
		d.monthResults(months)
	}
	d.monthPacks(w.Months)
}

// monthResults is a table of controls by month.
func (d *document) monthResults(months []reports.Month) {
	const id, month = 17.0, 9.2
	columns := []column{{title: d.in(words.Control), width: id}, {title: d.in(words.ControlTitle), width: bodyWidth - id - month*float64(len(months))}}
	for _, m := range months {
		columns = append(columns, column{title: strings.Replace(m.Name[2:], "-", "/", 1), width: month})
	}
	t := d.table(columns...)
	for i := range d.p.Controls {
		c := &d.p.Controls[i]
		row := []box{d.goTo(c.ID, controlKey(c)), d.text(c.Title)}
		for _, m := range months {
			result, ok := m.Results[c.ID]
			if !ok {
				row = append(row, d.text(words.NoNumber))
				continue
			}
			look := resultPaint[result]
			row = append(row, box{paras: []para{{text: result.Mark(), st: d.st.cellBold.with(look.text)}}, fill: look.fill})
		}
		t.row(row...)
	}
	d.y += 3
}

// monthPacks names the packs that the results of other months are taken from.
func (d *document) monthPacks(months []reports.Month) {
	t := d.table(column{title: d.in(words.Month), width: 24}, column{title: d.in(words.MonthPack), width: bodyWidth - 24})
	for _, m := range months {
		if m.Pack != "" {
			t.row(d.text(m.Name), d.mono(m.Pack))
		}
	}
}
