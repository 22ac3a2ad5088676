package entraid

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/window"
)

// settling is how long after it happened something may still be missing from an
// answer in the ordinary course. What arrives later is met by reading a log's day
// again until it has settled.
const settling = time.Hour

// spec is what a unit's collection needs beside its scope and window: all that
// decides which records it gives.
type spec struct {
	Beta   bool       `json:"beta,omitempty"`   // sign-ins of all types
	Groups []string   `json:"groups,omitempty"` // the groups to read; none: all
	From   *time.Time `json:"from,omitempty"`   // a log's first and last day reach to where a
	To     *time.Time `json:"to,omitempty"`     // selection wants records around the period
}

// Plan yields a unit for each kind that is wanted, of a log one for each day.
func (s *source) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		settled := s.settled()
		end := q.Period.End
		if end.After(settled) {
			end = settled.Truncate(time.Hour)
		}
		ready := evidence.Period{Start: q.Period.Start, End: end}
		if !ready.Start.Before(ready.End) {
			return
		}
		tenant := ""
		for _, k := range table {
			want := s.wanted(q.Want, k.name)
			if len(want) == 0 {
				continue
			}
			if tenant == "" {
				var err error
				if tenant, err = s.client.TenantID(ctx); err != nil {
					yield(evidence.Unit{}, fmt.Errorf("tenant %s: %w", s.settings.Tenant, err))
					return
				}
			}
			for _, u := range s.units(k, evidence.Scope{"tenant": tenant}, ready, q.Period, want) {
				if !yield(u, nil) {
					return
				}
			}
		}
	}
}

func (s *source) settled() time.Time { return s.now().UTC().Add(-settling) }

// wanted lists the selections of a kind, as far as the source yields it.
func (s *source) wanted(all []evidence.Selection, kind string) []evidence.Selection {
	if !s.Yields(kind) {
		return nil
	}
	var list []evidence.Selection
	for _, w := range all {
		if w.Kind == kind {
			list = append(list, w)
		}
	}
	return list
}

// units makes those of one kind. settled is the period as far as it has.
func (s *source) units(k kind, scope evidence.Scope, settled, period evidence.Period, want []evidence.Selection) []evidence.Unit {
	unit := func(w evidence.Period, sp spec) evidence.Unit {
		raw, err := json.Marshal(sp)
		if err != nil { // strings, bools and times
			panic("entraid: a specification cannot be encoded: " + err.Error())
		}
		return evidence.Unit{
			Kinds: []string{k.name}, Scope: scope, Want: want, Spec: raw,
			Window: evidence.Period{Start: w.Start.UTC(), End: w.End.UTC()},
		}
	}
	var sp spec
	switch k.name {
	case SignIn:
		sp.Beta = s.settings.Beta
	case Group:
		sp.Groups = s.settings.Groups
	}
	around := window.Around(period, want)
	if !k.daily {
		if k.name == PIMRequest {
			sp.From, sp.To = window.Reach(period, period, around)
		}
		return []evidence.Unit{unit(settled, sp)}
	}
	var list []evidence.Unit
	for _, day := range window.Days(settled) {
		of := sp
		of.From, of.To = window.Reach(day, period, around)
		list = append(list, unit(day, of))
	}
	return list
}
