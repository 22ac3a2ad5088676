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
	reach   map[string]margin // how far around the period the view holds records, by kind
	entries []entry           // in the order of the log
	held    map[string]*holding
	kinds   map[reading]*population
}

// entry is a sealed entry with what it is to the period.
type entry struct {
	locker.Entry
	part part
}

// part says what an entry is to the period of a view.
type part int

const (
	speaks part = iota // it tells of the period: plans, units and claims count
	late               // it is a batch of another period that may hold records of this one
	around             // it is a batch of another period, held for what it can be joined with
)

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
		name := u.Scope.Key()
		for _, kind := range u.Kinds {
			if key := kind + " " + name; !seen[key] {
				seen[key] = true
				p.scopes[kind] = append(p.scopes[kind], u.Scope)
			}
		}
	}
	return p
}

// attempt is one collection of one unit: the batches of a (plan, unit) pair, from
// number 0 on. A unit that is collected again makes another attempt.
type attempt struct {
	unit    locker.PlannedUnit
	want    []evidence.Selection
	batches []locker.Manifest
	claims  []evidence.Claim
	last    bool
	again   bool // the same plan's attempt before it was complete: it was read again because it had not settled
	latest  bool // no later complete attempt of the same unit exists
	stands  bool // and none of other units answers for all of its window: its claims are told of
}

// collected is when the attempt's last batch was collected.
func (a *attempt) collected() time.Time { return a.batches[len(a.batches)-1].Collected.At }

// forgotten reports whether all that is missing of the attempt is what the source no
// longer keeps.
func (a *attempt) forgotten() bool { return evidence.Forgotten(a.claims) }

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

// Open reads the archive's entries and keeps those that speak of the period, and
// of what other periods' collections sealed the batches that the selections reach
// with their Before and After.
func Open(ctx context.Context, archive Archive, period evidence.Period, sources []Source, want []evidence.Selection) (*View, error) {
	v := &View{archive: archive, period: period, sources: sources, reach: margins(want),
		held: map[string]*holding{}, kinds: map[reading]*population{}}
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
		if h == nil {
			continue
		}
		what, ok := v.partOf(h.source, e.Manifest)
		if !ok {
			continue
		}
		v.entries = append(v.entries, entry{e, what})
		if what == speaks {
			v.add(h, e, plans, attempts)
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

// partOf says what an entry is to the period; false when it is nothing to it.
func (v *View) partOf(s Source, m locker.Manifest) (part, bool) {
	switch {
	case speaksOf(m, v.period):
		return speaks, true
	case m.Type != locker.Batch || m.Object == "" || m.Unit == nil:
		return 0, false
	case s.Forms[m.Kind] != evidence.Snapshot && mayHoldLate(m.Unit.Window, v.period):
		return late, true
	}
	return around, v.reach[m.Kind].of(v.period).Overlaps(m.Unit.Window)
}

func speaksOf(m locker.Manifest, p evidence.Period) bool {
	if m.Type == locker.Plan {
		return m.Query != nil && m.Query.Period.Overlaps(p)
	}
	return m.Unit != nil && m.Unit.Window.Overlaps(p)
}

// lateness is how long after a period its records may still arrive: sources
// deliver some hours after the fact, and the next period's collection holds them then.
const lateness = 72 * time.Hour

// mayHoldLate: records of the period that were delivered after it are members
// of its populations as soon as they are sealed. What such a batch claims is of
// another period. A snapshot is never late: it tells of when it was taken.
func mayHoldLate(unit, p evidence.Period) bool {
	return !unit.Start.Before(p.End) && unit.Start.Before(p.End.Add(lateness))
}

func (v *View) add(h *holding, e locker.Entry, plans map[string]evidence.Query, attempts map[string]*attempt) {
	m := e.Manifest
	if m.Collected.At.After(v.asOf) && !again(m, attempts) {
		v.asOf = m.Collected.At
	}
	switch m.Type {
	case locker.Plan:
		plans[e.Hash()] = *m.Query
		h.plans = append(h.plans, newPlan(m))
	case locker.Failure:
		h.failures = append(h.failures, m)
	case locker.Batch:
		id := m.Plan + " " + m.Unit.Key
		a := attempts[id]
		if a == nil || m.Seq == 0 {
			a = &attempt{unit: *m.Unit, want: plans[m.Plan].Want, again: a != nil && a.done()}
			attempts[id] = a
			h.attempts = append(h.attempts, a)
			scope := a.unit.Scope.Key()
			h.byScope[scope] = append(h.byScope[scope], a)
		}
		a.batches = append(a.batches, m)
		a.claims = append(a.claims, m.Claims...)
		a.last = a.last || m.Last
	}
}

// again reports whether an entry is of a unit that had been read to its end under the
// same plan before. A plan is collected once, so that such an entry is of a later
// reading of what had not settled. It makes the period's evidence more complete and not
// newer: what snapshots tell is of the time before, and as_of, by which they and all
// that is due are judged, stays with them.
func again(m locker.Manifest, attempts map[string]*attempt) bool {
	if m.Unit == nil {
		return false
	}
	a := attempts[m.Plan+" "+m.Unit.Key]
	return a != nil && a.done() && (m.Type == locker.Failure || m.Seq == 0 || a.again)
}

// done reports whether the unit was read to its end under the attempt's plan.
func (a *attempt) done() bool { return a.last || a.again }

// markLatest marks, of each unit, the complete attempt that was begun last. A source
// forgets: one that lacks nothing but what the source no longer keeps gives way to
// the one before it that told more, of what was there or of what was wrong.
func markLatest(attempts []*attempt) {
	chosen := map[string]*attempt{}
	for _, a := range slices.Backward(attempts) {
		if c := chosen[a.unit.Key]; a.complete() && (c == nil || c.forgotten() && len(a.claims) > 0 && !a.forgotten()) {
			chosen[a.unit.Key] = a
		}
	}
	for _, a := range chosen {
		a.latest = true
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

// AsOf is when the newest evidence of the period was collected, but for what was only
// read again because it had not settled; zero when there is none. It is the only clock
// of an evaluation.
func (v *View) AsOf() time.Time { return v.asOf }

// PeriodOpen reports whether the period had not ended when its evidence was collected.
func (v *View) PeriodOpen() bool { return v.asOf.Before(v.period.End) }

// Expected lists the sources that the view was opened with.
func (v *View) Expected() []Source { return v.sources }
