package oscal_test

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/oscal"
	"github.com/evidencepack/evidence/reports/reportstest"
)

const schemaFile = "testdata/oscal_complete_schema-1.1.3.json"

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(schemaFile)
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
	if err := c.AddResource(schemaFile, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func render(t *testing.T, p *reports.Pack) []byte { return renderBy(t, oscal.Renderer{}, p) }

func renderBy(t *testing.T, r reports.Renderer, p *reports.Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var both = []reports.Renderer{oscal.Renderer{}, oscal.Catalog{}}

// packs are those that the schema has most to say on.
func packs() map[string]*reports.Pack {
	hostile := reportstest.Pack(reportstest.Options{})
	hostile.Organisation, hostile.PreparedBy, hostile.Distribution = "\n  ", "\t[x](javascript:alert(1))\n", "\u200b\r\n"
	for i := range hostile.Framework.Items {
		hostile.Framework.Items[i].ID = []string{"1.2 (a)", "1.2 [a]", "", "要求:事項", "\xff", "-"}[i%6]
	}
	for i := range hostile.Controls {
		c := &hostile.Controls[i]
		c.Title, c.Activity, c.Procedure, c.Owner = reportstest.Hostile[i], reportstest.Hostile[i+5], reportstest.Hostile[i+10], " "
		c.Items, c.Exceptions = spoilt(c.Items), spoilt(c.Exceptions)
	}
	nothing := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	nothing.AsOf, nothing.PreparedBy, nothing.Files, nothing.Controls = time.Time{}, "", nil, nothing.Controls[1:2]
	nothing.Framework.Items = nothing.Framework.Items[:1]
	return map[string]*reports.Pack{
		"Japanese": reportstest.Pack(reportstest.Options{Demo: true}),
		"English":  reportstest.Pack(reportstest.Options{Lang: evidence.English, Open: true}),
		"hostile":  hostile, "of nothing": nothing,
		"without controls": {Location: reportstest.Location, Period: reportstest.Period, Checkpoint: hostile.Checkpoint},
	}
}

// spoilt gives every item hostile texts.
func spoilt(items func() iter.Seq2[reports.Item, error]) func() iter.Seq2[reports.Item, error] {
	return func() iter.Seq2[reports.Item, error] {
		return func(yield func(reports.Item, error) bool) {
			n := 0
			for item, err := range items() {
				text := reportstest.Hostile[n%len(reportstest.Hostile)]
				item.ID, item.Label, item.Group, item.Link = text, text, text, text
				item.Reasons = []reports.Reason{{Code: text, Text: text}}
				item.Observations = item.Reasons
				item.Response = &reports.Response{Kind: text, Text: text, Owner: text, Approver: text, Ticket: text, File: text}
				if n%4 == 0 {
					item.Reasons = append(item.Reasons, item.Reasons...)
				}
				if n%3 == 0 {
					item.Time = time.Time{}
				}
				n++
				if !yield(item, err) {
					return
				}
			}
		}
	}
}

func TestSchema(t *testing.T) {
	s := schema(t)
	for name, p := range packs() {
		t.Run(name, func(t *testing.T) {
			for _, r := range both {
				doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(renderBy(t, r, p)))
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Validate(doc); err != nil {
					t.Errorf("%s: %v", r.Name(), err)
				}
			}
		})
	}
	t.Run("refuses", func(t *testing.T) {
		text := string(render(t, reportstest.Pack(reportstest.Options{})))
		for of, with := range map[string]string{
			`"state":"satisfied"`: `"state":"effective"`, `"methods":["TEST"]`: `"methods":[]`, `"title":`: `"tittle":`,
			`"control-id":"CM-2"`: `"control-id":"CM 2"`, `"collected":"2026`: `"collected":"26`,
		} {
			if !strings.Contains(text, of) {
				t.Errorf("the document has no %s", of)
			}
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.ReplaceAll(text, of, with)))
			if err != nil {
				t.Fatal(err)
			}
			if s.Validate(doc) == nil {
				t.Errorf("the schema accepts %s", with)
			}
		}
	})
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// TestReferences: each identifier names one thing, and what refers to one finds it.
func TestReferences(t *testing.T) {
	for name, p := range packs() {
		t.Run(name, func(t *testing.T) {
			var doc, catalog any
			if err := json.Unmarshal(render(t, p), &doc); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(renderBy(t, oscal.Catalog{}, p), &catalog); err != nil {
				t.Fatal(err)
			}
			defined, parts, used := map[string]int{}, map[string]int{}, map[string]string{}
			var named []string
			walk(doc, "", func(of, key, value string) {
				switch {
				case key == "uuid":
					defined[value]++
				case strings.HasSuffix(key, "-uuid"), of == "party-uuids":
					used[value] = key
				case key == "href" && strings.HasPrefix(value, "#"):
					used[value[1:]] = key
				case key == "control-id", key == "target-id", key == "objective-id":
					named = append(named, value)
				}
			})
			walk(catalog, "", func(of, key, value string) {
				if key == "id" && (of == "parts" || of == "controls") {
					parts[value]++
				}
			})
			for _, id := range named {
				if parts[id] == 0 {
					t.Errorf("%q names no objective and no control of the catalog", id)
				}
			}
			for id, n := range defined {
				if n != 1 || !uuidForm.MatchString(id) {
					t.Errorf("%s is defined %d times", id, n)
				}
			}
			for id, n := range parts {
				if n != 1 {
					t.Errorf("%s is defined %d times in the catalog", id, n)
				}
			}
			for id, key := range used {
				if defined[id] == 0 {
					t.Errorf("%s %s is defined nowhere", key, id)
				}
			}
		})
	}
}

// walk visits all texts with their keys, and the key of the list that they are in.
func walk(v any, of string, visit func(of, key, value string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if s, ok := value.(string); ok {
				visit(of, key, s)
			}
			walk(value, key, visit)
		}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok {
				visit(of, of, s)
			}
			walk(e, of, visit)
		}
	}
}

// TestSameSubjects: made again from a later checkpoint, the document tells of the same
// things under the same identifiers, as a later version.
func TestSameSubjects(t *testing.T) {
	ids := func(p *reports.Pack) (all []string) {
		return regexp.MustCompile(`"uuid":"[^"]*"`).FindAllString(string(render(t, p)), -1)
	}
	p, later := reportstest.Pack(reportstest.Options{}), reportstest.Pack(reportstest.Options{})
	later.Checkpoint.Size++
	later.Checkpoint.SealedAt = later.Checkpoint.SealedAt.Add(time.Hour)
	if bytes.Equal(render(t, p), render(t, later)) || !slices.Equal(ids(p), ids(later)) {
		t.Error("a later checkpoint gives the same version, or other identifiers")
	}
	other := reportstest.Pack(reportstest.Options{})
	other.Period.End = other.Period.End.Add(time.Hour)
	for _, id := range ids(other) {
		if slices.Contains(ids(p), id) {
			t.Fatalf("another period has %s too", id)
		}
	}
}

// TestMarkup: text from outside reads as it is, and obeys nobody.
func TestMarkup(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	p.Controls[0].Title = `<script>alert(1)</script> [a](javascript:b) *c* {{ insert: param, d }}`
	text := string(render(t, p))
	if want := `\\<script\\>alert(1)\\</script\\> \\[a\\](javascript:b) \\*c\\* \\{\\{ insert: param, d \\}\\}`; !strings.Contains(text, want) {
		t.Errorf("the document does not have %s", want)
	}
	values := regexp.MustCompile(`"value":"[^"\\]*(\\.[^"\\]*)*"`) // those of properties are no Markdown
	for _, bad := range []string{"<script", "\u202e", "\x1b", "javascript:alert(1)\""} {
		if strings.Contains(strings.ReplaceAll(values.ReplaceAllString(text, ""), `\\<`, ""), bad) {
			t.Errorf("the document has %q", bad)
		}
	}
	p.Controls[0].Title = "1. first"
	if text := string(render(t, p)); !strings.Contains(text, `"1\\. first"`) {
		t.Error("a title begins a list")
	}
}

// TestRefuses: a pack whose items do not add up is not rendered.
func TestRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*reports.Control){
		"one exception too few": func(c *reports.Control) { c.Counts.Exceptions++ },
		"one pending too few":   func(c *reports.Control) { c.Counts.Pending++ },
		"one exception too many": func(c *reports.Control) {
			c.Counts.Exceptions--
		},
	} {
		p := reportstest.Pack(reportstest.Options{})
		i := slices.IndexFunc(p.Controls, func(c reports.Control) bool { return c.ID == "LOG-02" })
		spoil(&p.Controls[i])
		if err := (oscal.Renderer{}).Render(io.Discard, p); err == nil || !strings.Contains(err.Error(), "LOG-02") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProperties: no part has a property twice, which OSCAL's own rules forbid and its
// schema cannot.
func TestProperties(t *testing.T) {
	for name, p := range packs() {
		var doc any
		if err := json.Unmarshal(render(t, p), &doc); err != nil {
			t.Fatal(err)
		}
		lists(doc, func(props []any) {
			seen := map[string]bool{}
			for _, prop := range props {
				key, err := json.Marshal(prop)
				if err != nil || seen[string(key)] {
					t.Errorf("%s: %s twice (%v)", name, key, err)
				}
				seen[string(key)] = true
			}
		})
	}
}

// lists visits every list of properties.
func lists(v any, visit func([]any)) {
	switch v := v.(type) {
	case map[string]any:
		if props, ok := v["props"].([]any); ok {
			visit(props)
		}
		for _, value := range v {
			lists(value, visit)
		}
	case []any:
		for _, e := range v {
			lists(e, visit)
		}
	}
}

// TestCopyIsAnotherDocument: an auditor's copy has an identifier of its own, the same whenever
// it is made again.
func TestCopyIsAnotherDocument(t *testing.T) {
	id := func(r *reports.Redaction) string {
		p := reportstest.Pack(reportstest.Options{})
		p.Redaction = r
		var doc struct {
			Results struct{ UUID string } `json:"assessment-results"`
		}
		if err := json.Unmarshal(render(t, p), &doc); err != nil {
			t.Fatal(err)
		}
		return doc.Results.UUID
	}
	full, one := id(nil), id(&reports.Redaction{Levels: "S", Key: "0011"})
	if full == one || one != id(&reports.Redaction{Levels: "S", Key: "0011"}) {
		t.Errorf("%s of the pack, %s of the copy", full, one)
	}
}
