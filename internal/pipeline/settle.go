package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
)

// Settled counts what of a period was read again because it had been read before it
// had settled. The counts of records are of all that waits to be sealed, so that a
// run which is cut off before it tells of them leaves that to the next.
type Settled struct {
	Period    evidence.Period // the period before the one that is collected
	Read      int             // windows read again by this run
	Windows   int             // windows read again whose records wait to be sealed
	Forgotten int             // of these, those that the source keeps no longer: the earlier reading stays
	WithGaps  int             // of these, those that lack something else; the next run tries again
	New       int64           // records of these windows that no earlier reading had
	Changed   int64           // records that an earlier reading had otherwise
	Unplanned int             // windows that the source's settings no longer plan
	Failed    int             // windows given up with an error, and parts of sources that could not be planned
}

// Settle reads again, of the period before p, the units of which the latest complete
// reading was begun before they had settled, and which have settled by now. It is
// interrupted and continued as [Run.Collect] is; the error is about the locker or the
// configuration, and what a source fails at is counted.
//
// What is read so is an attempt of its own under the plan that the unit was read
// under before. By that it is told from a collection of the period, which takes
// snapshots too: it does not move the period's as_of.
func (r *Run) Settle(ctx context.Context, p evidence.Period) (Settled, error) {
	done := Settled{Period: r.Config.Calendar.Previous(p)}
	l, err := r.openLocker(ctx)
	if err != nil {
		return done, err
	}
	held, err := r.attempts(ctx, l)
	if err != nil {
		return done, err
	}
	queries, err := r.queriesOf(ctx, l, done.Period)
	if err != nil {
		return done, err
	}
	if err := r.settleAll(ctx, l, queries, held, &done); err != nil {
		// What is written waits to be sealed, and is told of by the run that continues.
		return done, err
	}
	if done.Read+done.Failed > 0 {
		if held, err = r.attempts(ctx, l); err != nil {
			return done, err
		}
	}
	return done, r.countSettled(ctx, l, held, &done)
}

// pastQuery is a query that was planned, with those units of its plan that lie in the
// period and that no later plan answers for.
type pastQuery struct {
	evidence.Query
	source, driver string
	units          []locker.PlannedUnit
}

// queriesOf lists what was asked of each source for the period, for parts of it, or for
// longer ones, oldest first. A later plan answers for the units of an earlier one as far
// as it asks for all that was asked then and plans units over their time: one that could
// not be made, or that left a part out, answers for nothing of it.
func (r *Run) queriesOf(ctx context.Context, l *locker.Locker, p evidence.Period) ([]pastQuery, error) {
	zone := r.Config.Calendar.Location
	var list []pastQuery
	for m, err := range manifests(ctx, l) {
		if err != nil {
			return nil, err
		}
		if m.Type != locker.Plan || m.Query == nil || !m.Query.Period.Overlaps(p) {
			continue
		}
		for i, q := range list {
			if q.source == m.Source && within(q.Query, *m.Query) {
				list[i].units = slices.DeleteFunc(q.units, func(u locker.PlannedUnit) bool { return answered(u, m.Units) })
			}
		}
		list = slices.DeleteFunc(list, func(q pastQuery) bool { return len(q.units) == 0 })
		q := *m.Query
		// Days are cut in the zone that the period is given in; a manifest has UTC.
		q.Period = evidence.Period{Start: q.Period.Start.In(zone), End: q.Period.End.In(zone)}
		units := slices.DeleteFunc(slices.Clone(m.Units), func(u locker.PlannedUnit) bool { return !u.Window.Overlaps(p) })
		list = append(list, pastQuery{q, m.Source, m.Driver, units})
	}
	return list, nil
}

// answered reports whether units of a later plan cover all of a unit's time for its
// scope and kinds.
func answered(u locker.PlannedUnit, by []locker.PlannedUnit) bool {
	var windows []evidence.Period
	for _, b := range by {
		if b.Scope.Key() == u.Scope.Key() && slices.Equal(b.Kinds, u.Kinds) && b.Window.Overlaps(u.Window) {
			windows = append(windows, b.Window)
		}
	}
	slices.SortFunc(windows, func(a, b evidence.Period) int { return a.Start.Compare(b.Start) })
	at := u.Window.Start
	for _, w := range windows {
		if w.Start.After(at) {
			return false
		}
		if w.End.After(at) {
			at = w.End
		}
	}
	return !at.Before(u.Window.End)
}

// within reports whether another query asks for all that q does.
func within(q, other evidence.Query) bool {
	return !q.Period.Start.Before(other.Period.Start) && !q.Period.End.After(other.Period.End) &&
		!slices.ContainsFunc(q.Want, func(s evidence.Selection) bool {
			return !slices.ContainsFunc(other.Want, func(o evidence.Selection) bool { return o.Covers(s) })
		})
}

// settleAll reads again what is due, source by source. The writer is asked for only
// where something is.
func (r *Run) settleAll(ctx context.Context, l *locker.Locker, queries []pastQuery, held attempts, done *Settled) (err error) {
	var w *locker.Writer
	defer func() {
		if w != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	read := map[attemptKey]bool{}
	for _, s := range r.Config.Sources {
		for _, q := range queries {
			if q.source != s.Name || q.driver != s.Driver {
				continue
			}
			due, err := r.due(s, q, held)
			if err != nil {
				return err
			}
			for key := range due {
				if read[attemptKey{s.Name, key}] {
					delete(due, key)
				}
				read[attemptKey{s.Name, key}] = true
			}
			if len(due) == 0 {
				continue
			}
			if w == nil {
				if w, err = l.Writer(ctx); err != nil {
					return err
				}
			}
			c, err := r.newCollection(s, w, held)
			if err != nil {
				return err
			}
			if err := c.settle(ctx, q.Query, due, done); err != nil {
				return err
			}
		}
	}
	return nil
}

// due lists the units of a query that are to be read again now, by their keys.
func (r *Run) due(s config.Source, q pastQuery, held attempts) (map[string]bool, error) {
	d, err := r.driver(s.Driver)
	if err != nil {
		return nil, err
	}
	now := r.Now()
	keys := map[string]bool{}
	for _, u := range q.units {
		at, ok := settledAt(u, d)
		if ok && !now.Before(at) && held[attemptKey{s.Name, u.Key}].early(at) {
			keys[u.Key] = true
		}
	}
	return keys, nil
}

// settledAt is when the unit's records arrive and change no longer; false where some
// of its kinds never settle, or have no need to. A snapshot would be of another time.
func settledAt(u locker.PlannedUnit, d collectors.Driver) (time.Time, bool) {
	var longest time.Duration
	for _, name := range u.Kinds {
		i := slices.IndexFunc(d.Kinds, func(k collectors.Kind) bool { return k.Name == name })
		if i < 0 || d.Kinds[i].Settles == 0 || d.Kinds[i].Form == evidence.Snapshot {
			return time.Time{}, false
		}
		longest = max(longest, d.Kinds[i].Settles)
	}
	return u.Window.End.Add(longest), longest > 0
}

// early reports whether the latest complete reading of a unit that has settled was
// begun before that; or whether it was, was read again, and that reading lacks
// something which the source may still give.
func (a *attempt) early(settled time.Time) bool {
	ended := a.finished()
	switch {
	case ended == nil:
		return false
	case ended.begun.Before(settled):
		return true
	}
	return ended.again && !ended.sound() && !evidence.Forgotten(ended.claims)
}

// settle reads again those units of a query that are due.
func (c *collection) settle(ctx context.Context, q evidence.Query, due map[string]bool, done *Settled) error {
	c.identify(ctx)
	var units []evidence.Unit
	readable := true
	for u, err := range c.collector.Plan(ctx, q) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			c.job.Log.Error("not readable", "source", c.source.Name, "error", err)
			readable = false
			done.Failed++
			continue
		}
		if key := u.Key(); due[key] {
			delete(due, key)
			units = append(units, u)
		}
	}
	if readable {
		done.Unplanned += len(due)
	}
	c.done.Units = len(units)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.atOnce())
	for _, u := range units {
		group.Go(func() error {
			a := c.held[attemptKey{c.source.Name, u.Key()}]
			// Only what was begun for this is continued: the rest of another attempt would
			// be of a collection of the period, and move its as_of.
			if a.last || !a.again || len(a.cursor) == 0 {
				a = a.following(a.finished().plan)
			}
			return c.read(ctx, u, a, a.plan)
		})
	}
	err := group.Wait()
	done.Read += c.done.Completed
	done.Failed += c.done.Failed
	return err
}

// countSettled counts what was read again and is not sealed yet, against all that was
// read of the same time before.
func (r *Run) countSettled(ctx context.Context, l *locker.Locker, held attempts, done *Settled) error {
	var again []locker.Manifest // batches with records
	own := map[string]bool{}    // hashes of those
	for _, a := range held {
		if !a.again || !a.last || !a.waits || !a.batches[0].Unit.Window.Overlaps(done.Period) {
			continue
		}
		done.Windows++
		switch {
		case a.sound():
		case evidence.Forgotten(a.claims):
			done.Forgotten++
		default:
			done.WithGaps++
		}
		for _, m := range a.batches {
			if m.Records > 0 {
				again = append(again, m)
				own[m.Hash()] = true
			}
		}
	}
	if len(again) == 0 {
		return nil
	}
	known := bodies{}
	for m, err := range manifests(ctx, l) {
		if err != nil {
			return err
		}
		if m.Records == 0 || !slices.ContainsFunc(again, func(b locker.Manifest) bool {
			return b.Source == m.Source && b.Kind == m.Kind && b.Unit.Window.Overlaps(m.Unit.Window)
		}) || own[m.Hash()] {
			continue
		}
		for rec, err := range l.Records(ctx, m.Manifest) {
			if err != nil {
				return err
			}
			known.put(m.Manifest, rec)
		}
	}
	for _, m := range again {
		for rec, err := range l.Records(ctx, m) {
			if err != nil {
				return err
			}
			if !m.Unit.Window.Contains(rec.Time) { // what is wanted around the period is not late
				continue
			}
			switch same, had := known.put(m, rec); {
			case !had:
				done.New++
			case !same:
				done.Changed++
			}
		}
	}
	return nil
}

// bodies holds hashes of records' bodies, by those of their identities.
type bodies map[[16]byte][16]byte

// put notes a record of a batch. It reports whether one of its identity was known, and
// whether that was the same.
func (b bodies) put(m locker.Manifest, r evidence.Record) (same, known bool) {
	name, err := json.Marshal([]string{m.Source, m.Kind, r.ID})
	if err != nil { // strings
		panic("pipeline: " + err.Error())
	}
	id, sum := sha256.Sum256(name), sha256.Sum256(r.Body)
	key, body := [16]byte(id[:16]), [16]byte(sum[:16])
	was, known := b[key]
	b[key] = body
	return was == body, known
}
