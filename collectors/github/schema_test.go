package github

import (
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
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
		if _, errs := gqlparser.LoadQuery(schema, doc); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if _, errs := gqlparser.LoadQuery(schema, "query { viewer { nickname } }"); len(errs) == 0 {
		t.Error("a field that GitHub does not have was accepted: the test tests nothing")
	}
}
