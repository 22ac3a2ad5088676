package github

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// publishedSchema reads GitHub's schema; testdata/SOURCES.md says where it is from.
func publishedSchema(t *testing.T) *ast.Schema {
	t.Helper()
	f, err := os.Open("testdata/schema.graphql.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
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

// allQueries are all documents that the collector sends, by name.
func allQueries(t *testing.T) map[string]string {
	t.Helper()
	files, err := queryFiles.ReadDir("queries")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{
		"pulls": aliased("pulls", "pull", pullField, 2), "issues": aliased("issues", "issue", issueField, 2),
		"blobs": aliased("blobs", "blob", blobField, 2), "heads": aliased("branches", "branch", branchField, 2),
	}
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".graphql"); name != "fragments" && name != "heads" {
			docs[name] = query(name)
		}
	}
	return docs
}

func TestQueriesFitTheSchema(t *testing.T) {
	schema := publishedSchema(t)
	for name, doc := range allQueries(t) {
		if _, errs := gqlparser.LoadQueryWithRules(schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if _, errs := gqlparser.LoadQueryWithRules(schema, "query { viewer { nickname } }", rules.NewDefaultRules()); len(errs) == 0 {
		t.Error("a field that GitHub does not have was accepted: the test tests nothing")
	}
}

// The simulated GitHub answers as the schema says: no null where there is none,
// no value that an enumeration does not have, no other kind of scalar.
func TestSimulationFitsTheSchema(t *testing.T) {
	schema := publishedSchema(t)
	w := newWorld(t)
	w.month(3)
	w.issue(1001)
	w.pulls[0]["closingIssuesReferences"] = nodes(w.issue(1002))
	w.other["release/1.0"] = w.commits
	url := w.start()
	values := vars{
		"owner": "acme", "name": "app", "size": 10, "after": nil, "id": "PR_1", "pulls": true, "history": true, "owners": true,
		"ref": "refs/heads/main", "historySize": 10, "historyAfter": nil, "pullsAfter": nil, "prefix": "refs/heads/", "oid": w.commits[0]["oid"],
		"since": octoberPeriod.Start, "until": octoberPeriod.End,
		"pull0": 1, "pull1": 2, "issue0": 1001, "issue1": 1002, "blob0": oid("blob", ".github/CODEOWNERS"), "blob1": oid("blob", ".github/CODEOWNERS"),
		"branch0": "refs/heads/main", "branch1": "refs/heads/nowhere",
	}
	for _, c := range connections {
		values[c.name] = true
	}
	for name, doc := range allQueries(t) {
		parsed, errs := gqlparser.LoadQueryWithRules(schema, doc, rules.NewDefaultRules())
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		body, err := json.Marshal(map[string]any{"query": doc, "variables": values})
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+testToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Data   map[string]any
			Errors []any
		}
		err = json.NewDecoder(resp.Body).Decode(&answer)
		resp.Body.Close()
		if err != nil || len(answer.Errors) > 0 || answer.Data == nil {
			t.Errorf("%s: %v %v", name, err, answer.Errors)
			continue
		}
		checked := 0
		fits(t, schema, name, parsed.Operations[0].SelectionSet, answer.Data, values, &checked)
		if checked == 0 {
			t.Errorf("%s: nothing was answered", name)
		}
	}
}

// fits compares an object with what was selected of it.
func fits(t *testing.T, schema *ast.Schema, path string, set ast.SelectionSet, o map[string]any, v vars, checked *int) {
	t.Helper()
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			x, ok := o[sel.Alias]
			if !ok {
				if len(sel.Directives) == 0 {
					t.Errorf("%s.%s is missing", path, sel.Alias)
				}
				continue
			}
			*checked++
			fitsType(t, schema, path+"."+sel.Alias, sel.Definition.Type, sel.SelectionSet, x, v, checked)
		case *ast.InlineFragment:
			if o["__typename"] == nil || o["__typename"] == sel.TypeCondition {
				partly := o["__typename"] == nil
				if !partly || has(o, sel.SelectionSet) {
					fits(t, schema, path, sel.SelectionSet, o, v, checked)
				}
			}
		case *ast.FragmentSpread:
			if len(sel.Directives) == 0 && has(o, sel.Definition.SelectionSet) {
				fits(t, schema, path, sel.Definition.SelectionSet, o, v, checked)
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

func fitsType(t *testing.T, schema *ast.Schema, path string, typ *ast.Type, set ast.SelectionSet, x any, v vars, checked *int) {
	t.Helper()
	if x == nil {
		if typ.NonNull {
			t.Errorf("%s is null, want %s", path, typ)
		}
		return
	}
	if typ.Elem != nil {
		list, ok := x.([]any)
		if !ok {
			t.Errorf("%s is %T, want a list", path, x)
		}
		for i, e := range list {
			fitsType(t, schema, fmt.Sprintf("%s[%d]", path, i), typ.Elem, set, e, v, checked)
		}
		return
	}
	def := schema.Types[typ.NamedType]
	switch def.Kind {
	case ast.Enum:
		if s, ok := x.(string); !ok || def.EnumValues.ForName(s) == nil {
			t.Errorf("%s is %v, want one of %s", path, x, def.Name)
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
			t.Errorf("%s is %T, want %s", path, x, def.Name)
		}
	default:
		o, ok := x.(map[string]any)
		if !ok {
			t.Errorf("%s is %T, want %s", path, x, def.Name)
			return
		}
		fits(t, schema, path, set, o, v, checked)
	}
}
