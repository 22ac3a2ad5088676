package html

import (
	"strconv"
	"time"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// coverage is the calendar of all sources: what each gave for each day.
func (d *document) coverage() {
	d.section("coverage", d.in(words.CoverageCalendar))
	d.start("p", class("legend"))
	for _, s := range reports.DayStates {
		d.leaf("span", s.Mark()+" "+d.in(s.Name()), class(dayLook[s]))
	}
	d.end("p")
	for _, src := range d.p.Sources {
		if len(src.Days) == 0 {
			continue
		}
		d.start("h3")
		d.sourceLink(src.Name)
		d.text("  " + src.System)
		d.end("h3")
		d.calendar(src.Name, src.Days)
		if states := words.StatesAsOf(&src, d.p); states != "" {
			d.leaf("p", states)
		}
		if days := words.ProvisionalDays(&src, d.p); days != "" {
			d.leaf("p", days)
		}
	}
	d.badDays()
	d.examination()
	d.end("section")
}

// calendar has a line a month and a field a day.
func (d *document) calendar(of string, days []reports.Day) {
	d.start("div", class("scroll"))
	d.start("table", class("calendar"), label(d.in(words.CoverageCalendar)+" "+of))
	d.start("thead")
	d.start("tr")
	d.leaf("td", "")
	for n := 1; n <= 31; n++ {
		d.leaf("th", strconv.Itoa(n), attr{"scope", "col"})
	}
	d.end("tr")
	d.end("thead")
	d.start("tbody")
	var first time.Time // of the month that is being written
	next := 0           // the day of it that comes next
	for _, day := range days {
		at := day.Date.In(d.p.Location)
		if y, m, _ := at.Date(); next == 0 || y != first.Year() || m != first.Month() {
			d.restOfMonth(next)
			first, next = at, 1
			d.start("tr")
			d.leaf("th", format.Month(at, d.p.Location), attr{"scope", "row"})
		}
		for ; next < at.Day(); next++ {
			d.leaf("td", "")
		}
		next++
		d.leaf("td", day.State.Mark(), class(dayLook[day.State]), attr{"title", format.Date(at, d.p.Location) + " " + d.in(day.State.Name())})
	}
	d.restOfMonth(next)
	d.endTable()
}

// restOfMonth ends a calendar's line, in which the day next would come, if there is one.
func (d *document) restOfMonth(next int) {
	if next == 0 {
		return
	}
	for ; next <= 31; next++ {
		d.leaf("td", "")
	}
	d.end("tr")
}

// badDays lists the days that are not complete, with how much of them is not.
func (d *document) badDays() {
	d.leaf("h3", d.in(words.BadDays))
	n := 0
	for _, src := range d.p.Sources {
		for _, day := range src.Days {
			if day.State != reports.DayGap && day.State != reports.DayMissing {
				continue
			}
			n++
			if n > maxRows {
				continue
			}
			if n == 1 {
				d.table(d.in(words.BadDays), column{title: d.in(words.Date)}, column{title: d.in(words.Source)}, column{title: d.in(words.StateOf)},
					column{d.in(words.UnitsOf), "n"}, column{d.in(words.BadUnitsOf), "n"})
			}
			state := cell{write: func() {
				d.leaf("span", day.State.Mark()+" "+d.in(day.State.Name()), class("result "+dayLook[day.State]))
			}}
			d.row(d.lines(format.Date(day.Date, d.p.Location)), cell{write: func() { d.sourceLink(src.Name) }}, state, d.number(int64(day.Units)), d.number(int64(day.Bad)))
		}
	}
	if n == 0 {
		d.leaf("p", d.in(words.NoBadDays))
		return
	}
	d.endTable()
	if n > maxRows {
		d.more(d.say(words.MoreInCoverageSheet, format.Count(int64(n-maxRows))))
	}
}
