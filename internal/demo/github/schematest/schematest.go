// Package schematest holds answers of a simulated GitHub against the schema that
// GitHub publishes: what the tests of the collector and of the simulation share.
package schematest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

//go:embed testdata/schema.graphql.gz
var published []byte

// Published reads GitHub's schema; testdata/SOURCES.md says where it is from.
func Published(t *testing.T) *ast.Schema {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(published))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(b)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Check reports what of a query does not fit the schema.
func Check(schema *ast.Schema, query string) error {
	if _, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules()); len(errs) > 0 {
		return errs
	}
	return nil
}

// Answer asks a server a query, whose answer must be without errors and as the
// schema says: no null where there is none, no value that an enumeration does not
// have, no other kind of scalar. It returns the answer's data.
func Answer(t *testing.T, schema *ast.Schema, url, token, name, query string, variables map[string]any) map[string]any {
	t.Helper()
	parsed, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || len(answer.Errors) > 0 || answer.Data == nil {
		t.Errorf("%s: %v %v", name, err, answer.Errors)
		return nil
	}
	c := checker{t: t, schema: schema}
	c.object(name, parsed.Operations[0].SelectionSet, answer.Data)
	if c.checked == 0 {
		t.Errorf("%s: nothing was answered", name)
	}
	return answer.Data
}

// checker compares an answer with the schema, field by field.
type checker struct {
	t       *testing.T
	schema  *ast.Schema
	checked int
}

// object compares an object with what was selected of it.
func (c *checker) object(path string, set ast.SelectionSet, o map[string]any) {
	c.t.Helper()
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			x, ok := o[sel.Alias]
			if !ok {
				if len(sel.Directives) == 0 {
					c.t.Errorf("%s.%s is missing", path, sel.Alias)
				}
				continue
			}
			c.checked++
			c.value(path+"."+sel.Alias, sel.Definition.Type, sel.SelectionSet, x)
		case *ast.InlineFragment:
			if o["__typename"] == sel.TypeCondition || o["__typename"] == nil && has(o, sel.SelectionSet) {
				c.object(path, sel.SelectionSet, o)
			}
		case *ast.FragmentSpread:
			if len(sel.Directives) == 0 && has(o, sel.Definition.SelectionSet) {
				c.object(path, sel.Definition.SelectionSet, o)
			}
		}
	}
}

// has reports whether an object has the first plain field of a selection: whether
// a fragment of a type that is not told applied to it.
func has(o map[string]any, set ast.SelectionSet) bool {
	for _, sel := range set {
		if f, ok := sel.(*ast.Field); ok && len(f.Directives) == 0 {
			_, ok := o[f.Alias]
			return ok
		}
	}
	return false
}

func (c *checker) value(path string, typ *ast.Type, set ast.SelectionSet, x any) {
	c.t.Helper()
	if x == nil {
		if typ.NonNull {
			c.t.Errorf("%s is null, want %s", path, typ)
		}
		return
	}
	if typ.Elem != nil {
		list, ok := x.([]any)
		if !ok {
			c.t.Errorf("%s is %T, want a list", path, x)
		}
		for i, e := range list {
			c.value(fmt.Sprintf("%s[%d]", path, i), typ.Elem, set, e)
		}
		return
	}
	def := c.schema.Types[typ.NamedType]
	switch def.Kind {
	case ast.Enum:
		if s, ok := x.(string); !ok || def.EnumValues.ForName(s) == nil {
			c.t.Errorf("%s is %v, want one of %s", path, x, def.Name)
		}
	case ast.Scalar:
		var ok bool
		switch def.Name {
		case "Boolean":
			_, ok = x.(bool)
		case "Int", "Float":
			_, ok = x.(float64)
		default:
			_, ok = x.(string)
		}
		if !ok {
			c.t.Errorf("%s is %T, want %s", path, x, def.Name)
		}
	default:
		o, ok := x.(map[string]any)
		if !ok {
			c.t.Errorf("%s is %T, want %s", path, x, def.Name)
			return
		}
		c.object(path, set, o)
	}
}
