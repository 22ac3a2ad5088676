package github

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"

	"github.com/evidencepack/evidence"
)

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
		Deployment: "deployments: read", Ruleset: "administration: read", RefUpdate: "contents: read", WorkflowRun: "actions: read",
		AuditEvent: "read:audit_log", PullRequest: "checks: read",
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
	w.root["repositoryOwner"] = obj{"__typename": "Organization", "login": "acme", "repositories": func(args) any {
		r := maps.Clone(w.repo)
		r["id"] = "R_before"
		return nodes(r)
	}}
	g := collectAll(t, s, Commit)
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "another one") {
		t.Errorf("%v", g.errs)
	}
}

// That a token is not to be had is no word on whether something may be read.
func TestRefusedLogin(t *testing.T) {
	refused := &loginError{&github.ErrorResponse{Response: &http.Response{StatusCode: http.StatusNotFound}}}
	if n := statusOf(fmt.Errorf("GET x: %w", refused)); n != 0 {
		t.Errorf("status %d", n)
	}
	if n := statusOf(fmt.Errorf("GET x: %w", refused.err)); n != http.StatusNotFound {
		t.Errorf("status %d", n)
	}
}

// With more rules than are read, whose history counts is not known.
func TestMoreRulesThanAreRead(t *testing.T) {
	w := newWorld(t)
	w.month(1)
	var rules []obj
	for range 31 {
		rules = append(rules, obj{"pattern": "release/1", "matchingRefs": nodes()})
	}
	w.repo["branchProtectionRules"] = nodes(rules...)
	g := collectAll(t, newSource(t, w.start(), "", noWait), Commit, PullRequest, BranchProtection)
	for _, kind := range []string{Commit, PullRequest, BranchProtection} {
		if c := g.claims[kind]; c.Satisfied() || !slices.Contains(g.gaps(kind), "more_rules_than_read acme/app") {
			t.Errorf("%s: %+v", kind, c)
		}
	}
}
