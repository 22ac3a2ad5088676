package demo

import (
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// hubOrganisation is the company's organisation on GitHub.
const hubOrganisation = "sample-payments"

// hub is the company's GitHub while its month is told. Logins are posts.
type hub struct {
	org *github.Organization

	// developers, operators, database administrators, the app's developers, security
	dev1, dev2, dev3, dev4, dev5, dev6 *github.Account
	sre1, sre2, sre3                   *github.Account
	dba1, dba2                         *github.Account
	mob1, mob2, mob3                   *github.Account
	sec1, sec2                         *github.Account

	renovate, reviewBot, deployer, queue, accessSync, release *github.Account // Apps
	runner                                                    *github.Account // a user's account that a machine uses

	payments, infrastructure, mobile, access, legacy *github.Repository
	paymentTeam, ledgerTeam, sreTeam                 *github.Team

	changes []*change
	expects map[string][]expectation // of everything else, by the record's identity
	direct  *github.Commit           // the night's direct push
}

// change is a pull request whose judgement is known beforehand.
type change struct {
	*github.Pull
	expects map[string]expectation // by control; the ordinary process needs none
}

// expect says what the controls make of it that is not as usual.
func (c *change) expect(all ...expectation) *change {
	for _, e := range all {
		c.expects[e.control] = e
	}
	return c
}

// requiredChecks are what the protection of each repository's branches requires.
func (h *hub) requiredChecks(r *github.Repository) []string {
	switch r {
	case h.payments:
		return []string{"test", "lint"}
	case h.infrastructure:
		return []string{"plan"}
	case h.mobile:
		return []string{"build", "test"}
	}
	return []string{"validate"}
}

// Clock of the ordinary process, before the merge.
const (
	ticketBefore = 30 * time.Hour
	openedBefore = 5 * time.Hour
	checksBefore = 4 * time.Hour
	reviewBefore = 20 * time.Minute
)

// propose opens a pull request that is to be merged at a time: it has its ticket,
// a commit and green checks. Nobody has reviewed it.
func (h *hub) propose(r *github.Repository, key, merged string, by *github.Account, title string, paths ...string) *change {
	at := inJapan(merged)
	author := by
	if author == nil {
		author = h.dev6 // whose account was deleted meanwhile: it stands on commits alone
	}
	c := &change{r.Open(key, by, at.Add(-openedBefore), title), map[string]expectation{}}
	c.Body = "Refs {0}"
	c.Named = []*github.Issue{r.Issue(key, h.sre3, at.Add(-ticketBefore), ticketTitle(title))}
	c.Commit(author, at.Add(-openedBefore-10*time.Minute), title, paths...)
	for _, name := range h.requiredChecks(r) {
		c.Check(name, "SUCCESS", at.Add(-checksBefore))
	}
	c.Merge(by, at, github.Squash)
	h.changes = append(h.changes, c)
	return c
}

// change is a pull request by the ordinary process: another person approves it
// twenty minutes before merging it.
func (h *hub) change(r *github.Repository, key, merged string, by, approver *github.Account, title string, paths ...string) *change {
	c := h.propose(r, key, merged, by, title, paths...)
	c.approve(approver, reviewBefore)
	c.MergedBy = approver
	return c
}

// approve is an approval some time before the merge.
func (c *change) approve(by *github.Account, before time.Duration) *github.Review {
	return c.Review(by, c.Merged.Add(-before), github.Approved, "")
}

// ticketTitle is a ticket's, for which nothing hostile is needed.
func ticketTitle(title string) string {
	if i := strings.IndexAny(title, "=<\x1b\u202e"); i >= 0 {
		return "依頼"
	}
	return "依頼: " + title
}

// unowned: CODEOWNERS of every repository leaves docs/ to nobody.
func (c *change) unowned() bool {
	for _, commit := range c.Commits {
		for _, p := range commit.Paths {
			if !strings.HasPrefix(p, "docs/") {
				return false
			}
		}
	}
	return true
}
