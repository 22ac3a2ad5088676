package controls

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// gitHubDisagreements explains every labelled event of GitHub's audit log that
// the controls judge differently.
var gitHubDisagreements = map[string]string{
	"GitHub - Protected Branch Name Updated":            "Panther reports the end of a rule; for CHG-06 a rule whose pattern of branches changed may protect this one no longer, and the event does not say",
	"GitHub - Ruleset Created":                          "Panther reports any change of a ruleset; CHG-06 those that weaken one, and a new one weakens nothing",
	"Github - Ruleset Modified":                         "the same: what was changed asks for more than before",
	"Github - Ruleset Modified for entire Organization": "the same: the ruleset was only being evaluated before it was disabled",
	"GitHub - Team Deleted":                             "Panther's rule is about members of the organisation; CHG-10 is about teams too",
}

// TestLabelledAuditEvents compares verdicts with those that others gave to the
// same events of GitHub's audit log: CHG-06 judges a branch of the repository that
// is protected otherwise, CHG-10 the event itself.
func TestLabelledAuditEvents(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/panther/github.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	differed := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		c := gjson.ParseBytes(lines.Bytes())
		rule, test, expected := c.Get("rule").Str, c.Get("test").Str, c.Get("expected").Bool()
		id, m := "CHG-10", memory{}
		if strings.Contains(rule, "Branch") || strings.Contains(rule, "Ruleset") {
			id = "CHG-06"
			m = protectedBranch(t, c.Get("event.org").Str, c.Get("event.repo").Str)
		}
		m.add("github.audit_event", "event", c.Get("event").Raw)
		got := slices.Contains(verdictsOf(t, lib, id, m), evidence.Exception)
		if got != expected {
			differed[test] = true
		}
		if _, explained := gitHubDisagreements[test]; (got != expected) != explained {
			t.Errorf("%s, %s: exception of %s: %v, expected %v, explained: %v", rule, test, id, got, expected, explained)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for test := range gitHubDisagreements {
		if !differed[test] {
			t.Errorf("%s: no case of this name is judged differently", test)
		}
	}
}

// protectedBranch is evidence of a branch of the repository that was protected at
// the period's end, with an audit log that tells of the period.
func protectedBranch(t *testing.T, org, repo string) memory {
	t.Helper()
	if repo == "" {
		repo = org + "/any"
	}
	m := memory{}
	body := shapedRecord(t, "change/protection-stayed-on", "github.branch_protection", "branch")
	body = strings.ReplaceAll(body, `"acme/app"`, `"`+repo+`"`)
	body = strings.ReplaceAll(body, `"acme"`, `"`+org+`"`)
	m.add("github.branch_protection", "branch", body)
	claim := strings.ReplaceAll(shapedRecord(t, "change/protection-stayed-on", "evidence.claim", "claim"), `"acme"`, `"`+org+`"`)
	m.add("evidence.claim", "claim", claim)
	return m
}

// shapedRecord is a record of a control's testdata.
func shapedRecord(t *testing.T, folder, kind, name string) string {
	t.Helper()
	b, err := fs.ReadFile(shipped, folder+"/testdata/shaped.json")
	if err != nil {
		t.Fatal(err)
	}
	var records map[string]map[string]json.RawMessage
	if err := json.Unmarshal(b, &records); err != nil {
		t.Fatal(err)
	}
	if records[kind][name] == nil {
		t.Fatalf("%s: no %s %s", folder, kind, name)
	}
	return string(records[kind][name])
}

func verdictsOf(t *testing.T, lib *Library, id string, m memory) []evidence.Verdict {
	t.Helper()
	c, err := lib.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []evidence.Verdict
	for _, item := range items {
		verdicts = append(verdicts, item.Verdict)
	}
	return verdicts
}

// TestChangesThroughTheEngine: records reach the policies by the joins that the
// controls declare, not only by the documents of their tests.
func TestChangesThroughTheEngine(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	all := func() memory {
		m := memory{}
		m.add("github.pull_request", "42", shapedRecord(t, "change/owners-approved", "github.pull_request", "pull"))
		for _, name := range []string{"first", "second", "merge"} {
			m.add("github.commit", name, shapedRecord(t, "change/owners-approved", "github.commit", name))
		}
		m.add("github.codeowners", "c", shapedRecord(t, "change/owners-approved", "github.codeowners", "codeowners"))
		m.add("github.team", "t", shapedRecord(t, "change/owners-approved", "github.team", "team"))
		m.add("github.issue", "12", shapedRecord(t, "change/has-a-reason", "github.issue", "issue"))
		m.add("github.branch_protection", "main", shapedRecord(t, "change/checks-passed", "github.branch_protection", "branch"))
		m.add("github.deployment", "d", shapedRecord(t, "change/deployed-from-approved", "github.deployment", "deployment"))
		m.add("evidence.claim", "claim", shapedRecord(t, "change/protection-stayed-on", "evidence.claim", "claim"))
		return m
	}
	edited := func(kind, old, new string) memory {
		m := all()
		changed := false
		for i, r := range m[kind] {
			body := strings.ReplaceAll(string(r.Body), old, new)
			changed = changed || body != string(r.Body)
			m[kind][i].Body = []byte(body)
		}
		if !changed {
			t.Fatalf("%s: the edit of %s changes nothing", kind, old)
		}
		return m
	}
	without := func(kind string) memory {
		m := all()
		delete(m, kind)
		return m
	}
	feature := edited("github.pull_request", `"baseRefName": "main"`, `"baseRefName": "feature"`)
	feature["github.commit"] = nil
	for _, tt := range []struct {
		id, name string
		m        memory
		want     evidence.Verdict
	}{
		{"CHG-01", "approved", all(), evidence.Pass},
		{"CHG-01", "of another branch", feature, evidence.NotApplicable},
		{"CHG-01", "of another branch, but it landed", edited("github.pull_request", `"baseRefName": "main"`, `"baseRefName": "feature"`), evidence.Pass},
		{"CHG-01", "taken back", edited("github.pull_request", `"state": "APPROVED"`, `"state": "DISMISSED"`), evidence.Exception},
		{"CHG-02", "merged by another", all(), evidence.NotApplicable},
		{"CHG-03", "approved by the owner", all(), evidence.Pass},
		{"CHG-03", "another owns it", edited("github.codeowners", "@bob", "@carol"), evidence.Exception},
		{"CHG-03", "a member owns it", edited("github.codeowners", "@bob", "@acme/platform"), evidence.Pass},
		{"CHG-03", "a team that has other members", edited("github.codeowners", "@bob", "@acme/other"), evidence.Exception},
		{"CHG-03", "no text", without("github.codeowners"), evidence.Exception},
		{"CHG-04", "linked", all(), evidence.Pass},
		{"CHG-04", "named", edited("github.pull_request", `"closingIssuesReferences"`, `"none"`), evidence.Pass},
		{"CHG-05", "by a pull request", all(), evidence.Pass},
		{"CHG-05", "by none", edited("github.commit", `"merged": true`, `"merged": false`), evidence.Exception},
		{"CHG-06", "protected", all(), evidence.Pass},
		{"CHG-06", "nothing tells how it began", without("evidence.claim"), evidence.Exception},
		{"CHG-07", "passed", all(), evidence.Pass},
		{"CHG-07", "failed", edited("github.pull_request", `"conclusion": "SUCCESS"`, `"conclusion": "FAILURE"`), evidence.Exception},
		{"CHG-08", "approved", all(), evidence.Pass},
		{"CHG-08", "not among the evidence", without("github.pull_request"), evidence.Exception},
		{"CHG-09", "approved as merged", all(), evidence.Pass},
	} {
		verdicts := verdictsOf(t, lib, tt.id, tt.m)
		if len(verdicts) == 0 {
			t.Errorf("%s, %s: no item", tt.id, tt.name)
		}
		for _, got := range verdicts {
			if got != tt.want {
				t.Errorf("%s, %s: got %s, want %s", tt.id, tt.name, got, tt.want)
			}
		}
	}
}
