package controls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// reads finds which places of the input a policy reads, in the results that are
// given by name, and how. It answers false for policies that it does not
// understand well enough: those read everything.
//
// It errs on the side of more. A value that is taken from the input is followed
// through variables, arguments and the values of rules; whatever is done with it
// that is not known to look at less looks at all of it. Rules may hold in any order
// and variables be bound from any side, so each rule is gone through until nothing
// more is found.
func reads(compiler *ast.Compiler, pkg string, results []string) (*place, bool) {
	r := newReader(compiler)
	for _, name := range results {
		rules := compiler.GetRulesExact(ast.MustParseRef("data." + pkg + "." + name))
		if len(rules) > 0 {
			r.need(r.rules(rules, nil), entire)
		}
	}
	return r.input.settled(), !r.lost
}

// parts are the places whose values a term may have: at are its own, in those of
// what it holds, as a list that a comprehension made does.
type parts struct{ at, in []*place }

func (p parts) with(o parts) parts {
	return parts{joinPlaces(p.at, o.at), joinPlaces(p.in, o.in)}
}

// held is what holds p.
func held(p parts) parts { return parts{in: joinPlaces(p.at, p.in)} }

func joinPlaces(a, b []*place) []*place {
	for _, p := range b {
		if !slices.Contains(a, p) {
			a = append(slices.Clip(a), p)
		}
	}
	return a
}

// maxReads bounds the analysis of a policy, in expressions that are looked at.
const maxReads = 200_000

// reader goes through compiled rules.
type reader struct {
	compiler *ast.Compiler
	input    *place
	called   map[string]parts // what rules and functions give, by their arguments
	places   int
	steps    int
	lost     bool // something is not understood

	// apart says which rules are looked at by themselves, and as what: what they read
	// does not count here, and uses notes that their value is read.
	apart func([]*ast.Rule) (int, bool)

	// live says what of a rule's body is evaluated, and whether it never holds; nil: all
	// of it is.
	live func(*ast.Rule) (ast.Body, bool)

	uses []int
}

func newReader(compiler *ast.Compiler) *reader {
	return &reader{compiler: compiler, input: &place{}, called: map[string]parts{}}
}

// lose gives up.
func (r *reader) lose() parts {
	r.lost = true
	return parts{}
}

// need says that values are used that much. What a list holds is used only if all
// of it is.
func (r *reader) need(p parts, u use) {
	for _, at := range p.at {
		at.read(u)
	}
	if u == entire {
		for _, in := range p.in {
			in.read(entire)
		}
	}
}

func (r *reader) part(of *place) *place {
	r.places++
	return &place{depth: of.depth + 1, id: r.places}
}

// member steps to the members of that name.
func (r *reader) member(p parts, name string) parts {
	next := parts{p.in, p.in}
	for _, at := range p.at {
		if at.depth >= maxPlaceDepth {
			at.read(entire)
		}
		if !at.open() {
			next.at = joinPlaces(next.at, []*place{at})
			continue
		}
		if at.keys == nil {
			at.keys = map[string]*place{}
		}
		if at.keys[name] == nil {
			at.keys[name] = r.part(at)
		}
		next.at = joinPlaces(next.at, []*place{at.keys[name]})
	}
	return next
}

// each steps to every member and element.
func (r *reader) each(p parts) parts {
	next := parts{p.in, p.in}
	for _, at := range p.at {
		if at.depth >= maxPlaceDepth {
			at.read(entire)
		}
		if !at.open() {
			next.at = joinPlaces(next.at, []*place{at})
			continue
		}
		if at.each == nil {
			at.each = r.part(at)
		}
		next.at = joinPlaces(next.at, []*place{at.each})
	}
	return next
}

// rules goes through all rules of one name and returns what they give; args are
// those of a function.
func (r *reader) rules(rules []*ast.Rule, args []parts) parts {
	if r.apart != nil && args == nil && len(r.called) > 0 {
		if n, ok := r.apart(rules); ok {
			if !slices.Contains(r.uses, n) {
				r.uses = append(r.uses, n)
			}
			return parts{}
		}
	}
	key := callKey(rules[0], args)
	if known, ok := r.called[key]; ok {
		return known
	}
	r.called[key] = parts{} // rules do not recurse: nothing asks before it is known
	var gives parts
	single := givesOne(rules)
	for _, rule := range rules {
		for ; rule != nil; rule = rule.Else {
			s := newScope(r, rule, args)
			value := s.run()
			if !single {
				// Several values are compared: all that is found must be equal, or is an
				// element of a set.
				r.need(value, entire)
			}
			gives = gives.with(value)
		}
	}
	if !single {
		gives = parts{}
	}
	r.called[key] = gives
	return gives
}

func callKey(rule *ast.Rule, args []parts) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%p", rule)
	for _, a := range args {
		key.WriteByte('|')
		for _, list := range [][]*place{a.at, a.in} {
			ids := make([]int, len(list))
			for i, p := range list {
				ids[i] = p.id
			}
			slices.Sort(ids)
			fmt.Fprint(&key, ids)
		}
	}
	return key.String()
}

// givesOne reports whether the rules of a name give at most one value, found in at
// most one way. Otherwise values are compared with each other, in which more of
// them may be told apart than by what is done with them later.
func givesOne(rules []*ast.Rule) bool {
	n := 0
	for _, rule := range rules {
		if rule.Default && rule.Head.Value != nil && ast.IsConstant(rule.Head.Value.Value) {
			continue
		}
		n++
		if rule.Head.RuleKind() == ast.MultiValue || rule.Head.Key != nil || rule.Else != nil || !rule.Head.Ref().IsGround() || !once(rule.Body) {
			return false
		}
	}
	return n <= 1
}

// once reports whether a body holds in at most one way: it goes through nothing.
func once(body ast.Body) bool {
	is := true
	for _, e := range body {
		switch terms := e.Terms.(type) {
		case *ast.Every, *ast.Not:
			continue
		case []*ast.Term:
			b := ast.BuiltinMap[terms[0].String()]
			is = is && (b == nil || !b.Relation)
		}
		if e.Negated {
			continue
		}
		ast.NewGenericVisitor(func(x any) bool {
			switch x := x.(type) {
			case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
				return true // what it goes through is in its value
			case ast.Ref:
				for _, t := range x[1:] {
					is = is && isScalar(t)
				}
			}
			return false
		}).Walk(e)
	}
	return is
}
