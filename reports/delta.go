package reports

import (
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/evidencepack/evidence"
)

// NoDelta is why a pack tells of no changes; empty: it is not known, of a pack from before it was
// written down.
type NoDelta string

// The reasons.
const (
	NotAsked  NoDelta = "not-asked"  // whoever made the pack asked for no comparison
	NoCopy    NoDelta = "no-copy"    // an auditor's copy is compared with copies alone, and there is none of the period before
	NoEarlier NoDelta = "no-earlier" // neither a pack of the period before nor evidence of it
)

// Delta is what changed from an earlier period to a later one, in the pack's language.
type Delta struct {
	Earlier, Later string // the periods' names
	Basis          string // where the earlier results come from, in a sentence
	Cautions       []string
	Controls       []DeltaControl // all that either period has, in the order of their IDs
}

// DeltaControl is one control in both periods.
type DeltaControl struct {
	ID, Title     string
	Changed       bool
	Before, After *DeltaState // nil: that period has no such control

	New, Still, Gone int64    // exceptions of the later period alone, of both, of the earlier alone
	Cause            string   // what another result or other counts are owed to; empty: neither changed
	Facts            []string // what the later evidence gives by earlier rules, in sentences
	Changes          []DeltaChange
	Exceptions       []DeltaException // the new ones, those still there, those gone
}

// DeltaState is what a control's test came to in one of the periods.
type DeltaState struct {
	Result     evidence.Result
	Population int64
	Applicable int64 // of these, those that the control applies to
	Exceptions int64
	Answered   int64 // exceptions with a response
	Why        []string
}

// DeltaChange is a change of the control itself.
type DeltaChange struct {
	What   string // "parameter", in words
	Name   string // which; may be empty
	Before string // may be empty, as After may
	After  string
}

// Presence says in which of two periods an exception is.
type Presence string

// The three presences.
const (
	DeltaNew   Presence = "new"
	DeltaStill Presence = "still"
	DeltaGone  Presence = "gone"
)

// DeltaException is an exception of either period.
type DeltaException struct {
	Presence Presence
	ID       string
	Label    string // may be empty
	Time     time.Time
	Reasons  []string
	Cause    string // of one that is new or gone
	ByTarget bool   // the cause is the evidence alone
	Note     string // what else there is to know: the reasons of before, the verdict of by now; may be empty
	Response string // what became of its response; empty: it never had one
}

// Name is what a list shows of the exception.
func (e DeltaException) Name() string {
	if e.Label != "" {
		return e.Label
	}
	return e.ID
}

// Ordinary reports whether there is nothing to tell of an exception but that it is of one
// of the periods alone, as what happens in a period is.
func (e DeltaException) Ordinary() bool {
	return e.Presence != DeltaStill && e.ByTarget && e.Note == "" && e.Response == ""
}

// DeltaTotals counts what changed.
type DeltaTotals struct {
	Controls, Changed, Results, Rules int64 // compared; of which anything, the result, or the control itself changed
	New, Still, Gone                  int64 // exceptions
}

// Totals counts what changed.
func (d *Delta) Totals() DeltaTotals {
	var t DeltaTotals
	for i := range d.Controls {
		c := &d.Controls[i]
		t.Controls++
		if c.Changed {
			t.Changed++
		}
		if c.ResultChanged() {
			t.Results++
		}
		if len(c.Changes) > 0 || c.Before == nil || c.After == nil {
			t.Rules++
		}
		t.New, t.Still, t.Gone = t.New+c.New, t.Still+c.Still, t.Gone+c.Gone
	}
	return t
}

// populationMove is the change of a population, as a share of what it was, from which on a
// reader is told of it: a control that passes on a third of the items of before may be
// looking past the rest.
const populationMove = 0.2

// PopulationMoved reports whether a reader is told of a change of the population, or of those
// of its items that the control applies to: of hundreds of calls a control may judge four.
func (c *DeltaControl) PopulationMoved() bool {
	return c.Before != nil && c.After != nil && (moved(c.Before.Population, c.After.Population) || moved(c.Before.Applicable, c.After.Applicable))
}

func moved(before, after int64) bool {
	if before == 0 {
		return after > 0
	}
	return math.Abs(float64(after-before)) >= populationMove*float64(before)
}

// Moved lists the controls whose populations changed by so much.
func (d *Delta) Moved() (ids []string) {
	for i := range d.Controls {
		if d.Controls[i].PopulationMoved() {
			ids = append(ids, d.Controls[i].ID)
		}
	}
	return ids
}

// ResultChanged reports whether the result is another, or one of the periods has none.
func (c *DeltaControl) ResultChanged() bool {
	return c.Before == nil || c.After == nil || c.Before.Result != c.After.Result
}

// Told splits the controls into those of which there is something to tell, and the
// IDs of the others.
func (d *Delta) Told() (told []*DeltaControl, same []string) {
	for i := range d.Controls {
		if c := &d.Controls[i]; c.Changed || c.Still > 0 {
			told = append(told, c)
		} else {
			same = append(same, c.ID)
		}
	}
	return told, same
}

// AllChanges yields the changes of the controls themselves.
func (d *Delta) AllChanges() iter.Seq2[*DeltaControl, DeltaChange] {
	return func(yield func(*DeltaControl, DeltaChange) bool) {
		for i := range d.Controls {
			for _, x := range d.Controls[i].Changes {
				if !yield(&d.Controls[i], x) {
					return
				}
			}
		}
	}
}

// AllExceptions yields the exceptions of both periods.
func (d *Delta) AllExceptions() iter.Seq2[*DeltaControl, DeltaException] {
	return func(yield func(*DeltaControl, DeltaException) bool) {
		for i := range d.Controls {
			for _, e := range d.Controls[i].Exceptions {
				if !yield(&d.Controls[i], e) {
					return
				}
			}
		}
	}
}

// Check refuses a delta whose exceptions do not add up to its counts.
func (d *Delta) Check() error {
	for i := range d.Controls {
		c := &d.Controls[i]
		n := map[Presence]int64{}
		for _, e := range c.Exceptions {
			n[e.Presence]++
		}
		if n[DeltaNew] != c.New || n[DeltaStill] != c.Still || n[DeltaGone] != c.Gone || int64(len(c.Exceptions)) != c.New+c.Still+c.Gone {
			return fmt.Errorf("what changed of %s: exceptions add up to %v, the pack says %s", c.ID, n, c.ThreeCounts())
		}
	}
	return nil
}
