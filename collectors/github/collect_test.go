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

func TestUnreadablePullRequest(t *testing.T) {
	w := newWorld(t)
	w.month(3)
	list := w.repo["pullRequests"].(func(args) any)
	w.repo["pullRequests"] = func(a args) any {
		return sublist(list(a), func(o any) bool { return o.(obj)["number"] != 2 })
	}
	w.repo["pullRequest"] = func(args) any { return errorOf("NOT_FOUND") }
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	if diff := cmp.Diff([]string{"pull_request_unreadable acme/app#2"}, g.gaps(PullRequest)); diff != "" || g.claims[PullRequest].Satisfied() {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

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
func TestTooHeavy(t *testing.T) {
	for _, limit := range []float64{25, 3, 1} {
		for name, answer := range map[string]func(http.ResponseWriter){
			"502": status(502, nil, ""), "504": status(504, nil, "<html>"),
			"timeout":   status(200, nil, `{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."}]}`),
			"resources": status(200, nil, `{"data":{"repository":{"pullRequests":{"nodes":[null]}}},"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","message":"Resource limits for this query exceeded.","path":["repository","pullRequests","nodes",0]}]}`),
		} {
			t.Run(fmt.Sprintf("%s above %v", name, limit), func(t *testing.T) {
				w := newWorld(t)
				w.month(70)
				w.fault = func(rw http.ResponseWriter, _ *http.Request, operation string, v args) bool {
					if size, _ := v["size"].(float64); operation == "changes" && v["pulls"] == true && size > limit {
						answer(rw)
						return true
					}
					return false
				}
				g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
				if diff := cmp.Diff(upTo(70), g.numbers()); diff != "" || len(g.errs) > 0 || !g.claims[PullRequest].Satisfied() || len(g.ids[Commit]) != 70 {
					t.Errorf("%v %v, %d commits (-want +got):\n%s", g.errs, g.claims[PullRequest], len(g.ids[Commit]), diff)
				}
			})
		}
	}
}

// One pull request that GitHub can never give is named, and the walk goes on.
func TestOneTooHeavy(t *testing.T) {
	w := newWorld(t)
	w.month(20)
	for _, p := range w.pulls {
		if p["number"] == 9 {
			p["reviews"] = errorOf("INTERNAL")
		}
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	want := slices.DeleteFunc(upTo(20), func(n int) bool { return n == 9 })
	if diff := cmp.Diff(want, g.numbers()); diff != "" || len(g.errs) > 0 {
		t.Errorf("%v (-want +got):\n%s", g.errs, diff)
	}
	if diff := cmp.Diff([]string{"pull_request_unreadable https://github.com/acme/app/pull/9"}, g.gaps(PullRequest)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if g.claims[PullRequest].Satisfied() {
		t.Error("the claim is satisfied")
	}
}

// What may not be read is a gap with the permission's name, for the kinds that
// need it and for no others.
func TestPermissions(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	w.repo["deployments"] = errorOf("FORBIDDEN")
	w.repo["rulesets"] = errorOf("FORBIDDEN")
	for _, p := range w.pulls {
		for _, c := range p["commits"].(list)() {
			c.(obj)["commit"].(obj)["statusCheckRollup"] = errorOf("FORBIDDEN")
		}
	}
	w.rest = func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(http.StatusForbidden)
		writeJSON(rw, map[string]any{"message": "Resource not accessible by integration"})
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit, Deployment, Ruleset, RefUpdate, WorkflowRun, AuditEvent)
	if len(g.errs) > 0 {
		t.Fatal(g.errs)
	}
	for kind, want := range map[string]string{
		Deployment: "Deployments (read)", Ruleset: "Administration (read)", RefUpdate: "Contents (read)", WorkflowRun: "Actions (read)",
		AuditEvent: "read:audit_log", PullRequest: "Checks (read)",
	} {
		c := g.claims[kind]
		if c.Satisfied() || !slices.ContainsFunc(c.Gaps, func(f evidence.Finding) bool {
			return f.Code == "not_readable" && strings.Contains(f.Detail, want)
		}) {
			t.Errorf("%s: %+v", kind, c)
		}
	}
	// Which branches are protected is not known, and so not whose history counts.
	if g.claims[Commit].Satisfied() {
		t.Errorf("%+v", g.claims[Commit])
	}
	if diff := cmp.Diff(upTo(2), g.numbers()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

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

// A rule that the token may not see must not look like no rule.
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
	if c := g.claims[BranchProtection]; c.Satisfied() || !strings.Contains(fmt.Sprint(c.Gaps), "Administration (read)") {
		t.Errorf("%+v", c)
	}
}

func TestRepositoryThatIsGone(t *testing.T) {
	w := newWorld(t)
	s := newSource(t, w.start(), "repositories: [acme/app, acme/gone]\n", noWait)
	s.settings.Owners = nil
	repo := w.root["repository"].(func(args) any)
	w.root["repository"] = func(a args) any {
		if a["name"] == "gone" {
			return errorOf("NOT_FOUND")
		}
		return repo(a)
	}
	g := collectAll(t, s, PullRequest)
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "acme/gone") || len(g.claims) != 1 {
		t.Errorf("%v; %v", g.errs, g.claims)
	}
}

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

// What was pushed directly and then taken away by force is no part of any history,
// and was there all the same.
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

// GitHub shows those who may not administer a repository no rules, and no error.
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

func TestHistoryTooHeavy(t *testing.T) {
	w := newWorld(t)
	w.month(150)
	w.fault = func(rw http.ResponseWriter, _ *http.Request, operation string, v args) bool {
		if size, _ := v["historySize"].(float64); operation == "changes" && v["history"] == true && size > 30 {
			rw.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	if len(g.errs) > 0 || len(g.ids[Commit]) != 150 || len(g.numbers()) != 150 || !g.claims[PullRequest].Satisfied() {
		t.Errorf("%v, %d commits, %d pull requests, %+v", g.errs, len(g.ids[Commit]), len(g.numbers()), g.claims[PullRequest])
	}
}

// Commits whose pull requests may not be read must not look like direct pushes in
// silence.
func TestRefusedPartsOfTheHistory(t *testing.T) {
	w := newWorld(t)
	w.month(2)
	for _, c := range w.commits {
		c["associatedPullRequests"] = errorOf("FORBIDDEN")
	}
	g := collectAll(t, newSource(t, w.start(), "", noWait), PullRequest, Commit)
	if g.claims[Commit].Satisfied() || g.claims[PullRequest].Satisfied() {
		t.Errorf("%+v", g.claims)
	}
}

func TestAnotherRepositoryOfTheName(t *testing.T) {
	w := newWorld(t)
	w.month(1)
	s := newSource(t, w.start(), "", noWait)
	planned := w.root["repositoryOwner"]
	w.root["repositoryOwner"] = obj{"__typename": "Organization", "login": "acme", "repositories": func(args) any {
		r := maps.Clone(w.repo)
		r["id"] = "R_before"
		return nodes(r)
	}}
	g := collectAll(t, s, Commit)
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "another one") {
		t.Errorf("%v (%v)", g.errs, planned != nil)
	}
}

// A default branch that is renamed keeps its commits: read again under the new
// name, they are the same records.
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

// A pull request into another branch is read too: whether it is a change to judge
// is for the controls. A revert is a pull request like any other.
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
