package controls

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/evidencepack/evidence"
)

// hostile are bodies that try to be more than data.
var hostile = []string{
	`{"name": "\"}]; exception contains {} if true #"}`,
	`{"name": "{{.}} ${x} %s %!d(MISSING) {why}"}`,
	`{"name": "\u0000\u202e\ud800 \udfff"}`,
	"{\"name\": \"\xff\xfe\"}",
	`{"n": 123456789012345678901234567890}`,
	`{"n": -0.0e-999999}`,
	`{"n": 1e308}`,
	`{"": {"": {"": null}}}`,
	`{"a.b": {"*": 1}, "#": [], "@this": 2, "|": 3}`,
	`{"deep": ` + strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000) + `}`,
	`{"name": {"name": {"name": []}}, "n": "10", "why": 7}`,
}

// TestHostileRecords: a hostile record is data, or an error; it is never a panic.
func TestHostileRecords(t *testing.T) {
	e := prepare(t, controlYAML("population: {kind: test.item}"), eachRules)
	for _, body := range hostile {
		m := memory{}
		m.add("test.item", body[:min(len(body), 40)], body)
		items, _, err := evaluate(t, e, input(m))
		if err == nil && len(items) != 1 {
			t.Errorf("%.60s: neither an item nor an error", body)
		}
	}
}

// TestTextsAreData: what a record holds is shown as it is and never expanded again.
func TestTextsAreData(t *testing.T) {
	m := memory{}
	m.add("test.item", "a", `{"n": 10, "why": "{why} %s {{.}} \"quoted\" <b>"}`)
	e := prepare(t, controlYAML("population: {kind: test.item}"), eachRules)
	var got string
	if _, err := e.Evaluate(t.Context(), input(m), func(item Item) error {
		got = e.control.ReasonText(item.Reasons[0], evidence.English)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := `bad {why} %s {{.}} "quoted" <b>`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzParseValue: what is accepted equals what OPA itself makes of the JSON.
func FuzzParseValue(f *testing.F) {
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	f.Add([]byte(`{"a": 1, "a": 2}`))
	f.Add([]byte(`{"n": 1e-70000}`))
	f.Add([]byte(`[1, "x", null, true, {"k": [1.50, -3e2]}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseValue(text)
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("not valid JSON, but accepted: %q", text)
		}
		want, err := ast.ValueFromReader(strings.NewReader(string(text)))
		if err != nil {
			t.Fatalf("OPA refuses %q: %v", text, err)
		}
		if ast.Compare(got, want) != 0 {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	})
}

// FuzzEvaluate: no record makes an evaluation panic or an item vanish.
func FuzzEvaluate(f *testing.F) {
	for _, body := range hostile {
		f.Add([]byte(body))
	}
	lib, err := Load(Shipped())
	if err != nil {
		f.Fatal(err)
	}
	var evaluators []*Evaluator
	for _, c := range lib.Controls {
		c := *c
		c.Population.Where, c.Population.Time, c.Population.End, c.Population.LatestOf = nil, "", "", ""
		e, err := Prepare(f.Context(), &c)
		if err != nil {
			f.Fatal(err)
		}
		e.workers = 1
		evaluators = append(evaluators, e)
	}
	f.Add([]byte(`{"eventName": "UpdateTrail", "requestParameters": {"s3BucketName": [], "isMultiRegionTrail": {}}, "userIdentity": []}`))
	f.Add([]byte(`{"eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"cidrIp": "0/0", "fromPort": 1e3, "ipPermissions": {"items": [[], 1, {"ipRanges": "x"}]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, e := range evaluators {
			m := memory{}
			m.add(e.control.Population.Kind, "x", string(body))
			for _, r := range e.control.Related {
				if r.Kind != e.control.Population.Kind {
					m.add(r.Kind, "x", string(body))
				}
			}
			items, _, err := evaluate(t, e, input(m))
			if err == nil && len(items) != 1 {
				t.Errorf("%s: neither an item nor an error", e.control.ID)
			}
			if err != nil && strings.Contains(err.Error(), "the policy engine failed") {
				t.Errorf("%s: %v", e.control.ID, err)
			}
		}
	})
}

func TestRefusesWhatReadersDisagreeAbout(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = `"k` + strings.Repeat("x", i) + `": 1`
	}
	large := "{" + strings.Join(many, ",") + "}"
	for text, want := range map[string]string{
		`{"a": {"b": 1, "b": 1}}`:         "a key twice",
		`[{"a": 1, "\u0061": 2}]`:         "a key twice",
		large[:len(large)-1] + `,"k": 2}`: "a key twice",
		`1e400`:                           "out of range",
		``:                                "not valid JSON",
		`{} {}`:                           "not valid JSON",
	} {
		if v, err := parseValue([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, %v; want %q", text, v, err, want)
		}
	}
	v, err := parseValue([]byte(large))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(40, v.(ast.Object).Len()); d != "" {
		t.Error(d)
	}
}
