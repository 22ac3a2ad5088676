package controls

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestRecordsFitTheirSchemas: every record in the shipped controls' testdata is
// valid under the schema of its kind: the one that its group is called after, or
// else the population's.
func TestRecordsFitTheirSchemas(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, c := range lib.Controls {
		names, err := fs.Glob(shipped, path.Join(c.dir, "testdata", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(shipped, name)
			if err != nil {
				t.Fatal(err)
			}
			var files map[string]map[string]any
			if err := json.Unmarshal(b, &files); err != nil {
				t.Fatal(err)
			}
			for group, records := range files {
				schema := compileSchema(t, kindOf(group, c))
				for key, record := range records {
					checked++
					if err := schema.Validate(record); err != nil {
						t.Errorf("%s: %s: %v", name, key, err)
					}
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d records were checked", checked)
	}
}

// kindOf the records in a group of testdata.
func kindOf(group string, c *Control) string {
	if _, err := fs.Stat(shipped, "schemas/"+group+".json"); err == nil {
		return group
	}
	return c.Population.Kind
}

func compileSchema(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	b, err := fs.ReadFile(shipped, "schemas/"+kind+".json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestInlineRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"a loop":           `{"definitions": {"a": {"properties": {"b": {"$ref": "#/definitions/a"}}}}, "$ref": "#/definitions/a"}`,
		"an unknown name":  `{"properties": {"a": {"$ref": "#/definitions/b"}}}`,
		"a remote address": `{"properties": {"a": {"$ref": "https://example.com/schema.json"}}}`,
		"no JSON":          `{`,
	} {
		if v, err := (schemas{"test.item": []byte(text)}).record("test.item"); err == nil || !strings.Contains(err.Error(), "schemas/test.item.json") {
			t.Errorf("%s: got %v, %v", name, v, err)
		}
	}
}
