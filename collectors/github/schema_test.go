package github

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/demo/github/schematest"
)

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
	schema := schematest.Published(t)
	for name, doc := range allQueries(t) {
		if err := schematest.Check(schema, doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if schematest.Check(schema, "query { viewer { nickname } }") == nil {
		t.Error("a field that GitHub does not have was accepted: the test tests nothing")
	}
}

// The simulated GitHub answers as the schema says: no null where there is none,
// no value that an enumeration does not have, no other kind of scalar.
func TestSimulationFitsTheSchema(t *testing.T) {
	schema := schematest.Published(t)
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
		schematest.Answer(t, schema, url, testToken, name, doc, values)
	}
}
