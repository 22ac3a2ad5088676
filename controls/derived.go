package controls

import (
	"maps"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived"
)

// recorded are the selections that a source is asked for where s is wanted: s itself,
// or, of a derived kind, those of the kinds that it is computed from. What s selects of
// a derived kind cannot be pushed down.
func recorded(s evidence.Selection) []evidence.Selection {
	kind, ok := derived.Of(s.Kind)
	if !ok {
		return []evidence.Selection{s}
	}
	var from []evidence.Selection
	for _, f := range kind.From {
		f.For, f.Optional = s.For, f.Optional || s.Optional
		f.Before, f.After = f.Before+s.Before, f.After+s.After
		from = append(from, f)
	}
	return from
}

// Recorded lists the recorded kinds that verdicts rest on: the population's own, of a
// derived kind those that it is computed from, and then those that are joined to its items.
// Completeness is shown of these: a late sign-in can make an exception of a leaver.
func (c *Control) Recorded() []string {
	var kinds []string
	add := func(selected string) {
		for _, s := range recorded(evidence.Selection{Kind: selected}) {
			if !slices.Contains(kinds, s.Kind) {
				kinds = append(kinds, s.Kind)
			}
		}
	}
	for _, name := range c.Population.Kinds() {
		add(name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Related)) {
		if c.joins(c.Related[name]) {
			add(c.Related[name].Kind)
		}
	}
	return kinds
}
