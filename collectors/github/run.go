package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// cursor is how far a unit has come. It holds what the steps that are left need
// of those that are done, so that it stays small: sets of numbers, not records.
type cursor struct {
	Step  int       `json:"step"`           // the step to go on with
	Taken time.Time `json:"taken"`          // when the unit was begun: the time of its snapshots
	Done  bool      `json:"done,omitempty"` // the claims were handed over too

	Repository repositoryCursor  `json:"repository,omitzero"`
	Pulls      pullsCursor       `json:"pulls,omitzero"`
	History    historyCursor     `json:"history,omitzero"`
	Page       string            `json:"page,omitempty"`  // of the step at hand: where it goes on
	Place      int               `json:"place,omitempty"` // of the step at hand: which of its lists
	Half       bool              `json:"half,omitempty"`  // of the step at hand: of two batches of one answer, the first was handed over
	Tally      map[string]*tally `json:"tally"`           // by kind
}

// tally counts what was read of a kind.
type tally struct {
	Expected int64              `json:"expected,omitempty"` // what the source says there is, or what had to be accounted for
	Found    int64              `json:"found,omitempty"`
	Read     int64              `json:"read"`
	Kept     int64              `json:"kept"`
	KeptFor  map[string]int64   `json:"kept_for,omitempty"`
	Counts   map[string]int64   `json:"counts,omitempty"`
	Gaps     []evidence.Finding `json:"gaps,omitempty"`
	Notes    []evidence.Finding `json:"notes,omitempty"`
}

var errStopped = errors.New("stopped")

// run is the collection of one unit.
type run struct {
	*source
	unit   evidence.Unit
	spec   spec
	at     cursor
	size   int  // pull requests asked for at a time
	calm   int  // answers since the size was last changed
	halved int  // how often less of the history was asked for
	apart  bool // pull requests and history are asked for by themselves
	yield  func(evidence.Batch, error) bool
}

// step reads a part of a unit, hands it over in batches, and may be begun again
// anywhere between them.
type step func(context.Context) error

// Collect reads one unit.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		r := &run{source: s, unit: u, size: pageSize, yield: yield}
		err := r.all(ctx, from)
		if ctx.Err() != nil && !errors.Is(err, errStopped) {
			err = errors.Join(ctx.Err(), err)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(evidence.Batch{}, fmt.Errorf("collect %s: %w", u, err))
		}
	}
}

func (r *run) all(ctx context.Context, from evidence.Cursor) error {
	if err := json.Unmarshal(r.unit.Spec, &r.spec); err != nil {
		return fmt.Errorf("its specification: %w", err)
	}
	r.at = cursor{Taken: r.now().UTC().Truncate(time.Second)}
	if len(from) > 0 {
		if err := json.Unmarshal(from, &r.at); err != nil {
			return fmt.Errorf("its cursor: %w", err)
		}
	}
	if r.at.Done {
		return ctx.Err()
	}
	if r.at.Tally == nil {
		r.at.Tally = map[string]*tally{}
	}
	steps := r.steps()
	for r.at.Step < len(steps) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := steps[r.at.Step](ctx); err != nil {
			return err
		}
		r.at.Step, r.at.Page, r.at.Place, r.at.Half = r.at.Step+1, "", 0, false
	}
	return r.finish()
}

func (r *run) steps() []step {
	switch r.spec.Unit {
	case "owner":
		return []step{r.repositorySnapshots, r.teams}
	case "audit":
		return []step{r.auditEvents}
	}
	return []step{r.state, r.changes, r.moved, r.unseen, r.pushes, r.ownersFiles, r.deployments, r.deployed, r.workflowRuns}
}

// wants reports whether any of the kinds is to be kept.
func (r *run) wants(kinds ...string) bool {
	return slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(r.unit.Kinds, k) })
}

// tally returns the figures of a kind.
func (r *run) tally(kind string) *tally {
	t := r.at.Tally[kind]
	if t == nil {
		t = &tally{KeptFor: map[string]int64{}, Counts: map[string]int64{}}
		r.at.Tally[kind] = t
	}
	if t.KeptFor == nil {
		t.KeptFor = map[string]int64{}
	}
	if t.Counts == nil {
		t.Counts = map[string]int64{}
	}
	return t
}

// batch gathers records of a kind.
type batch struct {
	run  *run
	kind string
	evidence.Batch
}

func (r *run) batch(kind string) *batch { return &batch{run: r, kind: kind} }

// add counts a record and keeps it if a selection wants it.
func (b *batch) add(id string, at time.Time, from evidence.Origin, body []byte) error {
	t := b.run.tally(b.kind)
	t.Read++
	var who []string
	for _, s := range b.run.unit.Want {
		if s.Kind == b.kind && s.Where.Match(body) && !slices.Contains(who, s.For) {
			who = append(who, s.For)
		}
	}
	if len(who) == 0 {
		return nil
	}
	rec, err := evidence.NewRecord(b.kind, id, at, 0, body)
	if err != nil {
		return err
	}
	rec.Origin = b.origin(from)
	b.Records = append(b.Records, rec)
	t.Kept++
	for _, w := range who {
		t.KeptFor[w]++
	}
	return nil
}

// origin is the place of an answer among the batch's origins.
func (b *batch) origin(o evidence.Origin) int {
	if n := len(b.Origins); n > 0 && b.Origins[n-1] == o {
		return n - 1
	}
	b.Origins = append(b.Origins, o)
	return len(b.Origins) - 1
}

// flush hands the batch over, if there is anything in it, with the cursor as it
// stands.
func (b *batch) flush() error {
	if len(b.Records) == 0 && len(b.Claims) == 0 {
		return nil
	}
	c, err := json.Marshal(b.run.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b.Kind, b.Cursor = b.kind, c
	out := b.Batch
	b.Batch = evidence.Batch{}
	if !b.run.yield(out, nil) {
		return errStopped
	}
	return nil
}

// last hands over the last batch of a step: a run that is resumed after it goes on
// with the next step.
func (b *batch) last() error {
	at := &b.run.at
	step, page, place := at.Step, at.Page, at.Place
	at.Step, at.Page, at.Place, at.Half = step+1, "", 0, false
	defer func() { at.Step, at.Page, at.Place = step, page, place }()
	return b.flush()
}

// gap notes that something of a kind is missing. The same thing is named once.
func (r *run) gap(kind string, f evidence.Finding) {
	t := r.tally(kind)
	if !slices.Contains(t.Gaps, f) {
		t.Gaps = append(t.Gaps, f)
	}
}

func (r *run) note(kind string, f evidence.Finding) {
	t := r.tally(kind)
	if !slices.Contains(t.Notes, f) {
		t.Notes = append(t.Notes, f)
	}
}

// refuse notes for some kinds that the source did not let a part be read.
func (r *run) refuse(what, detail string, kinds ...string) {
	for _, k := range kinds {
		if r.wants(k) {
			r.gap(k, evidence.Finding{Code: "not_readable", Object: what, Detail: detail + "; " + needed(k)})
		}
	}
}

// name is owner/name of the unit's repository, as it is called now.
func (r *run) name() string { return r.spec.Owner + "/" + r.spec.Name }

// of is the variables that every query of a repository has.
func (r *run) of() vars { return vars{"owner": r.spec.Owner, "name": r.spec.Name} }

// taken is the time of the unit's snapshots as it stands in their identities.
func (r *run) taken() string { return "@" + r.at.Taken.Format(time.RFC3339) }

// whole asks a query of which no part may be missing for another reason than
// that it may not be read: other errors go away, or end the unit.
func (r *run) whole(ctx context.Context, label, doc string, v vars) (answer, error) {
	for attempt := 1; ; attempt++ {
		a, err := r.client.ask(ctx, label, doc, v)
		if err != nil {
			return a, err
		}
		_, other := a.denied()
		if len(other) == 0 || a.missing() {
			return a, nil
		}
		if attempt == attempts {
			return a, fmt.Errorf("%s: %w", label, partly(answer{errors: other}))
		}
		if err := r.client.sleep(ctx, httpclient.Quicker(attempt)); err != nil {
			return a, err
		}
	}
}

// instant reads a time of GitHub's; the zero time when there is none.
func instant(v gjson.Result) time.Time {
	t, err := time.Parse(time.RFC3339, v.Str)
	if err != nil {
		return time.Time{}
	}
	return t
}
