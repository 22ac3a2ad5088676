package sampling

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Reserves is how many items are listed after those that make up a sample: they
// take the place, in their order, of items that turn out to be unusable.
const Reserves = 5

// State says what became of an item that was drawn.
type State string

const (
	Sampled  State = "sample"
	Replaced State = "replaced" // a later one stands for it
	Reserve  State = "reserve"  // would stand for the next that is replaced
)

// Drawn is an item with its place in the order of the seed.
type Drawn[T any] struct {
	Item        T
	Key, Rank   string
	State       State
	Replacement Replacement // why it was replaced, where it was
}

// Draw draws size items out of a population, whose order does not matter: all of
// it, where it has no more. It returns them in the order of their ranks, those that
// were replaced among them, and the reserves after them. A replacement of what is
// not in the sample is an error.
func Draw[T any](b Basis, population iter.Seq2[T, error], id func(T) string, size int64, replaced []Replacement) ([]Drawn[T], error) {
	first, err := lowest(b.Seed(), population, id, int(size)+len(replaced)+Reserves)
	if err != nil {
		return nil, err
	}
	why := map[string]Replacement{}
	for _, r := range replaced {
		if _, twice := why[r.Item]; twice {
			return nil, fmt.Errorf("item %q is replaced twice", r.Item)
		}
		why[r.Item] = r
	}
	sample, end := int64(0), 0 // end: of the list, before the reserves
	for ; end < len(first) && sample < size; end++ {
		d := &first[end]
		r, out := why[id(d.Item)]
		if !out {
			d.State = Sampled
			sample++
			continue
		}
		d.State, d.Replacement = Replaced, r
		delete(why, r.Item)
	}
	first = first[:min(len(first), end+Reserves)]
	for i := range first[end:] {
		first[end+i].State = Reserve
	}
	for _, r := range replaced {
		if _, left := why[r.Item]; left {
			return nil, fmt.Errorf("item %q is to be replaced, and is not in the sample that root %s and nonce %q give", r.Item, b.Root, b.Nonce)
		}
	}
	return first, nil
}

// lowest keeps the n items of the lowest ranks, in their order.
func lowest[T any](seed string, population iter.Seq2[T, error], id func(T) string, n int) ([]Drawn[T], error) {
	var kept []Drawn[T]
	for item, err := range population {
		if err != nil {
			return nil, err
		}
		key := Key(id(item))
		d := Drawn[T]{Item: item, Key: key, Rank: Rank(seed, key)}
		if len(kept) == n && (n == 0 || d.Rank >= kept[n-1].Rank) {
			continue
		}
		at, _ := slices.BinarySearchFunc(kept, d, func(a, b Drawn[T]) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), -1) })
		if len(kept) == n {
			kept = kept[:n-1]
		}
		kept = slices.Insert(kept, at, d)
	}
	return kept, nil
}
