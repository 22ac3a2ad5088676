package sealed

import (
	"context"
	"iter"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived"
)

// derive computes the records of a derived kind out of the recorded ones that the
// evidence holds.
func (e Evidence) derive(ctx context.Context, kind derived.Kind) iter.Seq2[evidence.Record, error] {
	return kind.Derive(ctx, derived.Input{
		Period: e.view.period,
		Records: func(ctx context.Context, name string) iter.Seq2[evidence.Record, error] {
			return e.selected(ctx, kind, name)
		},
	})
}

// selected yields, of a kind that another is computed from, the records that it
// selects: the view holds what other controls want of the kind too, and what later
// collections sealed around the period, which was not known as of this one: evaluating
// the period again must not give another result.
func (e Evidence) selected(ctx context.Context, of derived.Kind, name string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for r, err := range e.Records(ctx, name) {
			if err == nil && (!selects(of.From, r) || r.Time.After(e.view.AsOf())) {
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func selects(from []evidence.Selection, r evidence.Record) bool {
	for _, s := range from {
		if s.Kind == r.Kind && s.Where.Match(r.Body) {
			return true
		}
	}
	return false
}
