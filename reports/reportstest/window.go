package reportstest

import (
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// window is the twelve months up to the period's end: three of them have packs, and
// nothing was collected in the first two.
func (b builder) window(p *reports.Pack) *reports.Window {
	w := &reports.Window{Name: "2025-11-01..2026-11-01", Period: evidence.Period{Start: Period.End.AddDate(-1, 0, 0), End: Period.End}}
	for _, src := range p.Sources {
		s := reports.WindowSource{Name: src.Name, System: src.System}
		for at := w.Period.Start; at.Before(Period.Start); at = at.AddDate(0, 0, 1) {
			s.Days = append(s.Days, reports.Day{Date: at, State: windowState(at)})
		}
		s.Days = append(s.Days, src.Days...)
		w.Sources = append(w.Sources, s)
	}
	for n := range 12 {
		at := w.Period.Start.AddDate(0, n, 0)
		m := reports.Month{Name: at.Format("2006-01")}
		if n >= 8 {
			m.Results = map[string]evidence.Result{}
			for i, c := range p.Controls {
				m.Results[c.ID] = evidence.Results[(n+i)%len(evidence.Results)]
				if n == 11 {
					m.Results[c.ID] = c.Result
				}
			}
			if n < 11 {
				m.Pack = Hash(m.Name)
			}
		}
		w.Months = append(w.Months, m)
	}
	return w
}

func windowState(at time.Time) reports.DayState {
	switch {
	case at.Before(Period.End.AddDate(-1, 2, 0)):
		return reports.DayMissing
	case at.Month() == time.March:
		return reports.DayLate
	case at.Day() == 13:
		return reports.DayGap
	}
	return reports.DayComplete
}
