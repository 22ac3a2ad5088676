package controls

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// Evidence is what a control is judged on.
type Evidence interface {
	// Records yields every record of the kind, each (Kind, ID) once, in the
	// order of (Time, ID). Its first error ends it.
	Records(ctx context.Context, kind string) iter.Seq2[evidence.Record, error]
}

// Input is what an evaluation is a function of, besides the control.
type Input struct {
	Period   evidence.Period // in the organisation's time zone, in which policies see it
	AsOf     time.Time       // when the evidence was collected
	Evidence Evidence
}

// Evaluate judges every item of the population and calls emit for each, in the
// order of the evidence and from the calling goroutine; items are judged in
// parallel. With scope each, memory does not grow with the population.
//
// The evaluation ends at the first item that cannot be judged, with an error
// that names the control and the record; every item before it has been emitted.
// An error of emit ends it too and is returned as it is.
func (e *Evaluator) Evaluate(ctx context.Context, in Input, emit func(Item) error) (Outcome, error) {
	return e.EvaluateShaped(ctx, in, func(Item) any { return nil }, func(item Item, _ any) error { return emit(item) })
}

// EvaluateShaped is Evaluate where emit is given, with each item, what shape makes of
// it. Unlike emit, shape is called by several goroutines at a time: it is for what
// takes time and needs no order.
func (e *Evaluator) EvaluateShaped(ctx context.Context, in Input, shape func(Item) any, emit func(Item, any) error) (Outcome, error) {
	answers := EvaluateTogether(ctx, in, []Evaluation{{Evaluator: e, Shape: shape, Emit: emit}})
	return answers[0].Outcome, answers[0].Err
}

// frame is one evaluation: what all its input documents have in common.
type frame struct {
	*Evaluator
	in     Input
	period *ast.Term
	asOf   *ast.Term
	joins  []*join                    // in the order of their names
	order  []*join                    // the same, each after those that it goes through
	newest map[string]map[string]bool // by kind: IDs of the items, where the population is of the latest
	memo   []*memo                    // what the decider said of items
	phases []phase                    // by which exemptions items are judged; none: by all, through all of the period
	others []*frame                   // of the phases, besides this one
	ended  atomic.Bool                // nothing more is to be judged
}

func (e *Evaluator) frame(ctx context.Context, in Input) (*frame, error) {
	if !in.Period.Start.Before(in.Period.End) || in.AsOf.IsZero() || in.Evidence == nil {
		return nil, errors.New("a period, a time of collection and evidence are needed")
	}
	f := &frame{
		Evaluator: e,
		in:        in,
		memo:      e.memos(),
		period: ast.ObjectTerm(
			ast.Item(ast.StringTerm("start"), ast.StringTerm(in.Period.Start.Format(time.RFC3339Nano))),
			ast.Item(ast.StringTerm("end"), ast.StringTerm(in.Period.End.Format(time.RFC3339Nano))),
		),
		asOf: ast.StringTerm(in.AsOf.In(in.Period.Start.Location()).Format(time.RFC3339Nano)),
	}
	var err error
	if f.newest, err = e.control.newest(ctx, in); err != nil {
		return nil, err
	}
	if err := f.loadJoins(ctx); err != nil {
		return nil, err
	}
	return f, f.splitByExemptions(ctx)
}

// records yields the records of all of the population's kinds, in the order of
// (Time, ID) and, where those are equal, of the kinds.
func (f *frame) records(ctx context.Context) iter.Seq2[evidence.Record, error] {
	return merged(ctx, f.in.Evidence, f.control.Population.Kinds())
}

// document is the input of the policy; subject is its record or records.
func (f *frame) document(name string, subject ast.Value, related *ast.Term, more ...[2]*ast.Term) ast.Value {
	return ast.NewObject(append([][2]*ast.Term{
		ast.Item(ast.StringTerm(name), ast.NewTerm(subject)),
		ast.Item(ast.StringTerm("related"), related),
		ast.Item(ast.StringTerm("period"), f.period),
		ast.Item(ast.StringTerm("as_of"), f.asOf),
		ast.Item(ast.StringTerm("params"), f.params),
	}, more...)...)
}

// item judges one record; ok is false when it is not of the population.
func (f *frame) item(ctx context.Context, rec evidence.Record, w *worker) (item Item, ok bool, err error) {
	t, ok, err := f.member(rec)
	if err != nil || !ok {
		return Item{}, false, f.wrap(rec, err)
	}
	if item, err = f.byExemptions(ctx, rec, t, w); err != nil {
		return Item{}, false, f.wrap(rec, err)
	}
	return item, true, nil
}

// judgeItem judges an item by the frame's own exemptions.
func (f *frame) judgeItem(ctx context.Context, rec evidence.Record, t time.Time, w *worker) (Item, error) {
	if item, ok := f.settle(ctx, rec, t, w); ok {
		return item, nil
	}
	if input, ok := f.readable(rec, w); ok {
		if j, err := f.ask(ctx, input); err == nil {
			return judge(rec, t, f.in.AsOf, j)
		}
	}
	// Errors are those of the whole document.
	input, err := f.itemDocument(rec)
	if err != nil {
		return Item{}, err
	}
	j, err := f.ask(ctx, input)
	if err != nil {
		return Item{}, err
	}
	return judge(rec, t, f.in.AsOf, j)
}

func (f *frame) itemDocument(rec evidence.Record) (ast.Value, error) {
	body, err := parseValue(rec.Body)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	return f.withJoined(rec, body)
}

// withJoined is the input of the policy for an item of which body is given.
func (f *frame) withJoined(rec evidence.Record, body ast.Value) (ast.Value, error) {
	found, err := f.extract(rec.Body)
	if err != nil {
		return nil, err
	}
	related, err := f.related(subject{rec.Body, found})
	if err != nil {
		return nil, err
	}
	return f.documentOf(rec, body, related, found), nil
}

func (f *frame) documentOf(rec evidence.Record, body ast.Value, related *ast.Term, found extracted) ast.Value {
	more := [][2]*ast.Term{
		ast.Item(ast.StringTerm("kind"), ast.StringTerm(rec.Kind)),
		ast.Item(ast.StringTerm("time"), ast.StringTerm(itemTime(rec))),
	}
	if len(f.finders) > 0 {
		more = append(more, ast.Item(ast.StringTerm("extracted"), found.term()))
	}
	return f.document("record", body, related, more...)
}

func itemTime(rec evidence.Record) string { return rec.Time.UTC().Format(time.RFC3339Nano) }

// member says whether the record is of the population, and its item's time.
func (f *frame) member(rec evidence.Record) (time.Time, bool, error) {
	p := f.control.Population.part(rec.Kind)
	if p == nil || !p.Where.Match(rec.Body) {
		return time.Time{}, false, nil
	}
	if p.LatestOf != "" {
		return f.latestMember(rec, p.Time)
	}
	t, err := timeAt(rec, p.Time)
	if err != nil {
		return time.Time{}, false, err
	}
	if p.End == "" {
		return t, f.in.Period.Contains(t), nil
	}
	end, err := timeAt(rec, p.End)
	if err != nil {
		return time.Time{}, false, err
	}
	return t, f.in.Period.Overlaps(evidence.Period{Start: t, End: end}), nil
}

// latestMember is member for a record of a kind that is of the latest. With a path,
// what has no time there is an item of no period: who has not left.
func (f *frame) latestMember(rec evidence.Record, path string) (time.Time, bool, error) {
	if !f.newest[rec.Kind][rec.ID] {
		return time.Time{}, false, nil
	}
	if v := gjson.GetBytes(rec.Body, path); path != "" && (!v.Exists() || v.Type == gjson.Null) {
		return time.Time{}, false, nil
	}
	t, err := timeAt(rec, path)
	return t, err == nil && (path == "" || f.in.Period.Contains(t)), err
}

// timeAt reads the time at a path of the body; an empty path is the record's own.
func timeAt(rec evidence.Record, path string) (time.Time, error) {
	if path == "" {
		return rec.Time, nil
	}
	v := gjson.GetBytes(rec.Body, path)
	t, err := time.Parse(time.RFC3339Nano, v.Str)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: want a time in RFC 3339, have %.60s", path, orNothing(v.Raw))
	}
	return t, nil
}

func orNothing(raw string) string {
	if raw == "" {
		return "nothing"
	}
	return raw
}

// wrap names the control and the record that an error is about.
func (f *frame) wrap(rec evidence.Record, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("control %s: %s %s: %w", f.control.ID, rec.Kind, rec.ID, err)
}
