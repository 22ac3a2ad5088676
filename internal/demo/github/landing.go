package github

import (
	"fmt"
	"maps"
	"slices"
)

// LandedOID is the name of the commit that its merge makes.
func (p *Pull) LandedOID() string { return oidOf("commit", p.repo.id, p.key+"/landed") }

func (p *Pull) rebased(i int) string {
	if i == len(p.Commits)-1 {
		return p.key + "/landed"
	}
	return fmt.Sprintf("%s/rebased %d", p.key, i)
}

// land puts the pull request's commits onto the branch it goes into.
func (p *Pull) land() {
	if p.HeadBranch != nil {
		p.Commits = beyond(p.HeadBranch.tip, p.Base.tip)
	} else {
		before := p.base
		for _, c := range p.Commits {
			if c.MergesBase {
				c.grow(before, p.base)
			} else {
				c.grow(before)
			}
			before = c
		}
	}
	switch p.How {
	case MergeCommit:
		m := p.landing(fmt.Sprintf("Merge pull request #%d from %s/%s", p.number, p.repo.owner.Login, p.Head), p.MergedBy)
		for _, c := range p.Commits {
			c.belongs(p)
			maps.Copy(m.Writes, c.Writes)
		}
		m.grow(p.Base.tip, p.head())
	case Rebase:
		p.rebase()
	default:
		m := p.landing(fmt.Sprintf("%s (#%d)", p.Title, p.number), p.Author)
		for _, c := range p.Commits {
			for _, s := range c.authors() {
				if s != m.Author && !slices.Contains(m.CoAuthors, s) {
					m.CoAuthors = append(m.CoAuthors, s)
				}
			}
			maps.Copy(m.Writes, c.Writes)
		}
		m.grow(p.Base.tip)
	}
	p.Base.tip = p.landed
}

func (p *Pull) landing(headline string, by *Account) *Commit {
	s := Signature{Name: "ghost", Email: "ghost@users.noreply.github.com"}
	if by != nil {
		s = by.Signature()
	}
	m := p.repo.newCommit(p.key+"/landed", s, p.Merged, headline)
	m.Committer, m.web, m.Writes, m.Paths = webFlow, true, map[string]string{}, p.files()
	m.belongs(p)
	p.landed = m
	return m
}

func (p *Pull) rebase() {
	tip := p.Base.tip
	for i, c := range p.Commits {
		m := p.repo.newCommit(p.rebased(i), c.Author, c.Authored, c.Headline)
		m.CoAuthors, m.Paths, m.Writes, m.Committer, m.Committed, m.web = c.CoAuthors, c.Paths, c.Writes, webFlow, p.Merged, true
		m.grow(tip)
		m.belongs(p)
		tip, p.landed = m, m
	}
}

// beyond lists what is reached from one commit and not from another, the oldest first.
func beyond(tip, base *Commit) []*Commit {
	known := map[*Commit]bool{}
	for _, c := range base.history(nil) {
		known[c] = true
	}
	out := slices.DeleteFunc(tip.history(nil), func(c *Commit) bool { return known[c] })
	slices.Reverse(out)
	return out
}

func (p *Pull) head() *Commit { return p.Commits[len(p.Commits)-1] }
