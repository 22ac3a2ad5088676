package oscal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// schema is NIST's, with its formats asserted.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("testdata/oscal_complete_schema-1.1.3.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) { return regexp.Compile(s) })
	if err := c.AddResource("oscal.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("oscal.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func render(t *testing.T, p *reports.Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (Renderer{}).Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parse(t *testing.T, b []byte) assessmentResults {
	t.Helper()
	var f file
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return f.Results
}

func valid(t *testing.T, s *jsonschema.Schema, b []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("not valid by NIST's schema: %v", err)
	}
}

// TestSchema: what is rendered is valid by NIST's schema, whatever the pack's texts are,
// and the schema refuses what it should.
func TestSchema(t *testing.T) {
	s := schema(t)
	for _, o := range []reportstest.Options{{}, {Lang: evidence.English, Open: true}, {Demo: true, Items: 30}} {
		valid(t, s, render(t, reportstest.Pack(o)))
	}
	for _, attack := range reportstest.Hostile {
		p := reportstest.Pack(reportstest.Options{Items: 30})
		p.Organisation, p.PreparedBy, p.Tool = attack, attack, attack
		for i := range p.Framework.Items {
			p.Framework.Items[i].ID = attack + fmt.Sprint(i)
			p.Framework.Items[i].Title = attack
		}
		for i := range p.Controls {
			p.Controls[i].Title, p.Controls[i].Procedure, p.Controls[i].Owner = attack, attack, attack
			hostile := p.Controls[i].Exceptions
			p.Controls[i].Exceptions = func() iter.Seq2[reports.Item, error] {
				return func(yield func(reports.Item, error) bool) {
					for item, err := range hostile() {
						item.ID, item.Label, item.Reasons = attack+item.ID, attack, []reports.Reason{{Text: attack}}
						if !yield(item, err) {
							return
						}
					}
				}
			}
		}
		valid(t, s, render(t, p))
	}
	bad := bytes.Replace(render(t, reportstest.Pack(reportstest.Options{Items: 30})), []byte(`"state": "satisfied"`), []byte(`"state": "fine"`), 1)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(bad))
	if err != nil {
		t.Fatal(err)
	}
	if s.Validate(doc) == nil {
		t.Error("the schema accepts a state that it does not have")
	}
}

// TestCounts: the file has the pack's numbers, and of each control an observation and a
// finding, of each item that a control serves a finding.
func TestCounts(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		p := reportstest.Pack(reportstest.Options{Lang: lang, Items: 1234})
		r := parse(t, render(t, p)).Results[0]
		about := map[string]observation{}
		exceptions := map[string]int64{}
		for _, o := range r.Observations {
			id, _, _ := strings.Cut(o.Title, " ")
			if o.Types[0] == "finding" {
				exceptions[id]++
				continue
			}
			about[id] = o
		}
		for _, c := range p.Controls {
			got := map[string]string{}
			for _, prop := range about[c.ID].Props {
				got[prop.Name] = prop.Value
			}
			want := map[string]string{"result": string(c.Result), "owner": c.Owner, "population": number(c.Counts.Total), "passed": number(c.Counts.Passed),
				"exceptions": number(c.Counts.Exceptions), "not-applicable": number(c.Counts.NotApplicable), "pending": number(c.Counts.Pending),
				"undetermined": number(c.Counts.Undetermined), "exceptions-answered": number(c.Answered())}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-pack +file):\n%s", c.ID, diff)
			}
			if exceptions[c.ID] != c.Counts.Exceptions {
				t.Errorf("%s: %d exceptions, the pack has %d", c.ID, exceptions[c.ID], c.Counts.Exceptions)
			}
		}
		served, _ := p.Served()
		if got, want := len(r.Findings), len(p.Controls)+len(served); got != want {
			t.Errorf("%d findings, want %d", got, want)
		}
		for _, f := range r.Findings {
			for _, o := range f.Observations {
				if !slices.ContainsFunc(r.Observations, func(have observation) bool { return have.UUID == o.UUID }) {
					t.Errorf("%s rests on an observation that is not there", f.Title)
				}
			}
		}
	}
}

// TestNothingPassesWithoutEvidence: OSCAL knows two states.
func TestNothingPassesWithoutEvidence(t *testing.T) {
	d := &document{p: &reports.Pack{Lang: evidence.English}}
	for result, want := range map[evidence.Result][2]string{
		evidence.Effective: {"satisfied", "pass"}, evidence.ExceptionsNoted: {"not-satisfied", "fail"},
		evidence.NoOccurrence: {"satisfied", "other"}, evidence.NotEvaluable: {"not-satisfied", "other"},
	} {
		if s := d.status(result, []string{"why"}); s.State != want[0] || s.Reason != want[1] || !strings.Contains(s.Remarks, "why") {
			t.Errorf("%s is %+v, want %v", result, s, want)
		}
	}
}

// TestMostExceptions: of very many only the first are observations, and it says so.
func TestMostExceptions(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English, Items: 30})
	c := &p.Controls[5]
	c.Counts.Exceptions = maxListed + 100
	c.Exceptions = func() iter.Seq2[reports.Item, error] {
		return func(yield func(reports.Item, error) bool) {
			for i := range c.Counts.Exceptions {
				if !yield(reports.Item{ID: fmt.Sprint(i), Time: p.Period.Start}, nil) {
					return
				}
			}
		}
	}
	r := parse(t, render(t, p)).Results[0]
	for _, o := range r.Observations {
		if strings.HasPrefix(o.Title, c.ID) && o.Types[0] == "control-objective" {
			if want := fmt.Sprintf("The first %d of %d exceptions", maxListed, c.Counts.Exceptions); !strings.HasPrefix(o.Remarks, want) {
				t.Errorf("remarks %q, want %q", o.Remarks, want)
			}
			return
		}
	}
	t.Errorf("no observation of %s", c.ID)
}

func TestTokens(t *testing.T) {
	d := &document{tokens: map[string]string{}}
	for _, tt := range [][2]string{{"A.8.15", "A.8.15"}, {"CC6.1", "CC6.1"}, {"1-2", "_1-2"}, {"統 1", "統_1"}, {"a b", "a_b"}, {"a_b", "a_b_2"}, {"", "_"}, {"a b", "a_b"}} {
		if got := d.token(tt[0]); got != tt[1] {
			t.Errorf("token of %q is %q, want %q", tt[0], got, tt[1])
		}
	}
}

// TestIdentities: no two parts have one identity, and another pack has others.
func TestIdentities(t *testing.T) {
	ids := func(b []byte) []string { return regexp.MustCompile(`"uuid": "([^"]+)"`).FindAllString(string(b), -1) }
	p := reportstest.Pack(reportstest.Options{})
	one := ids(render(t, p))
	sorted := slices.Sorted(slices.Values(one))
	if n := len(slices.Compact(sorted)); n != len(one) || n < 100 {
		t.Errorf("%d identities, %d of them different", len(one), n)
	}
	p.Checkpoint.Root = reportstest.Hash("another")
	for _, id := range ids(render(t, p)) {
		if slices.Contains(one, id) {
			t.Errorf("another pack has %s too", id)
		}
	}
}
