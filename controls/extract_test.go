package controls

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// extractor is a control that looks for the patterns, a YAML list, in texts.
func extractor(t testing.TB, from, patterns string) *Evaluator {
	t.Helper()
	yaml := controlYAML("population: {kind: test.item}", "extract: {keys: {from: "+from+", patterns: p}}", "params: {p: "+patterns+"}")
	return prepare(t, yaml, `exception contains {"code": "worse", "detail": json.marshal(input.extracted.keys)} if true`)
}

func TestExtract(t *testing.T) {
	const (
		issues = `[{pattern: '(?:^|[\s(\[])#(\d+)', key: '/{repository.nameWithOwner}/issues/{1}'}]`
		jira   = `[{pattern: '[A-Z]+-\d+', key: '{0}'}, {pattern: 'GH-(\d+)|gh(\d+)', key: 'n{1}{2}'}]`
	)
	for _, tt := range []struct{ name, from, patterns, body, want string }{
		{"each once, in order", "[title]", issues, `{"repository": {"nameWithOwner": "a/b"}, "title": "#3 (#12) [#3] x#9 #4"}`, `["/a/b/issues/12","/a/b/issues/3","/a/b/issues/4"]`},
		{"several texts, missing ones, lists", "[title, body, commits.nodes.message]", jira,
			`{"title": "ABC-1", "body": null, "commits": {"nodes": [{"message": "ABC-2 gh7"}, {"message": "GH-8"}, {}]}}`, `["ABC-1","ABC-2","GH-8","n7","n8"]`},
		{"a field that the key needs is missing", "[title]", issues, `{"title": "#3"}`, `[]`},
		{"is null", "[title]", issues, `{"repository": {"nameWithOwner": null}, "title": "#3"}`, `[]`},
		{"is a list", "[title]", issues, `{"repository": {"nameWithOwner": ["a"]}, "title": "#3"}`, `[]`},
		{"a number as text", "[n]", `[{pattern: '\d+', key: '{0}'}]`, `{"n": 12}`, `["12"]`},
		{"no text", "[title]", jira, `{"title": {"a": "ABC-1"}}`, `[]`},
		{"what a record holds is not a template", "[title]", `[{pattern: '<(.*)>', key: '{name} {1}'}]`, `{"name": "{1}$0", "title": "<{name}>"}`, `["{1}$0 {name}"]`},
		{"invalid UTF-8", "[title]", `[{pattern: 'a.b', key: '{0}'}]`, "{\"title\": \"a\xffb\"}", `["a` + "\ufffd" + `b"]`},
		{"empty keys", "[title]", `[{pattern: 'x*', key: '{0}'}]`, `{"title": "axxb"}`, `["xx"]`},
		{"too long a key", "[title]", `[{pattern: '\S+', key: '{0}'}]`, `{"title": "short ` + strings.Repeat("x", maxKeyLength+1) + `"}`, `["short"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := memory{}
			m.add("test.item", "a", tt.body)
			var got string
			if _, err := extractor(t, tt.from, tt.patterns).Evaluate(t.Context(), input(m), func(item Item) error {
				return json.Unmarshal(item.Reasons[0].Detail, &got)
			}); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestExtractJoins: a related record is found by what was extracted, and by a
// path of another key at the same time.
func TestExtractJoins(t *testing.T) {
	yaml := controlYAML("population: {kind: test.item}", "params: {p: [{pattern: '#(\\d+)', key: '{1}'}]}",
		"extract: {keys: {from: [why], patterns: p}}", "related: {r: {kind: test.related, match: {numbers.n: keys, owner: name}}}")
	e := prepare(t, yaml, `exception contains {"code": "worse", "detail": concat(" ", [r.id | some r in input.related.r])} if true`)
	m := memory{}
	m.add("test.related", "1", `{"id": "1", "owner": "x", "numbers": [{"n": 1}, {"n": "2"}]}`)
	m.add("test.related", "2", `{"id": "2", "owner": "y", "numbers": [{"n": 2}]}`)
	m.add("test.related", "3", `{"id": "3", "owner": "x", "numbers": [{"n": 3}]}`)
	m.add("test.item", "a", `{"name": "x", "why": "#2 and #9", "keys": "3"}`)
	m.add("test.item", "b", `{"name": "y", "keys": "2"}`)
	got := map[string]string{}
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
		got[item.Record.ID] = string(item.Reasons[0].Detail)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": `"1"`, "b": `""`}, got); d != "" {
		t.Error(d)
	}
}

// TestExtractBounds: a text that matches without end is an error, not memory.
func TestExtractBounds(t *testing.T) {
	e := extractor(t, "[texts]", `[{pattern: '\w', key: '{0}{name}'}, {pattern: '\w+', key: '{0}'}]`)
	for name, body := range map[string]string{
		"one text":   `{"name": "x", "texts": "` + strings.Repeat("x", 1<<20) + `"}`,
		"many texts": `{"name": "x", "texts": ` + numbers(maxKeys+1) + `}`,
	} {
		m := memory{}
		m.add("test.item", "a", body)
		if _, _, err := evaluate(t, e, input(m)); err == nil || !strings.Contains(err.Error(), "extract keys: ") || !strings.Contains(err.Error(), "more than 10000 keys") || !strings.Contains(err.Error(), "test.item a") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestPatternsRefused: a mistake is named with its line in control.yaml, and as
// the setting that it is when configuration makes it.
func TestPatternsRefused(t *testing.T) {
	for patterns, want := range map[string]string{
		`[{pattern: '(', key: x}]`:                             "parameter p: pattern 1: \"(\": error parsing regexp",
		`[{pattern: 'a(?=b)', key: x}]`:                        "error parsing regexp",
		`[{pattern: a, key: x}, {pattern: '(a)', key: '{2}'}]`: "parameter p: pattern 2: key \"{2}\": the pattern has 1 groups",
		`[{pattern: a, key: '{.a}'}]`:                          "{.a}: want a group's number or names joined by dots",
		`[{pattern: a}]`:                                       "want {pattern: …, key: …}",
		`[{pattern: a, key: x, flags: i}]`:                     "want {pattern: …, key: …}",
		`[{pattern: '', key: x}]`:                              "want {pattern: …, key: …}",
		`[{pattern: 1, key: x}]`:                               "want {pattern: …, key: …}",
		`[a]`:                                                  "want {pattern: …, key: …}",
		`a`:                                                    "parameter p: extract keys wants a list",
		`{pattern: a, key: b}`:                                 "parameter p: extract keys wants a list",
		`[{pattern: "` + strings.Repeat("(a{999}){9}", 9) + `", key: x}]`: "parameter p: pattern 1",
	} {
		yaml := controlYAML(itemPopulation, "extract: {keys: {from: [why], patterns: p}}", "params:", "  p: "+patterns)
		if _, err := Load(layer(yaml, anyPolicy)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "control.yaml:14: ") {
			t.Errorf("%s: got %v, want %q", patterns, err, want)
		}
	}
	lib, err := Load(layer(controlYAML(itemPopulation, "extract: {keys: {from: [why], patterns: p}}", "params: {p: []}"), anyPolicy))
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]any{"pattern": "a(", "key": "x"}
	_, err = lib.Configure(map[string]Settings{"TST-01": {Params: map[string]any{"p": []any{bad}}}})
	if want := `control TST-01: parameter p: pattern 1: "a("`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("configured: got %v, want %q", err, want)
	}
}

// TestExtractedIsTypeChecked: a name that is not extracted does not compile.
func TestExtractedIsTypeChecked(t *testing.T) {
	yaml := controlYAML(itemPopulation, "extract: {keys: {from: [why], patterns: p}}", "params: {p: []}")
	for rules, want := range map[string]string{
		`exception contains {"code": "bad"} if count(input.extracted.keys) == 0`:   "",
		`exception contains {"code": "bad"} if count(input.extracted.tickets) > 0`: "undefined ref",
		`exception contains {"code": "bad"} if input.extracted.keys == 1`:          "match error",
	} {
		_, err := tryPrepare(t, yaml, rules)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", rules, err, want)
		}
	}
	if _, err := tryPrepare(t, controlYAML(itemPopulation), `exception contains {"code": "bad"} if count(input.extracted.keys) > 0`); err == nil {
		t.Error("a control that extracts nothing reads what was extracted")
	}
}

func FuzzExtract(f *testing.F) {
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	f.Add([]byte(`{"name": ["#1", {"name": "#2"}], "why": "#3 {1} \u0000#4"}`))
	e := extractor(f, "[name, name.name, why, '0.name']", `[{pattern: '#(\d*)(x)?', key: '{n}/{1}{2}'}, {pattern: '(?s).', key: '{0}'}]`)
	e.workers = 1
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := parseValue(body); err != nil {
			return
		}
		x, err := e.extract(body)
		if err != nil {
			return
		}
		for _, key := range x["keys"] {
			if clean(key) != key || key == "" {
				t.Errorf("key %q", key)
			}
		}
	})
}
