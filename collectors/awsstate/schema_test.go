package awsstate

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestBodiesFitTheirSchemas: every kind has a schema in controls/schemas that its
// records fit, and that a body without nouns does not.
func TestBodiesFitTheirSchemas(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	for _, k := range table {
		text, err := os.ReadFile("../../controls/schemas/" + k.name + ".json")
		if err != nil {
			t.Error(err)
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(k.name+".json", doc); err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		schema, err := c.Compile(k.name + ".json")
		if err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		records, _ := read(t, s, k.name)
		if len(records) == 0 {
			t.Errorf("%s: the company has none: the test tests nothing", k.name)
		}
		for _, r := range records {
			body, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.Body))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(body); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
		if schema.Validate(map[string]any{"AccountId": production}) == nil {
			t.Errorf("%s: a body without nouns fits its schema", k.name)
		}
	}
}
