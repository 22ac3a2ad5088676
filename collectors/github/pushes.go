package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// pushTypes are the activities that move a branch other than by a merge that
// GitHub made itself.
var pushTypes = []string{"push", "force_push", "branch_creation", "branch_deletion"}

// maxPushed bounds how many commits are looked at behind one push.
const maxPushed = 1000

// pushes reads who pushed to the branches by themselves. GitHub's clock dates a
// push; a commit dates itself, so that one dated outside the period stands in no
// history of it, and is found here.
func (r *run) pushes(ctx context.Context) error {
	if !r.wants(RefUpdate, Commit) || r.at.Repository.Quiet.Pushes {
		return nil
	}
	lists := len(r.at.Repository.Branches) * len(pushTypes)
	for r.at.Place < lists {
		branch, kind := r.at.Repository.Branches[r.at.Place/len(pushTypes)], pushTypes[r.at.Place%len(pushTypes)]
		if err := r.pushPage(ctx, branch, kind); err != nil {
			return err
		}
	}
	return nil
}

// pushPage reads one page of a branch's pushes, the newest first, and moves the
// cursor to the next page or list.
func (r *run) pushPage(ctx context.Context, branch, kind string) error {
	q := url.Values{"ref": {"refs/heads/" + branch}, "activity_type": {kind}, "per_page": {"100"}, "direction": {"desc"}}
	if r.at.Page != "" {
		q.Set("after", r.at.Page)
	}
	a, err := r.client.get(ctx, fmt.Sprintf("repos/%s/%s/activity?%s", r.spec.Owner, r.spec.Name, q.Encode()))
	switch statusOf(err) {
	case http.StatusNotFound: // GitHub Enterprise Server before 3.10, or a token that may not see it
		r.note(RefUpdate, evidence.Finding{Code: "activity_not_available", Object: r.name()})
		r.at.Place, r.at.Page = r.at.Place+1, ""
		return nil
	case http.StatusForbidden:
		r.refuse(r.name()+" activity", err.Error(), RefUpdate)
		r.at.Place, r.at.Page = r.at.Place+1, ""
		return nil
	}
	if err != nil {
		return err
	}
	if !a.data.IsArray() {
		return fmt.Errorf("activity of %s: not a list", r.name())
	}
	pushes, end := r.inPeriod(a)
	if r.wants(Commit) && !r.at.Half {
		if err := r.pushedCommits(ctx, branch, pushes); err != nil {
			return err
		}
	}
	b := r.batch(RefUpdate)
	for _, p := range pushes {
		if !r.wants(RefUpdate) {
			break
		}
		if err := b.add(r.at.Repository.ID+":"+p.Get("id").Raw, instant(p.Get("timestamp")), a.origin, r.wrapped("activity", p.Raw)); err != nil {
			return err
		}
	}
	more := !end && a.link.After != ""
	if r.at.Page, r.at.Half = a.link.After, false; !more {
		r.at.Page, r.at.Place = "", r.at.Place+1
	}
	return b.flush()
}

// inPeriod lists the pushes of a page that the period holds, and says whether
// the rest is older.
func (r *run) inPeriod(a answer) (pushes []gjson.Result, end bool) {
	for _, p := range a.data.Array() {
		at := instant(p.Get("timestamp"))
		if at.Before(r.unit.Window.Start) {
			return pushes, true
		}
		if r.unit.Window.Contains(at) {
			pushes = append(pushes, p)
		}
	}
	return pushes, false
}

// pushedCommits adds commits that pushes brought and that date themselves outside
// the period, at the time of their push.
func (r *run) pushedCommits(ctx context.Context, branch string, pushes []gjson.Result) error {
	b := r.batch(Commit)
	for _, p := range pushes {
		if err := r.pushed(ctx, b, branch, p); err != nil {
			return err
		}
	}
	r.at.Half = true
	return b.flush()
}

const noCommit = "0000000000000000000000000000000000000000"

// pushed walks from a push's new end towards its old one.
func (r *run) pushed(ctx context.Context, b *batch, branch string, push gjson.Result) error {
	before, after := push.Get("before").Str, push.Get("after").Str
	if after == noCommit || before == noCommit {
		return nil // the branch was deleted, or began with commits that were elsewhere before
	}
	forced := push.Get("activity_type").Str == "force_push"
	v := r.of()
	v["oid"], v["size"], v["after"], v["owners"] = after, 50, nil, false
	for n := 0; n < maxPushed; {
		a, err := r.whole(ctx, fmt.Sprintf("GraphQL commits of %s pushed to %s: %s", r.name(), branch, after), query("pushed"), v)
		if err != nil {
			return err
		}
		list := a.data.Get("repository.object.history")
		if !list.IsObject() {
			// A later forced push removed it, and GitHub no longer has it.
			r.gap(Commit, evidence.Finding{Code: "pushed_commit_gone", Object: r.name() + "@" + after, Detail: "pushed to " + branch})
			return nil
		}
		for _, c := range list.Get("nodes").Array() {
			n++
			if c.Get("oid").Str == before || forced && mergedCommit(c) {
				return nil
			}
			dated := instant(c.Get("committedDate"))
			if r.unit.Window.Contains(dated) {
				continue // its branch's history has it
			}
			r.tally(Commit).Expected++
			r.tally(Commit).Counts["commits_dated_outside"]++
			if err := r.commit(b, branch, c, instant(push.Get("timestamp")), a.origin); err != nil {
				return err
			}
		}
		if !list.Get("pageInfo.hasNextPage").Bool() {
			return nil
		}
		v["after"] = list.Get("pageInfo.endCursor").Str
	}
	r.gap(Commit, evidence.Finding{Code: "push_too_large", Object: r.name() + "@" + after, Detail: strconv.Itoa(maxPushed) + " commits were looked at"})
	return nil
}

// mergedCommit: the commit came with a merged pull request, and so is part of
// what was there before a forced push.
func mergedCommit(c gjson.Result) bool {
	return strings.Contains(c.Get("associatedPullRequests.nodes.#.merged").Raw, "true")
}
