package controls

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// expressions goes through those of a body.
func (s *scope) expressions(body ast.Body) {
	for _, e := range body {
		if s.steps++; s.steps > maxReads {
			s.lose()
		}
		if s.lost {
			return
		}
		switch terms := e.Terms.(type) {
		case *ast.Term:
			s.need(s.term(terms), matched) // false does not hold
		case *ast.Not:
			s.expressions(terms.Body)
		case *ast.Every:
			s.every(terms)
		case []*ast.Term:
			s.call(terms)
		}
	}
}

func (s *scope) every(e *ast.Every) {
	domain := s.term(e.Domain)
	s.need(domain, matched)
	if v, ok := e.Value.Value.(ast.Var); ok {
		s.bind(v, s.each(domain))
	} else {
		s.need(domain, entire)
	}
	s.expressions(e.Body)
}

// term returns the places whose values a term may have.
func (s *scope) term(t *ast.Term) parts {
	switch v := t.Value.(type) {
	case ast.String, ast.Number, ast.Boolean, ast.Null:
		return parts{}
	case ast.Var:
		if v.Equal(ast.InputRootDocument.Value) {
			return parts{at: []*place{s.input}}
		}
		if v.Equal(ast.DefaultRootDocument.Value) {
			return s.lose()
		}
		return s.vars[v]
	case ast.Ref:
		return s.ref(v)
	case *ast.Array:
		var all parts
		v.Foreach(func(e *ast.Term) { all = all.with(held(s.term(e))) })
		return all
	case ast.Object:
		var all parts
		v.Foreach(func(k, e *ast.Term) {
			s.need(s.term(k), entire)
			all = all.with(held(s.term(e)))
		})
		return all
	case ast.Set:
		v.Foreach(func(e *ast.Term) { s.need(s.term(e), entire) })
		return parts{}
	case *ast.ArrayComprehension:
		s.expressions(v.Body)
		return held(s.term(v.Term))
	case *ast.SetComprehension:
		s.expressions(v.Body)
		s.need(s.term(v.Term), entire)
		return parts{}
	case *ast.ObjectComprehension:
		s.expressions(v.Body)
		s.need(s.term(v.Key), entire)
		s.need(s.term(v.Value), entire)
		return parts{}
	}
	return s.lose()
}

// ref follows a reference from its head.
func (s *scope) ref(ref ast.Ref) parts {
	if ref.HasPrefix(ast.DefaultRootRef) {
		return s.data(ref)
	}
	return s.follow(s.term(ref[0]), ref[1:])
}

// data follows a reference into the policy or the library.
func (s *scope) data(ref ast.Ref) parts {
	node := s.compiler.RuleTree
	for i, t := range ref {
		if i > 0 {
			if _, ok := t.Value.(ast.String); !ok {
				return s.lose()
			}
		}
		if node = node.Child(t.Value); node == nil {
			return parts{} // no data: undefined, whatever the input is
		}
		if len(node.Values) > 0 {
			if len(node.Children) > 0 || len(node.Values[0].Head.Args) > 0 {
				return s.lose()
			}
			return s.follow(s.rules(node.Values, nil), ref[i+1:])
		}
	}
	return s.lose() // a whole package
}

// follow follows operands from a value.
func (s *scope) follow(at parts, operands ast.Ref) parts {
	for _, op := range operands {
		switch v := op.Value.(type) {
		case ast.String:
			at = s.member(at, string(v))
		case ast.Var, ast.Number, ast.Boolean, ast.Null:
			at = s.each(at)
		default:
			// A set's element, or a key that was computed.
			s.need(at, entire)
			s.need(s.term(op), entire)
			at = s.each(at)
		}
	}
	return at
}

// against says that a value is compared with a term's. Of a list or an object
// nothing in it counts when the term is a scalar.
func (s *scope) against(p parts, t *ast.Term) {
	if !isScalar(t) {
		s.need(p, entire)
		return
	}
	for _, at := range p.at {
		at.match(t.Value)
	}
}

// equal goes through a = b, which binds variables on either side.
func (s *scope) equal(a, b *ast.Term) {
	va, vb := s.term(a), s.term(b)
	x, xIsVar := a.Value.(ast.Var)
	y, yIsVar := b.Value.(ast.Var)
	if xIsVar && !isScalar(b) {
		s.bind(x, vb)
	}
	if yIsVar && !isScalar(a) {
		s.bind(y, va)
	}
	if isScalar(a) || isScalar(b) || !xIsVar && !yIsVar {
		s.against(va, b)
		s.against(vb, a)
	}
}

// call goes through an operator or a function with its operands.
func (s *scope) call(terms []*ast.Term) {
	name, operands := terms[0].String(), terms[1:]
	if name == ast.Equality.Name && len(operands) == 2 {
		s.equal(operands[0], operands[1])
		return
	}
	n := s.arity(terms[0])
	if n < 0 || len(operands) < n || len(operands) > n+1 {
		s.lose()
		return
	}
	var out *ast.Term
	if len(operands) > n {
		out = operands[n]
	}
	s.give(out, s.result(name, terms[0], operands[:n]))
}

// give binds what an operator or a function gives.
func (s *scope) give(out *ast.Term, gives parts) {
	if out == nil {
		s.need(gives, matched) // false does not hold
		return
	}
	if v, ok := out.Value.(ast.Var); ok {
		s.bind(v, gives)
		return
	}
	s.against(gives, out)
	s.need(s.term(out), entire)
}

// result goes through the operands and returns what may be part of the result.
func (s *scope) result(name string, operator *ast.Term, operands []*ast.Term) parts {
	args := make([]parts, len(operands))
	for i, t := range operands {
		args[i] = s.term(t)
	}
	if ref := operator.Value.(ast.Ref); ref.HasPrefix(ast.DefaultRootRef) {
		rules := s.compiler.GetRulesExact(ref)
		if len(rules) == 0 {
			return s.lose()
		}
		return s.rules(rules, args)
	}
	switch name {
	case "object.get":
		return s.objectGet(args, operands)
	case "is_string", "is_number", "is_boolean", "is_null", "is_array", "is_object", "is_set", "type_name":
		s.need(args[0], matched)
		return parts{}
	case "count":
		s.need(args[0], compared)
		s.each(args[0])
		return parts{}
	case "equal", "neq":
		s.against(args[0], operands[1])
		s.against(args[1], operands[0])
		return parts{}
	case "lt", "lte", "gt", "gte":
		s.order(args[0], operands[1])
		s.order(args[1], operands[0])
		return parts{}
	case "internal.member_2":
		s.isIn(args, operands)
		return parts{}
	}
	for _, a := range args {
		s.need(a, entire)
	}
	return parts{}
}

// isIn goes through x in list.
func (s *scope) isIn(args []parts, operands []*ast.Term) {
	switch {
	case isScalar(operands[0]):
		s.need(args[1], matched)
		s.against(s.each(args[1]), operands[0])
	case onlyScalars(operands[1]):
		eachElement(operands[1], func(t *ast.Term) { s.against(args[0], t) })
	default:
		s.need(args[0], entire)
		s.need(args[1], entire)
	}
}

func onlyScalars(t *ast.Term) bool {
	only := true
	return eachElement(t, func(e *ast.Term) { only = only && isScalar(e) }) && only
}

// eachElement goes through a set or a list that is written out; false when t is none.
func eachElement(t *ast.Term, f func(*ast.Term)) bool {
	switch v := t.Value.(type) {
	case ast.Set:
		v.Foreach(f)
	case *ast.Array:
		v.Foreach(f)
	default:
		return false
	}
	return true
}

// order says that a value is before or behind a term's. Lists and objects are before
// or behind all scalars, whatever is in them.
func (s *scope) order(p parts, t *ast.Term) {
	if isScalar(t) {
		s.need(p, compared)
		return
	}
	s.need(p, entire)
}

// objectGet goes through object.get(object, key or path, default).
func (s *scope) objectGet(args []parts, operands []*ast.Term) parts {
	s.need(args[0], matched) // it must be an object
	at := args[0]
	switch key := operands[1].Value.(type) {
	case ast.String:
		return s.member(at, string(key)).with(args[2])
	case *ast.Array:
		if onlyStrings(key) {
			key.Foreach(func(t *ast.Term) { at = s.member(at, string(t.Value.(ast.String))) })
			return at.with(args[2])
		}
	}
	s.need(args[0], entire)
	s.need(args[1], entire)
	return at.with(args[2])
}

func onlyStrings(list *ast.Array) bool {
	only := true
	list.Foreach(func(t *ast.Term) {
		_, ok := t.Value.(ast.String)
		only = only && ok
	})
	return only
}
