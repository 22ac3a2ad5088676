package xlsx

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// coverageSheet is the calendar of all sources: a row a day of the examination, and for
// each source its state and, within the pack's period, how many units the day has and
// how many of them are bad.
func (b *book) coverageSheet() error {
	widths := []float64{14, 8}
	titles := []string{b.in(words.Date), b.in(words.Weekday)}
	for _, src := range b.p.Sources {
		titles = append(titles, src.Name+"\n"+b.in(words.State), src.Name+"\n"+b.in(words.Units), src.Name+"\n"+b.in(words.BadUnits))
		widths = append(widths, 22, 16, 16)
	}
	s := b.open(b.names.coverage, setup{widths: widths, frozen: 1, titles: 1})
	heads := b.heads(titles...)
	s.add(heads...)
	days, dates := b.daysBySource()
	for _, date := range dates {
		s.add(b.coverageRow(date, days)...)
	}
	s.filter(1, len(heads))
	return s.close()
}

// daysBySource indexes each source's days by date, and lists the dates of all
// in order: of the first source that has them.
func (b *book) daysBySource() (days []map[string]reports.Day, dates []time.Time) {
	seen := map[string]bool{}
	for _, src := range b.p.Sources {
		byDate := map[string]reports.Day{}
		for _, d := range b.p.DaysOf(src) {
			key := format.Date(d.Date, b.p.Location)
			byDate[key] = d
			if !seen[key] {
				seen[key] = true
				dates = append(dates, d.Date)
			}
		}
		days = append(days, byDate)
	}
	slices.SortStableFunc(dates, time.Time.Compare)
	return days, dates
}

func (b *book) coverageRow(date time.Time, days []map[string]reports.Day) []cell {
	date = date.In(b.p.Location)
	day := b.str(format.Date(date, b.p.Location))
	if n, ok := serial(date, b.p.Location); ok {
		day = cell{value: n, style: b.styles.date}
	}
	cells := []cell{day, b.word(words.Weekdays[date.Weekday()])}
	for _, byDate := range days {
		d, ok := byDate[format.Date(date, b.p.Location)]
		if !ok {
			cells = append(cells, b.str("—"), b.str(""), b.str(""))
			continue
		}
		if !b.p.Period.Contains(date) {
			cells = append(cells, b.dayState(d.State), b.str(""), b.str(""))
			continue
		}
		cells = append(cells, b.dayState(d.State), b.count(int64(d.Units)), b.count(int64(d.Bad)))
	}
	return cells
}

func (b *book) dayState(d reports.DayState) cell {
	return cell{value: d.Mark() + " " + b.in(d.Name()), style: b.styles.day[d]}
}
