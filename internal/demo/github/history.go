package github

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// history is git log from the commit on: of what is reached, always the newest
// next. A commit that a date cuts off hides what is behind it, unless that is
// reached otherwise.
func (c *Commit) history(a Args) []*Commit {
	since, until := instantOf(a["since"]), instantOf(a["until"])
	var out []*Commit
	seen, open := map[*Commit]bool{c: true}, []*Commit{c}
	for len(open) > 0 {
		newest := slices.MaxFunc(open, func(x, y *Commit) int {
			return cmp.Or(x.Committed.Compare(y.Committed), strings.Compare(x.OID(), y.OID()))
		})
		open = slices.DeleteFunc(open, func(o *Commit) bool { return o == newest })
		if !since.IsZero() && newest.Committed.Before(since) {
			continue
		}
		if until.IsZero() || !newest.Committed.After(until) {
			out = append(out, newest)
		}
		for _, p := range newest.parents {
			if !seen[p] {
				seen[p] = true
				open = append(open, p)
			}
		}
	}
	return out
}

func instantOf(v any) time.Time {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// landing is what moved a branch.
type landing struct {
	at      time.Time
	branch  *Branch
	opens   *Pull          // it moved nothing, but a pull request was opened on what the branch was
	merges  *Pull          // a merge
	pushes  []*Commit      // a push
	forced  int            // a forced push: how many commits it removed from the tip first
	created string         // the branch was made of the tip of another
	runs    map[string]any // it moved nothing, but a workflow ran on what the branch was
	by      *Account
}

// grow replays all that moved the repository's branches, in the order of time.
func (r *Repository) grow() {
	for _, p := range r.pulls {
		r.landings = append(r.landings, landing{at: p.Opened, branch: p.Base, opens: p})
		if !p.Merged.IsZero() {
			r.landings = append(r.landings, landing{at: p.Merged, branch: p.Base, merges: p})
		}
	}
	slices.SortStableFunc(r.landings, func(x, y landing) int { return x.at.Compare(y.at) })
	for _, l := range r.landings {
		before := l.branch.tip
		switch {
		case l.created != "":
			l.branch.tip = r.Branch(l.created).tip
		case l.opens != nil:
			l.opens.base = before
		case l.runs != nil:
			l.runs["head_sha"] = before.OID()
		case l.merges != nil:
			l.merges.land()
		default:
			l.push()
		}
		if l.opens == nil && l.runs == nil && l.created == "" {
			r.activity = append(r.activity, l.record(before))
		}
	}
}

func (l landing) push() {
	tip := l.branch.tip
	for range l.forced {
		tip = tip.parents[0]
	}
	for _, c := range l.pushes {
		c.grow(tip)
		tip = c
	}
	l.branch.tip = tip
}

// record is the landing as the repository's activity has it.
func (l landing) record(before *Commit) map[string]any {
	kind, by := "push", l.by
	switch {
	case l.forced > 0:
		kind = "force_push"
	case l.merges != nil && l.merges.How == Queue:
		kind, by = "merge_queue_merge", l.merges.MergedBy
	case l.merges != nil:
		kind, by = "pr_merge", l.merges.MergedBy
	}
	from, to := noCommit, l.branch.tip.OID()
	if before != nil {
		from = before.OID()
	}
	var actor any
	if by != nil {
		actor = by.rest()
	}
	return map[string]any{
		"id": databaseID("activity", l.branch.repo.id, to, kind), "node_id": nodeID("PSH", l.branch.repo.id, to, kind),
		"before": from, "after": to, "ref": "refs/heads/" + l.branch.Name, "timestamp": stamp(l.at), "activity_type": kind, "actor": actor,
	}
}

const noCommit = "0000000000000000000000000000000000000000"
