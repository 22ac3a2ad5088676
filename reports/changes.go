package reports

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// DayGroup is what there is of one group on one day, in order of time.
type DayGroup[T any] struct {
	Day   time.Time // midnight
	Group string
	Items []T
}

// ByDayAndGroup gathers items, which come in order of time, by the days of loc, and
// each day's by groups, in the order of their names. It holds one day's items at a time.
func ByDayAndGroup[T any](items iter.Seq2[T, error], of func(T) (at time.Time, group string), loc *time.Location) iter.Seq2[DayGroup[T], error] {
	return func(yield func(DayGroup[T], error) bool) {
		var day time.Time
		groups := map[string][]T{}
		flush := func() bool {
			for _, name := range slices.Sorted(maps.Keys(groups)) {
				if !yield(DayGroup[T]{day, name, groups[name]}, nil) {
					return false
				}
			}
			clear(groups)
			return true
		}
		for item, err := range items {
			if err != nil {
				yield(DayGroup[T]{}, err)
				return
			}
			at, group := of(item)
			y, m, d := at.In(loc).Date()
			if midnight := evidence.Midnight(y, m, d, loc); !midnight.Equal(day) {
				if !flush() {
					return
				}
				day = midnight
			}
			groups[group] = append(groups[group], item)
		}
		flush()
	}
}

// DiffColumn is the index of the control's first column that shows changes as lines
// added and taken away; -1 if it has none.
func (c *Control) DiffColumn() int {
	return slices.IndexFunc(c.Columns, func(col Column) bool { return col.Type == DiffColumn })
}

// Changes are the items of a control that shows changes, by day and by what changed.
func (p *Pack) Changes(c *Control) iter.Seq2[DayGroup[Item], error] {
	return ByDayAndGroup(c.Items(), func(i Item) (time.Time, string) { return i.Time, i.Group }, p.Location)
}

// ChangeName is how people call what changed: the label of its items, beside the group.
func ChangeName(label, group string) string {
	switch {
	case group == "":
		return label
	case label == "" || label == group:
		return group
	}
	return label + " (" + group + ")"
}
