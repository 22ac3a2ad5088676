package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// pushTypes are the activities that move a branch other than by a merge that
// GitHub made itself. Forced pushes come first: what they took out of the history
// has to be read by the pushes that brought it.
var pushTypes = []string{"force_push", "push", "branch_creation", "branch_deletion"}

// maxPushed bounds how many commits of one push are looked at.
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
	return r.goneBranches(ctx)
}

// goneBranches names protected branches that were deleted in the period: rules
// and settings tell of them by patterns alone, and their histories are gone.
func (r *run) goneBranches(ctx context.Context) error {
	if len(r.at.Repository.Patterns) == 0 {
		return nil
	}
	q := url.Values{"activity_type": {"branch_deletion"}, "per_page": {"100"}, "direction": {"desc"}}
	for {
		a, err := r.client.get(ctx, fmt.Sprintf("repos/%s/%s/activity?%s", r.spec.Owner, r.spec.Name, q.Encode()))
		if forbidden(err) || statusOf(err) == http.StatusNotFound {
			return nil // said already
		}
		if err != nil {
			return err
		}
		deleted, end := r.inPeriod(a)
		for _, x := range deleted {
			name := strings.TrimPrefix(x.Get("ref").Str, "refs/heads/")
			protected := slices.ContainsFunc(r.at.Repository.Patterns, func(p string) bool { return matches(p, name) })
			if protected && !slices.Contains(r.at.Repository.Branches, name) {
				for _, kind := range []string{Commit, PullRequest} {
					r.gap(kind, evidence.Finding{Code: "branch_gone", Object: r.name() + " " + name, Detail: "deleted at " + x.Get("timestamp").Str})
				}
			}
		}
		if end || a.link.After == "" {
			return nil
		}
		q.Set("after", a.link.After)
	}
}

// pushPage reads one page of a branch's pushes, the newest first, and moves the
// cursor to the next page or list.
func (r *run) pushPage(ctx context.Context, branch, kind string) error {
	q := url.Values{"ref": {"refs/heads/" + branch}, "activity_type": {kind}, "per_page": {"100"}, "direction": {"desc"}}
	if r.at.Page != "" {
		q.Set("after", r.at.Page)
	}
	a, err := r.client.get(ctx, fmt.Sprintf("repos/%s/%s/activity?%s", r.spec.Owner, r.spec.Name, q.Encode()))
	if forbidden(err) || statusOf(err) == http.StatusNotFound {
		// Not found: GitHub Enterprise Server before 3.10, or a token that may not see it.
		r.refuse(r.name()+" activity", err.Error(), RefUpdate)
		for _, kind := range []string{Commit, PullRequest} {
			r.note(kind, evidence.Finding{Code: "activity_not_available", Object: r.name()})
		}
		r.at.Place, r.at.Page = len(r.at.Repository.Branches)*len(pushTypes), ""
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

// pushedCommits adds commits that pushes brought and no history of the period has:
// those that date themselves outside it, at the time of their push, and those that
// a later forced push took away.
func (r *run) pushedCommits(ctx context.Context, branch string, pushes []gjson.Result) error {
	b := r.batch(Commit)
	for _, p := range pushes {
		if p.Get("activity_type").Str == "force_push" && !slices.Contains(r.at.History.Forced, branch) {
			r.at.History.Forced = append(r.at.History.Forced, branch)
		}
		if err := r.pushed(ctx, b, branch, p); err != nil {
			return err
		}
	}
	r.at.Half = true
	return b.flush()
}

const noCommit = "0000000000000000000000000000000000000000"

// pushed reads what a push brought: the commits that its new end has and its old
// one had not.
func (r *run) pushed(ctx context.Context, b *batch, branch string, push gjson.Result) error {
	before, after := push.Get("before").Str, push.Get("after").Str
	if after == noCommit || before == noCommit {
		return nil // the branch was deleted, or began with commits that were elsewhere before
	}
	var unseen []string
	for page, met := 1, int64(0); ; page++ {
		a, err := r.client.get(ctx, fmt.Sprintf("repos/%s/%s/compare/%s...%s?per_page=100&page=%d", r.spec.Owner, r.spec.Name, before, after, page))
		if s := statusOf(err); s == http.StatusNotFound || s == http.StatusUnprocessableEntity {
			// A later forced push removed it, and GitHub no longer has it.
			r.gap(Commit, evidence.Finding{Code: "pushed_commit_gone", Object: r.name() + "@" + after, Detail: "pushed to " + branch})
			return nil
		}
		if err != nil {
			return err
		}
		list := a.data.Get("commits").Array()
		for _, c := range list {
			dated := instant(c.Get("commit.committer.date"))
			if !r.unit.Window.Contains(dated) || slices.Contains(r.at.History.Forced, branch) {
				unseen = append(unseen, c.Get("sha").Str)
			}
		}
		if met += int64(len(list)); met >= a.data.Get("total_commits").Int() || len(list) == 0 {
			break
		}
		if met >= maxPushed {
			r.gap(Commit, evidence.Finding{Code: "push_too_large", Object: r.name() + "@" + after, Detail: strconv.Itoa(maxPushed) + " commits were looked at"})
			break
		}
	}
	return r.commitsByOid(ctx, b, branch, unseen, instant(push.Get("timestamp")))
}

// commitsByOid adds commits by their identities: at the time of their push if they
// date themselves outside the period.
func (r *run) commitsByOid(ctx context.Context, b *batch, branch string, oids []string, at time.Time) error {
	for part := range slices.Chunk(oids, 20) {
		v := r.of()
		v["owners"] = r.wants(Codeowners)
		for i, o := range part {
			v[fmt.Sprintf("commit%d", i)] = o
		}
		a, err := r.whole(ctx, fmt.Sprintf("GraphQL commits of %s pushed to %s: %s", r.name(), branch, strings.Join(part, " ")), aliased("pushed", "commit", commitField, len(part)), v)
		if err != nil {
			return err
		}
		r.refusedParts(a)
		for i, o := range part {
			r.tally(Commit).Expected++
			c := a.data.Get(fmt.Sprintf("repository.commit%d", i))
			if c.Get("__typename").Str != "Commit" {
				r.gap(Commit, evidence.Finding{Code: "pushed_commit_gone", Object: r.name() + "@" + o, Detail: "pushed to " + branch})
				continue
			}
			when := instant(c.Get("committedDate"))
			if !r.unit.Window.Contains(when) {
				r.tally(Commit).Counts["commits_dated_outside"]++
				when = at
			}
			if err := r.commit(b, branch, c, when, a.origin); err != nil {
				return err
			}
		}
	}
	return nil
}
