package html

import (
	"slices"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// examination is the coverage of every source through the time that the examination covers.
func (d *document) examination() {
	w := d.p.Window
	if w == nil {
		return
	}
	d.leaf("h3", d.say(words.WindowCoverage, w.Name))
	d.leaf("p", d.say(words.WindowMeans, d.time(w.Period.Start), d.time(w.Period.End)))
	for _, src := range w.Sources {
		d.leaf("h4", src.Name+"  "+src.System)
		d.calendar(w.Name+" "+src.Name, src.Days)
	}
}

// monthResults is a map of the controls' results by month.
func (d *document) monthResults() {
	w := d.p.Window
	if w == nil {
		return
	}
	d.leaf("h3", d.in(words.ResultsByMonth))
	d.leaf("p", d.in(words.ResultsByMonthMeans))
	for _, months := range w.MonthGroups() {
		columns := []column{{d.in(words.Control), "id"}, {title: d.in(words.ControlTitle)}}
		for _, m := range months {
			columns = append(columns, column{m.Name, "id"})
		}
		d.table(d.in(words.ResultsByMonth), columns...)
		for i := range d.p.Controls {
			c := &d.p.Controls[i]
			cells := []cell{d.controlLink(c.ID), d.lines(c.Title)}
			for _, m := range months {
				cells = append(cells, d.monthResult(m, c.ID))
			}
			d.row(cells...)
		}
		d.endTable()
	}
	d.monthPacks(w.Months)
}

func (d *document) monthResult(m reports.Month, control string) cell {
	result, ok := m.Results[control]
	if !ok {
		return d.lines(words.NoNumber)
	}
	return cell{"id", func() { d.mark(result) }}
}

// monthPacks names the packs that the results of other months are taken from.
func (d *document) monthPacks(months []reports.Month) {
	others := slices.DeleteFunc(slices.Clone(months), func(m reports.Month) bool { return m.Pack == "" })
	if len(others) == 0 {
		return
	}
	d.table(d.in(words.MonthPack), column{d.in(words.Month), "id"}, column{title: d.in(words.MonthPack)})
	for _, m := range others {
		d.row(d.lines(m.Name), d.code(m.Pack))
	}
	d.endTable()
}
