package sealed

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
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
}

// maxConflicts bounds how many conflicts are named: one is enough to make a
// control not evaluable.
const maxConflicts = 20

// Records yields every record of the kind once, in order of (Time, ID).
func (v *View) Records(ctx context.Context, kind string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		if kind == ClaimKind {
			records, err := v.claimRecords()
			if err != nil {
				yield(evidence.Record{}, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
			return
		}
		p, err := v.population(ctx, kind)
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		for r, err := range p.sorted.all() {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Stats counts the records of a kind.
func (v *View) Stats(ctx context.Context, kind string) (Stats, error) {
	p, err := v.population(ctx, kind)
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

// population reads, deduplicates and sorts the records of a kind, once.
//
// Every batch that speaks of the period counts, those of abandoned attempts
// too: a record that was ever seen is not lost because a later attempt did not
// see it.
func (v *View) population(ctx context.Context, kind string) (p *population, err error) {
	if p := v.kinds[kind]; p != nil {
		return p, nil
	}
	sorted := newSorter()
	defer func() {
		if err != nil {
			err = errors.Join(err, sorted.close())
		}
	}()
	p = &population{sorted: sorted}
	seen := map[[16]byte][16]byte{}
	for _, e := range v.entries {
		if e.Manifest.Kind != kind || e.Manifest.Records == 0 {
			continue
		}
		for r, err := range v.archive.Records(ctx, e.Manifest) {
			if err != nil {
				return nil, fmt.Errorf("batch %s: %w", e.Manifest.Object, err)
			}
			if err := p.add(r, seen); err != nil {
				return nil, err
			}
		}
	}
	if err := p.sorted.finish(); err != nil {
		return nil, err
	}
	v.kinds[kind] = p
	return p, nil
}

func (p *population) add(r evidence.Record, seen map[[16]byte][16]byte) error {
	p.stats.Sealed++
	id, body := short([]byte(r.ID)), short(r.Body)
	if before, ok := seen[id]; ok {
		p.stats.Duplicates++
		if before != body && len(p.conflicts) < maxConflicts && !slices.Contains(p.conflicts, r.ID) {
			p.conflicts = append(p.conflicts, r.ID)
		}
		return nil
	}
	seen[id] = body
	return p.sorted.add(r)
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
