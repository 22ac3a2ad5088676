package github

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

func TestDirectPushes(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	inside := w.commit("hotfix", october(30), 0)
	w.push(inside, w.commits[1]["oid"].(string), october(30), "push")
	before := w.commits[0]["oid"].(string)
	w.commit("older part", october(-2000), 0)
	backdated := w.commit("backdated", october(-1000), 0)
	w.push(backdated, before, october(40), "push")
	w.commit("after it", october(41), 0)

	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit, RefUpdate)
	var direct []string
	for id, body := range g.bodies {
		if strings.HasPrefix(id, Commit) && gjson.Get(body, "commit.associatedPullRequests.totalCount").Int() == 0 {
			direct = append(direct, gjson.Get(body, "commit.messageHeadline").Str)
		}
	}
	slices.Sort(direct)
	if diff := cmp.Diff([]string{"after it", "backdated", "hotfix", "older part"}, direct); diff != "" {
		t.Errorf("direct commits (-want +got):\n%s", diff)
	}
	if at := g.times[repoID+":"+backdated["oid"].(string)]; !at.Equal(october(40)) {
		t.Errorf("the backdated commit is of %s, want the time of its push", at)
	}
	if len(g.ids[RefUpdate]) != 2 {
		t.Errorf("pushes: %v", g.ids[RefUpdate])
	}
	// GitHub's count is not what was read, and the claim does not pretend so.
	if c := g.claims[Commit]; !c.Satisfied() || c.Found != 6 || c.Method != evidence.PagesExhausted {
		t.Errorf("%+v", c)
	}
	// Commits behind the backdated one are hidden from whoever trusts dates.
	if n := len(g.numbers()); n != 2 {
		t.Errorf("%d pull requests", n)
	}
	var notes []string
	for _, f := range g.claims[Commit].Notes {
		notes = append(notes, f.Code)
	}
	if !slices.Contains(notes, "history_out_of_order") {
		t.Errorf("notes: %v", notes)
	}
}

func TestPushedMerge(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	before := w.commits[0]["oid"].(string)
	side := w.commit("side", october(-1500), 0)
	w.commits = w.commits[1:]
	merge := w.commit("merge by hand", october(50), 0)
	merge["parents"] = nodes(obj{"__typename": "Commit", "oid": before, "file": func(args) any { return nil }},
		obj{"__typename": "Commit", "oid": side["oid"], "file": func(args) any { return nil }})
	w.commits = append(w.commits, side)
	w.push(merge, before, october(50), "push")
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit, RefUpdate)
	if at, ok := g.times[repoID+":"+side["oid"].(string)]; !ok || !at.Equal(october(50)) {
		t.Errorf("the commit of the side branch: %v %v", ok, at)
	}
	if c := g.claims[Commit]; !c.Satisfied() {
		t.Errorf("%+v", c)
	}
}

func TestForcedAway(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	before := w.commits[0]["oid"].(string)
	gone := w.commit("bad", october(20), 0)
	w.commits, w.loose = w.commits[1:], []obj{gone}
	w.push(gone, before, october(20), "push")
	back := w.byOid(before)
	w.push(back, gone["oid"].(string), october(21), "force_push")
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit, RefUpdate)
	if _, ok := g.times[repoID+":"+gone["oid"].(string)]; !ok {
		t.Error("the commit that was forced away is missing")
	}
	if n := len(g.ids[Commit]); n != 3 {
		t.Errorf("%d commits: a push back brings none", n)
	}
	if len(g.ids[RefUpdate]) != 2 || !g.claims[Commit].Satisfied() {
		t.Errorf("%v %+v", g.ids[RefUpdate], g.claims[Commit])
	}
}
