package github

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

const (
	pageSize    = 60  // pull requests at a time; fewer when GitHub cannot answer in time
	historySize = 100 // commits at a time
)

// pullsCursor is how far the walk over pull requests has come: from the one
// updated last to the first that was not updated in the period. None that was
// merged in the period can lie beyond.
type pullsCursor struct {
	After  string `json:"after,omitempty"`
	Done   bool   `json:"done,omitempty"`
	Pages  int    `json:"pages,omitempty"`
	Newest string `json:"newest,omitempty"` // updatedAt of the first: what was updated later has moved past the walk
	Since  string `json:"since,omitempty"`  // of a further walk: Newest of the one before
	Seen   ranges `json:"seen"`             // numbers of all that the walk met
	Kept   ranges `json:"kept"`             // of these, those that were handed over

	Deployed ranges `json:"deployed"` // numbers of those that deployments lead to

	Issues  ranges   `json:"issues"`            // numbers of issues of this repository that were asked for
	Foreign []string `json:"foreign,omitempty"` // issues of others, owner/name#number
}

// historyCursor is how far the walk over the branches' histories has come.
type historyCursor struct {
	Branch     int      `json:"branch"` // index into the repository's branches
	After      string   `json:"after,omitempty"`
	Counted    int64    `json:"counted,omitempty"` // how many commits of the period the branch has, as GitHub counts them
	Walked     int64    `json:"walked,omitempty"`  // how many of them the walk has met
	Older      int      `json:"older,omitempty"`   // how many commits from before the period it met last, one after the other
	Ahead      bool     `json:"ahead,omitempty"`   // this round's page of history was handed over, that of pull requests not yet
	Referenced ranges   `json:"referenced"`        // numbers of the merged pull requests that commits belong to
	Owners     []string `json:"owners,omitempty"`
	Forced     []string `json:"forced,omitempty"` // branches that were pushed to by force in the period
}

// changes walks pull requests and history side by side: one answer holds a page
// of each, as long as both go on.
func (r *run) changes(ctx context.Context) error {
	if !r.wants(PullRequest, Issue) || r.at.Repository.Quiet.Pulls {
		r.at.Pulls.Done = true
	}
	if !r.wants(Commit, Codeowners, PullRequest) || r.at.Repository.Quiet.Pushes {
		r.at.History.Branch = len(r.at.Repository.Branches)
	}
	for {
		pulls := !r.at.Pulls.Done
		history := r.at.History.Branch < len(r.at.Repository.Branches) && !r.at.History.Ahead
		if !pulls && !history {
			return nil
		}
		if err := r.round(ctx, pulls, history); err != nil {
			return err
		}
	}
}

// round deals with one page of history, of pull requests, or of both.
func (r *run) round(ctx context.Context, pulls, history bool) error {
	if r.apart && history {
		pulls = false
	}
	a, err := r.page(ctx, &pulls, &history)
	if errors.Is(err, errSkipped) {
		r.at.History.Ahead = false
		return nil
	}
	if err != nil {
		return err
	}
	if history {
		if err := r.historyPage(a); err != nil {
			return err
		}
	}
	if pulls {
		return r.pullsPage(ctx, a)
	}
	return nil
}

// timeFormat is how GitHub writes times, which compare as texts.
const timeFormat = "2006-01-02T15:04:05Z"

// page asks for a page of pull requests, of history, or of both; for less when
// GitHub cannot give that much. What it asked for in the end is in the two flags.
func (r *run) page(ctx context.Context, pulls, history *bool) (answer, error) {
	for {
		a, err := r.client.askLess(ctx, r.pageLabel(*pulls, *history), query("changes"), r.pageVars(*pulls, *history))
		_, other := a.denied()
		switch {
		case err == nil && len(other) == 0:
			r.grow()
			return a, nil
		case err != nil && !shrinkable(err):
			return a, err
		case *pulls && *history: // each by itself from now on: which of them is too much is not known
			r.apart, *pulls = true, false
		case *pulls && r.size > 1:
			r.shrink()
		case *pulls:
			return a, r.skip(ctx, cause(err, other))
		case historySize>>r.halved > 1:
			r.halved++
		default:
			return a, cause(err, other)
		}
	}
}

func cause(err error, other []fault) error {
	if err != nil {
		return err
	}
	return partly(answer{errors: other})
}

// shrink and grow follow what GitHub can answer within its ten seconds.
func (r *run) shrink() { r.size, r.calm = max(r.size/2, 1), 0 }

func (r *run) grow() {
	if r.calm++; r.calm >= 4 && r.size < pageSize {
		r.size, r.calm = min(r.size*2, pageSize), 0
	}
}

func (r *run) pageLabel(pulls, history bool) string {
	label := "GraphQL changes of " + r.name()
	if pulls {
		label += fmt.Sprintf(", pull requests by update, page %d (%d)", r.at.Pulls.Pages+1, r.size)
	}
	if history {
		label += ", history of " + r.at.Repository.Branches[r.at.History.Branch]
		if r.at.History.After != "" {
			label += " after " + r.at.History.After
		}
	}
	return label
}

func (r *run) pageVars(pulls, history bool) vars {
	v := r.of()
	v["pulls"], v["size"], v["pullsAfter"] = pulls, r.size, optional(r.at.Pulls.After)
	v["history"], v["ref"], v["historySize"], v["historyAfter"] = history, "", max(historySize>>r.halved, 1), optional(r.at.History.After)
	v["owners"] = r.wants(Codeowners)
	// GitHub counts the commits of both instants; that at which the period ends is no part of it.
	v["since"], v["until"] = r.unit.Window.Start, r.unit.Window.End.Add(-time.Nanosecond).Truncate(time.Second)
	if history {
		v["ref"] = "refs/heads/" + r.at.Repository.Branches[r.at.History.Branch]
	}
	return v
}

// errSkipped: a pull request that cannot be read was named, and the walk is past it.
var errSkipped = errors.New("skipped")

func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// historyPage hands over a page of a branch's history.
func (r *run) historyPage(a answer) error {
	h := &r.at.History
	branch := r.at.Repository.Branches[h.Branch]
	list := a.data.Get("repository.ref.target.history")
	if !list.IsObject() {
		// Deleted since the unit was begun, or refused.
		r.gap(Commit, evidence.Finding{Code: "branch_unreadable", Object: r.name() + " " + branch})
		r.nextBranch()
		return nil
	}
	r.refusedParts(a)
	if h.After == "" {
		h.Counted = a.data.Get("repository.ref.target.counted.totalCount").Int()
	}
	b := r.batch(Commit)
	for _, c := range list.Get("nodes").Array() {
		at := instant(c.Get("committedDate"))
		switch {
		case c.IsObject() && at.Before(r.unit.Window.Start):
			h.Older++
			continue
		case c.IsObject() && !r.unit.Window.Contains(at):
			continue
		}
		h.Older = 0
		h.Walked++
		if err := r.commit(b, branch, c, at, a.origin); err != nil {
			return err
		}
	}
	h.After = list.Get("pageInfo.endCursor").Str
	if !list.Get("pageInfo.hasNextPage").Bool() || h.Older >= farEnough && h.Walked >= h.Counted {
		r.nextBranch()
	}
	h.Ahead = !r.at.Pulls.Done // the pull requests of this round come next
	return b.flush()
}

// farEnough is after how many commits in a row that date themselves before the
// period the walk ends: histories are in the order of dates, but clocks go wrong.
const farEnough = 50

// nextBranch ends the walk over a branch. GitHub counts by dates from the tip
// down, and so counts too few where a commit dates itself too early.
func (r *run) nextBranch() {
	h := &r.at.History
	r.tally(Commit).Expected += max(h.Counted, h.Walked)
	if h.Walked > h.Counted {
		r.note(Commit, evidence.Finding{
			Code: "history_out_of_order", Object: r.name() + " " + r.at.Repository.Branches[h.Branch],
			Detail: fmt.Sprintf("%d < %d", h.Counted, h.Walked),
		})
	}
	h.Branch, h.After, h.Counted, h.Walked, h.Older = h.Branch+1, "", 0, 0, 0
}

// commit adds one commit of a branch, and remembers what it leads to.
func (r *run) commit(b *batch, branch string, c gjson.Result, at time.Time, from evidence.Origin) error {
	if !c.IsObject() {
		r.gap(Commit, evidence.Finding{Code: "commit_unreadable", Object: r.name() + " " + branch})
		return nil
	}
	r.tally(Commit).Found++
	merged := false
	c.Get("associatedPullRequests.nodes").ForEach(func(_, p gjson.Result) bool {
		if p.Get("merged").Bool() && p.Get("repository.id").Str == r.at.Repository.ID {
			merged = true
			r.at.History.Referenced.add(int(p.Get("number").Int()))
		}
		return true
	})
	if !merged {
		r.tally(Commit).Counts["commits_without_pull_request"]++
	}
	for _, place := range []string{"github", "root", "docs"} {
		if f := c.Get("parents.nodes.0." + place); f.IsObject() {
			r.owners(f.Get("oid").Str + ":" + f.Get("path").Str)
		}
	}
	if !r.wants(Commit) {
		return nil
	}
	id := r.at.Repository.ID + ":" + c.Get("oid").Str
	if branch != r.at.Repository.Branches[0] {
		id = r.at.Repository.ID + ":" + branch + ":" + c.Get("oid").Str
	}
	return b.add(id, at, from, fmt.Appendf(nil, `{"branch":%s,"commit":%s}`, quoted(branch), c.Raw))
}
