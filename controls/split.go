package controls

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// splitter splits what a policy asks of its input into questions: rules that have
// few values, and the rest, which reads those values.
type splitter struct {
	compiler *ast.Compiler
	pkg      string
	parts    []splitPart
	at       map[string]int // where in parts a rule is, by its name; -1 for one that is not split off
	live     func(*ast.Rule) (ast.Body, bool)
}

// splitPart is one rule, or the results, with what they read themselves.
type splitPart struct {
	ref   ast.Ref
	input *place
	uses  []int
}

func newSplitter(compiler *ast.Compiler, pkg string, live func(*ast.Rule) (ast.Body, bool)) *splitter {
	return &splitter{compiler: compiler, pkg: pkg, at: map[string]int{}, live: live}
}

func (s *splitter) reader() *reader {
	r := newReader(s.compiler)
	r.apart, r.live = s.split, s.live
	return r
}

// all splits the results, which become the last of the parts; false when something
// is not understood, or anything but known members of the input is read.
func (s *splitter) all() bool {
	r := s.reader()
	for _, name := range results {
		if rules := s.compiler.GetRulesExact(ast.MustParseRef("data." + s.pkg + "." + name)); len(rules) > 0 {
			r.need(r.rules(rules, nil), entire)
		}
	}
	return s.add(ast.MustParseRef("data."+s.pkg), r)
}

func (s *splitter) add(ref ast.Ref, r *reader) bool {
	input := r.input.settled()
	if r.lost || !onlyMembers(input) {
		return false
	}
	s.parts = append(s.parts, splitPart{ref, input, r.uses})
	return true
}

// split makes a part of the rules of a name, if they have few values and what they
// read may have many. Its answer is where the part is.
func (s *splitter) split(rules []*ast.Rule) (int, bool) {
	ref := rules[0].Ref()
	name := ref.String()
	if n, known := s.at[name]; known {
		return n, n >= 0
	}
	s.at[name] = -1
	if !s.few(rules) || slices.Contains(results, string(ref[len(ref)-1].Value.(ast.String))) {
		return 0, false
	}
	r := s.reader()
	r.rules(rules, nil)
	if p := recordPlace(r.input.settled()); !anyEntire(p) || !s.add(ref, r) {
		return 0, false
	}
	s.at[name] = len(s.parts) - 1
	return s.at[name], true
}

// few reports whether the rules of a name, which is of the policy and no function,
// give nothing but constants.
func (s *splitter) few(rules []*ast.Rule) bool {
	for _, rule := range rules {
		if rule.Module == nil || rule.Module.Package.Path.String() != "data."+s.pkg {
			return false
		}
		for ; rule != nil; rule = rule.Else {
			h := rule.Head
			if h.RuleKind() != ast.SingleValue || h.Key != nil || len(h.Args) > 0 || len(h.Ref()) != 1 || h.Value == nil || !isScalar(h.Value) {
				return false
			}
		}
	}
	return true
}

// anyEntire reports whether some place is read so that all its values count.
func anyEntire(p *place) bool {
	if p.use == entire || p.each != nil && anyEntire(p.each) {
		return true
	}
	for _, part := range p.keys {
		if anyEntire(part) {
			return true
		}
	}
	return false
}
