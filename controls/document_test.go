package controls

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/evidencepack/evidence"
)

// TestStockOPARepeats: an ordinary OPA, given an item's document and the
// policy, comes to the reasons that the evaluation came to.
func TestStockOPARepeats(t *testing.T) {
	for _, scope := range []string{"each", "whole"} {
		t.Run(scope, func(t *testing.T) {
			rules := `exception contains {"code": "bad", "detail": {"why": concat(" ", [r.id | some r in input.related.r])}} if input.record.n > input.params.limit`
			if scope == "whole" {
				rules = `exception contains {"code": "bad", "item": i.id, "detail": {"why": concat(" ", [r.id | some r in input.related.r])}} if { some i in input.records; i.record.n > input.params.limit }`
			}
			join := ", match: {key: name}"
			if scope == "whole" {
				join = ""
			}
			e := prepare(t, controlYAML(itemPopulation, "params: {limit: 3}", "scope: "+scope, "related: {r: {kind: test.related"+join+"}}"), rules)
			m := memory{}
			m.add("test.related", "1", `{"id": "1", "key": "k"}`)
			m.add("test.related", "2", `{"id": "2", "key": "k"}`)
			m.add("test.item", "a", `{"at": "2026-10-02T00:00:00Z", "n": 12345678901234567890, "name": "k"}`)
			var want []Reason
			if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error { want = item.Reasons; return nil }); err != nil {
				t.Fatal(err)
			}
			document, err := e.Document(t.Context(), input(m), "a")
			if err != nil {
				t.Fatal(err)
			}
			got := stockOPA(t, e.control, document)
			for i := range got {
				delete(got[i], "item")
			}
			if d := cmp.Diff(asObjects(t, want), got); d != "" {
				t.Error(d)
			}
			if len(got) != 1 {
				t.Errorf("%d reasons: the test shows nothing", len(got))
			}
		})
	}
}

// stockOPA evaluates the control's exceptions with nothing of this package.
func stockOPA(t *testing.T, c *Control, document []byte) []map[string]any {
	t.Helper()
	var in any
	if err := json.Unmarshal(document, &in); err != nil {
		t.Fatal(err)
	}
	rs, err := rego.New(
		rego.Query("data."+c.Package()+".exception"),
		rego.Module("policy.rego", string(c.Files[PolicyFile])),
		rego.Input(in),
		rego.StrictBuiltinErrors(true),
	).Eval(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	b, err := json.Marshal(rs[0].Expressions[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func asObjects(t *testing.T, reasons []Reason) []map[string]any {
	t.Helper()
	b, err := json.Marshal(reasons)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDocumentOfUnknownItem(t *testing.T) {
	e := prepare(t, controlYAML(itemPopulation), eachRules)
	m := memory{}
	m["test.item"] = []evidence.Record{{Kind: "test.item", ID: "september", Time: noon, Body: []byte(`{"at": "2026-09-02T00:00:00Z"}`)}}
	for _, id := range []string{"september", "other"} {
		if _, err := e.Document(t.Context(), input(m), id); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: got %v", id, err)
		}
	}
}
