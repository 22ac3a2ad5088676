package controls

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

const becauseYAML = `not_applicable:
  failed: {ja: 失敗, en: failed}
  exempt: {ja: 除外, en: exempt}
`

const becauseEach = `exception contains {"code": "bad", "detail": {"why": input.record.why}} if input.record.n > 9
not_applicable if count(not_applicable_because) > 0
not_applicable_because contains {"code": "failed"} if input.record.open == "failed"
not_applicable_because contains {"code": "exempt"} if input.record.name == "nobody"
`

const becauseWhole = `exception contains {"code": "bad", "item": r.id, "detail": {"why": "x"}} if { some r in input.records; r.record.n > 9 }
not_applicable contains b.item if some b in not_applicable_because
not_applicable_because contains {"code": "failed", "item": r.id} if { some r in input.records; r.record.open == "failed" }
not_applicable_because contains {"code": "exempt", "item": r.id} if { some r in input.records; r.record.name == "nobody" }
`

// TestBecause: items that are not applicable say why, and are counted by it; those
// that are exceptions all the same do not.
func TestBecause(t *testing.T) {
	for scope, rules := range map[string]string{"each": becauseEach, "whole": becauseWhole} {
		e := prepare(t, controlYAML("population: {kind: test.item}", "scope: "+scope, becauseYAML), rules)
		m := memory{}
		m.add("test.item", "pass", `{"n": 1}`)
		m.add("test.item", "exception", `{"n": 10, "why": "x", "name": "nobody"}`)
		m.add("test.item", "exempt", `{"name": "nobody"}`)
		m.add("test.item", "failed", `{"open": "failed", "name": "x"}`)
		m.add("test.item", "both", `{"open": "failed", "name": "nobody"}`)
		items, outcome, err := evaluate(t, e, input(m))
		if err != nil {
			t.Fatal(err)
		}
		want := []judged{
			{"pass", evidence.Pass, ""}, {"exception", evidence.Exception, "bad"}, {"exempt", evidence.NotApplicable, "exempt"},
			{"failed", evidence.NotApplicable, "failed"}, {"both", evidence.NotApplicable, "exempt failed"},
		}
		if d := cmp.Diff(want, items); d != "" {
			t.Errorf("%s: %s", scope, d)
		}
		wantOutcome := Outcome{Total: 5, Passed: 1, Exceptions: 1, NotApplicable: 3, Exempt: 2,
			ByReason: map[string]int64{"bad": 1}, ByBecause: map[string]int64{"failed": 2, "exempt": 2}}
		if d := cmp.Diff(wantOutcome, outcome); d != "" {
			t.Errorf("%s: %s", scope, d)
		}
		if got := e.control.ReasonText(Reason{Code: "exempt"}, evidence.Japanese); got != "除外" {
			t.Errorf("text %q", got)
		}
	}
}

// TestBecauseIsSettled: why items are not applicable comes to the same where the
// policy itself is not asked.
func TestBecauseIsSettled(t *testing.T) {
	e := prepare(t, controlYAML("population: {kind: test.item}", becauseYAML), becauseEach)
	if e.decider == nil {
		t.Fatal("the policy has no deciding form")
	}
	var records []evidence.Record
	for i := range 40 {
		body := fmt.Sprintf(`{"n":%d,"why":"x","name":"%s","open":"%s"}`, i%12, []string{"nobody", "x"}[i%2], []string{"failed", "y", "z"}[i%3])
		records = append(records, evidence.Record{Kind: "test.item", ID: fmt.Sprint(i), Time: noon, Body: []byte(body)})
	}
	if settled := sameBothWays(t, e, input(memory{}), records); settled == 0 {
		t.Error("none was settled")
	}
}

// TestBecauseRefused: a policy that says why must say so of what is not applicable.
func TestBecauseRefused(t *testing.T) {
	for name, tt := range map[string]struct{ rules, want string }{
		"of an item that applies":  {`not_applicable_because contains {"code": "failed"} if true`, `code "failed" is given where not_applicable is not`},
		"not of one that does not": {"not_applicable if true\nnot_applicable_because contains {\"code\": \"failed\"} if false", "no code is given"},
		"an unknown code":          {"not_applicable if true\nnot_applicable_because contains {\"code\": \"bad\"} if true", `code "bad" has no text in the not_applicable`},
		"a detail":                 {"not_applicable if true\nnot_applicable_because contains {\"code\": \"failed\", \"detail\": \"x\"} if true", `member "detail"`},
		"no object":                {"not_applicable if true\nnot_applicable_because contains \"failed\" if true", "is not an object"},
	} {
		m := memory{}
		m.add("test.item", "x", `{}`)
		e := prepare(t, controlYAML("population: {kind: test.item}", becauseYAML), "exception contains {\"code\": \"bad\"} if false\n"+tt.rules)
		if _, _, err := evaluate(t, e, input(m)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	for yaml, want := range map[string]string{
		"not_applicable: {bad: {ja: a, en: a}}":           "code of a reason or an observation already",
		"not_applicable: {x: {ja: \"{a}\", en: \"{a}\"}}": "without placeholders",
		"not_applicable: {x: {ja: a}}":                    "ja and en",
	} {
		if _, err := Load(layer(controlYAML(itemPopulation, yaml), becauseEach)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", yaml, err, want)
		}
	}
	if _, err := tryPrepare(t, controlYAML(itemPopulation), "exception contains {\"code\": \"bad\"} if false\nnot_applicable_because := 1"); err == nil || !strings.Contains(err.Error(), "must be a partial set") {
		t.Errorf("no set: got %v", err)
	}
}
