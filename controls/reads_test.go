package controls

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// openLayer is a control on records that may be anything.
func openLayer(rules string) fstest.MapFS {
	if strings.Contains(rules, "things.") {
		rules = "import data.evidence.lib.things\n" + rules
	}
	return fstest.MapFS{
		"tests/one/control.yaml": {Data: []byte(controlYAML(`population: {kind: test.item}
params: {names: ["x", "y"], limit: 1, patterns: ["x*"]}
observations:
  seen: {ja: 見た, en: seen}
not_applicable:
  other: {ja: 別, en: other}
  exempt: {ja: 除外, en: exempt}
`))},
		"tests/one/policy.rego":  {Data: []byte("package evidence.tst_01\n" + rules)},
		"schemas/test.item.json": {Data: []byte(`{"type": "object"}`)},
		"lib/things.rego": {Data: []byte(`package evidence.lib.things
used(_) := true
first(list) := list[0]
named(x, names) if x.a in names
part(x) := x.b
part_of(x) := part(x)
deeper(x) := deep if { y := x.b; deep := y.a }
several(x) := x.a if x.b
several(x) := x.b if x.c
chosen(x) := x.a if { x.b } else := x.c
`)},
	}
}

// readers are policies that read their input in every way that there is, with the
// paths of the record that they read; "*" is each member, "=" all of it, "<" which
// scalar it is, "?" whether it is there.
var readers = []struct {
	rules string
	want  string
}{
	{`exception contains {"code": "bad"} if input.record.a == 1`, "a"},
	{`exception contains {"code": "bad"} if not input.record.a`, "a"},
	{`exception contains {"code": "bad"} if input.record.a.b.c`, "a.b.c"},
	{`exception contains {"code": "bad"} if not input.record.a == input.record.b`, "a= b="},
	{`exception contains {"code": "bad", "detail": {"x": x}} if { some x in input.record.a; x == 1 }`, "a.*="},
	{`exception contains {"code": "bad", "detail": {"x": x}} if { some x in input.record.a; x.b == 1 }`, "a.*="},
	{`exception contains {"code": "bad"} if { some k, x in input.record.a; k == "b"; x.c != 1 }`, "a.*.c"},
	{`exception contains {"code": "bad"} if { some i; input.record.a[i].b == 1; input.record.c[i] == 2 }`, "a.*.b c.*"},
	{`exception contains {"code": "bad"} if { some k; input.record[k] == 1 }`, "*"},
	{`exception contains {"code": "bad", "detail": {"n": n}} if { some x in input.record.a; x.b == 1; n := 1 }`, "a.*.b"},
	{`exception contains {"code": "bad"} if { x := input.record.a; y := [x, input.record.b]; some z in y; z == x }`, "a= b="},
	{`exception contains {"code": "bad"} if { x = [y]; x = input.record.a; y.b == 1 }`, "a="},
	{`exception contains {"code": "bad"} if { x = [y]; z := input.record.a; x = z; y.b == 1 }`, "a="},
	{`exception contains {"code": "bad"} if { k := input.record.a; input.record.b[k] == 1 }`, "a= b.*"},
	{`exception contains {"code": "bad"} if { x := input.record.a; y := x; y.b == 1; x.c == 2 }`, "a.b a.c"},
	{`exception contains {"code": "bad"} if { x := input.record.a; x == input.record.b }`, "a= b="},
	{`exception contains {"code": "bad"} if { x = input.record.a; x = input.record.b }`, "a= b="},
	{`exception contains {"code": "bad"} if { [x, y] = input.record.a; x == y }`, "a="},
	{`exception contains {"code": "bad"} if { {"a": x, "b": y} = input.record.a; x == y }`, "a="},
	{`exception contains {"code": "bad"} if { [x, input.record.b] = [input.record.a, 1]; x.c }`, "a= b="},
	{`exception contains {"code": "bad"} if every x in input.record.a { x.b == 1 }`, "a.*.b"},
	{`exception contains {"code": "bad"} if every k, x in input.record.a { k != "c"; x.b.c }`, "a.*.b.c"},
	{`exception contains {"code": "bad"} if count(input.record.a) == 2`, "a.*?"},
	{`exception contains {"code": "bad"} if count([x | some x in input.record.a; x.b]) == 2`, "a.*.b"},
	{`exception contains {"code": "bad"} if count({x | some x in input.record.a; x.b}) == 2`, "a.*="},
	{`exception contains {"code": "bad"} if { l := [x | some x in input.record.a; x.b]; some y in l; y.c == 1 }`, "a.*.b a.*.c"},
	{`exception contains {"code": "bad"} if { l := [{"in": x} | some x in input.record.a]; some y in l; y["in"].c == 1 }`, "a.*.c a.*.in.c"},
	{`exception contains {"code": "bad"} if { o := {k: x | some k, x in input.record.a}; o.b.c == 1 }`, "a.*="},
	{`exception contains {"code": "bad"} if { l := [x | some x in input.record.a]; l[0] == l[1] }`, "a.*="},
	{`exception contains {"code": "bad"} if sum([x.b | some x in input.record.a]) > 1`, "a.*.b="},
	{`exception contains {"code": "bad"} if { o := {"x": input.record.a, "y": input.record.b}; o.x.c == 1 }`, "a.c b.c"},
	{`exception contains {"code": "bad"} if { o := {"x": input.record.a}; o == {"x": {"b": 1}} }`, "a="},
	{`exception contains {"code": "bad"} if object.get(input.record, "a", 1) == 1`, "a"},
	{`exception contains {"code": "bad"} if object.get(input.record, ["a", "b"], {}).c == 1`, "a.b.c"},
	{`exception contains {"code": "bad"} if object.get(input.record, input.record.b, 1) == 1`, "="},
	{`exception contains {"code": "bad"} if object.get(input.record.a, "b", input.record.c).a == 1`, "a.b.a c.a"},
	{`exception contains {"code": "bad"} if object.get(input, ["record", "a"], 1) == 1`, "a"},
	{`exception contains {"code": "bad"} if { walk(input.record.a, [p, v]); v == 1; count(p) > 1 }`, "a="},
	{`exception contains {"code": "bad"} if { some x in input.record.a; x in {"x", "y", 1} }`, "a.*"},
	{`exception contains {"code": "bad"} if input.record.a in input.record.b`, "a= b="},
	{`exception contains {"code": "bad"} if "x" in input.record.b`, "b.*"},
	{`exception contains {"code": "bad"} if { {"b": 1} in input.record.b }`, "b="},
	{`exception contains {"code": "bad"} if is_object(input.record.a)`, "a"},
	{`exception contains {"code": "bad"} if type_name(input.record.a) == "array"`, "a"},
	{`exception contains {"code": "bad"} if input.record.a > 1`, "a<"},
	{`exception contains {"code": "bad"} if { input.record.a != "x"; input.record.a != 1; input.record.b in {"y", "z", null} }`, "a b"},
	{`exception contains {"code": "bad"} if { x := input.record.a; x != "x"; x < "y" }`, "a<"},
	{`exception contains {"code": "bad"} if { some x in input.record.a; x != "x"; y := input.record.a[_]; y != "y"; not y == 2 }`, "a.*"},
	{`exception contains {"code": "bad"} if { {"x": 1, "?": 2}[input.record.a] == 2 }`, "a="},
	{`exception contains {"code": "bad"} if input.record.a > input.record.b`, "a= b="},
	{`exception contains {"code": "bad"} if sort(input.record.a)[0] == 1`, "a="},
	{`exception contains {"code": "bad"} if { x := input.record.a; y := {"x": 1}[x]; y == 1 }`, "a="},
	{`exception contains {"code": "bad"} if { x := input.record.a; {"x", "y"}[x] }`, "a="},
	{`exception contains {"code": "bad"} if { x := json.marshal(input.record.a); x == input.record.b }`, "a= b="},
	{`exception contains {"code": "bad"} if things.used(input.record.a)`, "a?"},
	{`exception contains {"code": "bad"} if things.first(input.record.a).b == 1`, "a.*.b"},
	{`exception contains {"code": "bad"} if things.named(input.record.a, input.params.names)`, "a.a="},
	{`exception contains {"code": "bad"} if things.part_of(input.record).c == 1`, "b.c"},
	{`exception contains {"code": "bad"} if things.part(things.part(input.record.a)) == 1`, "a.b.b"},
	{`exception contains {"code": "bad"} if things.deeper(input.record.a) == 1`, "a.b.a"},
	{`exception contains {"code": "bad"} if things.several(input.record.a).a == 1`, "a.a= a.b= a.c"},
	{`exception contains {"code": "bad"} if things.chosen(input.record.a).a == 1`, "a.a= a.b a.c="},
	{"exception contains {\"code\": \"bad\"} if thing.c == 1\nthing := input.record.a", "a.c"},
	{"exception contains {\"code\": \"bad\"} if thing.c == 1\nthing := x if some x in input.record.a", "a.*="},
	{"exception contains {\"code\": \"bad\"} if thing.c == 1\ndefault thing := {}\nthing := input.record.a if input.record.b", "a.c b"},
	{"exception contains {\"code\": \"bad\"} if thing.c == 1\nthing := input.record.a if input.record.b\nthing := input.record.b if input.record.a", "a= b="},
	{"exception contains {\"code\": \"bad\"} if { some x in things_of; x.c == 1 }\nthings_of contains x if { some x in input.record.a; x.b }", "a.*="},
	{"exception contains {\"code\": \"bad\"} if { some x in list; x.c == 1 }\nlist := [x | some x in input.record.a; x.b]", "a.*.b a.*.c"},
	{"exception contains {\"code\": \"bad\"} if { by_name.x.c == 1 }\nby_name[k] := x if some k, x in input.record.a", "a.*="},
	{"exception contains {\"code\": \"bad\"} if deep.er.c == 1\ndeep.er := input.record.a", "a="},
	{"exception contains {\"code\": \"bad\"} if f(input.record.a, 1)\nf(x, 1) if x.b\nf(x, 2) if x.c", "a.b a.c"},
	{"exception contains {\"code\": \"bad\"} if f(input.record.a)\nf([x, y]) if x == y\nf({\"b\": x}) if x", "a="},
	{"exception contains {\"code\": \"bad\"} if f(input.record.a, input.record.b)\nf(x, x) if true", "a= b="},
	{"exception contains {\"code\": \"bad\"} if f(1) == 1\nf(_) := input.record.a", "a"},
	{"exception contains {\"code\": \"bad\", \"detail\": {\"who\": who}} if { not exempt; input.record.b }\nexempt if { some p in input.params.patterns; glob.match(p, [], input.record.a) }\nwho := input.record.c", "a= b c="},
	{"exception contains {\"code\": \"bad\", \"detail\": {\"who\": input.record.c}} if { some x in [input.record.b]; x; not exempt }\ndefault exempt := false\nexempt if { some p in input.params.patterns; startswith(input.record.a, p) }", "a= b c="},
	{"exception contains {\"code\": \"bad\", \"detail\": {\"n\": to_number(input.record.c)}} if { input.record.a }\nnot_applicable if input.record.b", "a b c="},
	{"exception contains {\"code\": \"bad\"} if { input.record.a == 1; to_number(input.record.b) > 0 }\nexception contains {\"code\": \"worse\"} if { to_number(input.record.c) > 0; input.record.a == 2 }", "a b= c="},
	{"exception contains x if { x := {\"code\": \"bad\", \"detail\": {\"b\": input.record.b}}; input.record.a == 1 }", "a b="},
	{"exception contains {\"code\": \"bad\"} if level > 1\nlevel := 2 if lower(input.record.a) == \"x\"\nlevel := 1 if lower(input.record.a) == \"y\"\nlevel := 3 if lower(input.record.b) == \"y\"", "a= b="},
	{"exception contains {\"code\": \"bad\"} if level == null\nlevel := null if lower(input.record.a) == \"x\"", "a="},
	{"exception contains {\"code\": \"bad\"} if false\nnot_applicable := lower(input.record.a)", "a="},
	{"exception contains {\"code\": \"bad\"} if false\nnot_applicable := input.record.a", "a="},
	{"exception contains {\"code\": \"bad\"} if false\nobservation contains {\"code\": \"seen\", \"detail\": {\"b\": input.record.b}} if input.record.a == 1\npending contains {\"until\": input.record.c} if input.record.a == 2", "a b= c="},
	{"exception contains {\"code\": \"bad\"} if count(observation) > 1\nobservation contains {\"code\": \"seen\", \"detail\": {\"x\": x}} if some x in input.record.a", "a.*="},
	{"exception contains {\"code\": \"bad\"} if count(observation) == 0\nobservation contains {\"code\": \"seen\", \"detail\": {\"x\": input.record.b}} if input.record.a", "a b="},
	{"exception contains {\"code\": \"bad\"} if input.record.c == 2\nnot_applicable if count(not_applicable_because) > 0\nnot_applicable_because contains {\"code\": \"other\"} if input.record.a == 1\nnot_applicable_because contains {\"code\": \"exempt\"} if exempt\nexempt if startswith(input.record.b, \"x\")", "a b= c"},
	{"exception contains {\"code\": \"bad\"} if false\nnot_applicable if input.record.a\nnot_applicable_because contains {\"code\": \"unheard\"} if input.record.a == 1\nnot_applicable_because contains {\"code\": \"other\"} if input.record.b", "a b"},
	{"exception contains {\"code\": \"bad\"} if input.kind == \"test.item\"", ""},
	{"exception contains {\"code\": \"bad\"} if { endswith(input.time, \"Z\"); input.record.a }", "a"},
	{"exception contains {\"code\": \"bad\"} if { not input.record.a; not input.record.b.c == 1; not f(input.record.c) }\nf(x) if { some y in x; y.a == 1 }", "a b.c c.*.a"},
	{"exception contains {\"code\": \"bad\"} if { some x in input.record.a; not x.b; every y in x.c { y.a == x.d } }", "a.*.b a.*.c.*.a= a.*.d="},
}

// alphabet is what random records consist of: few names and values, so that what is
// read of two records is often the same while the rest is not.
var alphabet = []any{nil, true, false, 0, 1, 2, "x", "y", "xy", "1", "a", "b", "2026-12-01T00:00:00Z"}

func randomJSON(r *rand.Rand, depth int) string {
	switch n := r.IntN(10); {
	case depth > 0 && n < 3:
		var members []string
		for _, k := range []string{"a", "b", "c", "d", "x", "in"} {
			if r.IntN(5) < 3 {
				members = append(members, fmt.Sprintf("%q:%s", k, randomJSON(r, depth-1)))
			}
		}
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return "{" + strings.Join(members, ",") + "}"
	case depth > 0 && n < 5:
		var elements []string
		for range r.IntN(4) {
			elements = append(elements, randomJSON(r, depth-1))
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
	switch v := alphabet[r.IntN(len(alphabet))].(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", v)
	default:
		return fmt.Sprint(v)
	}
}

func randomRecord(r *rand.Rand, n int) evidence.Record {
	var members []string
	for _, k := range []string{"a", "b", "c", "d"} {
		if r.IntN(5) < 4 {
			members = append(members, fmt.Sprintf("%q:%s", k, randomJSON(r, 3)))
		}
	}
	return evidence.Record{Kind: "test.item", ID: fmt.Sprint(n), Time: noon, Body: []byte("{" + strings.Join(members, ",") + "}")}
}

// TestReads judges random records both ways by policies that read them in every way,
// and compares what is found to be read.
func TestReads(t *testing.T) {
	for _, c := range readers {
		t.Run("", func(t *testing.T) {
			e := prepareIn(t, openLayer(c.rules))
			compiler, _, err := e.control.compile()
			if err != nil {
				t.Fatal(err)
			}
			read, ok := reads(compiler, e.control.Package(), results)
			if !ok {
				t.Fatalf("not understood: %s", c.rules)
			}
			if d := cmp.Diff(c.want, strings.Join(paths(recordPlace(read), ""), " ")); d != "" {
				t.Errorf("%s\n%s", c.rules, d)
			}
			r := rand.New(rand.NewPCG(7, 7))
			var records []evidence.Record
			for i := range 250 {
				records = append(records, randomRecord(r, i))
			}
			sameBothWays(t, e, input(memory{}), records)
		})
	}
}

// paths writes what is read as the tests do.
func paths(p *place, at string) []string {
	var list []string
	switch {
	case p.use == entire:
		return []string{at + "="}
	case p.keys == nil && p.each == nil && p.use == defined && at != "":
		return []string{at + "?"}
	case p.keys == nil && p.each == nil && p.use == compared:
		return []string{at + "<"}
	case p.keys == nil && p.each == nil && at != "":
		return []string{at}
	}
	for _, k := range slices.Sorted(maps.Keys(p.keys)) {
		list = append(list, paths(p.keys[k], strings.TrimPrefix(at+"."+k, "."))...)
	}
	if p.each != nil {
		list = append(list, paths(p.each, strings.TrimPrefix(at+".*", "."))...)
	}
	return list
}
