// Package sealed answers what a checkpoint holds for a period: which records,
// how complete they are, and what is missing by name.
//
// It reads an [Archive], which is a locker at a checkpoint when controls are
// evaluated, and a pack when its tests are repeated. Both give the same [View]
// and therefore the same results.
package sealed

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// Archive is where sealed entries are read from.
type Archive interface {
	// Entries yields the sealed entries in the order of the log.
	Entries(ctx context.Context) iter.Seq2[locker.Entry, error]
	// Records yields the records of a batch and ends with an error unless they
	// are exactly those that were sealed.
	Records(ctx context.Context, m locker.Manifest) iter.Seq2[evidence.Record, error]
}

// Source is a source that is expected to have delivered.
type Source struct {
	Name    string            `json:"name"`
	Driver  string            `json:"driver"`
	Kinds   []string          `json:"kinds"`
	Methods []evidence.Method `json:"methods"` // the completeness methods its claims may use

	// Forms holds the form of each kind that is not of events. It stands in
	// results.json, so that a test is repeated with what the test was made with.
	Forms map[string]evidence.Form `json:"forms,omitempty"`
}

// View is what an archive holds for a period.
type View struct {
	archive Archive
	period  evidence.Period
	asOf    time.Time
	sources []Source
	entries []locker.Entry // those that speak of the period or may hold records of it, in the order of the log
	held    map[string]*holding
	kinds   map[string]*population
}

// holding is what is held of one source.
type holding struct {
	source   Source
	plans    []plan
	attempts []*attempt            // in the order of their first entries
	byScope  map[string][]*attempt // the same, by the name of their scope
	failures []locker.Manifest
}

type plan struct {
	manifest locker.Manifest
	scopes   map[string][]evidence.Scope // by kind, each once: units are many, scopes are few
}

func newPlan(m locker.Manifest) plan {
	p := plan{manifest: m, scopes: map[string][]evidence.Scope{}}
	seen := map[string]bool{}
	for _, u := range m.Units {
		name := u.Scope.String()
		for _, kind := range u.Kinds {
			if key := kind + " " + name; !seen[key] {
				seen[key] = true
				p.scopes[kind] = append(p.scopes[kind], u.Scope)
			}
		}
	}
	return p
}

// attempt is one collection of one unit: the batches of a (plan, unit) pair. A
// unit that is collected again makes another attempt.
type attempt struct {
	unit    locker.PlannedUnit
	want    []evidence.Selection
	batches []locker.Manifest
	claims  []evidence.Claim
	last    bool
	latest  bool // no later complete attempt of the same unit exists
	stands  bool // and none of other units answers for all of its window: its claims are told of
}

// collected is when the attempt's last batch was collected.
func (a *attempt) collected() time.Time { return a.batches[len(a.batches)-1].Collected.At }

// complete reports whether the attempt reached the end of its unit with no
// batch missing on the way.
func (a *attempt) complete() bool {
	for i, m := range a.batches {
		if m.Seq != i {
			return false
		}
	}
	return a.last
}

// Open reads the archive's entries and keeps those that speak of the period.
func Open(ctx context.Context, archive Archive, period evidence.Period, sources []Source) (*View, error) {
	v := &View{archive: archive, period: period, sources: sources,
		held: map[string]*holding{}, kinds: map[string]*population{}}
	for _, s := range sources {
		v.held[s.Name] = &holding{source: s, byScope: map[string][]*attempt{}}
	}
	plans := map[string]evidence.Query{}
	attempts := map[string]*attempt{}
	for e, err := range archive.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		h := v.held[e.Manifest.Source]
		switch {
		case h == nil:
		case speaksOf(e.Manifest, period):
			v.entries = append(v.entries, e)
			v.add(h, e.Manifest, plans, attempts)
		case mayHoldLate(e.Manifest, period):
			v.entries = append(v.entries, e)
		}
	}
	for _, h := range v.held {
		markLatest(h.attempts)
		for _, attempts := range h.byScope {
			markStanding(attempts)
		}
	}
	return v, nil
}

func speaksOf(m locker.Manifest, p evidence.Period) bool {
	if m.Type == locker.Plan {
		return m.Query != nil && m.Query.Period.Overlaps(p)
	}
	return m.Unit != nil && m.Unit.Window.Overlaps(p)
}

// late is how long after a period its records may still arrive: sources deliver
// some hours after the fact, and the next period's collection holds them then.
const late = 72 * time.Hour

// mayHoldLate: records of the period that were delivered after it are members
// of its populations as soon as they are sealed. What such a batch claims is of
// another period.
func mayHoldLate(m locker.Manifest, p evidence.Period) bool {
	return m.Type == locker.Batch && m.Object != "" && m.Unit != nil &&
		!m.Unit.Window.Start.Before(p.End) && m.Unit.Window.Start.Before(p.End.Add(late))
}

func (v *View) add(h *holding, m locker.Manifest, plans map[string]evidence.Query, attempts map[string]*attempt) {
	if m.Collected.At.After(v.asOf) {
		v.asOf = m.Collected.At
	}
	switch m.Type {
	case locker.Plan:
		plans[m.Hash()] = *m.Query
		h.plans = append(h.plans, newPlan(m))
	case locker.Failure:
		h.failures = append(h.failures, m)
	case locker.Batch:
		id := m.Plan + " " + m.Unit.Key
		a := attempts[id]
		if a == nil || m.Seq == 0 {
			a = &attempt{unit: *m.Unit, want: plans[m.Plan].Want}
			attempts[id] = a
			h.attempts = append(h.attempts, a)
			scope := a.unit.Scope.String()
			h.byScope[scope] = append(h.byScope[scope], a)
		}
		a.batches = append(a.batches, m)
		a.claims = append(a.claims, m.Claims...)
		a.last = a.last || m.Last
	}
}

// markLatest marks, of each unit, the complete attempt that was begun last.
func markLatest(attempts []*attempt) {
	seen := map[string]bool{}
	for _, a := range slices.Backward(attempts) {
		if a.complete() && !seen[a.unit.Key] {
			seen[a.unit.Key] = true
			a.latest = true
		}
	}
}

// markStanding marks, of one scope, the latest attempts whose windows later ones
// do not cover. The same day may have been collected for other wants, or within
// a longer period, as another unit: its claims are told of once, and those of
// the last reading are.
func markStanding(attempts []*attempt) {
	later := map[string][]evidence.Period{} // by kinds
	for _, a := range slices.Backward(attempts) {
		if !a.latest {
			continue
		}
		kinds := strings.Join(a.unit.Kinds, " ")
		a.stands = len(subtract(a.unit.Window, later[kinds])) > 0
		later[kinds] = append(later[kinds], a.unit.Window)
	}
}

// Period is the period that the view is of.
func (v *View) Period() evidence.Period { return v.period }

// AsOf is when the newest evidence of the period was collected; zero when there
// is none. It is the only clock of an evaluation.
func (v *View) AsOf() time.Time { return v.asOf }

// PeriodOpen reports whether the period had not ended when its evidence was collected.
func (v *View) PeriodOpen() bool { return v.asOf.Before(v.period.End) }

// Entries lists the sealed entries that speak of the period, or may hold records
// of it that arrived late, in the order of the log: what a pack must carry so
// that its tests can be repeated.
func (v *View) Entries() []locker.Entry { return v.entries }

// Expected lists the sources that the view was opened with.
func (v *View) Expected() []Source { return v.sources }
