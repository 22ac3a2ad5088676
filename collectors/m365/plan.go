package m365

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/window"
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
		for _, sel := range q.Want {
			if sel.Kind == AuditRecord {
				want = append(want, sel)
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
		around := window.Around(q.Period, want)
		for _, day := range days {
			var sp spec
			sp.From, sp.To = window.Reach(day, q.Period, around)
			raw, err := json.Marshal(sp)
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
	return window.Days(evidence.Period{Start: p.Start, End: end})
}
