package pdf

import (
	"strconv"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// paint is how a result or state looks: its fill and the text on it.
type paint struct{ fill, text color }

var resultPaint = map[evidence.Result]paint{
	evidence.Effective:       {goodFill, black},
	evidence.ExceptionsNoted: {badFill, black},
	evidence.NoOccurrence:    {white, black},
	evidence.NotEvaluable:    {unknownFill, white},
}

var dayPaint = map[reports.DayState]paint{
	reports.DayComplete:    {goodFill, black},
	reports.DayProvisional: {lateFill, black},
	reports.DayLate:        {lateFill, black},
	reports.DayGap:         {badFill, black},
	reports.DayMissing:     {unknownFill, white},
	reports.DayAhead:       {white, grey},
}

var claimPaint = map[reports.ClaimVerdict]paint{
	reports.ClaimGap:    {badFill, black},
	reports.ClaimMatch:  {goodFill, black},
	reports.ClaimListed: {goodFill, black},
	reports.ClaimUnread: {white, black},
}

func (d *document) resultText(r evidence.Result) string {
	return r.Mark() + " " + d.in(r.Name())
}

// result is a cell of a result: its fill, its mark and its word.
func (d *document) result(r evidence.Result) box {
	look := resultPaint[r]
	return box{paras: []para{{text: d.resultText(r), st: d.st.cellBold.with(look.text)}}, fill: look.fill}
}

// badge draws a result at x, y and returns its width.
func (d *document) badge(x, y float64, r evidence.Result) float64 {
	look, st := resultPaint[r], d.st.bold
	text := d.resultText(r)
	w := d.length(text, st) + 6
	d.fill(x, y, w, st.lead+1.6, look.fill)
	d.frame(x, y, w, st.lead+1.6, grey)
	d.put(x+3, y+0.8, text, st.with(look.text))
	return w
}

// resultBar is a bar of the four results, as long as each has controls, with a
// legend that gives every count.
func (d *document) resultBar() {
	const height = 9.0
	counts := d.p.ResultCounts()
	total := int64(len(d.p.Controls))
	d.room(height + 8)
	x := left
	for _, rc := range counts {
		if rc.N == 0 {
			continue
		}
		look := resultPaint[rc.Result]
		w := bodyWidth * float64(rc.N) / float64(total)
		d.fill(x, d.y, w, height, look.fill)
		d.frame(x, d.y, w, height, grey)
		label := rc.Result.Mark() + " " + format.Count(rc.N)
		if n := d.length(label, d.st.bold); n < w {
			d.put(x+(w-n)/2, d.y+(height-d.st.bold.lead)/2, label, d.st.bold.with(look.text))
		}
		x += w
	}
	if total == 0 {
		d.frame(left, d.y, bodyWidth, height, grey)
	}
	d.y += height + 1.5
	d.resultLegend(counts)
}

func (d *document) resultLegend(counts []reports.ResultCount) {
	st := d.st.cell
	x := left
	for _, rc := range counts {
		look := resultPaint[rc.Result]
		label := d.say(words.ResultN, d.resultText(rc.Result), format.Count(rc.N))
		d.fill(x, d.y+0.7, 3, 3, look.fill)
		d.frame(x, d.y+0.7, 3, 3, grey)
		d.put(x+4.5, d.y, label, st)
		x += 4.5 + d.length(label, st) + 7
	}
	d.y += st.lead + 1
}

// month is one month of a source's calendar: by day of the month, from 1.
type month struct {
	first time.Time
	days  [32]*reports.Day
}

// months splits a calendar by month.
func (d *document) months(days []reports.Day) []*month {
	var months []*month
	for i := range days {
		at := days[i].Date.In(d.p.Location)
		first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, d.p.Location)
		if len(months) == 0 || !months[len(months)-1].first.Equal(first) {
			months = append(months, &month{first: first})
		}
		months[len(months)-1].days[at.Day()] = &days[i]
	}
	return months
}

// calendar draws a source's coverage: a line a month, a field a day.
func (d *document) calendar(days []reports.Day) {
	const label, field = 19.0, 5.0
	st := d.st.tiny
	months := d.months(days)
	d.room(field * 3)
	for n := 1; n <= 31; n++ {
		s := strconv.Itoa(n)
		d.put(left+label+float64(n-1)*field+(field-d.length(s, st))/2, d.y, s, st)
	}
	d.y += st.lead + 0.5
	for _, m := range months {
		d.room(field + 1)
		d.put(left, d.y+(field-d.st.cell.lead)/2, m.first.Format("2006-01"), d.st.cell)
		for n := 1; n <= 31; n++ {
			if day := m.days[n]; day != nil {
				look := dayPaint[day.State]
				x := left + label + float64(n-1)*field
				d.fill(x, d.y, field, field, look.fill)
				d.frame(x, d.y, field, field, grey)
				mark := day.State.Mark()
				d.put(x+(field-d.length(mark, st))/2, d.y+(field-st.lead)/2, mark, st.with(look.text))
			}
		}
		d.y += field + 0.8
	}
	d.y += 1
}
