package reports

import "slices"

// monthsAcross is how many months a table of results by month has side by side.
const monthsAcross = 12

// MonthGroups cuts the window's months into groups that fit side by side.
func (w *Window) MonthGroups() [][]Month {
	return slices.Collect(slices.Chunk(w.Months, monthsAcross))
}

// DaysOf is the coverage calendar of a source: through the window, where it is told, and
// within the period with its units.
func (p *Pack) DaysOf(src Source) []Day {
	if p.Window == nil {
		return src.Days
	}
	i := slices.IndexFunc(p.Window.Sources, func(s WindowSource) bool { return s.Name == src.Name })
	if i < 0 {
		return src.Days
	}
	own := func(d Day) bool { return p.Period.Contains(d.Date) }
	return append(slices.DeleteFunc(slices.Clone(p.Window.Sources[i].Days), own), src.Days...)
}
