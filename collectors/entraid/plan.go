package entraid

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
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
		window := evidence.Period{Start: q.Period.Start, End: end}
		if !window.Start.Before(window.End) {
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
			for _, u := range s.units(k, evidence.Scope{"tenant": tenant}, window, q.Period, want) {
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

// units makes those of one kind. window is the period as far as it has settled.
func (s *source) units(k kind, scope evidence.Scope, window, period evidence.Period, want []evidence.Selection) []evidence.Unit {
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
	around := period
	for _, w := range want {
		a := w.Around(period)
		around.Start, around.End = earlier(around.Start, a.Start), later(around.End, a.End)
	}
	if !k.daily {
		if k.name == PIMRequest {
			sp.reach(period, around)
		}
		return []evidence.Unit{unit(window, sp)}
	}
	var list []evidence.Unit
	for _, day := range window.Days() {
		of := sp
		if day.Start.Equal(period.Start) {
			of.reach(day, evidence.Period{Start: around.Start, End: day.End})
		}
		if day.End.Equal(period.End) {
			of.reach(day, evidence.Period{Start: day.Start, End: around.End})
		}
		list = append(list, unit(day, of))
	}
	return list
}

// reach notes how far records are wanted beyond a window.
func (sp *spec) reach(window, around evidence.Period) {
	if around.Start.Before(window.Start) {
		t := around.Start.UTC()
		sp.From = &t
	}
	if around.End.After(window.End) {
		t := around.End.UTC()
		sp.To = &t
	}
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
