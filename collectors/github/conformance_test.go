package github

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// broken makes the simulation do what the conformance suite asks for.
func broken(f *collectortest.Faults) func(http.ResponseWriter, *http.Request, string, args) bool {
	return func(w http.ResponseWriter, r *http.Request, _ string, _ args) bool {
		fault := f.Next(r)
		switch {
		case fault == nil:
			return false
		case fault.Hang:
			<-r.Context().Done()
		case fault.Cut:
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"data":`))
		default:
			w.WriteHeader(fault.Status)
		}
		return true
	}
}

func TestConformance(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", testToken)
	w := newWorld(t)
	w.month(130)
	linked := w.issue(501)
	w.issue(502)
	for _, p := range w.pulls {
		switch p["number"] {
		case 5:
			p["closingIssuesReferences"] = nodes(linked)
		case 90:
			p["title"] = "Refs #502"
		}
	}
	direct := w.commit("hotfix", october(30), 0)
	w.push(direct, w.commits[1]["oid"].(string), october(30), "push")
	backdated := w.commit("backdated", october(-1000), 0)
	w.push(backdated, direct["oid"].(string), october(40), "push")
	w.commit("on top", october(41), 0)
	w.other["release/1.0"] = w.commits[2:]
	w.runs = append(w.runs, map[string]any{"id": 1, "created_at": stampOf(october(3))}, map[string]any{"id": 2, "created_at": stampOf(october(400))})
	for i := range 120 {
		w.events = append(w.events, map[string]any{"_document_id": stampOf(october(i)), "@timestamp": october(i).UnixMilli(), "action": "team.add_member"})
	}
	var faults collectortest.Faults
	w.fault = broken(&faults)
	url := w.start()

	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return open(env, decode, func(ctx context.Context, _ time.Duration) error { return httpclient.Sleep(ctx, time.Millisecond) })
	}
	collectortest.Run(t, collectortest.Case{
		Driver:   d,
		Settings: "api_url: " + url + "\nowners: [acme]\nbranches: [\"release/*\"]\n",
		Env: collectors.Env{
			Log: slog.New(slog.DiscardHandler), Workers: 2, BaseDir: t.TempDir(),
			Now: func() time.Time { return time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) },
		},
		Query: evidence.Query{Period: octoberPeriod, Want: wantKinds(
			PullRequest, Commit, Codeowners, Issue, Team, Repository, BranchProtection, Ruleset, Deployment, WorkflowRun, RefUpdate, AuditEvent)},
		// 130 pull requests; their commits and three more; on the release branch the
		// same without two; one CODEOWNERS file; two issues; one repository; two
		// branches; two runs; two pushes; 120 events.
		Records: 130 + 133 + 131 + 1 + 2 + 1 + 2 + 2 + 2 + 120,
		Secrets: []string{testToken},
		Faults:  &faults,
	})
}
