package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
)

// Collected counts what a collection did. Failures are evidence too: they are
// in the locker, and controls that depend on them are not evaluable.
type Collected struct {
	Source     string   `json:"source"`
	Units      int      `json:"units"`     // planned
	Kept       int      `json:"kept"`      // of these, collected completely by an earlier run
	Completed  int      `json:"completed"` // collected now
	WithGaps   int      `json:"with_gaps"` // of these, with a claim that names something missing
	Failed     int      `json:"failed"`    // given up with an error
	Records    int64    `json:"records"`   // written now
	Unreadable []string `json:"unreadable,omitempty"`
	Errors     []string `json:"errors,omitempty"`
}

// Complete reports whether everything that was planned is in the locker without gaps.
func (c Collected) Complete() bool {
	return c.WithGaps == 0 && c.Failed == 0 && len(c.Unreadable) == 0 && c.Units > 0
}

// Collect reads every configured source for the period, as far as the controls
// want it, into the locker. Units that an earlier run completed without gaps are
// kept, unless they are of things that change and were read some hours ago; a unit
// that was cut off is continued after its last durable batch.
//
// A source that fails does not stop the others. The error is about the locker or
// the configuration; a source's failures are in what is returned.
func (r *Run) Collect(ctx context.Context, p evidence.Period, list []*controls.Control) ([]Collected, error) {
	l, err := r.openLocker(ctx)
	if err != nil {
		return nil, err
	}
	w, err := l.Writer(ctx)
	if err != nil {
		return nil, err
	}
	all, err := r.collectAll(ctx, l, w, evidence.Query{Period: p, Want: Selections(list)})
	return all, errors.Join(err, w.Close())
}

func (r *Run) collectAll(ctx context.Context, l *locker.Locker, w *locker.Writer, q evidence.Query) ([]Collected, error) {
	held, err := r.attempts(ctx, l)
	if err != nil {
		return nil, err
	}
	var all []Collected
	for _, s := range r.Config.Sources {
		c, err := r.newCollection(s, w, held)
		if err != nil {
			return all, err
		}
		done, err := c.run(ctx, q)
		all = append(all, done)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// collection is the collection of one source.
type collection struct {
	job       *Run
	source    config.Source
	driver    collectors.Driver
	collector collectors.Collector
	writer    *locker.Writer
	held      attempts
	collected locker.Collected // who, where, with what
	plan      string           // hash of the plan's manifest

	mu   sync.Mutex
	done Collected
}

func (r *Run) newCollection(s config.Source, w *locker.Writer, held attempts) (*collection, error) {
	d, err := r.driver(s.Driver)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	c, err := r.collector(s, d)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return &collection{job: r, source: s, driver: d, collector: c, writer: w, held: held,
		collected: locker.Collected{Host: host, Tool: r.Tool}, done: Collected{Source: s.Name}}, nil
}

// run plans and collects. A source that cannot even be planned leaves a plan
// that says so.
func (c *collection) run(ctx context.Context, q evidence.Query) (Collected, error) {
	c.identify(ctx)
	units, err := c.planned(ctx, q)
	if err != nil {
		return c.done, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.atOnce())
	for _, u := range units {
		group.Go(func() error { return c.unit(ctx, u) })
	}
	err = group.Wait()
	return c.done, err
}

// atOnce is how many units are collected at a time.
func (c *collection) atOnce() int {
	if p, ok := c.collector.(collectors.Parallel); ok {
		return max(p.AtOnce(), c.job.Workers, 1)
	}
	return max(c.job.Workers, 1)
}

// identify asks the source as whom it is read. An answer is worth having in an
// IPE sheet; not getting one is no reason to stop.
func (c *collection) identify(ctx context.Context) {
	i, ok := c.collector.(collectors.Identifier)
	if !ok {
		return
	}
	identity, err := i.Identity(ctx)
	if err != nil {
		c.job.Log.Warn("identity not known", "source", c.source.Name, "error", err)
		return
	}
	c.collected.Identity = identity
}

// planned plans the query and makes the plan durable before anything is
// collected for it, so that what was not collected is known to be missing.
func (c *collection) planned(ctx context.Context, q evidence.Query) ([]evidence.Unit, error) {
	q.Want = wanted(q.Want, c.driver, c.collector)
	var units []evidence.Unit
	m := locker.Manifest{Version: locker.Version, Type: locker.Plan, Source: c.source.Name, Driver: c.driver.Name, Query: &q}
	if l, ok := c.collector.(collectors.Located); ok {
		m.Location = l.Location()
	}
	for u, err := range c.collector.Plan(ctx, q) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			m.Unreadable = append(m.Unreadable, err.Error())
			c.job.Log.Error("not readable", "source", c.source.Name, "error", err)
			continue
		}
		units = append(units, u)
		m.Units = append(m.Units, locker.Planned(u))
	}
	c.done.Units, c.done.Unreadable = len(units), m.Unreadable
	m.Collected = c.stamp()
	m, err := c.writer.Append(ctx, m, nil)
	if err != nil {
		return nil, err
	}
	c.plan = m.Hash()
	return units, nil
}

// wanted keeps the selections of kinds that the collector yields.
func wanted(all []evidence.Selection, d collectors.Driver, c collectors.Collector) []evidence.Selection {
	var want []evidence.Selection
	for _, s := range all {
		for _, k := range d.Kinds {
			if k.Name == s.Kind && yields(c, s.Kind) {
				want = append(want, s)
			}
		}
	}
	return want
}

func (c *collection) stamp() locker.Collected {
	stamp := c.collected
	stamp.At = c.job.Now().UTC()
	return stamp
}

// unit collects one unit. Its error is about the locker or the context: the
// source's own errors become a failure in the locker.
func (c *collection) unit(ctx context.Context, u evidence.Unit) error {
	key := u.Key()
	from := c.held[attemptKey{c.source.Name, key}]
	if from.outdated(u, c.driver, c.job.Now()) {
		from = nil
	}
	if from.stands() {
		c.count(func(d *Collected) { d.Kept++ })
		return nil
	}
	return c.read(ctx, u, continued(c.plan, from), c.plan)
}

// read collects one unit as an attempt, to its end. A failure is of the plan given.
func (c *collection) read(ctx context.Context, u evidence.Unit, a *attempt, plan string) error {
	var held *evidence.Batch // one batch is held back: only the end of the sequence tells which is the last
	var failed error
	for b, err := range c.collector.Collect(ctx, u, a.cursor) {
		if err != nil {
			failed = err
			break
		}
		if held != nil {
			if err := c.append(ctx, u, a, *held, false); err != nil {
				return err
			}
		}
		held = &b
	}
	// What was yielded before an error or an interruption stays valid, so it is
	// made durable; only the end of the sequence completes the unit.
	finished := failed == nil && ctx.Err() == nil
	if held == nil && finished {
		held = &evidence.Batch{}
	}
	if held != nil {
		if err := c.append(context.WithoutCancel(ctx), u, a, *held, finished); err != nil {
			return err
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != nil:
		return c.fail(ctx, u, plan, failed)
	}
	c.completed(a)
	return nil
}

// append makes one batch of an attempt durable.
func (c *collection) append(ctx context.Context, u evidence.Unit, a *attempt, b evidence.Batch, last bool) error {
	unit := locker.Planned(u)
	b.Claims = unsettled(b.Claims, c.driver, c.job.Now())
	m := locker.Manifest{
		Version: locker.Version, Type: locker.Batch, Source: c.source.Name, Driver: c.driver.Name, Collected: c.stamp(),
		Plan: a.plan, Unit: &unit, Seq: a.next, Last: last,
		Kind: b.Kind, Origins: b.Origins, Claims: b.Claims, Cursor: b.Cursor,
	}
	m, err := c.writer.Append(ctx, m, b.Records)
	if err != nil {
		return fmt.Errorf("source %s: unit %s: %w", c.source.Name, u, err)
	}
	a.add(m)
	c.count(func(d *Collected) { d.Records += m.Records })
	return nil
}

// unsettled notes with the claims of kinds that arrive late that their windows have not
// settled yet. The claims given are left as they are.
func unsettled(claims []evidence.Claim, d collectors.Driver, now time.Time) []evidence.Claim {
	claims = slices.Clone(claims)
	for i, claim := range claims {
		at := slices.IndexFunc(d.Kinds, func(k collectors.Kind) bool { return k.Name == claim.Kind })
		if at < 0 || d.Kinds[at].Settles == 0 {
			continue
		}
		if settled := claim.Window.End.Add(d.Kinds[at].Settles); now.Before(settled) {
			claims[i].Notes = append(slices.Clone(claim.Notes), evidence.Finding{
				Code: evidence.NotSettled, Object: claim.Scope.String(),
				Window: evidence.Period{Start: now.UTC().Truncate(time.Second), End: settled.UTC()},
			})
		}
	}
	return claims
}

// fail records that a unit was given up, and why.
func (c *collection) fail(ctx context.Context, u evidence.Unit, plan string, cause error) error {
	unit := locker.Planned(u)
	c.job.Log.Error("unit failed", "source", c.source.Name, "unit", u.String(), "error", cause)
	_, err := c.writer.Append(ctx, locker.Manifest{
		Version: locker.Version, Type: locker.Failure, Source: c.source.Name, Driver: c.driver.Name, Collected: c.stamp(),
		Plan: plan, Unit: &unit, Error: cause.Error(),
	}, nil)
	c.count(func(d *Collected) {
		d.Failed++
		d.Errors = append(d.Errors, u.String()+": "+cause.Error())
	})
	return err
}

func (c *collection) completed(a *attempt) {
	c.count(func(d *Collected) {
		d.Completed++
		if !a.sound() {
			d.WithGaps++
		}
	})
}

// count changes the figures and tells of the progress.
func (c *collection) count(change func(*Collected)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.done)
	if c.job.Progress != nil {
		c.job.Progress(Progress{
			Source: c.source.Name, Total: c.done.Units, Records: c.done.Records,
			Done: c.done.Kept + c.done.Completed + c.done.Failed,
		})
	}
}
