package github

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// object is the pull request as it is now.
func (p *Pull) object() Object {
	state := "OPEN"
	if !p.Merged.IsZero() {
		state = "MERGED"
	}
	commits := make([]Object, len(p.Commits))
	for i, c := range p.Commits {
		commits[i] = Object{"commit": p.commit(c)}
	}
	o := Object{
		"__typename": "PullRequest", "id": p.ID(), "number": p.number, "url": p.url(), "title": p.text(p.Title), "body": p.text(p.Body),
		"state": state, "isDraft": false, "createdAt": stamp(p.Opened), "updatedAt": stamp(p.updated()), "closedAt": stamp(p.Merged), "mergedAt": stamp(p.Merged),
		"merged": !p.Merged.IsZero(), "author": p.Author.object(), "mergedBy": p.MergedBy.object(),
		"baseRefName": p.Base.Name, "baseRefOid": p.base.OID(), "headRefName": p.Head, "headRefOid": p.head().OID(), "isCrossRepository": false,
		"changedFiles": len(p.files()), "repository": late(p.repo.object), "mergeCommit": p.landed.object(), "reviewDecision": p.decision(),
		"reviews": p.reviews(), "commits": Nodes(commits...), "files": p.fileList(), "timelineItems": p.timeline(), "comments": p.commentList(),
		"labels": Nodes(named(p.Labels)...), "closingIssuesReferences": List(func() []any { return objects(p.Closes, (*Issue).object) }),
	}
	return o
}

// commit is one of its commits, with the checks that ran for it.
func (p *Pull) commit(c *Commit) Object {
	o := c.object()
	o["statusCheckRollup"] = nil
	if c != p.head() || len(p.Checks) == 0 {
		return o
	}
	var contexts []Object
	rollup := "SUCCESS"
	for _, k := range p.Checks {
		if k.Conclusion != "SUCCESS" && k.Conclusion != "NEUTRAL" && k.Conclusion != "SKIPPED" {
			rollup = "FAILURE"
		}
		contexts = append(contexts, k.object())
	}
	o["statusCheckRollup"] = Object{"state": rollup, "contexts": Nodes(contexts...)}
	return o
}

func (k Check) object() Object {
	if k.Status != nil {
		return Object{"__typename": "StatusContext", "context": k.Name, "state": k.Conclusion, "createdAt": stamp(k.Completed), "creator": k.Status.object()}
	}
	o := Object{
		"__typename": "CheckRun", "name": k.Name, "status": "COMPLETED", "conclusion": k.Conclusion,
		"startedAt": stamp(k.Completed.Add(-7 * time.Minute)), "completedAt": stamp(k.Completed), "checkSuite": Object{"app": Object{"slug": "github-actions"}},
	}
	if k.Conclusion == "" {
		o["status"], o["conclusion"], o["completedAt"] = "IN_PROGRESS", nil, nil
	}
	return o
}

func (p *Pull) url() string { return fmt.Sprintf("%s/pull/%d", p.repo.url(), p.number) }

// text puts the issues' numbers in.
func (p *Pull) text(s string) string {
	for i, issue := range p.Named {
		s = strings.ReplaceAll(s, fmt.Sprintf("{%d}", i), issue.ref(p.repo))
	}
	return s
}

// updated is when anything last happened to it.
func (p *Pull) updated() time.Time {
	at := p.Opened
	for _, t := range p.times() {
		if t.After(at) {
			at = t
		}
	}
	return at
}

func (p *Pull) times() []time.Time {
	all := []time.Time{p.Merged}
	for _, r := range p.Reviews {
		all = append(all, r.At, r.Dismissed)
	}
	for _, c := range p.Comments {
		all = append(all, c.At)
	}
	for _, e := range p.Events {
		all = append(all, e.At)
	}
	return all
}

// decision is what GitHub makes of the reviews now.
func (p *Pull) decision() any {
	decision := any("REVIEW_REQUIRED")
	for _, r := range p.Reviews {
		switch {
		case !r.Dismissed.IsZero():
		case r.State == ChangesRequested:
			return ChangesRequested
		case r.State == Approved:
			decision = Approved
		}
	}
	return decision
}

func (p *Pull) reviews() List {
	var out []Object
	for i, r := range p.Reviews {
		state := r.State
		if !r.Dismissed.IsZero() {
			state = "DISMISSED"
		}
		o := Object{
			"id": p.reviewID(i), "url": fmt.Sprintf("%s#pullrequestreview-%d", p.url(), databaseID(p.reviewID(i))), "state": state,
			"submittedAt": stamp(r.At), "body": r.Body, "author": r.By.object(), "authorAssociation": "MEMBER", "commit": commitNamed(p.head().OID()),
		}
		if r.Of != nil {
			o["commit"] = commitNamed(r.Of.OID())
		}
		out = append(out, o)
	}
	return Nodes(out...)
}

func (p *Pull) reviewID(i int) string { return nodeID("PRR", p.ID(), fmt.Sprint(i)) }

func (p *Pull) commentList() List {
	var out []Object
	for i, c := range p.Comments {
		id := nodeID("IC", p.ID(), fmt.Sprint(i))
		out = append(out, Object{
			"id": id, "url": fmt.Sprintf("%s#issuecomment-%d", p.url(), databaseID(id)), "createdAt": stamp(c.At), "author": c.By.object(), "body": c.Body,
		})
	}
	return Nodes(out...)
}

func (p *Pull) files() []string {
	if p.Paths != nil {
		return p.Paths
	}
	var out []string
	for _, c := range p.Commits {
		for _, f := range c.Paths {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

func (p *Pull) fileList() List {
	var out []Object
	for _, f := range p.files() {
		out = append(out, Object{"path": f, "changeType": "MODIFIED"})
	}
	return Nodes(out...)
}

func named(names []string) []Object {
	var out []Object
	for _, n := range names {
		out = append(out, Object{"name": n})
	}
	return out
}

// timeline is what happened to it, in the order of time.
func (p *Pull) timeline() List {
	type item struct {
		at time.Time
		o  Object
	}
	var all []item
	add := func(kind string, at time.Time, by *Account, more Object) {
		o := Object{"__typename": kind, "createdAt": stamp(at), "actor": by.object()}
		for k, v := range more {
			o[k] = v
		}
		all = append(all, item{at, o})
	}
	for i, r := range p.Reviews {
		if !r.Dismissed.IsZero() {
			add("ReviewDismissedEvent", r.Dismissed, r.DismissedBy, Object{"previousReviewState": r.State, "review": Object{"id": p.reviewID(i)}})
		}
	}
	for _, e := range p.Events {
		add(e.Type, e.At, e.By, Object{
			"beforeCommit": commitNamed(e.From), "afterCommit": commitNamed(e.To), "previousRefName": e.From, "currentRefName": e.To,
		})
	}
	if !p.Merged.IsZero() {
		add("MergedEvent", p.Merged, p.MergedBy, Object{"mergeRefName": p.Base.Name, "commit": p.landed.object()})
	}
	slices.SortStableFunc(all, func(x, y item) int { return cmp.Or(x.at.Compare(y.at)) })
	out := make([]Object, len(all))
	for i, x := range all {
		out[i] = x.o
	}
	return Nodes(out...)
}

func commitNamed(oid string) Object { return Object{"oid": oid} }
