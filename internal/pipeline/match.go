package pipeline

import (
	"fmt"
	"iter"
	"strings"

	"github.com/evidencepack/evidence/internal/evaluation"
)

// maxCandidates bounds how many items are listed when a name is not one item's.
const maxCandidates = 10

// candidates are items that a name may mean: how many, and the first of them.
type candidates struct {
	n     int
	first []evaluation.Item
}

func (c *candidates) add(i evaluation.Item) {
	if c.n++; len(c.first) < maxCandidates {
		c.first = append(c.first, i)
	}
}

// list names them on one line.
func (c *candidates) list() string {
	var names []string
	for _, i := range c.first {
		name := fmt.Sprintf("%q", i.ID)
		if i.Label != "" {
			name += fmt.Sprintf(" (%q)", i.Label)
		}
		names = append(names, name)
	}
	if c.n > len(c.first) {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// Match finds the one item that a name means: the item of that identity, else
// the one of that label, else the one whose identity begins so; of the latter
// two, case does not count.
func Match(items iter.Seq2[evaluation.Item, error], name string) (evaluation.Item, error) {
	var labelled, begun candidates
	for i, err := range items {
		switch {
		case err != nil:
			return evaluation.Item{}, err
		case i.ID == name:
			return i, nil
		}
		if i.Label != "" && strings.EqualFold(i.Label, name) {
			labelled.add(i)
		}
		if strings.HasPrefix(strings.ToLower(i.ID), strings.ToLower(name)) {
			begun.add(i)
		}
	}
	switch {
	case labelled.n == 1:
		return labelled.first[0], nil
	case labelled.n > 1:
		return evaluation.Item{}, fmt.Errorf("%d items are called %q: %s", labelled.n, name, labelled.list())
	case begun.n == 1:
		return begun.first[0], nil
	case begun.n > 1:
		return evaluation.Item{}, fmt.Errorf("%d items begin with %q: %s", begun.n, name, begun.list())
	}
	return evaluation.Item{}, fmt.Errorf("the population has no item %q", name)
}
