// Package evaluation tests controls on sealed evidence: it joins what a view
// holds, what the controls say and what is missing into four-valued results.
//
// It reads neither clock nor network. The same view and the same controls give
// the same results, on the machine that makes a pack and on the one that
// repeats its tests.
package evaluation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Results is the outcome of the tests of a period: what results.json holds.
type Results struct {
	Period   evidence.Period `json:"period"`
	Timezone string          `json:"timezone"` // IANA name of the zone the period is written in
	AsOf     time.Time       `json:"as_of,omitzero"`
	Open     bool            `json:"open"` // the period had not ended at as_of
	Sources  []sealed.Source `json:"sources"`
	Controls []Control       `json:"-"` // in the order of their IDs; Encode writes them last
}

// Control is the outcome of one control's test.
type Control struct {
	ID         string           `json:"id"`
	Result     evidence.Result  `json:"result"`
	Counts     Counts           `json:"counts"`
	ByReason   map[string]int64 `json:"exceptions_by_reason,omitempty"`
	ByBecause  map[string]int64 `json:"not_applicable_by_reason,omitempty"`
	Exempt     int64            `json:"exempt,omitempty"`               // not applicable items that an exemption leaves out
	Unapproved int64            `json:"unapproved,omitempty"`           // items whose verdict rests on an exemption without a recorded approver
	Observed   map[string]int64 `json:"items_by_observation,omitempty"` // of all verdicts
	Missing    []sealed.Missing `json:"missing,omitempty"`              // why it is not evaluable
	Error      string           `json:"error,omitempty"`                // the test itself failed: it is not evaluable
	Until      time.Time        `json:"pending_until,omitzero"`
	Exceptions []Item           `json:"-"` // written last: all of them, in order of (time, id), without fields and links
	Pending    []Item           `json:"pending,omitempty"`
	Undecided  []Item           `json:"undetermined,omitempty"`
	Owner      string           `json:"owner"`
	Params     map[string]any   `json:"params"`

	// JudgedBy are the parameters that the policy saw, from when on, where they are others
	// than Params: exemptions lapse, or are written with their values.
	JudgedBy []controls.JudgedBy `json:"judged_by,omitempty"`

	Sources map[string]string `json:"sources"` // SHA-256 of control.yaml, policy.rego and the library modules it uses

	items      *spool // the whole population
	exceptions *spool // those that are exceptions
}

// Counts of items by verdict; total is the sum of the others.
type Counts struct {
	Total         int64 `json:"total"`
	Passed        int64 `json:"passed"`
	Exceptions    int64 `json:"exceptions"`
	NotApplicable int64 `json:"not_applicable"`
	Pending       int64 `json:"pending"`
	Undetermined  int64 `json:"undetermined,omitempty"`
}

// Item is the outcome of one item's test.
type Item struct {
	ID      string            `json:"id"`
	Kind    string            `json:"-"`               // its record's
	Label   string            `json:"label,omitempty"` // what people call it; not always one item's alone
	Time    time.Time         `json:"time"`
	Verdict evidence.Verdict  `json:"verdict"`
	Reasons []controls.Reason `json:"reasons,omitempty"`
	Until   time.Time         `json:"until,omitzero"`
	SHA256  string            `json:"sha256"` // of the record's body
	Fields  []controls.Field  `json:"-"`
	Link    string            `json:"-"`
	Group   string            `json:"-"` // what registers list it under

	// Record is the body of the record, where the item is among the first exceptions of its
	// control and the body is no larger than a page can show; of every item where
	// [RunWithRecords] made the results.
	Record []byte `json:"-"`

	// Observations are what readers should know of the item, whatever its verdict.
	Observations []controls.Reason `json:"observations,omitempty"`
}

// Run tests the controls on the view, which was opened for their selections. Close the results when their items are no
// longer needed.
func Run(ctx context.Context, view *sealed.View, list []*controls.Control) (*Results, error) {
	return run(ctx, view, list, shape)
}

// RunWithRecords is Run, and its results have the record of every item, which takes as
// much room on disk as the evidence.
func RunWithRecords(ctx context.Context, view *sealed.View, list []*controls.Control) (*Results, error) {
	return run(ctx, view, list, shapeWithRecord)
}

func run(ctx context.Context, view *sealed.View, list []*controls.Control, shape shaper) (*Results, error) {
	r := &Results{
		Period: view.Period(), Timezone: view.Period().Start.Location().String(),
		AsOf: view.AsOf(), Open: view.PeriodOpen(), Sources: view.Expected(),
	}
	r.Controls = make([]Control, len(list))
	for _, group := range together(list) {
		if err := r.test(ctx, view, list, group, shape); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// maxTogether bounds how many controls are tested in one pass: each remembers what it
// made of items, in some megabytes.
const maxTogether = 4

// together groups the controls, by their places in the list, that are tested in one pass.
func together(list []*controls.Control) [][]int {
	var groups [][]int
next:
	for i, c := range list {
		for g, group := range groups {
			if len(group) < maxTogether && controls.Together(list[group[0]], c) {
				groups[g] = append(group, i)
				continue next
			}
		}
		groups = append(groups, []int{i})
	}
	return groups
}

// test tests the controls of a group.
func (r *Results) test(ctx context.Context, view *sealed.View, list []*controls.Control, group []int, shape shaper) error {
	var tests []controls.Evaluation
	for _, i := range group {
		c, t := list[i], &r.Controls[i]
		evaluator, err := t.begin(ctx, view, c)
		if err != nil {
			return fmt.Errorf("control %s: %w", c.ID, err)
		}
		display := c.Display()
		tests = append(tests, controls.Evaluation{
			Evaluator: evaluator,
			Shape:     func(i controls.Item) any { return shape(display, i) },
			Emit:      func(_ controls.Item, s any) error { return t.take(s.(*shaped)) },
		})
	}
	answers := make([]controls.Answer, len(group))
	if !view.AsOf().IsZero() {
		// Those of a group ask for the same of the kinds that they read.
		evidence := view.For(list[group[0]].Selections())
		answers = controls.EvaluateTogether(ctx, controls.Input{Period: view.Period(), AsOf: view.AsOf(), Evidence: evidence}, tests)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for n, i := range group {
		if err := r.Controls[i].finish(answers[n], view.AsOf().IsZero()); err != nil {
			return fmt.Errorf("control %s: %w", list[i].ID, err)
		}
	}
	return nil
}

// begin prepares what a control's test needs. What is opened is closed with the results.
func (c *Control) begin(ctx context.Context, view *sealed.View, of *controls.Control) (*controls.Evaluator, error) {
	*c = Control{ID: of.ID, Owner: of.Owner, Params: params(of), Exceptions: []Item{}, Sources: map[string]string{}}
	for name := range of.Files {
		c.Sources[name] = of.SourceSHA256(name)
	}
	var err error
	if c.JudgedBy, err = of.JudgedBy(view.Period()); err != nil {
		return nil, err
	}
	if c.Missing, err = view.Missing(ctx, of.Selections()); err != nil {
		return nil, err
	}
	evaluator, err := controls.Prepare(ctx, of)
	if err != nil {
		return nil, err
	}
	if c.items, err = newSpool(); err != nil {
		return nil, err
	}
	c.exceptions, err = newSpool()
	return evaluator, err
}

// finish takes the answer of the control's test.
func (c *Control) finish(answer controls.Answer, nothing bool) error {
	if err := errors.Join(c.items.finish(), c.exceptions.finish()); err != nil {
		return err
	}
	if nothing {
		// Nothing was ever collected: there is no time to evaluate at, and
		// what is missing says so already.
		c.Result = evidence.NotEvaluable
		return nil
	}
	outcome := answer.Outcome
	if answer.Err != nil {
		// A test that breaks on a record is no reason to drop the other
		// controls, and every reason not to pass this one.
		c.Error = answer.Err.Error()
	}
	c.Counts = Counts{outcome.Total, outcome.Passed, outcome.Exceptions, outcome.NotApplicable, outcome.Pending, outcome.Undetermined}
	c.ByReason, c.ByBecause, c.Observed = outcome.ByReason, outcome.ByBecause, outcome.ByObservation
	c.Exempt, c.Unapproved = outcome.Exempt, outcome.Unapproved
	c.Until = outcome.PendingUntil
	c.Result = outcome.Result(len(c.Missing) == 0 && c.Error == "")
	return nil
}

// params never is null in results.json.
func params(c *controls.Control) map[string]any {
	if c.Params == nil {
		return map[string]any{}
	}
	return c.Params
}

// maxRecords is of how many exceptions of a control the records are kept for reports, and
// maxRecord how large these may be, in bytes. A pack's evidence has all of them.
const (
	maxRecords = 300
	maxRecord  = 16 << 10
)

// shaped is an item as the results hold it.
type shaped struct {
	Item
	line []byte // the same, as spools hold it
	body []byte // of an exception's record
}

// shaper makes what the results hold of an item. Several items are shaped at a time.
type shaper func(*controls.Display, controls.Item) *shaped

// shape leaves the record to [Control.take], which knows how many have theirs already.
func shape(d *controls.Display, i controls.Item) *shaped {
	s := &shaped{Item: itemOf(d, i)}
	s.line = appendItem(make([]byte, 0, 512), s.Item)
	if i.Verdict == evidence.Exception && len(i.Record.Body) <= maxRecord {
		s.body = i.Record.Body
	}
	return s
}

func shapeWithRecord(d *controls.Display, i controls.Item) *shaped {
	s := &shaped{Item: itemOf(d, i)}
	s.Record = i.Record.Body
	s.line = appendItem(make([]byte, 0, 512+len(s.Record)), s.Item)
	return s
}

func itemOf(d *controls.Display, i controls.Item) Item {
	shown := d.Of(i)
	return Item{
		Kind: i.Record.Kind, ID: i.Record.ID, Label: shown.Label, Time: i.Time, Verdict: i.Verdict, Reasons: i.Reasons, Until: i.Until,
		SHA256: i.SHA256, Observations: i.Observations, Fields: shown.Fields, Link: shown.Link, Group: shown.Group,
	}
}

func (c *Control) take(s *shaped) error {
	item := s.Item
	item.Fields, item.Link, item.Group, item.Record = nil, "", "", nil // not in lists that are held in memory
	switch item.Verdict {
	case evidence.Exception:
		c.Exceptions = append(c.Exceptions, item)
		line := s.line
		if len(c.Exceptions) <= maxRecords && s.body != nil {
			s.Record = s.body
			line = appendItem(nil, s.Item)
		}
		if err := c.exceptions.add(line); err != nil {
			return err
		}
	case evidence.Pending:
		c.Pending = append(c.Pending, item)
	case evidence.Undetermined:
		c.Undecided = append(c.Undecided, item)
	}
	return c.items.add(s.line)
}

// Name is what a list shows of the item: its label, or its identity.
func (i Item) Name() string {
	if i.Label != "" {
		return i.Label
	}
	return i.ID
}

// IDs lists the controls that were tested.
func (r *Results) IDs() []string {
	ids := make([]string, len(r.Controls))
	for i := range r.Controls {
		ids[i] = r.Controls[i].ID
	}
	return ids
}

// Find returns the outcome of a control's test, or nil.
func (r *Results) Find(id string) *Control {
	i := slices.IndexFunc(r.Controls, func(c Control) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Controls[i]
}

// Only returns the results of the controls with the given IDs.
func (r *Results) Only(ids []string) *Results {
	only := *r
	only.Controls = slices.DeleteFunc(slices.Clone(r.Controls), func(c Control) bool { return !slices.Contains(ids, c.ID) })
	return &only
}

// Close removes what the results keep on disk.
func (r *Results) Close() error {
	var errs []error
	for _, c := range r.Controls {
		errs = append(errs, c.items.close(), c.exceptions.close())
	}
	return errors.Join(errs...)
}
