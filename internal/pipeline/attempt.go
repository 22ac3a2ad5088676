package pipeline

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/locker"
)

// attempt is one collection of a unit: its batches so far.
type attempt struct {
	plan   string          // hash of the plan it was begun under
	next   int             // the number of its next batch
	cursor evidence.Cursor // where to go on; nil: at the beginning
	last   bool            // the unit's end was reached
	claims []evidence.Claim
	begun  time.Time // when its first batch was collected
	at     time.Time // and its last
	whole  bool      // an earlier attempt of the unit was sound
	ended  *attempt  // the latest before it that reached the unit's end; nil: none did
	waits  bool      // its last batch is not sealed yet

	// again: it was begun under a plan under which the unit had been read to its end,
	// because that had not settled. Of such attempts alone the batches are kept, with
	// those of the ones before it that wait to be sealed as well.
	again   bool
	batches []locker.Manifest
}

// finished is the latest attempt that reached the unit's end.
func (a *attempt) finished() *attempt {
	if a == nil || a.last {
		return a
	}
	return a.ended
}

// freshness is how long what was read of things that change stands for them: a
// run that is repeated at once, to repair another part, does not read them again,
// and the next day's does.
const freshness = 12 * time.Hour

// outdated reports whether a unit of things that change, or that arrive late, is
// to be read anew: not once it was read after it had settled. What was cut off
// that long ago is not continued either: its parts would be of different states.
func (a *attempt) outdated(u evidence.Unit, d collectors.Driver, now time.Time) bool {
	if a == nil || now.Sub(a.at) < freshness {
		return false
	}
	return slices.ContainsFunc(d.Kinds, func(k collectors.Kind) bool {
		if !slices.Contains(u.Kinds, k.Name) {
			return false
		}
		if k.Settles > 0 {
			// Its first part was read before the last, and may lack what came in between.
			return a.begun.Before(u.Window.End.Add(k.Settles))
		}
		return k.Form != evidence.Event
	})
}

// add takes a batch that has become durable.
func (a *attempt) add(m locker.Manifest) {
	a.next = m.Seq + 1
	a.cursor = m.Cursor
	a.last = a.last || m.Last
	a.claims = append(a.claims, m.Claims...)
	a.at = m.Collected.At
	if m.Seq == 0 {
		a.begun = m.Collected.At
	}
	if a.again {
		a.batches = append(a.batches, m)
	}
}

// sound reports whether the unit is complete and every claim of it satisfied.
func (a *attempt) sound() bool {
	if a == nil || !a.last || len(a.claims) == 0 {
		return false
	}
	for _, c := range a.claims {
		if !c.Satisfied() {
			return false
		}
	}
	return true
}

// stands reports whether the unit need not be read again: it is sound, or was, and
// now lacks nothing but what its source no longer keeps.
func (a *attempt) stands() bool {
	return a.sound() || a != nil && a.last && a.whole && evidence.Forgotten(a.claims)
}

// continued is the attempt to go on with: the one before if it was cut off at a
// cursor, else a new one. A unit that ended with gaps begins anew, since what
// was missing may have arrived.
func continued(plan string, before *attempt) *attempt {
	if before != nil && !before.last && len(before.cursor) > 0 {
		return before
	}
	return &attempt{plan: plan}
}

// following begins the attempt under a plan that comes after a, which may be nil.
func (a *attempt) following(plan string) *attempt {
	n := &attempt{plan: plan, whole: a.sound() || a != nil && a.whole}
	if ended := a.finished(); ended != nil {
		n.again, n.ended = ended.plan == plan, ended
		if n.again && a.waits {
			n.batches = slices.Clip(a.batches)
		}
		ended.ended, ended.batches = nil, nil // nobody asks for them any more
	}
	return n
}

type attemptKey struct{ source, unit string }

// attempts holds the newest attempt of every unit that the locker knows.
type attempts map[attemptKey]*attempt

// attempts reads them from what is sealed and from what waits to be.
func (r *Run) attempts(ctx context.Context, l *locker.Locker) (attempts, error) {
	held := attempts{}
	for m, err := range manifests(ctx, l) {
		if err != nil {
			return nil, err
		}
		if m.Type != locker.Batch || m.Unit == nil {
			continue
		}
		key := attemptKey{m.Source, m.Unit.Key}
		a := held[key]
		if a == nil || m.Seq == 0 {
			a = a.following(m.Plan)
			held[key] = a
		}
		if m.Plan == a.plan && m.Seq == a.next {
			a.add(m.Manifest)
			a.waits = m.waits
		}
	}
	return held, nil
}

// manifest is one that the locker holds.
type manifest struct {
	locker.Manifest
	waits bool // it is not sealed yet
}

// manifests yields those that are sealed, and then those that wait to be.
func manifests(ctx context.Context, l *locker.Locker) iter.Seq2[manifest, error] {
	return func(yield func(manifest, error) bool) {
		cp, err := l.Latest()
		if err != nil && !errors.Is(err, locker.ErrUnsealed) {
			yield(manifest{}, err)
			return
		}
		if err == nil {
			for e, err := range l.Sealed(ctx, cp) {
				if !yield(manifest{e.Manifest, false}, err) || err != nil {
					return
				}
			}
		}
		for m, err := range l.Pending(ctx) {
			if !yield(manifest{m, true}, err) || err != nil {
				return
			}
		}
	}
}
