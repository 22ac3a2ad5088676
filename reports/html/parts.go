package html

import (
	"maps"
	"slices"
	"strconv"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// partLooks are how the parts of a chart look: fills that differ in grey too. Those of
// exceptions are hatched, and the others are not.
var partLooks = struct{ exceptions, others []name }{
	exceptions: []name{"x1", "x2", "x3", "x4", "x5", "x6"},
	others:     []name{"q1", "q2", "q3", "q4", "q5", "q6"},
}

// looksOf gives each part of a chart its look.
func looksOf(c *reports.Chart) []name {
	var looks []name
	exceptions, others := 0, 0
	for _, p := range c.Parts {
		if p.Exceptions {
			looks = append(looks, partLooks.exceptions[exceptions%len(partLooks.exceptions)])
			exceptions++
		} else {
			looks = append(looks, partLooks.others[others%len(partLooks.others)])
			others++
		}
	}
	return looks
}

// hatchings are the lines of those looks that have them, in a field of six by six.
var hatchings = map[name]string{
	"x1": "M-1 7L7 -1M-1 1L1 -1M5 7L7 5", "x2": "M3 -1V7", "x3": "M-1 -1L7 7M5 -1L7 1M-1 5L1 7", "x4": "M-1 3H7", "x5": "M-1 -1L7 7M-1 7L7 -1", "x6": "M3 -1V7M-1 3H7",
	"q4": "M-1 3H7", "q5": "M-1 7L7 -1M-1 1L1 -1M5 7L7 5", "q6": "M-1 -1L7 7M-1 7L7 -1",
}

// fills puts the hatchings into the file, once.
func (d *document) fills() {
	d.start("svg", class("fills"), attr{"width", "0"}, attr{"height", "0"}, attr{"aria-hidden", "true"}, attr{"focusable", "false"})
	d.start("defs")
	for _, look := range slices.Sorted(maps.Keys(hatchings)) {
		d.start("pattern", class("hatch-"+look[:1]), id("fill-"+string(look)), attr{"width", "6"}, attr{"height", "6"}, attr{"patternUnits", "userSpaceOnUse"})
		d.void("rect", attr{"width", "6"}, attr{"height", "6"})
		d.void("path", attr{"d", hatchings[look]})
		d.end("pattern")
	}
	d.end("defs")
	d.end("svg")
}

// painted gives a shape a look: the style has its colours, and the file its hatching.
func painted(look name) []attr {
	if _, ok := hatchings[look]; ok {
		return []attr{class(look), {"fill", "url(#fill-" + string(look) + ")"}}
	}
	return []attr{class(look)}
}

// charts draws the charts that a control declares: the parts of the whole period with
// their shares, then by day and by group.
func (d *document) charts(c *reports.Control) {
	for i := range c.Charts {
		chart, key := &c.Charts[i], d.controls[c.ID]+".chart"+strconv.Itoa(i+1)
		if chart.Total() == 0 {
			continue
		}
		d.leaf("h4", chart.Title)
		d.partBar(chart, partsOf(chart), key, "bar parts")
		d.partTable(chart)
		if chart.Left > 0 {
			d.leaf("p", d.say(words.ChartLeft, format.Count(chart.Left)), class("aside"))
		}
		d.partDays(chart, key+".days")
		d.partGroups(chart, key)
	}
}

func partsOf(c *reports.Chart) []int64 {
	var n []int64
	for _, p := range c.Parts {
		n = append(n, p.N)
	}
	return n
}

// titles name a drawing and say what it shows, to those who cannot see it.
func (d *document) titles(key, title, says string) {
	d.leaf("title", title, id(key+".title"))
	d.leaf("desc", says, id(key+".desc"))
}

func labelledBy(key string) attr { return attr{"aria-labelledby", key + ".title " + key + ".desc"} }

// partBar is a bar as long as all items, with as much of each part as it has of them.
func (d *document) partBar(c *reports.Chart, n []int64, key string, look name) {
	d.start("svg", class(look), attr{"role", "img"}, labelledBy(key))
	d.titles(key, c.Title, words.ChartSaid(c, n, d.p.Lang))
	total, before := reports.ChartRow{N: n}.Total(), int64(0)
	for i, part := range looksOf(c) {
		if n[i] > 0 {
			d.void("rect", append(painted(part), attr{"x", percent(before, total)}, attr{"width", percent(n[i], total)}, attr{"y", "0"}, attr{"height", "100%"})...)
		}
		before += n[i]
	}
	d.end("svg")
}

func percent(n, all int64) string { return decimal(100*float64(n)/float64(all)) + "%" }

// partTable is the chart's legend and its figures.
func (d *document) partTable(c *reports.Chart) {
	d.table(c.Title, column{title: d.in(words.ChartPart)}, column{d.in(words.ChartItems), "n"}, column{d.in(words.ChartShare), "n"})
	for i, look := range looksOf(c) {
		p := c.Parts[i]
		d.row(d.swatched(look, words.PartTitle(p)), d.number(p.N), cell{"n", func() { d.text(format.Share(p.N, c.Total())) }})
	}
	d.rowOf([]attr{class("total")}, d.lines(d.in(words.ChartTotal)), d.number(c.Total()), cell{"n", func() { d.text(format.Share(c.Total(), c.Total())) }})
	d.endTable()
}

// swatched is a text beside the look that it has in a drawing.
func (d *document) swatched(look name, s string) cell {
	return cell{write: func() {
		d.start("svg", class("swatch"), attr{"aria-hidden", "true"}, attr{"focusable", "false"})
		d.void("rect", append(painted(look), attr{"width", "100%"}, attr{"height", "100%"})...)
		d.end("svg")
		d.text(s)
	}}
}

// partDays draws the parts by day, with the figures below.
func (d *document) partDays(c *reports.Chart, key string) {
	if len(c.Days) == 0 {
		return
	}
	title := d.say(words.ChartByDay, c.Title)
	looks := looksOf(c)
	drawing := dayDrawing{key: key, title: title}
	for _, row := range c.Days {
		day := dayColumn{date: row.Date, says: format.Date(row.Date, d.p.Location) + " – " + words.ChartSaid(c, row.N, d.p.Lang)}
		for i, n := range row.N {
			day.segments = append(day.segments, segment{looks[i], n, c.Parts[i].Exceptions})
		}
		drawing.days = append(drawing.days, day)
	}
	drawing.says = words.ChartDaysSaid(d.p, c.Days, drawing.most())
	d.leaf("h5", title)
	d.drawDays(drawing)
	if c.OffDay > 0 {
		d.leaf("p", d.say(words.ChartOffDay, format.Count(c.OffDay)), class("aside"))
	}
	d.start("details", class("figures"))
	d.leaf("summary", d.in(words.FiguresByDay))
	d.partRows(c, title, d.in(words.Date), c.Days, func(i int) string { return format.Date(c.Days[i].Date, d.p.Location) }, "")
	d.end("details")
}

// partGroups has a row a group: a bar of its parts, and their figures.
func (d *document) partGroups(c *reports.Chart, key string) {
	if len(c.Groups) == 0 {
		return
	}
	title := d.say(words.ChartByGroup, c.Title, c.Group)
	d.leaf("h5", title)
	d.partRows(c, title, c.Group, c.Groups, func(i int) string { return words.GroupTitle(c, i, d.p.Lang) }, key+".group")
}

// partRows is a table of rows by part, each with a bar where the rows have keys.
func (d *document) partRows(c *reports.Chart, title, what string, rows []reports.ChartRow, named func(int) string, key string) {
	columns := []column{{title: what}, {d.in(words.ChartTotal), "n"}}
	if key != "" {
		columns = append(columns, column{d.in(words.ChartBar), "composition"})
	}
	for _, p := range c.Parts {
		columns = append(columns, column{words.PartTitle(p), "n"})
	}
	d.table(title, columns...)
	for i, row := range rows {
		total := row.Total()
		if total == 0 {
			continue
		}
		cells := []cell{d.lines(named(i)), d.number(total)}
		if key != "" {
			cells = append(cells, cell{"composition", func() { d.partBar(c, row.N, key+strconv.Itoa(i+1), "bar parts") }})
		}
		for _, n := range row.N {
			cells = append(cells, cell{"n", func() { d.text(countAndShare(n, total)) }})
		}
		d.row(cells...)
	}
	d.endTable()
}

// countAndShare is "12 (3.4%)".
func countAndShare(n, total int64) string {
	return format.Count(n) + " (" + format.Share(n, total) + ")"
}
