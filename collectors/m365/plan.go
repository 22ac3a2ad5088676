package m365

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
)

// settling is how long after it happened a record may still be missing in the
// ordinary course. What arrives later is met by reading its day again until it has
// settled.
const settling = time.Hour

// spec is what a unit's collection needs beside its scope and window: how far around
// the period its records are wanted. The first day reads from From, the last one to To.
type spec struct {
	From *time.Time `json:"from,omitempty"`
	To   *time.Time `json:"to,omitempty"`
}

// Plan yields a unit for each day of the period, as far as it has settled. The days
// are those of the location that the period starts in.
func (s *source) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		var want []evidence.Selection
		around := q.Period
		for _, sel := range q.Want {
			if sel.Kind == AuditRecord {
				want = append(want, sel)
				wide := sel.Around(q.Period)
				around.Start, around.End = earlier(around.Start, wide.Start), later(around.End, wide.End)
			}
		}
		days := s.days(q.Period)
		if len(want) == 0 || len(days) == 0 {
			return
		}
		tenant, err := s.client.TenantID(ctx)
		if err != nil {
			yield(evidence.Unit{}, fmt.Errorf("tenant %s: %w", s.settings.Tenant, err))
			return
		}
		for _, day := range days {
			raw, err := json.Marshal(reach(day, q.Period, around))
			if err != nil { // times alone
				panic("m365: a specification cannot be encoded: " + err.Error())
			}
			u := evidence.Unit{Kinds: []string{AuditRecord}, Scope: evidence.Scope{"tenant": tenant}, Window: day, Want: want, Spec: raw}
			if !yield(u, nil) {
				return
			}
		}
	}
}

// days cuts the period at midnight, up to the hour that has settled.
func (s *source) days(p evidence.Period) []evidence.Period {
	end := p.End
	if settled := s.now().Add(-settling); end.After(settled) {
		end = settled.Truncate(time.Hour)
	}
	days := evidence.Period{Start: p.Start, End: end}.Days()
	for i, d := range days {
		days[i] = evidence.Period{Start: d.Start.UTC(), End: d.End.UTC()}
	}
	return days
}

// reach is how far a day is read beyond its bounds.
func reach(day, period, around evidence.Period) spec {
	var sp spec
	if day.Start.Equal(period.Start) && around.Start.Before(day.Start) {
		t := around.Start.UTC()
		sp.From = &t
	}
	if day.End.Equal(period.End) && around.End.After(day.End) {
		t := around.End.UTC()
		sp.To = &t
	}
	return sp
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
