package controls

import (
	"context"
	"slices"
)

// keySet is the keys that items have. Related records with none of them are not
// kept: of a month's sign-ins those of the leavers, say.
type keySet struct{ keys map[string]bool }

// maxNeeded bounds a set. Where items have more different keys than that, all
// related records are kept: most of them are needed then.
const maxNeeded = 1 << 18

// add adds keys, and reports whether the set is still worth having.
func (s *keySet) add(keys []string) bool {
	for _, k := range keys {
		s.keys[k] = true
	}
	return len(s.keys) <= maxNeeded
}

// any reports whether one of the keys may be needed. A set that is not known
// needs all.
func (s *keySet) any(keys []string) bool {
	return s == nil || slices.ContainsFunc(keys, func(k string) bool { return s.keys[k] })
}

// neededByItems finds the keys that the items have, for the relations that take
// them from there.
func (f *frame) neededByItems(ctx context.Context) error {
	var open []*join
	for _, j := range f.joins {
		if f.control.Scope == Each && len(j.related.Match) > 0 && len(j.related.Through) == 0 {
			j.needed = &keySet{map[string]bool{}}
			open = append(open, j)
		}
	}
	if len(open) == 0 {
		return nil
	}
	for rec, err := range f.records(ctx) {
		if err != nil {
			return err
		}
		// What cannot be read here cannot be read when it is judged, and is told of then.
		if _, ok, err := f.member(rec); err != nil || !ok {
			continue
		}
		found, err := f.extract(rec.Body)
		if err != nil {
			continue
		}
		open = slices.DeleteFunc(open, func(j *join) bool {
			keys, err := j.keys(subject{rec.Body, found}, j.itemKey)
			if err == nil && !j.needed.add(keys) {
				j.needed = nil
				return true
			}
			return false
		})
	}
	return ctx.Err()
}

// neededThrough finds the keys of a relation that goes through others, which are
// loaded by then.
func (j *join) neededThrough() error {
	if len(j.through) == 0 {
		return nil
	}
	j.needed = &keySet{map[string]bool{}}
	for _, other := range j.through {
		for n := range other.records {
			keys, err := j.keys(other.subject(n), j.itemKey)
			if err != nil {
				return err
			}
			if !j.needed.add(keys) {
				j.needed = nil
				return nil
			}
		}
	}
	return nil
}
