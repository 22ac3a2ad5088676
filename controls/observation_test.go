package controls

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

const observationsYAML = `observations:
  seen: {ja: "{by} が確認", en: "seen by {by}"}
  small: {ja: 小, en: small}
headings: {seen: {ja: 確認, en: Seen}}
`

// TestObservations stand beside any verdict and change none.
func TestObservations(t *testing.T) {
	each := `exception contains {"code": "bad", "detail": {"why": "x"}} if input.record.n > 9
not_applicable if input.record.name == "nobody"
observation contains {"code": "seen", "detail": {"by": input.record.why}} if input.record.why
observation contains {"code": "seen", "detail": {"by": "all"}} if input.record.why
observation contains {"code": "small"} if input.record.n < 2
`
	whole := `exception contains {"code": "bad", "item": r.id, "detail": {"why": "x"}} if { some r in input.records; r.record.n > 9 }
not_applicable contains r.id if { some r in input.records; r.record.name == "nobody" }
observation contains {"code": "seen", "item": r.id, "detail": {"by": by}} if { some r in input.records; some by in [r.record.why, "all"] }
observation contains {"code": "small", "item": r.id} if { some r in input.records; r.record.n < 2 }
`
	for scope, rules := range map[string]string{"each": each, "whole": whole} {
		e := prepare(t, controlYAML("population: {kind: test.item}", "scope: "+scope, observationsYAML), rules)
		m := memory{}
		m.add("test.item", "pass", `{"n": 1, "why": "A"}`)
		m.add("test.item", "exception", `{"n": 10, "why": "B"}`)
		m.add("test.item", "nobody", `{"n": 1, "name": "nobody"}`)
		m.add("test.item", "plain", `{"n": 5}`)
		got := map[string]string{}
		outcome, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
			texts := []string{string(item.Verdict)}
			for _, o := range item.Observations {
				texts = append(texts, e.control.ReasonText(o, evidence.English))
			}
			got[item.Record.ID] = strings.Join(texts, "; ")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"pass": "pass; seen by A; seen by all; small", "exception": "exception; seen by B; seen by all", "nobody": "not_applicable; small", "plain": "pass",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", scope, d)
		}
		wantOutcome := Outcome{Total: 4, Passed: 2, Exceptions: 1, NotApplicable: 1,
			ByReason: map[string]int64{"bad": 1}, ByObservation: map[string]int64{"seen": 2, "small": 2}}
		if d := cmp.Diff(wantOutcome, outcome); d != "" {
			t.Errorf("%s: %s", scope, d)
		}
		if got := e.control.ReasonForm("seen", evidence.Japanese); got != "確認" {
			t.Errorf("heading %q", got)
		}
	}
}

// TestObservationsRefused: an observation that is not understood is an error.
func TestObservationsRefused(t *testing.T) {
	const never = "exception contains {\"code\": \"bad\"} if false\n"
	for name, tt := range map[string]struct{ rules, want string }{
		"a reason":           {`observation contains {"code": "bad"} if true`, `observation: code "bad" has no text in the observations`},
		"no code":            {`observation contains {"detail": "x"} if true`, `observation: code "" has no text`},
		"a deadline":         {`observation contains {"code": "small", "until": "2026-11-05T00:00:00Z"} if true`, `member "until"`},
		"no object":          {`observation contains "small" if true`, "is not an object"},
		"an exception of it": {`exception contains {"code": "small"} if true`, `exception: code "small" has no text in the reasons`},
	} {
		m := memory{}
		m.add("test.item", "x", `{}`)
		e := prepare(t, controlYAML("population: {kind: test.item}", observationsYAML), never+tt.rules)
		if _, _, err := evaluate(t, e, input(m)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	if _, err := tryPrepare(t, controlYAML(itemPopulation, observationsYAML), never+`observation := 1`); err == nil || !strings.Contains(err.Error(), "observation must be a partial set") {
		t.Errorf("no set: got %v", err)
	}
	m := memory{}
	m.add("test.item", "x", `{}`)
	e := prepare(t, controlYAML("population: {kind: test.item}", "scope: whole", observationsYAML), never+`observation contains {"code": "small", "item": "y"} if true`)
	if _, _, err := evaluate(t, e, input(m)); err == nil || !strings.Contains(err.Error(), `observation of item "y"`) {
		t.Errorf("another item: got %v", err)
	}
}
