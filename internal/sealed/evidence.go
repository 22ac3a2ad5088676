package sealed

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived"
	"github.com/evidencepack/evidence/internal/locker"
)

// margin is time before and after a period.
type margin struct{ before, after time.Duration }

func (m margin) of(p evidence.Period) evidence.Period {
	return evidence.Period{Start: p.Start.Add(-m.before), End: p.End.Add(m.after)}
}

// margins are the widest that the selections ask for, by kind.
func margins(want []evidence.Selection) map[string]margin {
	all := map[string]margin{}
	for _, s := range want {
		m := all[s.Kind]
		all[s.Kind] = margin{max(m.before, s.Before), max(m.after, s.After)}
	}
	return all
}

// Evidence is what of a view one control is judged on: the records that the
// period's collections sealed, those that arrived late, and around the period as
// much as the control itself asked for. So a control's result does not depend on
// which others are evaluated with it.
type Evidence struct {
	view  *View
	reach map[string]margin
}

// For returns the evidence for selections that are among those that the view
// was opened with.
func (v *View) For(want []evidence.Selection) Evidence {
	return Evidence{v, margins(want)}
}

// reading names a kind as read within a margin.
type reading struct {
	kind string
	margin
}

// reading names what is read of a kind. Readings that hold the same have the
// same name: nothing is sorted twice because a margin reaches nothing.
func (e Evidence) reading(kind string) reading {
	reaches := e.reach[kind].of(e.view.period)
	for _, x := range e.view.entries {
		if x.part == around && x.Manifest.Kind == kind && x.Manifest.Unit.Window.Overlaps(reaches) {
			return reading{kind, e.reach[kind]}
		}
	}
	return reading{kind: kind}
}

// Records yields every record of the kind once, in order of (Time, ID): of a
// mutable kind, the version that was sealed last; of a derived kind, what is computed
// from the recorded ones.
func (e Evidence) Records(ctx context.Context, kind string) iter.Seq2[evidence.Record, error] {
	if k, ok := derived.Of(kind); ok {
		return e.derive(ctx, k)
	}
	return func(yield func(evidence.Record, error) bool) {
		if kind == ClaimKind {
			records, err := e.view.claimRecords()
			if err != nil {
				yield(evidence.Record{}, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
			return
		}
		p, err := e.population(ctx, kind)
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		for r, err := range p.sorted.all() {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// entries yields the entries that hold records of a kind, in the order of the log.
func (e Evidence) entries(kind string) iter.Seq[entry] {
	reaches := e.reach[kind].of(e.view.period)
	return func(yield func(entry) bool) {
		for _, x := range e.view.entries {
			m := x.Manifest
			if m.Kind != kind || m.Records == 0 || x.part == around && !m.Unit.Window.Overlaps(reaches) {
				continue
			}
			if !yield(x) {
				return
			}
		}
	}
}

// Entries lists, in the order of the log, the sealed entries that a pack must
// carry so that tests with these selections can be repeated: all that speak of
// the period, whatever their kind, since what they claim and when they were
// collected counts; and of other periods' batches those that are read.
func (v *View) Entries(want []evidence.Selection) []locker.Entry {
	e := v.For(want)
	reads := map[int64]bool{}
	for _, s := range want {
		for x := range e.entries(s.Kind) {
			reads[x.Index] = true
		}
	}
	var list []locker.Entry
	for _, x := range v.entries {
		if x.part == speaks || reads[x.Index] {
			list = append(list, x.Entry)
		}
	}
	return list
}

// Around counts what other periods' collections sealed of a kind, as far as the
// selections reach around the period.
type Around struct {
	Before  string `json:"before"` // "720h0m0s"
	After   string `json:"after"`
	Batches int64  `json:"batches"`
	Records int64  `json:"records"` // sealed ones, each version of them counted
}

// Around counts them by kind. Kinds of which nothing around the period is
// wanted have no entry.
func (v *View) Around(want []evidence.Selection) map[string]Around {
	e := v.For(want)
	var all map[string]Around
	for kind, m := range e.reach {
		if m == (margin{}) {
			continue
		}
		n := Around{Before: m.before.String(), After: m.after.String()}
		for x := range e.entries(kind) {
			if x.part == around {
				n.Batches++
				n.Records += x.Manifest.Records
			}
		}
		if all == nil {
			all = map[string]Around{}
		}
		all[kind] = n
	}
	return all
}

// check refuses to read further around the period than the view was opened for:
// what it does not hold would be missing in silence.
func (e Evidence) check(kind string) error {
	asked, held := e.reach[kind], e.view.reach[kind]
	if asked.before > held.before || asked.after > held.after {
		return fmt.Errorf("%s: the view does not reach as far around the period as is wanted", kind)
	}
	return nil
}
