package pdf

import (
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// look is how a part of a chart looks: its fill, and the lines across it by which it can
// be told apart in grey.
type look struct {
	fill  color
	hatch []stroke
	line  color
}

// stroke is a family of parallel lines, each going (dx, dy) for its length.
type stroke struct{ dx, dy float64 }

var (
	barFill    = color{176, 190, 212}
	rising     = stroke{1, -1}
	falling    = stroke{1, 1}
	upright    = stroke{0, 1}
	level      = stroke{1, 0}
	exceptions = []look{
		{badFill, []stroke{rising}, black}, {badFill, []stroke{upright}, black}, {badFill, []stroke{falling}, black},
		{badFill, []stroke{level}, black}, {badFill, []stroke{rising, falling}, black}, {badFill, []stroke{upright, level}, black},
	}
	others = []look{
		{fill: barFill}, {fill: accent}, {fill: white},
		{white, []stroke{level}, accent}, {white, []stroke{rising}, accent}, {white, []stroke{rising, falling}, accent},
	}
)

// looksOf gives each part of a chart its look: those of exceptions are hatched.
func looksOf(c *reports.Chart) []look {
	var looks []look
	ofExceptions, ofOthers := 0, 0
	for _, p := range c.Parts {
		if p.Exceptions {
			looks = append(looks, exceptions[ofExceptions%len(exceptions)])
			ofExceptions++
		} else {
			looks = append(looks, others[ofOthers%len(others)])
			ofOthers++
		}
	}
	return looks
}

// area paints a rectangle as it looks, with an outline.
func (d *document) area(x, y, w, h float64, l look) {
	d.fill(x, y, w, h, l.fill)
	if len(l.hatch) > 0 {
		d.hatch(x, y, w, h, l)
	}
	d.frame(x, y, w, h, grey)
}

// hatch draws a look's lines, which run on from one area to the next.
func (d *document) hatch(x, y, w, h float64, l look) {
	const apart = 1.1
	d.ClipRect(x, y, w, h, false)
	d.SetDrawColor(l.line.r, l.line.g, l.line.b)
	d.SetLineWidth(0.2)
	for _, s := range l.hatch {
		switch {
		case s.dx == 0:
			for at := x + apart/2; at < x+w; at += apart {
				d.Line(at, y, at, y+h)
			}
		case s.dy == 0:
			for at := y + apart/2; at < y+h; at += apart {
				d.Line(x, at, x+w, at)
			}
		case s.dy < 0:
			for at := x; at < x+w+h; at += apart {
				d.Line(at-h, y+h, at, y)
			}
		default:
			for at := x - h; at < x+w; at += apart {
				d.Line(at, y, at+h, y+h)
			}
		}
	}
	d.ClipEnd()
}

// charts draws the charts that a control declares: the parts of the whole period with
// their shares, then by day and by group.
func (d *document) charts(c *reports.Control) {
	for i := range c.Charts {
		chart := &c.Charts[i]
		if chart.Total() == 0 {
			continue
		}
		d.chartParts(chart)
		if len(chart.Days) > 0 {
			d.chartDays(chart)
		}
		if len(chart.Groups) > 0 {
			d.chartGroups(chart)
		}
	}
}

// chartParts draws a bar of the parts, and below it the legend with their figures.
func (d *document) chartParts(c *reports.Chart) {
	const height, swatch = 6.0, 8.0
	looks := looksOf(c)
	t := d.table(column{width: swatch}, column{title: d.in(words.ChartPart), width: 92}, column{title: d.in(words.ChartItems), width: 24, right: true},
		column{title: d.in(words.ChartShare), width: 24, right: true})
	var rows [][]box
	var n []int64
	room := headingGap + d.headingHeight(c.Title) + height + 3 + t.headHeight()
	for i, p := range c.Parts {
		n = append(n, p.N)
		rows = append(rows, []box{{draw: func(x, y, w, h float64) { d.area(x, y+(h-3)/2, w, 3, looks[i]) }}, d.text(words.PartTitle(p)),
			d.text(format.Count(p.N)), d.text(format.Share(p.N, c.Total()))})
	}
	rows = append(rows, []box{{}, d.strong(d.in(words.ChartTotal)), d.strong(format.Count(c.Total())), d.strong(format.Share(c.Total(), c.Total()))})
	for _, r := range rows {
		_, h := t.set(r)
		room += h
	}
	if room <= bottom-top {
		d.room(room)
	}
	d.heading(c.Title)
	d.stacked(left, d.y, bodyWidth, height, n, looks)
	d.y += height + 3
	for _, r := range rows {
		t.row(r...)
	}
	if c.Left > 0 {
		d.y += 1
		d.flow(d.say(words.ChartLeft, format.Count(c.Left)), d.st.small)
	}
}

// stacked draws a bar of parts, as long as all of them together.
func (d *document) stacked(x, y, w, h float64, n []int64, looks []look) {
	total := reports.ChartRow{N: n}.Total()
	for i, part := range n {
		if part == 0 {
			continue
		}
		length := w * float64(part) / float64(total)
		d.area(x, y, length, h, looks[i])
		x += length
	}
}

// chartDays draws the parts by day.
func (d *document) chartDays(c *reports.Chart) {
	looks := looksOf(c)
	drawing := dayDrawing{title: d.say(words.ChartByDay, c.Title)}
	for _, row := range c.Days {
		day := dayColumn{date: row.Date}
		for i, n := range row.N {
			day.segments = append(day.segments, segment{looks[i], n, c.Parts[i].Exceptions})
		}
		drawing.days = append(drawing.days, day)
	}
	for i, p := range c.Parts {
		drawing.legend = append(drawing.legend, legendEntry{looks[i], words.PartTitle(p)})
	}
	d.drawDays(drawing)
	if c.OffDay > 0 {
		d.flow(d.say(words.ChartOffDay, format.Count(c.OffDay)), d.st.small)
	}
}

// chartGroups has a row a group: a bar of its parts, and their figures.
func (d *document) chartGroups(c *reports.Chart) {
	const group, total, bar = 46.0, 14.0, 34.0
	looks := looksOf(c)
	t := d.table(column{title: c.Group, width: group}, column{title: d.in(words.ChartTotal), width: total, right: true},
		column{title: d.in(words.ChartBar), width: bar}, column{title: d.in(words.ChartItems), width: bodyWidth - group - total - bar})
	var rows [][]box
	for i, row := range c.Groups {
		rows = append(rows, []box{d.text(words.GroupTitle(c, i, d.p.Lang)), d.text(format.Count(row.Total())), {draw: func(x, y, w, _ float64) {
			d.stacked(x, y+cellPadY+0.6, w, 3, row.N, looks)
		}}, d.fine(strings.Join(words.PartsSaid(c, row.N, d.p.Lang), "\n"))})
	}
	t.together(d.say(words.ChartByGroup, c.Title, c.Group), rows)
}
