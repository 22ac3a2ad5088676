package sealed

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// population is every record of a kind that the view holds, each once.
type population struct {
	sorted    *sorter
	conflicts []string // identities under which different records were sealed
	stats     Stats
}

// Stats counts what became of the sealed records of a kind.
type Stats struct {
	Sealed     int64 `json:"sealed"`     // records in the batches that speak of the period
	Duplicates int64 `json:"duplicates"` // of these, those that were there already

	// Versions counts, of the records of a mutable kind, those that a later
	// collection found changed: they stay sealed, and are not judged.
	Versions int64 `json:"versions,omitempty"`
}

// Distinct is how many records are left: those that controls see.
func (s Stats) Distinct() int64 { return s.Sealed - s.Duplicates - s.Versions }

// maxConflicts bounds how many conflicts are named: one is enough to make a
// control not evaluable.
const maxConflicts = 20

// Stats counts the records of a kind that the period's own collections sealed,
// and those that arrived late.
func (v *View) Stats(ctx context.Context, kind string) (Stats, error) {
	p, err := v.For(nil).population(ctx, kind)
	if err != nil {
		return Stats{}, err
	}
	return p.stats, nil
}

// Close removes what the view keeps on disk.
func (v *View) Close() error {
	var errs []error
	for _, p := range v.kinds {
		errs = append(errs, p.sorted.close())
	}
	return errors.Join(errs...)
}

// population reads, deduplicates and sorts the records of a kind, once for each
// reach around the period.
//
// Every batch counts, those of abandoned attempts
// too: a record that was ever seen is not lost because a later attempt did not
// see it.
func (e Evidence) population(ctx context.Context, kind string) (p *population, err error) {
	if err := e.check(kind); err != nil {
		return nil, err
	}
	v, as := e.view, e.reading(kind)
	if p := v.kinds[as]; p != nil {
		return p, nil
	}
	p = &population{sorted: newSorter()}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.sorted.close())
		}
	}()
	if v.Form(kind) == evidence.Mutable {
		err = p.addLatest(ahead(e.sightings(ctx, kind)))
	} else {
		err = p.addOnce(ahead(e.sightings(ctx, kind)))
	}
	if err != nil {
		return nil, err
	}
	if err := p.sorted.finish(); err != nil {
		return nil, err
	}
	v.kinds[as] = p
	return p, nil
}

// addOnce keeps the first record under each identity: all others are the same,
// or contradict it.
func (p *population) addOnce(all iter.Seq2[Sighting, error]) error {
	seen := map[[16]byte][16]byte{}
	for s, err := range all {
		if err != nil {
			return err
		}
		r := s.Record
		p.stats.Sealed++
		id, body := short([]byte(r.ID)), short(r.Body)
		if before, ok := seen[id]; ok {
			p.stats.Duplicates++
			if before != body && len(p.conflicts) < maxConflicts && !slices.Contains(p.conflicts, r.ID) {
				p.conflicts = append(p.conflicts, r.ID)
			}
			continue
		}
		seen[id] = body
		if _, err := p.sorted.add(r); err != nil {
			return err
		}
	}
	return nil
}

// addLatest keeps the last record under each identity. Only the end tells which is
// the last, so that one that turns out not to be is dropped again: what is remembered
// of a record meanwhile is its number, its time and two hashes.
func (p *population) addLatest(all iter.Seq2[Sighting, error]) error {
	type version struct {
		body   [16]byte
		time   int64
		number int64
	}
	latest := map[[16]byte]version{}
	for s, err := range all {
		if err != nil {
			return err
		}
		p.stats.Sealed++
		id, body, at := short([]byte(s.Record.ID)), short(s.Record.Body), s.Record.Time.UnixNano()
		before, ok := latest[id]
		switch {
		case !ok:
		case before.body == body:
			p.stats.Duplicates++
			if before.time == at {
				continue // the same record: it need not be kept twice
			}
			p.sorted.drop(before.number)
		default:
			p.stats.Versions++
			p.sorted.drop(before.number)
		}
		number, err := p.sorted.add(s.Record)
		if err != nil {
			return err
		}
		latest[id] = version{body, at, number}
	}
	return nil
}

// short is half a SHA-256: enough to tell a population's records apart.
func short(b []byte) [16]byte {
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}

func compareRecords(a, b evidence.Record) int {
	if c := a.Time.Compare(b.Time); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}
