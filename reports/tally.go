package reports

import (
	"time"

	"github.com/evidencepack/evidence"
)

// Add counts one more item that has verdict v.
func (c *Counts) Add(v evidence.Verdict) {
	c.Total++
	switch v {
	case evidence.Pass:
		c.Passed++
	case evidence.Exception:
		c.Exceptions++
	case evidence.NotApplicable:
		c.NotApplicable++
	case evidence.Pending:
		c.Pending++
	case evidence.Undetermined:
		c.Undetermined++
	}
}

// DayCounts is how many of a population's items fall on a day of the period.
type DayCounts struct {
	Date   time.Time // midnight in the organisation's time zone
	Counts Counts
}

// maxDays bounds a tally by day: beyond three years a chart by day says nothing.
const maxDays = 3*366 + 1

// Tally counts a population's items, in all and by day of the period. It holds
// no items, so that a population of any size can be counted as it streams by.
type Tally struct {
	Counts Counts
	days   []DayCounts
	index  map[string]int // day → index into days
	loc    *time.Location
}

// NewTally counts items of the period by the days of loc.
func NewTally(p evidence.Period, loc *time.Location) *Tally {
	t := &Tally{index: map[string]int{}, loc: loc}
	y, m, d := p.Start.In(loc).Date()
	for day := evidence.Midnight(y, m, d, loc); day.Before(p.End) && len(t.days) < maxDays; {
		t.index[day.Format(time.DateOnly)] = len(t.days)
		t.days = append(t.days, DayCounts{Date: day})
		// Not AddDate from day: where midnight does not exist on one day, the next has it.
		d++
		day = evidence.Midnight(y, m, d, loc)
	}
	return t
}

// Add counts an item. An item outside the period counts, but on no day.
func (t *Tally) Add(at time.Time, v evidence.Verdict) {
	t.Counts.Add(v)
	if i, ok := t.index[at.In(t.loc).Format(time.DateOnly)]; ok {
		t.days[i].Counts.Add(v)
	}
}

// OffDays counts the items that fall on no day of the period: what was read after it, or
// happened about it.
func (c *Control) OffDays() (items, exceptions int64) {
	items, exceptions = c.Counts.Total, c.Counts.Exceptions
	for _, day := range c.Days {
		items -= day.Counts.Total
		exceptions -= day.Counts.Exceptions
	}
	return items, exceptions
}

// Days are the counts by day, one entry a day of the period, in order.
func (t *Tally) Days() []DayCounts { return t.days }
