package github

import (
	"fmt"
	"strings"
	"time"
)

// Method is how a pull request is merged.
type Method string

// The methods of merging. A merge queue squashes.
const (
	Squash      Method = "squash"
	MergeCommit Method = "merge"
	Rebase      Method = "rebase"
	Queue       Method = "queue"
)

// Pull is a pull request. Its fields say what happened to it; methods add to them.
type Pull struct {
	repo   *Repository
	key    string
	number int

	Title, Body  string // {0}, {1} … stand for the issues that it names
	Author       *Account
	Base         *Branch
	Head         string  // the name of its branch
	HeadBranch   *Branch // where the branch is one of the repository: what it holds is what is merged
	Opened       time.Time
	Commits      []*Commit
	Paths        []string // what it changes, if not what its commits say
	Reviews      []*Review
	Comments     []Comment
	Labels       []string
	Named        []*Issue // in title or body
	Closes       []*Issue // linked, without a word
	Checks       []Check
	Events       []Event // of the timeline, apart from the merge and dismissals
	Merged       time.Time
	MergedBy     *Account
	How          Method
	base, landed *Commit
}

// Review is a review of a pull request.
type Review struct {
	By          *Account
	At          time.Time
	State       string
	Body        string
	Of          *Commit // nil: the last commit that was there
	Dismissed   time.Time
	DismissedBy *Account
}

// The states of reviews.
const (
	Approved         = "APPROVED"
	ChangesRequested = "CHANGES_REQUESTED"
	Commented        = "COMMENTED"
)

// Comment is a comment on a pull request.
type Comment struct {
	By   *Account
	At   time.Time
	Body string
}

// Check is a check of the last commit: a run of Actions, or a status of another App.
type Check struct {
	Name       string
	Conclusion string // SUCCESS, FAILURE, …; empty: it has not completed
	Completed  time.Time
	Status     *Account // of a status: who sent it
}

// Event is one of the timeline.
type Event struct {
	Type     string // HeadRefForcePushedEvent, AddedToMergeQueueEvent, AutoMergeEnabledEvent, BaseRefChangedEvent
	By       *Account
	At       time.Time
	From, To string // of a forced push: commits; of a change of base: branches
}

// Open opens a pull request into the default branch. The key names it among the
// repository's, and gives it its identity.
func (r *Repository) Open(key string, by *Account, at time.Time, title string) *Pull {
	p := &Pull{repo: r, key: key, Title: title, Author: by, Base: r.Default(), Head: "change/" + strings.ReplaceAll(key, " ", "-"), Opened: at, How: Squash}
	r.pulls = append(r.pulls, p)
	return p
}

// Key is how the story calls it.
func (p *Pull) Key() string { return p.key }

// ID is its identity.
func (p *Pull) ID() string { return nodeID("PR", p.repo.id, p.key) }

// Number is how people call it, once the story is told.
func (p *Pull) Number() int {
	p.repo.owner.settle()
	return p.number
}

// Repository is where it is.
func (p *Pull) Repository() *Repository { return p.repo }

// Commit adds a commit.
func (p *Pull) Commit(by *Account, at time.Time, headline string, paths ...string) *Commit {
	c := p.repo.newCommit(fmt.Sprintf("%s/%d", p.key, len(p.Commits)), by.Signature(), at, headline)
	c.Paths = paths
	p.Commits = append(p.Commits, c)
	return c
}

// UpdateBranch adds a commit that takes in the branch that the pull request goes into.
func (p *Pull) UpdateBranch(by *Account, at time.Time) *Commit {
	c := p.Commit(by, at, fmt.Sprintf("Merge branch '%s' into %s", p.Base.Name, p.Head))
	c.MergesBase, c.web, c.Committer = true, true, webFlow
	return c
}

// Review adds a review of the last commit that there is.
func (p *Pull) Review(by *Account, at time.Time, state, body string) *Review {
	v := &Review{By: by, At: at, State: state, Body: body}
	if n := len(p.Commits); n > 0 {
		v.Of = p.Commits[n-1]
	}
	p.Reviews = append(p.Reviews, v)
	return v
}

// Dismiss takes the review's word away.
func (v *Review) Dismiss(by *Account, at time.Time) { v.Dismissed, v.DismissedBy = at, by }

// Comment adds a comment.
func (p *Pull) Comment(by *Account, at time.Time, body string) {
	p.Comments = append(p.Comments, Comment{by, at, body})
}

// Check adds a check of the last commit.
func (p *Pull) Check(name, conclusion string, completed time.Time) {
	p.Checks = append(p.Checks, Check{Name: name, Conclusion: conclusion, Completed: completed})
}

// Event adds an event of the timeline.
func (p *Pull) Event(kind string, by *Account, at time.Time) {
	p.Events = append(p.Events, Event{Type: kind, By: by, At: at})
}

// ForcePush replaces the commits by others: the old ones are gone from the list.
func (p *Pull) ForcePush(by *Account, at time.Time, headline string, paths ...string) *Commit {
	old := p.Commits
	key := fmt.Sprintf("%s/forced %d", p.key, len(p.Events))
	c := p.repo.newCommit(key, by.Signature(), at, headline)
	c.Paths = paths
	p.Commits = []*Commit{c}
	p.Events = append(p.Events, Event{Type: "HeadRefForcePushedEvent", By: by, At: at, From: old[len(old)-1].OID(), To: c.OID()})
	return c
}

// Merge merges it.
func (p *Pull) Merge(by *Account, at time.Time, how Method) *Pull {
	p.MergedBy, p.Merged, p.How = by, at, how
	return p
}
