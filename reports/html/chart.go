package html

import (
	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// The drawing of items by day, in its own units.
const (
	chartWidth = 760.0
	plotTop    = 16.0
	plotHeight = 110.0
	axis       = 52.0
)

// dayChart draws a population's items by day: exceptions at the foot, the others
// on top of them, and a mark over each day that has an exception. The figures
// stand below it.
func (d *document) dayChart(c *reports.Control) {
	most, exceptional := int64(0), int64(0)
	for _, day := range c.Days {
		most = max(most, day.Counts.Total)
		if day.Counts.Exceptions > 0 {
			exceptional++
		}
	}
	if most == 0 {
		return
	}
	d.leaf("h4", d.in(words.ItemsByDay))
	first, last := c.Days[0].Date, c.Days[len(c.Days)-1].Date
	d.start("div", class("scroll"))
	d.start("svg", class("chart"), attr{"viewBox", "0 0 760 150"}, attr{"role", "img"}, label(d.say(words.ChartSays,
		format.Date(first, d.p.Location), format.Date(last, d.p.Location), format.Count(most), format.Count(exceptional))))
	d.ticks(most)
	step := (chartWidth - axis) / float64(len(c.Days))
	for i, day := range c.Days {
		d.dayBar(day, axis+float64(i)*step, step, plotHeight/float64(most))
	}
	d.dayLabels(c.Days, step)
	d.end("svg")
	d.end("div")
	d.start("p", class("legend"))
	d.leaf("span", d.verdictText(evidence.Exception), class("bad"))
	d.leaf("span", d.in(words.OtherItems), class("others"))
	d.end("p")
	if items, exceptions := c.OffDays(); items > 0 {
		d.leaf("p", d.say(words.OffDays, format.Count(items), format.Count(exceptions)))
	}
	d.dayFigures(c.Days)
}

func (d *document) ticks(most int64) {
	for _, tick := range []int64{most, 0} {
		y := plotTop + plotHeight - plotHeight*float64(tick)/float64(most)
		d.void("line", attr{"x1", decimal(axis)}, attr{"x2", decimal(chartWidth)}, attr{"y1", decimal(y)}, attr{"y2", decimal(y)})
		d.leaf("text", format.Count(tick), class("tick"), attr{"x", decimal(axis - 6)}, attr{"y", decimal(y + 4)})
	}
}

func (d *document) dayBar(day reports.DayCounts, x, step, scale float64) {
	if day.Counts.Total == 0 {
		return
	}
	width := max(step*0.74, 0.4)
	x += (step - width) / 2
	base := plotTop + plotHeight
	bad := float64(day.Counts.Exceptions) * scale
	others := float64(day.Counts.Total-day.Counts.Exceptions) * scale
	d.start("g")
	d.leaf("title", d.say(words.DaySays, format.Date(day.Date, d.p.Location), format.Count(day.Counts.Total), format.Count(day.Counts.Exceptions)))
	if bad > 0 {
		bad = max(bad, 3) // one exception among thousands must be seen
		d.rect("bad", x, base-bad, width, bad)
	}
	if others > 0 {
		others = max(others, 1)
		d.rect("others", x, base-bad-others, width, others)
	}
	if bad > 0 && step >= 8 {
		d.leaf("text", evidence.Exception.Mark(), class("over"), attr{"x", decimal(x + width/2)}, attr{"y", decimal(base - bad - others - 3)})
	}
	d.end("g")
}

// dayLabels writes as many dates below the bars as there is room for.
func (d *document) dayLabels(days []reports.DayCounts, step float64) {
	every := 1
	for float64(every)*step < 44 {
		every++
	}
	for i := 0; i < len(days); i += every {
		x := min(axis+(float64(i)+0.5)*step, chartWidth-18)
		d.leaf("text", days[i].Date.In(d.p.Location).Format("01-02"), class("date"), attr{"x", decimal(x)}, attr{"y", decimal(plotTop + plotHeight + 16)})
	}
}

// dayFigures are the chart's numbers, for who cannot see it or wants them.
func (d *document) dayFigures(days []reports.DayCounts) {
	d.start("details", class("figures"))
	d.leaf("summary", d.in(words.FiguresByDay))
	columns := []column{{title: d.in(words.Date)}}
	for _, title := range d.countTitles() {
		columns = append(columns, column{title, "n"})
	}
	d.table(d.in(words.ItemsByDay), columns...)
	for _, day := range days {
		if day.Counts.Total == 0 {
			continue
		}
		cells := []cell{d.lines(format.Date(day.Date, d.p.Location))}
		for _, n := range countsOf(day.Counts) {
			cells = append(cells, d.number(n))
		}
		d.row(cells...)
	}
	d.endTable()
	d.end("details")
}
