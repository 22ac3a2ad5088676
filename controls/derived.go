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

// Recorded lists the recorded kinds that the population rests on: its own, and of a
// derived kind those that it is computed from. Completeness is shown of these. A
// population that is computed from the period alone has nothing to miss: it is what is
// joined to its items that must be complete.
func (c *Control) Recorded() []string {
	var kinds []string
	for _, name := range c.Population.Kinds() {
		for _, s := range recorded(evidence.Selection{Kind: name}) {
			kinds = append(kinds, s.Kind)
		}
	}
	if len(kinds) > 0 {
		return kinds
	}
	for _, name := range slices.Sorted(maps.Keys(c.Related)) {
		if !c.joins(c.Related[name]) {
			continue
		}
		for _, s := range recorded(evidence.Selection{Kind: c.Related[name].Kind}) {
			kinds = append(kinds, s.Kind)
		}
	}
	return kinds
}
