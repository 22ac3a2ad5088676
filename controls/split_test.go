package controls

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// TestSplit: which questions a policy is split into, and what each of them reads.
// The parameters are names ["x", "y"], limit 1 and patterns ["x*"].
func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules string
		want  []string // "rule: what it reads", in their order, the whole last
	}{
		{"a rule of many values read and few given", `
exception contains {"code": "bad", "detail": {"d": input.record.d}} if { input.record.b == 1; not exempt }
exempt if { some p in input.params.patterns; glob.match(p, [], input.record.a) }`,
			[]string{"exempt: a=", "(all): b, exempt"}},
		{"one within another", `
exception contains {"code": "bad"} if { input.record.b == 1; not exempt }
exempt if named
exempt if { startswith(input.record.c, "x"); not named }
named if { some p in input.params.patterns; glob.match(p, [], input.record.a) }`,
			[]string{"named: a=", "exempt: c=, named", "(all): b, exempt"}},
		{"values that are as many as are read", `
exception contains {"code": "bad"} if name == "x"
name := lower(input.record.a)`,
			[]string{"(all): a="}},
		{"what is only matched is not worth a question", `
exception contains {"code": "bad"} if { input.record.b == 1; not exempt }
exempt if input.record.a == "x"`,
			[]string{"(all): a b"}},
		{"a function is part of who calls it", `
exception contains {"code": "bad"} if { input.record.b == 1; not exempt(input.record.a) }
exempt(x) if { some p in input.params.patterns; glob.match(p, [], x) }`,
			[]string{"(all): a= b"}},
		{"parameters under which a rule never holds", `
exception contains {"code": "bad"} if { input.record.b == 1; not exempt }
exempt if { count(input.params.names) > 2; lower(input.record.a) in input.params.names }
exempt if { input.params.limit == 2; startswith(input.record.c, "x") }
exempt if { some n in input.params.names; n == "z"; endswith(input.record.d, n) }`,
			[]string{"(all): b"}},
		{"parameters under which it may", `
exception contains {"code": "bad"} if { input.record.b == 1; not exempt }
exempt if { count(input.params.names) > 1; lower(input.record.a) in input.params.names }
exempt if { some n in input.params.names; n == "x"; endswith(input.record.d, n) }`,
			[]string{"exempt: a= d=", "(all): b, exempt"}},
		{"parameters behind what is read", `
exception contains {"code": "bad"} if { lower(input.record.b) == "x"; count(input.params.names) > 2; input.record.c }`,
			[]string{"(all): b= c"}},
		{"an argument is no parameter", `
exception contains {"code": "bad"} if f(input.record.a, 1)
f(x, i) if { input.params.names[i] == x; input.record.b }`,
			[]string{"(all): a= b"}},
		{"an error in a parameter", `
exception contains {"code": "bad"} if { to_number(input.params.names[0]) > 1; input.record.b }`,
			[]string{"(all): b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := prepareIn(t, openLayer(tt.rules))
			compiler, err := e.control.compileDeciding()
			if err != nil {
				t.Fatal(err)
			}
			s := newSplitter(compiler, e.control.Package(), livePart(t.Context(), compiler, e.params))
			if !s.all() {
				t.Fatal("not understood")
			}
			var got []string
			names := []string{}
			for _, p := range s.parts {
				name := strings.TrimPrefix(p.ref.String(), "data.evidence.tst_01.")
				if name == "data.evidence.tst_01" {
					name = "(all)"
				}
				names = append(names, name)
				text := name + ": " + strings.Join(paths(recordPlace(p.input), ""), " ")
				for _, n := range p.uses {
					text += ", " + names[n]
				}
				got = append(got, text)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			r := rand.New(rand.NewPCG(9, 9))
			var records []evidence.Record
			for i := range 400 {
				records = append(records, randomRecord(r, i))
			}
			sameBothWays(t, e, input(memory{}), records)
		})
	}
}

// TestDecidersErrors: an error that only a policy's head has, and one in a rule that
// an index would leave out, come out as they do plainly.
func TestDecidersErrors(t *testing.T) {
	for _, rules := range []string{
		`exception contains {"code": "bad", "detail": {"n": to_number(input.record.a)}} if input.record.b`,
		`exception contains {"code": "bad"} if { to_number(input.record.a) > 1; input.record.b == "x" }`,
		`exception contains {"code": "bad", "detail": {"n": n}} if { some n; n > 1; n = to_number(input.record.a) }`,
		`exception contains {"code": "bad", "detail": {"n": broken}} if { some n; n > 1; n = input.record.b }` + "\nbroken := to_number(input.record.a)",
		`exception contains {"code": "bad"} if { exempt; input.record.b }` + "\nexempt if to_number(input.record.a) > 1",
		`exception contains {"code": "bad"} if { input.record.b; exempt }` + "\nexempt if to_number(input.record.a) > 1",
		`exception contains {"code": "bad"} if exempt == 1` + "\nexempt := 1 if input.record.a\nexempt := 2 if input.record.b",
		`exception contains {"code": "bad"} if exempt == 1` + "\nexempt := 1 if lower(input.record.a) == \"x\"\nexempt := 2 if lower(input.record.b) == \"y\"",
		`exception contains {"code": "other"} if input.record.a == 1`,
		`exception contains input.record.b if input.record.a == 1`,
		"exception contains {\"code\": \"bad\"} if input.record.a == 1\nnot_applicable := input.record.b",
		"exception contains {\"code\": \"bad\"} if input.record.a == 1\npending contains {\"until\": input.record.b} if input.record.c == 1",
		"exception contains {\"code\": \"bad\"} if input.record.a == 1\npending contains {\"until\": \"2020-01-01T00:00:00Z\"} if input.record.c == 1",
	} {
		e := prepareIn(t, openLayer(rules))
		r := rand.New(rand.NewPCG(11, 11))
		var records []evidence.Record
		for i := range 600 {
			records = append(records, randomRecord(r, i))
		}
		sameBothWays(t, e, input(memory{}), records)
	}
}

// TestNoDeciderOutOfOrder: where the compiler may evaluate what is of a head before
// the body, there is no deciding form.
func TestNoDeciderOutOfOrder(t *testing.T) {
	for rules, want := range map[string]bool{
		`exception contains {"code": "bad", "detail": {"n": input.record.a}} if { n := input.record.b; n > 1 }`:        true,
		`exception contains {"code": "bad", "detail": {"n": input.record.a}} if { some n; n > 1; n = input.record.b }`: false,
		`exception contains {"code": "bad"} if { input.record.a == 1 with input.record as {"a": 2} }`:                  false,
		`exception contains {"code": "bad"} if { walk(input.record, [_, v]); v == "x" }`:                               false,
		`exception contains {"code": "bad"} if input.record`:                                                           true,
	} {
		e := prepareIn(t, openLayer(rules))
		if got := e.decider != nil; got != want {
			t.Errorf("%s: decider: %v, want %v", rules, got, want)
		}
	}
}

// TestMemoIsBounded: it forgets, and what it knows it knows right.
func TestMemoIsBounded(t *testing.T) {
	m := newMemo()
	const n = 200_000
	right := func(i int) outcome { return outcome{true, fmt.Sprint(i)} }
	for i := range n {
		m.put(fmt.Appendf(nil, "%0100d", i), right(i))
	}
	known, size := 0, 0
	for i := range n {
		if o, ok := m.get(fmt.Appendf(nil, "%0100d", i)); ok {
			known++
			if o != right(i) {
				t.Fatalf("%d: %v", i, o)
			}
		}
	}
	for i := range m.shards {
		for _, generation := range []map[string]outcome{m.shards[i].young, m.shards[i].old} {
			for key, o := range generation {
				size += len(key) + len(o.value)
			}
		}
	}
	if known == 0 || known == n || size > 2*memoShards*maxMemo {
		t.Errorf("%d of %d are known, in %d bytes", known, n, size)
	}
}

// TestTrialRests: a decider that does not help is left alone for a while.
func TestTrialRests(t *testing.T) {
	var w trial
	for _, asks := range []int{0, 2} { // the policy finds something, or nothing repeats
		w = trial{}
		tried := 0
		for i := range 10 * (trialItems + restItems) {
			if w.next() {
				tried++
				w.asked += asks
				if i%16 == 0 {
					w.settled++
				}
			}
		}
		if tried < 9*trialItems || tried > 11*(trialItems+1) {
			t.Errorf("tried %d times", tried)
		}
	}
	w = trial{}
	for i := range 10 * trialItems {
		if !w.next() {
			t.Fatalf("rests at item %d, although it helps", i)
		}
		w.settled++
		w.asked += 2
	}
}
