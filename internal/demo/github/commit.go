package github

import (
	"slices"
	"strings"
	"time"
)

// ownersPlaces are the paths of which a commit's tree is remembered.
var ownersPlaces = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// Commit is a commit of a repository.
type Commit struct {
	repo *Repository
	key  string

	Author, Committer   Signature
	CoAuthors           []Signature
	Headline            string
	Authored, Committed time.Time
	Paths               []string          // what it changes
	Writes              map[string]string // CODEOWNERS files that it writes, by path; empty: it removes them
	MergesBase          bool              // it takes in the branch that its pull request goes into

	web     bool // made on GitHub's pages
	parents []*Commit
	tree    map[string]string
	pulls   []*Pull
}

func (r *Repository) newCommit(key string, by Signature, at time.Time, headline string) *Commit {
	c := &Commit{repo: r, key: key, Author: by, Committer: by, Headline: headline, Authored: at, Committed: at}
	r.commits = append(r.commits, c)
	return c
}

// With adds co-authors.
func (c *Commit) With(who ...*Account) *Commit {
	for _, a := range who {
		c.CoAuthors = append(c.CoAuthors, a.Signature())
	}
	return c
}

// By makes the commit one that is signed otherwise.
func (c *Commit) By(s Signature) *Commit {
	c.Author, c.Committer = s, s
	return c
}

// Dated gives it another date than that of its push: a commit dates itself.
func (c *Commit) Dated(at time.Time) *Commit {
	c.Authored, c.Committed = at, at
	return c
}

// Writing makes the commit write a CODEOWNERS file.
func (c *Commit) Writing(path, text string) *Commit {
	c.Paths = append(c.Paths, path)
	c.Writes = map[string]string{path: text}
	return c
}

// OID is its name.
func (c *Commit) OID() string { return oidOf("commit", c.repo.id, c.key) }

// grow gives the commit its parents, and the tree that follows from the first.
func (c *Commit) grow(parents ...*Commit) {
	c.parents, c.tree = nil, map[string]string{}
	for _, p := range parents {
		if p != nil {
			c.parents = append(c.parents, p)
		}
	}
	if len(c.parents) > 0 {
		for path, text := range c.parents[0].tree {
			c.tree[path] = text
		}
	}
	for path, text := range c.Writes {
		if c.tree[path] = text; text == "" {
			delete(c.tree, path)
		}
	}
}

func (c *Commit) belongs(p *Pull) {
	if !slices.Contains(c.pulls, p) {
		c.pulls = append(c.pulls, p)
	}
}

func (c *Commit) authors() []Signature { return append([]Signature{c.Author}, c.CoAuthors...) }

func (c *Commit) message() string {
	var b strings.Builder
	b.WriteString(c.Headline)
	for i, s := range c.CoAuthors {
		if i == 0 {
			b.WriteString("\n")
		}
		b.WriteString("\nCo-authored-by: " + s.Name + " <" + s.Email + ">")
	}
	return b.String()
}

func (c *Commit) object() Object {
	if c == nil {
		return nil
	}
	var authors []Object
	for _, s := range c.authors() {
		authors = append(authors, s.object())
	}
	return Object{
		"__typename": "Commit", "oid": c.OID(), "url": c.repo.url() + "/commit/" + c.OID(),
		"messageHeadline": c.Headline, "message": c.message(), "authoredDate": stamp(c.Authored), "committedDate": stamp(c.Committed),
		"committedViaWeb": c.web, "repository": late(c.repo.object),
		"author": c.Author.object(), "committer": c.Committer.object(), "authors": Nodes(authors...),
		"parents":                List(func() []any { return objects(c.parents, (*Commit).object) }),
		"associatedPullRequests": List(func() []any { return objects(c.pulls, (*Pull).object) }),
		"file": func(a Args) any {
			path, _ := a["path"].(string)
			if text, ok := c.tree[path]; ok {
				return Object{"path": path, "oid": blobOID(text)}
			}
			return nil
		},
		"history": func(a Args) any { return List(func() []any { return objects(c.history(a), (*Commit).object) }) },
	}
}

func blobOID(text string) string { return oidOf("blob", text) }

// late makes a field that is read when it is asked for: objects lead in circles.
func late(o func() Object) func(Args) any { return func(Args) any { return o() } }

func objects[T any](list []*T, object func(*T) Object) []any {
	out := make([]any, 0, len(list))
	for _, x := range list {
		out = append(out, func() Object { return object(x) })
	}
	return out
}
