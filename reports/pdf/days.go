package pdf

import (
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// dayDrawing is a stacked bar chart by day.
type dayDrawing struct {
	title  string
	days   []dayColumn
	legend []legendEntry
}

// dayColumn is the bar of a day: its segments from the foot up.
type dayColumn struct {
	date     time.Time
	segments []segment
}

type segment struct {
	look
	n          int64
	exceptions bool
}

type legendEntry struct {
	look
	text string
}

func (c dayColumn) total() int64 {
	n := int64(0)
	for _, s := range c.segments {
		n += s.n
	}
	return n
}

// dayChart draws a population's items by day: exceptions at the foot, the others on top
// of them.
func (d *document) dayChart(c *reports.Control) {
	drawing := dayDrawing{title: d.in(words.ItemsByDay), legend: []legendEntry{
		{exceptions[0], evidence.Exception.Mark() + " " + d.in(evidence.Exception.Name())}, {others[0], d.in(words.OtherItems)},
	}}
	for _, day := range c.Days {
		n := day.Counts
		drawing.days = append(drawing.days, dayColumn{day.Date, []segment{{exceptions[0], n.Exceptions, true}, {others[0], n.Total - n.Exceptions, false}}})
	}
	d.drawDays(drawing)
	if items, off := c.OffDays(); items > 0 {
		d.flow(d.say(words.OffDays, format.Count(items), format.Count(off)), d.st.small)
	}
}

// drawDays draws a bar a day, and nothing where no day has an item.
func (d *document) drawDays(c dayDrawing) {
	const plot, axis = 19.0, 12.0
	most := int64(0)
	for _, day := range c.days {
		most = max(most, day.total())
	}
	if most == 0 {
		return
	}
	d.room(headingGap + d.headingHeight(c.title) + plot + 18)
	d.heading(c.title)
	d.y += 1.5
	base := d.y + plot
	step := (bodyWidth - axis) / float64(len(c.days))
	bar := max(step*0.72, 0.2)
	scale := plot / float64(most)
	st := d.st.tiny
	for _, tick := range []int64{most, 0} {
		y := base - float64(tick)*scale
		d.SetDrawColor(hairline.r, hairline.g, hairline.b)
		d.SetLineWidth(0.15)
		d.Line(left+axis, y, right, y)
		label := format.Count(tick)
		d.put(left+axis-2-d.length(label, st), y-st.lead/2, label, st)
	}
	for i, day := range c.days {
		d.dayBar(day, left+axis+float64(i)*step+(step-bar)/2, base, bar, scale)
	}
	d.y = base + 0.8
	d.dayLabels(c.days, left+axis, step)
	d.y += st.lead + 1
	d.legend(c.legend, left+axis)
}

func (d *document) dayBar(day dayColumn, x, base, w, scale float64) {
	for _, s := range day.segments {
		if s.n == 0 {
			continue
		}
		height := float64(s.n) * scale
		if s.exceptions {
			height = max(height, 0.8) // one exception among thousands must be seen
		}
		base -= height
		d.area(x, base, w, height, s.look)
	}
}

// dayLabels writes as many dates below the bars as there is room for.
func (d *document) dayLabels(days []dayColumn, x, step float64) {
	st := d.st.tiny
	every := 1
	for float64(every)*step < 15 {
		every++
	}
	for i := 0; i < len(days); i += every {
		label := days[i].date.In(d.p.Location).Format("01-02")
		at := x + (float64(i)+0.5)*step - d.length(label, st)/2
		d.put(min(at, right-d.length(label, st)), d.y, label, st)
	}
}

// legend names looks, as many on a line as there is room for.
func (d *document) legend(entries []legendEntry, x float64) {
	st := d.st.tiny
	at := x
	for _, e := range entries {
		text := d.fit(d.line(e.text), st, right-x-4)
		if at > x && at+4+d.length(text, st) > right {
			at = x
			d.y += st.lead
			d.room(st.lead)
		}
		d.area(at, d.y+0.4, 2.6, 2.6, e.look)
		d.put(at+4, d.y, text, st)
		at += 4 + d.length(text, st) + 6
	}
	d.y += st.lead + 1
}
