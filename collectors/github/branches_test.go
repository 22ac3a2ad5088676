package github

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func TestFurtherBranches(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	release := w.commit("on the release branch", october(9), 0)
	w.commits = w.commits[1:]
	w.other["release/1.0"] = append([]obj{release}, w.commits...)
	w.other["feature/x"] = w.commits
	g := collectAll(t, newSource(t, w.start(), "branches: [\"release/*\"]\n", noWait), Commit, BranchProtection)
	byBranch := map[string]int{}
	for id, body := range g.bodies {
		if strings.HasPrefix(id, Commit) {
			byBranch[gjson.Get(body, "branch").Str]++
		}
	}
	if diff := cmp.Diff(map[string]int{"main": 2, "release/1.0": 3}, byBranch); diff != "" || len(g.errs) > 0 {
		t.Errorf("%v (-want +got):\n%s", g.errs, diff)
	}
	if len(g.ids[BranchProtection]) != 2 {
		t.Errorf("%v", g.ids[BranchProtection])
	}
}

func TestHiddenProtection(t *testing.T) {
	w := newWorld(t)
	ref := w.repo["defaultBranchRef"].(func(args) any)
	w.repo["defaultBranchRef"] = func(a args) any {
		b := ref(a).(obj)
		b["refUpdateRule"] = obj{"pattern": "main", "requiredApprovingReviewCount": 1, "requiresCodeOwnerReviews": false, "requiredStatusCheckContexts": []any{},
			"allowsForcePushes": false, "allowsDeletions": false, "requiresLinearHistory": false, "requiresSignatures": false}
		return b
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), BranchProtection)
	if c := g.claims[BranchProtection]; c.Satisfied() || !strings.Contains(fmt.Sprint(c.Gaps), "administration: read") {
		t.Errorf("%+v", c)
	}
}

func TestBranchesThatAreGone(t *testing.T) {
	w := newWorld(t)
	w.month(1)
	gone := func(name, kind string) {
		w.pushes = append([]map[string]any{{"id": len(w.pushes) + 1, "node_id": "PSH", "before": oid(1), "after": noCommit, "ref": "refs/heads/" + name,
			"timestamp": stampOf(october(9)), "activity_type": kind, "actor": nil}}, w.pushes...)
	}
	gone("release/1", "branch_deletion")
	gone("feature/2", "branch_deletion")
	g := collectAll(t, newSource(t, w.start(), "branches: [\"release/*\"]\n", noWait), Commit, PullRequest)
	if diff := cmp.Diff([]string{"branch_gone acme/app release/1"}, g.gaps(Commit)); diff != "" || g.claims[PullRequest].Satisfied() {
		t.Errorf("%+v (-want +got):\n%s", g.claims[PullRequest], diff)
	}
}

func TestRulesThatAreNotShown(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	w.protected = []string{"main", "release/1"}
	w.other["release/1"] = w.commits
	g := collectAll(t, newSource(t, w.start(), "", noWait), Commit, BranchProtection)
	if n := len(g.ids[Commit]); n != 4 || len(g.ids[BranchProtection]) != 2 {
		t.Errorf("%d commits of two branches, %v", n, g.ids[BranchProtection])
	}
}

func TestRenamedBranch(t *testing.T) {
	w := newWorld(t)
	w.month(3)
	s := newSource(t, w.start(), "", noWait)
	before := collectAll(t, s, PullRequest, Commit)
	ref := w.repo["defaultBranchRef"].(func(args) any)
	renamed := func(a args) any {
		b := ref(a).(obj)
		b["name"], b["id"] = "trunk", "REF_trunk"
		return b
	}
	w.repo["defaultBranchRef"] = renamed
	w.repo["ref"] = func(a args) any {
		if a["qualifiedName"] != "refs/heads/trunk" {
			return nil
		}
		return renamed(a)
	}
	after := collectAll(t, s, PullRequest, Commit)
	if diff := cmp.Diff(before.ids, after.ids); diff != "" || len(after.errs) > 0 {
		t.Errorf("%v (-before +after):\n%s", after.errs, diff)
	}
	for _, id := range after.ids[Commit] {
		if b := gjson.Get(after.bodies[Commit+" "+id], "branch").Str; b != "trunk" {
			t.Errorf("%s is on %s", id, b)
		}
	}
	if !after.claims[PullRequest].Satisfied() {
		t.Errorf("%+v", after.claims[PullRequest])
	}
}

func TestIntoAnotherBranch(t *testing.T) {
	w := newWorld(t)
	w.month(1)
	p := w.merge(2, october(3), func(p obj) { p["baseRefName"], p["title"] = "feature/x", `Revert "Change 1"` })
	w.commits = w.commits[1:] // it landed elsewhere
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	if diff := cmp.Diff([]int{1, 2}, g.numbers()); diff != "" || !g.claims[PullRequest].Satisfied() {
		t.Errorf("%+v (-want +got):\n%s", g.claims[PullRequest], diff)
	}
	if b := gjson.Get(g.bodies[PullRequest+" "+p["id"].(string)], "baseRefName").Str; b != "feature/x" {
		t.Error(b)
	}
}
