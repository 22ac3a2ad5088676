package html

import (
	"time"

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

// dayDrawing is a stacked bar chart by day.
type dayDrawing struct {
	key, title, says string
	days             []dayColumn
}

// dayColumn is the bar of a day: its segments from the foot up, and what it says.
type dayColumn struct {
	date     time.Time
	says     string
	segments []segment
}

// segment is a part of a bar.
type segment struct {
	look       name
	n          int64
	exceptions bool
}

func (c dayColumn) total() int64 {
	n := int64(0)
	for _, s := range c.segments {
		n += s.n
	}
	return n
}

func (c dayColumn) exceptional() bool {
	for _, s := range c.segments {
		if s.exceptions && s.n > 0 {
			return true
		}
	}
	return false
}

// most is how many items the largest day has.
func (c dayDrawing) most() int64 {
	n := int64(0)
	for _, day := range c.days {
		n = max(n, day.total())
	}
	return n
}

// dayChart draws a population's items by day: exceptions at the foot, the others on top
// of them. The figures stand below it.
func (d *document) dayChart(c *reports.Control) {
	drawing := dayDrawing{key: d.controls[c.ID] + ".days", title: d.in(words.ItemsByDay)}
	exceptional := int64(0)
	for _, day := range c.Days {
		n := day.Counts
		if n.Exceptions > 0 {
			exceptional++
		}
		drawing.days = append(drawing.days, dayColumn{
			date: day.Date, says: d.say(words.DaySays, format.Date(day.Date, d.p.Location), format.Count(n.Total), format.Count(n.Exceptions)),
			segments: []segment{{"x1", n.Exceptions, true}, {"q1", n.Total - n.Exceptions, false}},
		})
	}
	most := drawing.most()
	if most == 0 {
		return
	}
	first, last := c.Days[0].Date, c.Days[len(c.Days)-1].Date
	drawing.says = d.say(words.ChartSays, format.Date(first, d.p.Location), format.Date(last, d.p.Location), format.Count(most), format.Count(exceptional))
	d.leaf("h4", drawing.title)
	d.drawDays(drawing)
	d.start("p", class("legend"))
	d.key("x1", d.verdictText(evidence.Exception))
	d.key("q1", d.in(words.OtherItems))
	d.end("p")
	if items, exceptions := c.OffDays(); items > 0 {
		d.leaf("p", d.say(words.OffDays, format.Count(items), format.Count(exceptions)))
	}
	d.dayFigures(c.Days)
}

// key is an entry of a drawing's legend.
func (d *document) key(look name, s string) {
	d.start("span")
	d.swatched(look, s).write()
	d.end("span")
}

// drawDays draws a bar a day, and a mark over each day that has an exception.
func (d *document) drawDays(c dayDrawing) {
	d.start("div", class("scroll"))
	d.start("svg", class("chart"), attr{"viewBox", "0 0 760 150"}, attr{"role", "img"}, labelledBy(c.key))
	d.titles(c.key, c.title, c.says)
	most := c.most()
	d.ticks(most)
	step := (chartWidth - axis) / float64(len(c.days))
	for i, day := range c.days {
		d.dayBar(day, axis+float64(i)*step, step, plotHeight/float64(max(most, 1)))
	}
	d.dayLabels(c.days, step)
	d.end("svg")
	d.end("div")
}

func (d *document) ticks(most int64) {
	for _, tick := range []int64{most, 0} {
		y := plotTop + plotHeight - plotHeight*float64(tick)/float64(max(most, 1))
		d.void("line", attr{"x1", decimal(axis)}, attr{"x2", decimal(chartWidth)}, attr{"y1", decimal(y)}, attr{"y2", decimal(y)})
		d.leaf("text", format.Count(tick), class("tick"), attr{"x", decimal(axis - 6)}, attr{"y", decimal(y + 4)})
	}
}

func (d *document) dayBar(day dayColumn, x, step, scale float64) {
	if day.total() == 0 {
		return
	}
	width := max(step*0.74, 0.4)
	x += (step - width) / 2
	y := plotTop + plotHeight
	d.start("g")
	d.leaf("title", day.says)
	for _, s := range day.segments {
		if s.n == 0 {
			continue
		}
		height := max(float64(s.n)*scale, 1)
		if s.exceptions {
			height = max(height, 3) // one exception among thousands must be seen
		}
		y -= height
		d.rect(s.look, x, y, width, height)
	}
	if day.exceptional() && step >= 8 {
		d.leaf("text", evidence.Exception.Mark(), class("over"), attr{"x", decimal(x + width/2)}, attr{"y", decimal(y - 3)})
	}
	d.end("g")
}

// dayLabels writes as many dates below the bars as there is room for.
func (d *document) dayLabels(days []dayColumn, step float64) {
	every := 1
	for float64(every)*step < 44 {
		every++
	}
	for i := 0; i < len(days); i += every {
		x := min(axis+(float64(i)+0.5)*step, chartWidth-18)
		d.leaf("text", days[i].date.In(d.p.Location).Format("01-02"), class("date"), attr{"x", decimal(x)}, attr{"y", decimal(plotTop + plotHeight + 16)})
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
