package reports

import (
	"cmp"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// Chart is a picture that a control declares: its items by part, for the whole period
// and, as far as it says so, by day and by group. Every figure of it is a count.
type Chart struct {
	Title string
	Parts []ChartPart
	Left  int64 // items of the population that are of no part

	Days   []ChartRow // empty: not by day; otherwise one a day of the period, in order
	Groups []ChartRow // empty: not by group; otherwise the largest first
	Group  string     // what the groups are: "Repository"
	// Merged is how many smaller groups, beyond those of Groups, are counted in its last row.
	Merged int
	OffDay int64 // items of the parts that fall on no day of the period
}

// ChartPart is one part of a chart's items.
type ChartPart struct {
	Title      string
	Exceptions bool // all of them are exceptions
	N          int64
}

// ChartRow is the items of a day or of a group by part, in the order of the parts.
type ChartRow struct {
	Date  time.Time // of a day: midnight in the organisation's time zone
	Group string    // of a group; empty: of items that name none, or of those merged
	N     []int64
}

// Total is how many items are of a part.
func (c *Chart) Total() int64 {
	n := int64(0)
	for _, p := range c.Parts {
		n += p.N
	}
	return n
}

// Total is the sum of a row's parts.
func (r ChartRow) Total() int64 {
	n := int64(0)
	for _, part := range r.N {
		n += part
	}
	return n
}

// ByDay reports whether a chart that the control declares shows all of its exceptions by
// day, as the chart that every control has does.
func (c *Control) ByDay() bool {
	return slices.ContainsFunc(c.Charts, func(chart Chart) bool {
		exceptions := int64(0)
		for _, p := range chart.Parts {
			if p.Exceptions {
				exceptions += p.N
			}
		}
		return len(chart.Days) > 0 && exceptions > 0 && exceptions == c.Counts.Exceptions
	})
}

// maxGroups is how many groups a chart tells apart.
const maxGroups = 20

// ChartTally counts the items of a chart as they stream by.
type ChartTally struct {
	chart   Chart
	days    map[string]int
	groups  map[string][]int64 // nil: not by group
	located *time.Location
}

// NewChartTally counts for a chart whose title and parts are given: by the days of the
// period, and by groups where the chart says what these are.
func NewChartTally(chart Chart, byDay bool, p evidence.Period, loc *time.Location) *ChartTally {
	t := &ChartTally{chart: chart, located: loc}
	if byDay {
		t.days = map[string]int{}
		for i, day := range NewTally(p, loc).Days() {
			t.days[day.Date.Format(time.DateOnly)] = i
			t.chart.Days = append(t.chart.Days, ChartRow{Date: day.Date, N: make([]int64, len(chart.Parts))})
		}
	}
	if chart.Group != "" {
		t.groups = map[string][]int64{}
	}
	return t
}

// Add counts an item of a part, which is negative of an item that is of none.
func (t *ChartTally) Add(part int, at time.Time, group string) {
	if part < 0 {
		t.chart.Left++
		return
	}
	t.chart.Parts[part].N++
	if t.days != nil {
		if i, ok := t.days[at.In(t.located).Format(time.DateOnly)]; ok {
			t.chart.Days[i].N[part]++
		} else {
			t.chart.OffDay++
		}
	}
	if t.groups != nil {
		if t.groups[group] == nil {
			t.groups[group] = make([]int64, len(t.chart.Parts))
		}
		t.groups[group][part]++
	}
}

// Chart is what was counted.
func (t *ChartTally) Chart() Chart {
	c := t.chart
	for group, n := range t.groups {
		c.Groups = append(c.Groups, ChartRow{Group: group, N: n})
	}
	slices.SortFunc(c.Groups, func(a, b ChartRow) int {
		return cmp.Or(cmp.Compare(b.Total(), a.Total()), cmp.Compare(a.Group, b.Group))
	})
	if len(c.Groups) > maxGroups {
		c.Merged = len(c.Groups) - maxGroups + 1
		rest := ChartRow{N: make([]int64, len(c.Parts))}
		for _, row := range c.Groups[maxGroups-1:] {
			for i, n := range row.N {
				rest.N[i] += n
			}
		}
		c.Groups = append(c.Groups[:maxGroups-1], rest)
	}
	return c
}
