package github

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

var octoberPeriod = evidence.Period{
	Start: time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC),
}

// wantKinds asks for everything of some kinds.

func wantKinds(kinds ...string) []evidence.Selection {
	var want []evidence.Selection
	for _, k := range kinds {
		s := evidence.Selection{Kind: k, For: "TST-01"}
		if k == PullRequest {
			s.Where = evidence.Where{{"state": {"MERGED"}}}
		}
		want = append(want, s)
	}
	return want
}

// got is what a collection gave.

type got struct {
	batches []evidence.Batch
	ids     map[string][]string       // by kind, in the order in which they came
	bodies  map[string]string         // by kind and ID, the last version
	times   map[string]time.Time      // by ID
	claims  map[string]evidence.Claim // by kind
	errs    []error
}

// collectAll collects every unit for some kinds.

func collectAll(t *testing.T, s *source, kinds ...string) got {
	t.Helper()
	s.now = func() time.Time { return time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) }
	s.client.now = s.now
	g := got{ids: map[string][]string{}, bodies: map[string]string{}, times: map[string]time.Time{}, claims: map[string]evidence.Claim{}}
	for u, err := range s.Plan(t.Context(), evidence.Query{Period: octoberPeriod, Want: wantKinds(kinds...)}) {
		if err != nil {
			g.errs = append(g.errs, err)
			continue
		}
		for b, err := range s.Collect(t.Context(), u, nil) {
			if err != nil {
				g.errs = append(g.errs, err)
				break
			}
			g.batches = append(g.batches, b)
			for _, r := range b.Records {
				g.ids[r.Kind] = append(g.ids[r.Kind], r.ID)
				g.bodies[r.Kind+" "+r.ID] = string(r.Body)
				g.times[r.ID] = r.Time
			}
			for _, c := range b.Claims {
				g.claims[c.Kind] = c
			}
		}
	}
	return g
}

// numbers lists the numbers of the pull requests that came, each once, ascending.

func (g got) numbers() []int {
	seen := map[int]bool{}
	for _, id := range g.ids[PullRequest] {
		n, _ := strconv.Atoi(strings.TrimPrefix(id, "PR_"))
		seen[n] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func (g got) gaps(kind string) []string {
	var out []string
	for _, f := range g.claims[kind].Gaps {
		out = append(out, f.Code+" "+f.Object)
	}
	return out
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// month fills the world with pull requests that were merged in the period, and

// with some that were not.

func (w *world) month(n int) {
	w.merge(100_000, october(-5)) // before the period, and not touched since
	for i := 1; i <= n; i++ {
		w.merge(i, october(1).Add(time.Duration(i)*time.Minute))
	}
	w.open(100_001, october(3))
	late := w.merge(100_002, october(-3)) // merged before, commented on since
	late["updatedAt"] = stampOf(october(4))
}

func TestMergedPullRequestsOfThePeriod(t *testing.T) {
	w := newWorld(t)
	w.month(130)
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit, Codeowners, RefUpdate)
	if len(g.errs) > 0 {
		t.Fatal(g.errs)
	}
	if diff := cmp.Diff(upTo(130), g.numbers()); diff != "" {
		t.Errorf("pull requests (-want +got):\n%s", diff)
	}
	if n := len(g.ids[Commit]); n != 130 {
		t.Errorf("%d commits", n)
	}
	if diff := cmp.Diff([]string{repoID + ":.github/CODEOWNERS@" + oid("blob", ".github/CODEOWNERS")}, g.ids[Codeowners]); diff != "" {
		t.Errorf("CODEOWNERS (-want +got):\n%s", diff)
	}
	for kind, c := range g.claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", kind, c)
		}
	}
	c := g.claims[PullRequest]
	if c.Expected != 130 || c.Found != 130 || c.Method != evidence.HistoryReconciled {
		t.Errorf("%+v", c)
	}
	body := g.bodies[PullRequest+" PR_7"]
	for path, want := range map[string]string{"number": "7", "mergedBy.login": "bob", "mergedBy.id": "U_bob", "mergedBy.__typename": "User", "commits.nodes.0.commit.authors.nodes.0.user.login": "alice", "files.nodes.0.path": "a.go", "repository.nameWithOwner": repoName} {
		if v := gjson.Get(body, path).String(); v != want {
			t.Errorf("%s is %q, want %q", path, v, want)
		}
	}
}

// An unchanged repository costs one request, beside the page of names that a

// hundred repositories share.

func TestUnchangedRepository(t *testing.T) {
	w := newWorld(t)
	w.merge(1, october(-5))
	w.repo["pushedAt"] = stampOf(october(-5))
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit, Codeowners, RefUpdate, BranchProtection, Ruleset, Deployment, Issue)
	if len(g.errs) > 0 || w.count("") != 2 {
		t.Errorf("%v; requests: %v", g.errs, w.server.Requests())
	}
	for kind, c := range g.claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", kind, c)
		}
	}
	if len(g.claims) != 8 {
		t.Errorf("%d claims", len(g.claims))
	}
}

// A pull request that is updated during the walk moves to the front, past the

// walk. It is neither lost nor, unless it changed, handed over twice.

func TestUpdatedDuringTheWalk(t *testing.T) {
	w := newWorld(t)
	w.month(200)
	moved := 0
	w.fault = func(_ http.ResponseWriter, _ *http.Request, operation string, v args) bool {
		if operation == "changes" && v["pulls"] == true && moved < 2 && w.count("changes") == 2 {
			moved++ // while the second page is asked for, the oldest of all is commented on
			for _, p := range w.pulls {
				if p["number"] == 1 {
					p["updatedAt"] = stampOf(october(700))
				}
			}
		}
		return false
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest)
	if moved == 0 {
		t.Fatal("nothing moved: the test tests nothing")
	}
	if diff := cmp.Diff(upTo(200), g.numbers()); diff != "" || len(g.ids[PullRequest]) != 200 {
		t.Errorf("%d records; (-want +got):\n%s", len(g.ids[PullRequest]), diff)
	}
	if c := g.claims[PullRequest]; !c.Satisfied() {
		t.Errorf("%+v", c)
	}
}

// A commit names a pull request that the list of pull requests did not give.

func TestReconciledWithHistory(t *testing.T) {
	w := newWorld(t)
	w.month(3)
	w.merge(50, october(20))
	list := w.repo["pullRequests"].(func(args) any)
	w.repo["pullRequests"] = func(a args) any {
		return sublist(list(a), func(o any) bool { return o.(obj)["number"] != 50 })
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	if diff := cmp.Diff([]int{1, 2, 3, 50}, g.numbers()); diff != "" || !g.claims[PullRequest].Satisfied() {
		t.Errorf("%v (-want +got):\n%s", g.claims[PullRequest], diff)
	}
}

// GitHub counts a commit of the very instant at which the period ends; it belongs

// to the next one.

func TestEdgesOfThePeriod(t *testing.T) {
	w := newWorld(t)
	w.merge(1, octoberPeriod.Start.Add(-time.Second))
	w.merge(2, octoberPeriod.Start)
	w.merge(3, octoberPeriod.End.Add(-time.Second))
	w.merge(4, octoberPeriod.End)
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	if d := cmp.Diff([]int{2, 3}, g.numbers()); d != "" {
		t.Error(d)
	}
	for _, kind := range []string{PullRequest, Commit} {
		if c := g.claims[kind]; c.Expected != 2 || c.Found != 2 || len(c.Gaps) > 0 || len(c.Notes) > 0 {
			t.Errorf("%s: %+v", kind, c)
		}
	}
}

func sublist(v any, keep func(any) bool) list {
	all := v.(list)
	return func() []any { return slices.DeleteFunc(slices.Clone(all()), func(o any) bool { return !keep(o) }) }
}

func TestLongLists(t *testing.T) {
	w := newWorld(t)
	var reviews, files, commits, comments, labels, timeline, checks []obj
	for i := range 230 {
		reviews = append(reviews, obj{"id": fmt.Sprint("PRR_", i), "url": "", "state": "COMMENTED", "submittedAt": stampOf(october(1)), "body": "", "author": nil, "authorAssociation": "NONE", "commit": nil})
		files = append(files, obj{"path": fmt.Sprintf("f%03d", i), "changeType": "ADDED"})
		comments = append(comments, obj{"id": fmt.Sprint("IC_", i), "url": "", "createdAt": stampOf(october(1)), "author": nil, "body": "x"})
		labels = append(labels, obj{"name": fmt.Sprint("l", i)})
		timeline = append(timeline, obj{"__typename": "HeadRefForcePushedEvent", "createdAt": stampOf(october(1)), "actor": nil, "beforeCommit": nil, "afterCommit": nil})
		checks = append(checks, obj{"__typename": "StatusContext", "context": fmt.Sprint("c", i), "state": "SUCCESS", "createdAt": stampOf(october(1)), "creator": nil})
	}
	p := w.merge(1, october(2), func(p obj) {
		first := p["commits"].(list)()[0].(obj)["commit"].(obj)
		for i := range 230 {
			c := maps.Clone(first)
			c["oid"] = fmt.Sprintf("%040d", i)
			c["statusCheckRollup"] = obj{"state": "SUCCESS", "contexts": nodes(checks...)}
			commits = append(commits, obj{"commit": c})
		}
		p["reviews"], p["files"], p["commits"], p["comments"], p["labels"], p["timelineItems"] = nodes(reviews...), nodes(files...), nodes(commits...), nodes(comments...), nodes(labels...), nodes(timeline...)
	})
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest)
	body := g.bodies[PullRequest+" "+p["id"].(string)]
	for path, want := range map[string]int64{
		"reviews.nodes.#": 230, "files.nodes.#": 230, "commits.nodes.#": 230, "comments.nodes.#": 230, "labels.nodes.#": 230,
		"timelineItems.nodes.#": 230, checksPath + ".nodes.#": 230, "reviews.totalCount": 230,
	} {
		if n := gjson.Get(body, path).Int(); n != want {
			t.Errorf("%s is %d, want %d", path, n, want)
		}
	}
	seen := map[string]bool{}
	gjson.Get(body, "files.nodes.#.path").ForEach(func(_, v gjson.Result) bool {
		seen[v.Str] = true
		return true
	})
	if len(seen) != 230 || gjson.Get(body, "files.pageInfo.hasNextPage").Bool() {
		t.Errorf("%d different paths, %s", len(seen), gjson.Get(body, "files.pageInfo").Raw)
	}
}

// GitHub gives up on queries for more than some pull requests: less is asked for.

// One pull request that GitHub can never give is named, and the walk goes on.

// What may not be read is a gap with the permission's name, for the kinds that

// need it and for no others.

func TestIssues(t *testing.T) {
	w := newWorld(t)
	w.month(4)
	linked, named := w.issue(501), w.issue(502)
	w.issue(503)
	for _, p := range w.pulls {
		switch p["number"] {
		case 1:
			p["closingIssuesReferences"] = nodes(linked)
			p["body"] = "Closes #501"
		case 2:
			p["title"] = "Refs #502, #777 and #1" // no such issue, and a pull request
		case 3:
			p["headRefName"] = "feature/502-again"
		}
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Issue)
	want := []string{linked["id"].(string), named["id"].(string)}
	got := slices.Sorted(slices.Values(g.ids[Issue]))
	if diff := cmp.Diff(want, got); diff != "" || len(g.errs) > 0 {
		t.Errorf("%v (-want +got):\n%s", g.errs, diff)
	}
}

// A rule that the token may not see must not look like no rule.

func TestWorkflowRunsBeyondTheSearchLimit(t *testing.T) {
	w := newWorld(t)
	for i := range 2500 {
		w.runs = append(w.runs, map[string]any{"id": i, "created_at": stampOf(october(1).Add(time.Duration(i) * time.Minute))})
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), WorkflowRun)
	if n := len(g.ids[WorkflowRun]); n != 2500 || !g.claims[WorkflowRun].Satisfied() {
		t.Errorf("%d runs, %+v, %v", n, g.claims[WorkflowRun], g.errs)
	}
}

func TestAuditLog(t *testing.T) {
	w := newWorld(t)
	for i := range 250 {
		w.events = append(w.events, map[string]any{"_document_id": fmt.Sprint("D", i), "@timestamp": october(i).UnixMilli(), "action": "team.add_member"})
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), AuditEvent)
	if n := len(g.ids[AuditEvent]); n != 250 || !g.claims[AuditEvent].Satisfied() || !g.times["D7"].Equal(october(7)) {
		t.Errorf("%d events, %+v, %v", n, g.claims[AuditEvent], g.errs)
	}
	w.rest = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) }
	g = collectAll(t, newSource(t, w.start(), "", noWait), AuditEvent)
	if diff := cmp.Diff([]string{"no_audit_log acme"}, g.gaps(AuditEvent)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	g = collectAll(t, newSource(t, w.start(), "audit_log: none\n", noWait), AuditEvent)
	if len(g.claims) != 0 {
		t.Errorf("%+v", g.claims)
	}
}

// A merge made by hand brings commits of long ago: they are found by what the push

// brought, not by where they stand in the history.

// What was pushed directly and then taken away by force is no part of any history,

// and was there all the same.

// GitHub shows those who may not administer a repository no rules, and no error.

// Commits whose pull requests may not be read must not look like direct pushes in

// silence.

// A default branch that is renamed keeps its commits: read again under the new

// name, they are the same records.

// A pull request into another branch is read too: whether it is a change to judge

// is for the controls. A revert is a pull request like any other.
