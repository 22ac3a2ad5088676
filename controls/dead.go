package controls

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// livePart returns what tells how much of a rule's body is evaluated, as far as the
// control's parameters say: all of it, or where it begins with what depends on
// parameters alone and does not hold, no more than that. Such are the rules of
// exemptions that an organisation does not make: what they would read of a record is
// never read. Bodies are evaluated in their order, where no index of rules is used.
func livePart(ctx context.Context, compiler *ast.Compiler, params *ast.Term) func(*ast.Rule) (body ast.Body, dead bool) {
	input := ast.NewObject(ast.Item(ast.StringTerm("params"), params))
	known := map[*ast.Rule]bool{}
	return func(rule *ast.Rule) (ast.Body, bool) {
		n := 0
		for n < len(rule.Body) && ofParams(rule.Body[n], rule) {
			n++
		}
		if n == 0 {
			return rule.Body, false
		}
		dead, ok := known[rule]
		if !ok {
			rs, err := rego.New(
				rego.ParsedQuery(rule.Body[:n].Copy()),
				rego.ParsedInput(input),
				rego.Compiler(compiler),
				rego.Capabilities(hermetic()),
				rego.StrictBuiltinErrors(true),
			).Eval(ctx)
			dead = err == nil && len(rs) == 0
			known[rule] = dead
		}
		if !dead {
			return rule.Body, false
		}
		return rule.Body[:n], true
	}
}

// ofParams reports whether an expression depends on nothing but parameters and what
// expressions before it, which do neither, have bound.
func ofParams(e *ast.Expr, rule *ast.Rule) bool {
	terms, ok := e.Terms.([]*ast.Term)
	if !ok || len(e.With) > 0 {
		return false
	}
	if ref, ok := terms[0].Value.(ast.Ref); !ok || ref.HasPrefix(ast.DefaultRootRef) {
		return false
	}
	is := true
	for _, t := range terms[1:] {
		ast.NewGenericVisitor(func(x any) bool {
			switch x := x.(type) {
			case ast.Ref:
				is = is && paramsOnly(x)
				for _, operand := range x[1:] {
					if v, ok := operand.Value.(ast.Var); ok {
						is = is && !isArgument(v, rule)
					}
				}
				return true
			case ast.Var:
				is = is && !isArgument(x, rule) && !ast.RootDocumentNames.Contains(ast.NewTerm(x))
			case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, ast.Call:
				is = false
			}
			return !is
		}).Walk(t)
	}
	return is
}

func isArgument(v ast.Var, rule *ast.Rule) bool {
	for _, arg := range rule.Head.Args {
		if arg.Vars().Contains(v) {
			return true
		}
	}
	return false
}

// paramsOnly reports whether a reference is to a parameter.
func paramsOnly(ref ast.Ref) bool {
	if len(ref) < 3 || !ref[0].Equal(ast.InputRootDocument) || !ref[1].Equal(ast.StringTerm("params")) {
		return false
	}
	for _, operand := range ref[2:] {
		switch operand.Value.(type) {
		case ast.Var, ast.String, ast.Number:
		default:
			return false
		}
	}
	return true
}
