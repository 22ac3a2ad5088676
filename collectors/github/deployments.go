package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// deployments reads those that were created in the period, the newest first.
func (r *run) deployments(ctx context.Context) error {
	if !r.wants(Deployment) || r.at.Repository.Quiet.Deployments {
		return nil
	}
	for {
		v := r.of()
		v["size"], v["after"] = 50, optional(r.at.Page)
		a, err := r.whole(ctx, "GraphQL deployments of "+r.name()+pageName(r.at.Page), query("deployments"), v)
		if err != nil {
			return err
		}
		denied, _ := a.denied()
		for _, f := range denied {
			r.refuse(r.name()+" deployments", f.Message, Deployment)
		}
		list := a.data.Get("repository.deployments")
		if !list.IsObject() {
			r.refuse(r.name()+" deployments", "GitHub gave none", Deployment)
			return nil
		}
		b := r.batch(Deployment)
		end := !list.Get("pageInfo.hasNextPage").Bool()
		for _, d := range list.Get("nodes").Array() {
			at := instant(d.Get("createdAt"))
			if at.Before(r.unit.Window.Start) && d.IsObject() {
				end = true
				break
			}
			if !d.IsObject() {
				r.gap(Deployment, evidence.Finding{Code: "deployment_unreadable", Object: r.name() + pageName(r.at.Page)})
				continue
			}
			if !r.unit.Window.Contains(at) {
				continue
			}
			r.deployedPulls(d)
			if err := b.add(d.Get("id").Str, at, a.origin, []byte(d.Raw)); err != nil {
				return err
			}
		}
		if r.at.Page = list.Get("pageInfo.endCursor").Str; end {
			return b.last()
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
}

func pageName(after string) string {
	if after == "" {
		return ""
	}
	return " after " + after
}

// deployedPulls remembers the pull requests that brought what was deployed: they
// may be of a period before.
func (r *run) deployedPulls(d gjson.Result) {
	d.Get("commit.associatedPullRequests.nodes").ForEach(func(_, p gjson.Result) bool {
		if p.Get("merged").Bool() && p.Get("repository.id").Str == r.at.Repository.ID {
			r.at.Pulls.Deployed.add(int(p.Get("number").Int()))
		}
		return true
	})
}

// deployed hands over the pull requests that deployments lead to.
func (r *run) deployed(ctx context.Context) error {
	if !r.wants(PullRequest) {
		return nil
	}
	return r.byNumber(ctx, r.at.Pulls.Deployed.without(&r.at.Pulls.Kept), "deployed")
}

// most is how many results of one search GitHub gives.
const most = 1000

// workflowRuns reads the runs that were created in the period. GitHub gives a
// thousand of a search, so that a busy time is cut into shorter ones.
func (r *run) workflowRuns(ctx context.Context) error {
	if !r.wants(WorkflowRun) {
		return nil
	}
	from := r.unit.Window.Start
	if r.at.Page != "" {
		t, err := time.Parse(time.RFC3339, r.at.Page)
		if err != nil {
			return fmt.Errorf("its cursor: %w", err)
		}
		from = t
	}
	for from.Before(r.unit.Window.End) {
		next, err := r.runsFrom(ctx, from)
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// runsFrom reads the runs of some time from a moment on, and returns where the
// next time begins.
func (r *run) runsFrom(ctx context.Context, from time.Time) (time.Time, error) {
	to := r.unit.Window.End
	for {
		first, err := r.runsPage(ctx, from, to, 1)
		if forbidden(err) || statusOf(err) == http.StatusNotFound {
			r.refuse(r.name()+" workflow runs", err.Error(), WorkflowRun)
			return r.unit.Window.End, nil
		}
		if err != nil {
			return to, err
		}
		total := first.data.Get("total_count").Int()
		if total > most && to.Sub(from) > 2*time.Second {
			to = from.Add(to.Sub(from) / 2).Truncate(time.Second)
			continue
		}
		if total > most {
			r.gap(WorkflowRun, evidence.Finding{Code: "more_than_searchable", Object: r.name(), Window: evidence.Period{Start: from, End: to}})
		}
		return to, r.runs(ctx, first, from, to)
	}
}

func (r *run) runsPage(ctx context.Context, from, to time.Time, page int) (answer, error) {
	q := url.Values{
		"created":  {from.Format(timeFormat) + ".." + to.Add(-time.Second).Format(timeFormat)}, // both ends belong to it
		"per_page": {"100"}, "page": {fmt.Sprint(page)},
	}
	return r.client.get(ctx, fmt.Sprintf("repos/%s/%s/actions/runs?%s", r.spec.Owner, r.spec.Name, q.Encode()))
}

// runs hands over all pages of one time as one batch, since the pages of a search
// may shift between two runs of ours.
func (r *run) runs(ctx context.Context, first answer, from, to time.Time) error {
	b := r.batch(WorkflowRun)
	total := first.data.Get("total_count").Int()
	r.tally(WorkflowRun).Expected += total
	seen := map[string]bool{}
	for a, page := first, 1; ; page++ {
		list := a.data.Get("workflow_runs").Array()
		for _, w := range list {
			id := w.Get("id").Raw
			if seen[id] {
				continue
			}
			seen[id] = true
			r.tally(WorkflowRun).Found++
			if err := b.add(r.at.Repository.ID+":"+id, instant(w.Get("created_at")), a.origin, []byte(w.Raw)); err != nil {
				return err
			}
		}
		if len(list) == 0 || int64(len(seen)) >= min(total, most) {
			break
		}
		var err error
		if a, err = r.runsPage(ctx, from, to, page+1); err != nil {
			return err
		}
	}
	r.at.Page = to.Format(time.RFC3339)
	return b.flush()
}
