package controls

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/evidencepack/evidence"
)

// merged yields the records of several kinds as one sequence, in the order of
// (Time, ID) and, where those are equal, of the kinds. Its first error ends it and
// names the kind.
func merged(ctx context.Context, from Evidence, kinds []string) iter.Seq2[evidence.Record, error] {
	if len(kinds) == 1 {
		return named(from.Records(ctx, kinds[0]), kinds[0])
	}
	return func(yield func(evidence.Record, error) bool) {
		heads := make([]head, 0, len(kinds))
		for _, kind := range kinds {
			next, stop := iter.Pull2(named(from.Records(ctx, kind), kind))
			defer stop()
			if h := (head{next: next}); h.advance() {
				heads = append(heads, h)
			}
		}
		for len(heads) > 0 {
			first := 0
			for i := range heads {
				if heads[i].before(heads[first]) {
					first = i
				}
			}
			if !yield(heads[first].record, heads[first].err) || heads[first].err != nil {
				return
			}
			if !heads[first].advance() {
				heads = append(heads[:first], heads[first+1:]...)
			}
		}
	}
}

// named says in an error which kind was read.
func named(records iter.Seq2[evidence.Record, error], kind string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for rec, err := range records {
			if err != nil {
				err = fmt.Errorf("read %s: %w", kind, err)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// head is the next record of one kind.
type head struct {
	next   func() (evidence.Record, error, bool)
	record evidence.Record
	err    error
}

func (h *head) advance() (ok bool) {
	h.record, h.err, ok = h.next()
	return ok
}

// before: an error comes first, since nothing is known of what it stands for.
func (h *head) before(o head) bool {
	if h.err != nil || o.err != nil {
		return h.err != nil && o.err == nil
	}
	return cmp.Or(h.record.Time.Compare(o.record.Time), cmp.Compare(h.record.ID, o.record.ID)) < 0
}
