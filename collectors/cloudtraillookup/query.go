package cloudtraillookup

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
)

// settling is how long after it happened an event may still be missing from the
// history; CloudTrail says about five minutes.
const settling = time.Hour

// Plan yields one unit for each region and UTC day of the period that has settled.
func (h *history) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		account := h.settings.Account
		if account == "" {
			var err error
			if account, err = h.session.Account(ctx); err != nil {
				yield(evidence.Unit{}, fmt.Errorf("plan: %w", err))
				return
			}
		}
		want := slices.DeleteFunc(slices.Clone(q.Want), func(s evidence.Selection) bool { return s.Kind != cloudtrail.EventKind })
		for _, region := range h.settings.Regions {
			for _, w := range h.windows(q.Period) {
				u := evidence.Unit{
					Kinds: []string{cloudtrail.EventKind}, Scope: evidence.Scope{"account": account, "region": region},
					Window: w, Want: want,
				}
				if !yield(u, nil) {
					return
				}
			}
		}
	}
}

// windows cuts a period at midnight UTC, up to the last day that has settled.
func (h *history) windows(p evidence.Period) []evidence.Period {
	var out []evidence.Period
	const day = 24 * time.Hour
	for start := p.Start.UTC(); start.Before(p.End); {
		end := start.Truncate(day).Add(day)
		if end.After(p.End) {
			end = p.End.UTC()
		}
		if end.Add(settling).After(h.now()) {
			break
		}
		out = append(out, evidence.Period{Start: start, End: end})
		start = end
	}
	return out
}

// manyNames is when one walk over everything is better than one for each name.
const manyNames = 30

// names lists the event names to ask for, one walk each. It is one empty name,
// for everything, when some selection does not name events or there are many.
func names(want []evidence.Selection) []string {
	var out []string
	for _, s := range want {
		if len(s.Where) == 0 {
			return []string{""}
		}
		for _, clause := range s.Where {
			values := clause["eventName"]
			if len(values) == 0 {
				return []string{""}
			}
			out = append(out, values...)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > manyNames {
		return []string{""}
	}
	return out
}
