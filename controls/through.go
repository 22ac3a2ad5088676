package controls

import (
	"maps"
	"slices"
)

// checkThrough refuses a relation that goes through what is not there, through
// itself, or through others to nowhere.
func (c *Control) checkThrough(src source, at, name string, r Related) error {
	if len(r.Through) == 0 {
		return nil
	}
	if len(r.Match) == 0 {
		return src.errorf(at+".through", "related %s: through: match is needed: its keys come from the records of %s", name, r.Through[0])
	}
	for _, other := range r.Through {
		if _, ok := c.Related[other]; !ok {
			return src.errorf(at+".through", "related %s: through %q: there is no such relation", name, other)
		}
	}
	if !slices.Contains(c.throughOrder(), name) {
		return src.errorf(at+".through", "related %s: through: the relations lead back to it", name)
	}
	return nil
}

// throughOrder lists the relations' names so that each stands after those that it
// goes through, and otherwise in alphabetical order. What goes through itself is
// not in the list.
func (c *Control) throughOrder() []string {
	var order []string
	for {
		before := len(order)
		for _, name := range slices.Sorted(maps.Keys(c.Related)) {
			ready := func(other string) bool { return slices.Contains(order, other) }
			if !ready(name) && !slices.ContainsFunc(c.Related[name].Through, func(other string) bool { return !ready(other) }) {
				order = append(order, name)
			}
		}
		if len(order) == before {
			return order
		}
	}
}
