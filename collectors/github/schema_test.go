package github

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence/internal/demo"
	sim "github.com/evidencepack/evidence/internal/demo/github"
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
		if name := strings.TrimSuffix(f.Name(), ".graphql"); name != "fragments" {
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

// So does the company of the demo, in all of its repositories, for every pull
// request and every branch.
func TestCompanyFitsTheSchema(t *testing.T) {
	schema := schematest.Published(t)
	org := demo.Organization()
	server, err := sim.NewServer(sim.Options{Root: org.Root(), REST: org.REST, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, r := range org.Repositories() {
		values := vars{
			"owner": org.Login, "name": r.Name, "size": 100, "after": nil, "pulls": true, "history": true, "owners": true,
			"historySize": 100, "historyAfter": nil, "pullsAfter": nil, "prefix": "refs/heads/",
			"since": octoberPeriod.Start, "until": octoberPeriod.End, "id": "", "pull0": 1, "pull1": 1, "issue0": 1, "issue1": 2,
			"branch0": "refs/heads/main", "branch1": "refs/heads/nowhere",
		}
		for _, c := range connections {
			values[c.name], values[c.name+"After"] = true, nil
		}
		if pulls := r.Pulls(); len(pulls) > 0 {
			values["id"], values["pull0"], values["pull1"] = pulls[0].ID(), pulls[0].Number(), pulls[len(pulls)-1].Number()
		}
		for _, b := range r.Branches() {
			values["ref"], values["oid"] = "refs/heads/"+b.Name, b.Commits()[0].OID
			changes := schematest.Answer(t, schema, server.URL(), testToken, r.Name+" "+b.Name, query("changes"), values)
			values["blob0"], values["blob1"] = ownersOf(t, changes), values["oid"]
			for name, doc := range allQueries(t) {
				if len(r.Pulls()) == 0 && (name == "pulls" || name == "issues") {
					continue // GitHub says that there is none
				}
				schematest.Answer(t, schema, server.URL(), testToken, r.Name+" "+b.Name+" "+name, doc, values)
			}
		}
	}
}

// ownersOf finds the CODEOWNERS file that the newest commit was made on.
func ownersOf(t *testing.T, changes map[string]any) string {
	t.Helper()
	b, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	parent := gjson.GetBytes(b, "repository.ref.target.history.nodes.0.parents.nodes.0")
	for _, place := range []string{"github", "root", "docs"} {
		if oid := parent.Get(place + ".oid").Str; oid != "" {
			return oid
		}
	}
	return parent.Get("oid").Str // a commit, and no file
}
