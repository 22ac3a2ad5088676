package controls

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path"
	"strings"
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

// TestStockOPARepeatsWithLibrary: what was extracted stands in the document, and
// the control's files are all that an ordinary OPA needs beside it.
func TestStockOPARepeatsWithLibrary(t *testing.T) {
	folder := layer(controlYAML(itemPopulation, ticketsYAML), "package evidence.tst_01\n"+libraryRules)
	maps.Copy(folder, libraryFiles)
	e := prepareIn(t, folder)
	m := memory{}
	m.add("test.related", "7", `{"id": "7", "key": "/acme/issues/7"}`)
	m.add("test.item", "a", `{"at": "2026-10-02T00:00:00Z", "name": "acme", "why": "#8 and #7"}`)
	var want []Reason
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error { want = item.Reasons; return nil }); err != nil {
		t.Fatal(err)
	}
	document, err := e.Document(t.Context(), input(m), "a")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(document), `"/acme/issues/8"`) {
		t.Errorf("the document lacks what was extracted:\n%s", document)
	}
	if d := cmp.Diff([]map[string]any{{"code": "worse", "detail": "7 of /acme/issues/7, /acme/issues/8"}}, asObjects(t, want)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(asObjects(t, want), stockOPA(t, e.control, document)); d != "" {
		t.Error(d)
	}
}

// stockOPA evaluates the control's exceptions with nothing of this package.
func stockOPA(t *testing.T, c *Control, document []byte) []map[string]any {
	t.Helper()
	var in any
	if err := json.Unmarshal(document, &in); err != nil {
		t.Fatal(err)
	}
	options := []func(*rego.Rego){
		rego.Query("data." + c.Package() + ".exception"),
		rego.Input(in),
		rego.StrictBuiltinErrors(true),
	}
	for name, src := range c.Files {
		if path.Ext(name) == ".rego" {
			options = append(options, rego.Module(name, string(src)))
		}
	}
	rs, err := rego.New(options...).Eval(context.Background())
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
