package controls

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// scope is one rule while it is gone through.
type scope struct {
	*reader
	rule *ast.Rule
	body ast.Body // what of the rule's is evaluated
	dead bool     // it never holds
	vars map[ast.Var]parts

	// bound counts where a variable may get its value from. One that may get it from
	// two places compares them.
	bound  map[ast.Var]int
	equals []equality // of variables with terms
	grown  bool
}

type equality struct {
	v    ast.Var
	term *ast.Term
}

func newScope(r *reader, rule *ast.Rule, args []parts) *scope {
	s := &scope{reader: r, rule: rule, body: rule.Body, vars: map[ast.Var]parts{}, bound: map[ast.Var]int{}}
	if r.live != nil {
		s.body, s.dead = r.live(rule)
	}
	for i, arg := range rule.Head.Args {
		if i >= len(args) {
			break
		}
		if v, ok := arg.Value.(ast.Var); ok {
			s.bind(v, args[i])
			s.bound[v]++
			continue
		}
		s.against(args[i], arg)
		s.countVars(arg)
	}
	if len(args) != len(rule.Head.Args) {
		s.lose()
	}
	s.count(s.body)
	s.countEquals()
	return s
}

// run goes through the rule until nothing more is found, and returns its value.
func (s *scope) run() parts {
	for {
		s.grown = false
		s.expressions(s.body)
		for v, n := range s.bound {
			if n > 1 {
				s.need(s.vars[v], entire)
			}
		}
		if s.lost || !s.grown && s.dead {
			return parts{}
		}
		if !s.grown {
			return s.value()
		}
	}
}

// value is what the head gives. Elements of sets and members' names are compared.
func (s *scope) value() parts {
	head := s.rule.Head
	for _, t := range head.Ref()[1:] {
		s.need(s.term(t), entire)
	}
	if head.Key != nil {
		s.need(s.term(head.Key), entire)
	}
	if head.Value == nil {
		return parts{}
	}
	return s.term(head.Value)
}

func (s *scope) bind(v ast.Var, p parts) {
	was := s.vars[v]
	now := was.with(p)
	if len(now.at) != len(was.at) || len(now.in) != len(was.in) {
		s.vars[v] = now
		s.grown = true
	}
}

// count finds where the variables of a body may be bound, in what is nested in it too.
func (s *scope) count(body ast.Body) {
	for _, e := range body {
		if len(e.With) > 0 {
			s.lose()
			return
		}
		switch terms := e.Terms.(type) {
		case *ast.Term:
			s.countNested(terms)
		case []*ast.Term:
			for _, t := range terms {
				s.countNested(t)
			}
			s.countCall(e, terms)
		case *ast.Not:
			s.count(terms.Body)
		case *ast.Every:
			for _, t := range []*ast.Term{terms.Key, terms.Value} {
				if t != nil {
					s.countVars(t)
				}
			}
			s.countNested(terms.Domain)
			s.count(terms.Body)
		default:
			s.lose()
		}
	}
}

func (s *scope) countCall(e *ast.Expr, terms []*ast.Term) {
	if e.IsEquality() {
		s.countEqual(terms[1], terms[2])
		return
	}
	// The last operand may be what the result is bound to or compared with.
	if n := s.arity(terms[0]); n >= 0 && len(terms)-1 > n {
		s.countVars(terms[len(terms)-1])
	}
}

func (s *scope) countEqual(a, b *ast.Term) {
	if _, ok := a.Value.(ast.Var); !ok {
		a, b = b, a
	}
	if v, ok := a.Value.(ast.Var); ok {
		if !isScalar(b) {
			s.equals = append(s.equals, equality{v, b})
		}
		return
	}
	s.countVars(a)
	s.countVars(b)
}

// countEquals counts v = term. A variable that is bound nowhere else is bound there:
// nothing is compared, and the term binds none.
func (s *scope) countEquals() {
	for _, e := range s.equals {
		other, isVar := e.term.Value.(ast.Var)
		switch {
		case s.bound[e.v] == 0 && (!isVar || other != e.v):
			s.bound[e.v]++
		case isVar && s.bound[other] == 0:
			s.bound[other]++
		default:
			s.bound[e.v]++
			s.countVars(e.term)
		}
	}
}

// countVars counts the variables that a term which may be bound consists of.
func (s *scope) countVars(t *ast.Term) {
	switch v := t.Value.(type) {
	case ast.Var:
		s.bound[v]++
	case *ast.Array:
		v.Foreach(s.countVars)
	case ast.Object:
		v.Foreach(func(_, e *ast.Term) { s.countVars(e) })
	}
}

// countNested counts the variables in references, which they may go through, and in
// the bodies of comprehensions.
func (s *scope) countNested(t *ast.Term) {
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case ast.Ref:
			for _, op := range x[1:] {
				if v, ok := op.Value.(ast.Var); ok {
					s.bound[v]++
				}
			}
		case *ast.ArrayComprehension:
			s.countNested(x.Term)
			s.count(x.Body)
			return true
		case *ast.SetComprehension:
			s.countNested(x.Term)
			s.count(x.Body)
			return true
		case *ast.ObjectComprehension:
			s.countNested(x.Key)
			s.countNested(x.Value)
			s.count(x.Body)
			return true
		}
		return false
	}).Walk(t)
}

func (s *scope) arity(operator *ast.Term) int {
	ref, ok := operator.Value.(ast.Ref)
	if !ok {
		return -1
	}
	return s.compiler.GetArity(ref)
}

func isScalar(t *ast.Term) bool {
	switch t.Value.(type) {
	case ast.String, ast.Number, ast.Boolean, ast.Null:
		return true
	}
	return false
}
