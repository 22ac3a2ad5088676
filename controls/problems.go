package controls

import (
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// textProblems compares the codes of the policy with the texts of control.yaml.
func (c *Control) textProblems(policy *ast.Module) []string {
	var problems []string
	constants := map[string]bool{}
	ast.WalkTerms(policy, func(t *ast.Term) bool {
		switch v := t.Value.(type) {
		case ast.String:
			constants[string(v)] = true
		case ast.Object:
			code, ok := codeOf(v)
			if _, known := c.text(code); ok && !known {
				problems = append(problems, fmt.Sprintf("%s: code %q has no text in reasons, observations or not_applicable", t.Location, code))
			}
		}
		return false
	})
	for _, code := range slices.Sorted(maps.Keys(c.Reasons)) {
		if !constants[code] {
			problems = append(problems, fmt.Sprintf("reason %s: the policy never gives it", code))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(c.Observations)) {
		if !constants[code] {
			problems = append(problems, fmt.Sprintf("observation %s: the policy never gives it", code))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(c.NotApplicable)) {
		if !constants[code] {
			problems = append(problems, fmt.Sprintf("not_applicable %s: the policy never gives it", code))
		}
	}
	if len(c.Columns) == 0 {
		problems = append(problems, "columns are needed: readers see nothing of an item")
	}
	return problems
}

// codeOf returns the constant "code" of an object.
func codeOf(o ast.Object) (string, bool) {
	t := o.Get(ast.InternedTerm("code"))
	if t == nil {
		return "", false
	}
	s, ok := t.Value.(ast.String)
	return string(s), ok
}

func (l *Library) mappingProblems(c *Control) []string {
	for _, f := range l.Frameworks {
		if len(f.Serving(c.ID)) > 0 {
			return nil
		}
	}
	return []string{"no framework has an item that it serves"}
}

// coverageProblems reads the traces of the tests: one must have made an
// exception, one must have asked for exceptions and found none, and every rule of
// exceptions, of what is undetermined, of observations and of why items are not
// applicable must have held in some test.
func (c *Control) coverageProblems(policy *ast.Module, results []*tester.Result) []string {
	held := map[int]bool{} // lines of such rules
	var withException, without bool
	for _, r := range results {
		asked, rules := c.exceptionsIn(r.Trace)
		if !r.Pass() {
			continue
		}
		withException = withException || len(rules) > 0
		without = without || (asked && len(rules) == 0)
		maps.Copy(held, rules)
		maps.Copy(held, linesHeld(r.Trace, isObservation))
		maps.Copy(held, linesHeld(r.Trace, isUndetermined))
		maps.Copy(held, linesHeld(r.Trace, isBecause))
	}
	var problems []string
	if !withException {
		problems = append(problems, "no passing test has an exception")
	}
	if !without {
		problems = append(problems, "no passing test asks for exceptions and finds none")
	}
	for _, rule := range policy.Rules {
		if (isException(rule) || isUndetermined(rule) || isObservation(rule) || isBecause(rule)) && !held[rule.Location.Row] {
			problems = append(problems, fmt.Sprintf("%s: no test makes this %s rule hold", rule.Location, rule.Head.Ref()))
		}
	}
	return problems
}

// exceptionsIn reports whether a test asked for exceptions, and the lines of the
// exception rules that held.
func (c *Control) exceptionsIn(trace []*topdown.Event) (asked bool, rules map[int]bool) {
	exception := ast.MustParseRef("data." + c.Package() + ".exception")
	for _, event := range trace {
		if event.Op == topdown.IndexOp && event.Ref != nil && event.Ref.HasPrefix(exception) {
			asked = true
		}
	}
	return asked, linesHeld(trace, isException)
}

// linesHeld are the lines of the rules of a sort that held.
func linesHeld(trace []*topdown.Event, is func(*ast.Rule) bool) map[int]bool {
	lines := map[int]bool{}
	for _, event := range trace {
		if rule, ok := event.Node.(*ast.Rule); ok && is(rule) && event.Op == topdown.ExitOp {
			lines[rule.Location.Row] = true
		}
	}
	return lines
}

func isException(rule *ast.Rule) bool    { return isSet(rule, "exception") }
func isUndetermined(rule *ast.Rule) bool { return isSet(rule, "undetermined") }
func isObservation(rule *ast.Rule) bool  { return isSet(rule, "observation") }
func isBecause(rule *ast.Rule) bool      { return isSet(rule, because) }

func isSet(rule *ast.Rule, name string) bool {
	return rule.Head.RuleKind() == ast.MultiValue && rule.Head.Ref().String() == name
}
