package pdf

import (
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// coverage is the calendar of all sources: what each gave for each day.
func (d *document) coverage() {
	d.chapter(d.in(words.CoverageCalendar), "coverage")
	var states []legendEntry
	for _, s := range reports.DayStates {
		states = append(states, legendEntry{look{fill: dayPaint[s].fill}, s.Mark() + " " + d.in(s.Name())})
	}
	d.legend(states, left)
	d.y += 2
	for i, src := range d.p.Sources {
		if len(src.Days) == 0 {
			continue
		}
		d.gap(2)
		d.room(30)
		title := d.fit(d.line(src.Name+"  "+src.System), d.st.h3, bodyWidth)
		d.put(left, d.y, title, d.st.h3)
		d.Link(left, d.y, d.length(title, d.st.h3), d.st.h3.lead, d.link(sourceKey(i)))
		d.y += d.st.h3.lead + 1
		d.calendar(src.Days)
		if states := words.StatesAsOf(&src, d.p); states != "" {
			d.flow(states, d.st.small)
		}
		if days := words.ProvisionalDays(&src, d.p); days != "" {
			d.flow(days, d.st.small)
		}
	}
	d.badDays()
	d.examination()
}

// badDays lists the days that are not complete, with how much of them is not.
func (d *document) badDays() {
	d.heading(d.in(words.BadDays))
	t := d.table(column{title: d.in(words.Date), width: 30}, column{title: d.in(words.Source), width: 50}, column{title: d.in(words.StateOf), width: 34},
		column{title: d.in(words.UnitsOf), width: 30, right: true}, column{title: d.in(words.BadUnitsOf), width: bodyWidth - 144, right: true})
	n := 0
	for i, src := range d.p.Sources {
		for _, day := range src.Days {
			if day.State != reports.DayGap && day.State != reports.DayMissing {
				continue
			}
			if n++; n > maxGaps {
				continue
			}
			look := dayPaint[day.State]
			state := box{paras: []para{{text: day.State.Mark() + " " + d.in(day.State.Name()), st: d.st.cellBold.with(look.text)}}, fill: look.fill}
			t.row(d.text(format.Date(day.Date, d.p.Location)), d.goTo(src.Name, sourceKey(i)), state, d.text(format.Count(int64(day.Units))), d.text(format.Count(int64(day.Bad))))
		}
	}
	switch {
	case n == 0:
		d.flow(d.in(words.NoBadDays), d.st.body)
	case n > maxGaps:
		d.flow(d.say(words.MoreInCoverageSheet, format.Count(int64(n-maxGaps))), d.st.bold)
	}
}
