package controls

import (
	"context"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/evidencepack/evidence"
)

// Evaluator judges populations by one control. It may be used by several
// goroutines at a time.
type Evaluator struct {
	control *Control
	query   rego.PreparedEvalQuery
	params  *ast.Term
	finders []finder // of what Extract finds in items, in the order of the names
	workers int      // 0: as many as the process may run at a time

	decider *decider // nil: every item is judged by the policy itself
	record  *place   // what the policy reads of a record; nil: all of it
}

// Prepare compiles the control's policy, hermetically and type-checked against
// the schemas of the kinds that it reads. Errors name the control, the file and
// the line.
func Prepare(ctx context.Context, c *Control) (*Evaluator, error) {
	compiler, _, err := c.compile()
	if err != nil {
		return nil, err
	}
	params := ast.NewObject()
	for name, v := range c.paramsWith(func(string, int) bool { return true }) {
		value, err := paramValue(v)
		if err != nil {
			return nil, fmt.Errorf("control %s: parameter %s: %w", c.ID, name, err)
		}
		params.Insert(ast.StringTerm(name), ast.NewTerm(value))
	}
	finders, err := c.finders("")
	if err != nil {
		return nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	e := &Evaluator{control: c, params: ast.NewTerm(params), finders: finders}
	if e.query, err = c.prepare(ctx, compiler, c.query(compiler)); err != nil {
		return nil, fmt.Errorf("control %s: %w", c.ID, err)
	}
	if e.decider, err = c.newDecider(ctx, compiler, e.params); err != nil {
		return nil, fmt.Errorf("control %s: deciding form: %w", c.ID, err)
	}
	if read, ok := reads(compiler, c.Package(), results); ok && onlyMembers(read) && recordPlace(read).open() {
		e.record = recordPlace(read)
	}
	return e, nil
}

func (c *Control) prepare(ctx context.Context, compiler *ast.Compiler, query string) (rego.PreparedEvalQuery, error) {
	return rego.New(
		rego.Query(query),
		rego.Compiler(compiler),
		rego.Capabilities(hermetic()),
		rego.StrictBuiltinErrors(true),
	).PrepareForEval(ctx)
}

// results are the rules that a policy answers with.
var results = []string{"exception", "undetermined", "pending", "not_applicable", because, "observation"}

// because is the result that tells why items are not applicable.
const because = "not_applicable_because"

// query asks for the results that the policy has, each in a list, so that one
// that is undefined does not undo the others.
func (c *Control) query(compiler *ast.Compiler) string {
	q := ""
	for _, name := range results {
		rule := "data." + c.Package() + "." + name
		if len(compiler.GetRulesExact(ast.MustParseRef(rule))) > 0 {
			q += fmt.Sprintf("%s := [v | v := %s]\n", name, rule)
		}
	}
	return q
}

// judgement is the policy's answer to one input document.
type judgement struct {
	exceptions    []finding
	undetermined  []finding
	pending       []finding
	observations  []finding
	notApplicable []string // item IDs; one empty ID means the item at hand
	because       []finding
}

// ask evaluates the policy over one input document. A panic within it becomes
// an error: the document is hostile until proved otherwise.
func (e *Evaluator) ask(ctx context.Context, input ast.Value) (j judgement, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the policy engine failed: %v", p)
		}
	}()
	rs, err := e.query.Eval(ctx, rego.EvalParsedInput(input))
	if err != nil {
		return judgement{}, err
	}
	if len(rs) != 1 {
		return judgement{}, fmt.Errorf("the policy gave %d answers", len(rs))
	}
	return e.read(rs[0].Bindings)
}

// verdict weighs what the policy found for one item. Observations weigh nothing.
func (j judgement) verdict() evidence.Verdict {
	switch {
	case len(j.exceptions) > 0:
		return evidence.Exception
	case len(j.undetermined) > 0:
		return evidence.Undetermined
	case len(j.pending) > 0:
		return evidence.Pending
	case len(j.notApplicable) > 0:
		return evidence.NotApplicable
	}
	return evidence.Pass
}
