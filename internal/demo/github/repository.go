package github

import (
	"slices"
	"time"
)

// Repository is a repository of the organisation.
type Repository struct {
	owner *Organization
	id    string

	Name     string // as it is called now
	Earlier  string // as it was called before, if it was renamed
	Archived time.Time
	Created  time.Time

	branches    []*Branch
	rulesets    []*Ruleset
	commits     []*Commit
	pulls       []*Pull
	issues      []*Issue
	deployments []*Deployment
	landings    []landing
	activity    []map[string]any
	runs        []map[string]any
}

// Branch is a branch of a repository.
type Branch struct {
	repo       *Repository
	Name       string
	Protection *Protection // the branch protection rule that applies to it
	tip        *Commit
}

// Repository adds a repository with a first commit.
func (o *Organization) Repository(name string, created time.Time, first *Account) *Repository {
	r := &Repository{owner: o, id: nodeID("R", o.Login, name), Name: name, Created: created}
	o.repositories = append(o.repositories, r)
	b := r.branch("main")
	r.Push("first", b, first, created, "Initial commit")
	return r
}

func (r *Repository) branch(name string) *Branch {
	b := &Branch{repo: r, Name: name}
	r.branches = append(r.branches, b)
	return b
}

// ID is its identity.
func (r *Repository) ID() string { return r.id }

// Default is the default branch.
func (r *Repository) Default() *Branch { return r.branches[0] }

// Branch is one of its branches, or nil.
func (r *Repository) Branch(name string) *Branch {
	if i := slices.IndexFunc(r.branches, func(b *Branch) bool { return b.Name == name }); i >= 0 {
		return r.branches[i]
	}
	return nil
}

// Branches are all branches.
func (r *Repository) Branches() []*Branch { return r.branches }

// Pulls are all pull requests.
func (r *Repository) Pulls() []*Pull { return r.pulls }

// Deployments are all deployments.
func (r *Repository) Deployments() []*Deployment { return r.deployments }

// Fork makes a branch of the tip that the default branch has at a time.
func (r *Repository) Fork(name string, at time.Time) *Branch {
	b := r.branch(name)
	r.landings = append(r.landings, landing{at: at, branch: b, created: r.Default().Name})
	return b
}

// Push pushes a commit to a branch, around pull requests.
func (r *Repository) Push(key string, to *Branch, by *Account, at time.Time, headline string, paths ...string) *Commit {
	return r.push(key, to, by, at, 0, headline, paths)
}

// ForcePush replaces the last commits of a branch by another one.
func (r *Repository) ForcePush(key string, to *Branch, by *Account, at time.Time, removed int, headline string, paths ...string) *Commit {
	return r.push(key, to, by, at, removed, headline, paths)
}

func (r *Repository) push(key string, to *Branch, by *Account, at time.Time, removed int, headline string, paths []string) *Commit {
	c := r.newCommit(key, by.Signature(), at, headline)
	c.Paths = paths
	r.landings = append(r.landings, landing{at: at, branch: to, pushes: []*Commit{c}, forced: removed, by: by})
	return c
}

// Stray is a commit of the repository that no branch holds.
func (r *Repository) Stray(key string, by *Account, at time.Time, headline string) *Commit {
	c := r.newCommit(key, by.Signature(), at, headline)
	c.grow()
	return c
}

// ID is the branch's identity.
func (b *Branch) ID() string { return nodeID("REF", b.repo.id, b.Name) }

// Of is the branch's repository.
func (b *Branch) Of() *Repository { return b.repo }

// Landed is a commit of a branch, and when it came there as its source tells:
// its own date, or that of the push of one that is dated otherwise.
type Landed struct {
	OID  string
	At   time.Time // its own date
	Push time.Time // of a commit that was pushed around pull requests
}

// Commits are the commits of the branch, the newest first, and after them those
// that were pushed to it and taken away again by force.
func (b *Branch) Commits() []Landed {
	b.repo.owner.settle()
	held := b.tip.history(nil)
	pushed := map[*Commit]time.Time{}
	for _, p := range b.repo.landings {
		if p.branch != b {
			continue
		}
		for _, c := range p.pushes {
			pushed[c] = p.at
			if !slices.Contains(held, c) {
				held = append(held, c)
			}
		}
	}
	var out []Landed
	for _, c := range held {
		out = append(out, Landed{OID: c.OID(), At: c.Committed, Push: pushed[c]})
	}
	return out
}
