package github

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hour is the n-th hour of a story.
func hour(n int) time.Time {
	return time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

// told is a small story: one pull request of each way of merging, a push, a
// backdated push and a forced one.
func told() (*Organization, *Repository) {
	o := NewOrganization("acme")
	alice, bob := Person("alice"), Person("bob")
	r := o.Repository("app", hour(-500), alice)
	r.Push("owners", r.Default(), alice, hour(-499), "Owners").Writing("CODEOWNERS", "* @bob\n")
	open := func(key string, at int, how Method) *Pull {
		p := r.Open(key, alice, hour(at), strings.ToUpper(key))
		p.Commit(alice, hour(at), key+" one", "a.go")
		p.Commit(alice, hour(at).Add(time.Minute), key+" two", "b.go").With(bob)
		p.Review(bob, hour(at).Add(30*time.Minute), Approved, "")
		return p.Merge(bob, hour(at+1), how)
	}
	open("squash", 1, Squash)
	open("merge", 3, MergeCommit)
	open("rebase", 5, Rebase)
	open("queue", 7, Queue).Commits[0].Writing("CODEOWNERS", "* @alice\n")
	r.Push("backdated", r.Default(), bob, hour(9), "backdated").Dated(hour(-300))
	r.Push("removed", r.Default(), bob, hour(10), "removed")
	r.ForcePush("forced", r.Default(), bob, hour(11), 1, "forced")
	return o, r
}

func headlines(list []*Commit) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.Headline)
	}
	return out
}

func TestHistory(t *testing.T) {
	o, r := told()
	o.settle()
	want := []string{
		"forced", "backdated", "QUEUE (#4)", "rebase two", "rebase one", "Merge pull request #2 from acme/change/merge",
		"merge two", "merge one", "SQUASH (#1)", "Owners", "Initial commit",
	}
	if d := cmp.Diff(want, headlines(r.Default().tip.history(nil))); d != "" {
		t.Error(d)
	}
	// A commit that dates itself too early hides those before it.
	if d := cmp.Diff([]string{"forced"}, headlines(r.Default().tip.history(Args{"since": "2026-10-05T00:00:00Z"}))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want[2:], headlines(r.Default().tip.history(Args{"until": "2026-10-05T08:00:00Z"}))[1:]); d != "" {
		t.Error(d)
	}
}

// Every commit that a merge brought belongs to its pull request, by its parents
// and CODEOWNERS as they were.
func TestMerges(t *testing.T) {
	o, r := told()
	o.settle()
	of := map[string][]string{}
	for _, c := range r.Default().tip.history(nil) {
		for _, p := range c.pulls {
			of[p.key] = append(of[p.key], c.Headline)
		}
		want := "* @bob\n"
		switch c.Headline {
		case "forced", "backdated", "QUEUE (#4)":
			want = "* @alice\n"
		case "Initial commit":
			want = ""
		}
		if c.tree["CODEOWNERS"] != want {
			t.Errorf("%s: CODEOWNERS is %q, want %q", c.Headline, c.tree["CODEOWNERS"], want)
		}
	}
	want := map[string][]string{
		"squash": {"SQUASH (#1)"}, "merge": {"Merge pull request #2 from acme/change/merge", "merge two", "merge one"},
		"rebase": {"rebase two", "rebase one"}, "queue": {"QUEUE (#4)"},
	}
	if d := cmp.Diff(want, of); d != "" {
		t.Error(d)
	}
	for _, p := range r.pulls {
		if p.landed.OID() != p.LandedOID() {
			t.Errorf("%s landed as %s, which its story does not know", p.key, p.landed.OID())
		}
	}
	if squash := r.Default().tip.history(nil)[8]; len(squash.CoAuthors) != 1 || squash.CoAuthors[0].Name != "bob" {
		t.Errorf("co-authors of the squashed commit: %+v", squash.CoAuthors)
	}
}

// Told twice, a story has the same identities.
func TestDeterministic(t *testing.T) {
	answer := func() string {
		o, _ := told()
		q := `query { repository(owner: "acme", name: "app") { pullRequests(first: 10) { nodes { id number mergeCommit { oid } commits(first: 9) { nodes { commit { oid } } } } } } }`
		a, err := execute(q, nil, o.Root())
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := answer()
	if second := answer(); first != second || !strings.Contains(first, `"number":4`) {
		t.Errorf("%s\n%s", first, second)
	}
}

func TestREST(t *testing.T) {
	o, r := told()
	r.Name, r.Earlier = "application", "app"
	for i := range 5 {
		o.Audit(string(rune('a'+i)), "team.add_member", nil, hour(i), nil)
	}
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		o.REST(w, httptest.NewRequest(http.MethodGet, "http://example.com"+path, nil))
		return w
	}
	count := func(w *httptest.ResponseRecorder) int {
		var list []any
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		return len(list)
	}
	first := ask("/orgs/acme/audit-log?phrase=created:2026-10-05T01:00:00Z..2026-10-05T04:00:00Z&per_page=3")
	if n := count(first); n != 3 || !strings.Contains(first.Header().Get("Link"), "after=3") {
		t.Errorf("%d events, link %q", n, first.Header().Get("Link"))
	}
	last := ask("/orgs/acme/audit-log?phrase=created:2026-10-05T01:00:00Z..2026-10-05T04:00:00Z&per_page=3&after=3")
	if n := count(last); n != 1 || last.Header().Get("Link") != "" {
		t.Errorf("%d events, link %q", n, last.Header().Get("Link"))
	}
	for kind, want := range map[string]int{"push": 4, "force_push": 1, "pr_merge": 3, "merge_queue_merge": 1} {
		for _, name := range []string{"app", "application"} {
			if n := count(ask("/repos/acme/" + name + "/activity?per_page=100&ref=refs/heads/main&activity_type=" + kind)); n != want {
				t.Errorf("%s of %s: %d, want %d", kind, name, n, want)
			}
		}
	}
	for _, path := range []string{"/orgs/other/audit-log", "/repos/acme/nothing/activity", "/repos/acme/app/stars", "/"} {
		if w := ask(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestPullRequestsByUpdate(t *testing.T) {
	o, r := told()
	r.pulls[0].Comment(Person("carol"), hour(40), "afterwards")
	o.settle()
	var keys []string
	for _, p := range r.pulls {
		keys = append(keys, p.key)
	}
	if !slices.Equal(keys, []string{"squash", "queue", "rebase", "merge"}) {
		t.Errorf("by update: %v", keys)
	}
}
