package github

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Object is a node of the graph. A field is a value, another Object, a [List], an
// [Error], or a func(Args) any that gives one of these. An Object with a
// __typename takes only the fragments of its type.
type Object map[string]any

// Args are the arguments of a field: float64, string, bool, nil.
type Args map[string]any

// Error is a field that GitHub does not give, and why: "FORBIDDEN", "NOT_FOUND".
// The field is null, and the answer's errors name its path.
type Error struct{ Type, Message string }

// execution answers one query.
type execution struct {
	doc    *ast.QueryDocument
	vars   Args
	errors []map[string]any
	failed error // the query itself is wrong: GitHub then gives no data
}

// execute answers the first operation of a query.
func execute(query string, vars Args, root Object) (map[string]any, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, err
	}
	if len(doc.Operations) == 0 {
		return nil, fmt.Errorf("the query has no operation")
	}
	e := &execution{doc: doc, vars: vars}
	data := e.object(doc.Operations[0].SelectionSet, root, nil)
	if e.failed != nil {
		return nil, e.failed
	}
	answer := map[string]any{"data": data}
	if len(e.errors) > 0 {
		answer["errors"] = e.errors
	}
	return answer, nil
}

// object takes the selected fields of one object.
func (e *execution) object(set ast.SelectionSet, o Object, path []any) map[string]any {
	out := map[string]any{}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if e.included(sel.Directives) {
				out[sel.Alias] = merged(out[sel.Alias], e.field(sel, o, deeper(path, sel.Alias)))
			}
		case *ast.InlineFragment:
			if e.included(sel.Directives) && applies(sel.TypeCondition, o) {
				join(out, e.object(sel.SelectionSet, o, path))
			}
		case *ast.FragmentSpread:
			f := e.doc.Fragments.ForName(sel.Name)
			if f == nil {
				e.fail("the query has no fragment %s", sel.Name)
			} else if e.included(sel.Directives) && applies(f.TypeCondition, o) {
				join(out, e.object(f.SelectionSet, o, path))
			}
		}
	}
	return out
}

func (e *execution) fail(format string, args ...any) {
	if e.failed == nil {
		e.failed = fmt.Errorf(format, args...)
	}
}

// deeper is a path of its own: errors keep theirs.
func deeper(path []any, step any) []any {
	return append(append(make([]any, 0, len(path)+1), path...), step)
}

// join adds the fields of one selection to those of another of the same object.
func join(into, from map[string]any) {
	for k, v := range from {
		into[k] = merged(into[k], v)
	}
}

func merged(a, b any) any {
	x, isObject := a.(map[string]any)
	y, both := b.(map[string]any)
	if !isObject || !both {
		return b
	}
	out := maps.Clone(x)
	join(out, y)
	return out
}

func (e *execution) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "include" && d.Name != "skip" || len(d.Arguments) != 1 {
			e.fail("directive @%s is not known", d.Name)
			return false
		}
		if on, _ := e.value(d.Arguments[0].Value).(bool); on != (d.Name == "include") {
			return false
		}
	}
	return true
}

// abstract are the interfaces and unions that queries name: their fragments apply
// to whatever stands where they may.
var abstract = map[string]bool{
	"Actor": true, "Node": true, "GitObject": true, "PullRequestTimelineItems": true, "StatusCheckRollupContext": true,
	"RuleParameters": true, "RuleSource": true, "RepositoryOwner": true, "BypassActor": true,
}

func applies(condition string, o Object) bool {
	return condition == "" || abstract[condition] || o["__typename"] == nil || o["__typename"] == condition
}

// value is an argument's value.
func (e *execution) value(v *ast.Value) any {
	switch v.Kind {
	case ast.Variable:
		return e.vars[v.Raw]
	case ast.IntValue:
		n, _ := strconv.ParseFloat(v.Raw, 64)
		return n
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.NullValue:
		return nil
	case ast.ListValue, ast.ObjectValue:
		return v.String()
	}
	return v.Raw
}

func (e *execution) field(f *ast.Field, o Object, path []any) any {
	x, ok := o[f.Name]
	if !ok {
		e.fail("Field '%s' doesn't exist at %v", f.Name, path)
		return nil
	}
	args := Args{}
	for _, a := range f.Arguments {
		args[a.Name] = e.value(a.Value)
	}
	if resolve, ok := x.(func(Args) any); ok {
		x = resolve(args)
	}
	if l, ok := x.(List); ok {
		page, err := l.page(args)
		if err != nil {
			e.fail("%s at %v", err, path)
			return nil
		}
		x = page
	}
	return e.resolved(f, x, path)
}

// resolved turns a field's value into what is sent.
func (e *execution) resolved(f *ast.Field, x any, path []any) any {
	if late, ok := x.(func() Object); ok {
		x = late()
	}
	switch x := x.(type) {
	case Object:
		if x == nil {
			return nil
		}
		return e.object(f.SelectionSet, x, path)
	case Error:
		e.errors = append(e.errors, map[string]any{"type": x.Type, "message": x.Message, "path": path})
		return nil
	case []any:
		out := make([]any, 0, len(x))
		for i, element := range x {
			out = append(out, e.resolved(f, element, deeper(path, i)))
		}
		return out
	}
	return x
}
