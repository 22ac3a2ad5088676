package controls

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// decider tells, for most items, that a policy finds nothing in them, without asking
// the policy each time.
//
// It holds a second form of the policy: in each rule of exception, undetermined,
// pending and observation the element, which carries the details, is replaced by true. Bodies
// decide whether there is an element; the rest of the head can only fail to give
// one. So where this form finds nothing, the policy finds nothing. And since it
// reads no details it reads the same in many items, and is asked once for them all.
//
// An error that this form does not have, the policy does not have either: see
// sameUpToHeads.
//
// What it reads may still be of many values, such as users' names. Where the rule
// that reads them has few, such as whether a user is exempt, that rule is a question
// of its own, asked once for each user; the rest depends on its value alone.
type decider struct {
	record *place     // what all questions read of a record
	asked  []question // each after those that it uses, the whole form last
}

// question is a part of the deciding form, and what its outcome depends on.
type question struct {
	query  rego.PreparedEvalQuery
	record *place // what it reads of a record besides what the questions that it uses do
	kind   bool   // whether it reads input.kind
	time   bool   // whether it reads input.time
	joined bool   // whether it reads what was joined to the item or extracted from it
	uses   []int  // the questions whose outcomes it reads

	// members are those of the record that it reads, by what all questions together read
	// of each: what it reads of it itself, or nil where that is the same. There are none
	// where the record is read in another way.
	members map[*place]*place
}

// findMembers fills in members; record is what all questions read.
func (q *question) findMembers(record *place) {
	if q.record.use != record.use || q.record.each != nil || record.each != nil {
		return
	}
	q.members = map[*place]*place{}
	for name, part := range q.record.keys {
		all := record.keys[name]
		if part.same(all) {
			part = nil
		}
		q.members[all] = part
	}
}

// setResults are the results that are sets, of which a policy adds elements.
var setResults = []string{"exception", "undetermined", "pending", "observation"}

// newDecider returns nil for a policy that none can be made for: then every item is
// judged by the policy itself.
func (c *Control) newDecider(ctx context.Context, full *ast.Compiler, params *ast.Term) (*decider, error) {
	if c.Scope != Each {
		return nil, nil
	}
	compiler, err := c.compileDeciding()
	if err != nil {
		return nil, err
	}
	if !sameUpToHeads(full, compiler) {
		return nil, nil
	}
	split := newSplitter(compiler, c.Package(), livePart(ctx, compiler, params))
	if !split.all() {
		return nil, nil
	}
	d := &decider{record: &place{}}
	for _, part := range split.parts {
		q := question{record: recordPlace(part.input), kind: part.input.keys["kind"] != nil, time: part.input.keys["time"] != nil,
			joined: part.input.keys["related"] != nil || part.input.keys["extracted"] != nil, uses: part.uses}
		d.record.merge(q.record)
		if q.query, err = c.prepare(ctx, compiler, "v := [v | v := "+part.ref.String()+"]"); err != nil {
			return nil, err
		}
		d.asked = append(d.asked, q)
	}
	d.record = d.record.settled()
	for i := range d.asked {
		d.asked[i].findMembers(d.record)
	}
	last := &d.asked[len(d.asked)-1]
	last.query, err = c.prepare(ctx, compiler, c.query(compiler))
	// An item with a joined record that is not valid cannot be judged, whatever is
	// read of it: that is found out when the whole form is asked.
	last.joined = last.joined || len(c.Related) > 0
	if d.record.use == entire {
		return nil, err
	}
	return d, err
}

// inputMembers are the members of an input document that [frame.itemDocument] makes.
var inputMembers = []string{"record", "related", "period", "as_of", "params", "kind", "time", "extracted"}

// onlyMembers reports whether nothing is read of the input but members that are known.
func onlyMembers(input *place) bool {
	if input.use > compared || input.each != nil {
		return false
	}
	for name := range input.keys {
		if !slices.Contains(inputMembers, name) {
			return false
		}
	}
	return true
}

// recordPlace is what is read of the record, perhaps nothing.
func recordPlace(input *place) *place {
	if p := input.keys["record"]; p != nil {
		return p
	}
	return &place{}
}

// compileDeciding compiles the deciding form. It is not held to strictness, as the
// policy is: variables that served the details alone are unused in it.
func (c *Control) compileDeciding() (*ast.Compiler, error) {
	m, err := c.policyModule()
	if err != nil {
		return nil, err
	}
	for _, rule := range m.Rules {
		if slices.Contains(setResults, rule.Head.Ref().String()) {
			rule.Head.Key = ast.BooleanTerm(true)
		}
	}
	all, err := c.modules.with(map[string]*ast.Module{PolicyFile: m})
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(hermetic())
	if compiler.Compile(all); compiler.Failed() {
		return nil, compiler.Errors
	}
	return compiler, nil
}

// sameUpToHeads reports whether two compiled forms of a policy have the same rules,
// and in those that are sets the body of deciding begins that of full: what the
// compiler moves out of a head into a body stands behind it. Then the policy
// evaluates what the deciding form evaluates, in the same order, before anything of
// a head; and an error that only a head has, only an element has. The compiler
// keeps to that where bodies are in an order in which they can be evaluated, and
// may not elsewhere.
func sameUpToHeads(full, deciding *ast.Compiler) bool {
	if len(full.Modules) != len(deciding.Modules) {
		return false
	}
	for file, m := range deciding.Modules {
		f := full.Modules[file]
		if f == nil || len(f.Rules) != len(m.Rules) {
			return false
		}
		for i, rule := range m.Rules {
			isSet := file == PolicyFile && slices.Contains(setResults, rule.Head.Ref().String())
			if !sameRule(f.Rules[i], rule, isSet) {
				return false
			}
		}
	}
	return true
}

func sameRule(full, deciding *ast.Rule, isSet bool) bool {
	if isSet {
		return full.Head.Ref().Equal(deciding.Head.Ref()) && len(full.Body) >= len(deciding.Body) &&
			renamed(full.Body[:len(deciding.Body)]) == renamed(deciding.Body)
	}
	return renamed(full) == renamed(deciding)
}

// renamed writes a rule or a body with the compiler's variables numbered in the
// order in which they appear. Written within a set they are in the order of their
// names, and so get names that are ordered as the numbers are.
func renamed(x fmt.Stringer) string {
	var node any = x
	switch x := x.(type) {
	case *ast.Rule:
		node = x.Copy()
	case ast.Body:
		node = x.Copy()
	}
	padded, err := ast.TransformVars(node, func(v ast.Var) (ast.Value, error) {
		n, ok := localNumber(string(v))
		if !ok {
			return v, nil
		}
		return ast.Var(fmt.Sprintf("%s%012d__", ast.LocalVarPrefix, n)), nil
	})
	if err != nil {
		return ""
	}
	names := map[string]string{}
	parts := strings.Split(fmt.Sprint(padded), ast.LocalVarPrefix)
	for i, part := range parts[1:] {
		number, rest, _ := strings.Cut(part, "__")
		if names[number] == "" {
			names[number] = strconv.Itoa(len(names))
		}
		parts[i+1] = names[number] + "__" + rest
	}
	return strings.Join(parts, ast.LocalVarPrefix)
}

// localNumber reads the number of a variable that the compiler made: __local12__.
func localNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, ast.LocalVarPrefix)
	if !ok {
		return 0, false
	}
	digits, ok = strings.CutSuffix(digits, "__")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil
}

// outcome is what a question came to.
type outcome struct {
	decided bool   // false: ask the policy, for this may find something, or fail
	value   string // of a rule, as Rego writes it, empty when it is undefined; of the whole form see finds
}

// ask asks one question. Whatever goes wrong is left to the policy itself, which
// then goes wrong in its own words.
//
// It is asked without the index of rules, which leaves out rules that cannot hold
// before their bodies are evaluated: an error in one of those must not go unseen
// because the two forms' indexes differ.
func (d *decider) ask(ctx context.Context, n int, input ast.Value) (o outcome) {
	defer func() {
		if recover() != nil {
			o = outcome{}
		}
	}()
	rs, err := d.asked[n].query.Eval(ctx, rego.EvalParsedInput(input), rego.EvalRuleIndexing(false))
	if err != nil || len(rs) != 1 {
		return outcome{}
	}
	if n == len(d.asked)-1 {
		return finds(rs[0].Bindings)
	}
	list, ok := rs[0].Bindings["v"].([]any)
	if !ok || len(list) > 1 {
		return outcome{}
	}
	if len(list) == 0 {
		return outcome{decided: true}
	}
	text, err := json.Marshal(list[0])
	return outcome{err == nil, string(text)}
}

// finds reads the answer of the whole form, whose results stand each in a list of
// one, or of none when it is undefined. Its value is empty for an item that passes,
// and for one that is not applicable a space and the codes of why, with spaces.
func finds(answer map[string]any) outcome {
	o := outcome{decided: true}
	notApplicable := false
	var codes []string
	for name, value := range answer {
		lists, ok := value.([]any)
		if !ok {
			return outcome{}
		}
		for _, v := range lists {
			elements, isSet := v.([]any)
			switch yes, isBool := v.(bool); {
			case name == "not_applicable" && isBool:
				notApplicable = yes
			case name == because && isSet:
				if codes, ok = becauseCodes(elements); !ok {
					return outcome{}
				}
			case name == "not_applicable" || !isSet || len(elements) > 0:
				return outcome{}
			}
		}
	}
	if _, gives := answer[because]; gives && notApplicable != (len(codes) > 0) {
		return outcome{}
	}
	if notApplicable {
		o.value = " " + strings.Join(codes, " ")
	}
	return o
}

// becauseCodes are the codes in elements of why an item is not applicable; ok is
// false where one is not as it should be.
func becauseCodes(elements []any) (codes []string, ok bool) {
	for _, element := range elements {
		members, _ := element.(map[string]any)
		code, isText := members["code"].(string)
		if !isText || len(members) != 1 || !namePattern.MatchString(code) {
			return nil, false
		}
		codes = append(codes, code)
	}
	return codes, true
}
