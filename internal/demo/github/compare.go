package github

import (
	"net/http"
	"slices"
	"strings"
)

// compare answers which commits one end has and the other has not: "old...new".
func (r *Repository) compare(w http.ResponseWriter, req *http.Request, between string) {
	before, after, ok := strings.Cut(between, "...")
	from, to := r.byOid(before), r.byOid(after)
	if !ok || from == nil || to == nil {
		fail(w, http.StatusNotFound, "Not Found")
		return
	}
	had := from.reach()
	var news []*Commit
	for c := range to.reach() {
		if !had[c] {
			news = append(news, c)
		}
	}
	slices.SortFunc(news, func(a, b *Commit) int {
		if c := a.Committed.Compare(b.Committed); c != 0 {
			return c
		}
		return strings.Compare(a.OID(), b.OID())
	})
	page, size := number(req.URL.Query().Get("page"), 1), number(req.URL.Query().Get("per_page"), 30)
	first := min((page-1)*size, len(news))
	commits := []map[string]any{}
	for _, c := range news[first:min(first+size, len(news))] {
		commits = append(commits, map[string]any{"sha": c.OID(), "commit": map[string]any{
			"message": c.Headline, "committer": map[string]any{"name": c.Committer.Name, "date": stamp(c.Committed)},
		}})
	}
	send(w, map[string]any{"status": "ahead", "total_commits": len(news), "commits": commits})
}

func (r *Repository) byOid(oid string) *Commit {
	if i := slices.IndexFunc(r.commits, func(c *Commit) bool { return c.OID() == oid }); i >= 0 {
		return r.commits[i]
	}
	return nil
}

// reach is the commit and all that it descends from.
func (c *Commit) reach() map[*Commit]bool {
	found := map[*Commit]bool{}
	todo := []*Commit{c}
	for len(todo) > 0 {
		c, todo = todo[0], todo[1:]
		if !found[c] {
			found[c] = true
			todo = append(todo, c.parents...)
		}
	}
	return found
}

// protectedBranches lists the branches that a rule or a ruleset protects: to
// everybody, whether or not they may see the rules.
func (r *Repository) protectedBranches(w http.ResponseWriter, req *http.Request) {
	found := []map[string]any{}
	for _, b := range r.branches {
		if b.Protection != nil && b.tip != nil {
			found = append(found, map[string]any{"name": b.Name, "protected": true, "commit": map[string]any{"sha": b.tip.OID()}})
		}
	}
	sendPage(w, req, found)
}
