package github

import (
	"maps"
	"slices"
	"strconv"

	"github.com/evidencepack/evidence"
)

// methods are how the completeness of each kind is measured.
var methods = map[string]evidence.Method{
	PullRequest:      evidence.HistoryReconciled,
	Commit:           evidence.SourceCount,
	Codeowners:       evidence.SourceCount,
	Issue:            evidence.PagesExhausted,
	Team:             evidence.PagesExhausted,
	Repository:       evidence.PagesExhausted,
	BranchProtection: evidence.PagesExhausted,
	Ruleset:          evidence.PagesExhausted,
	Deployment:       evidence.PagesExhausted,
	WorkflowRun:      evidence.SourceCount,
	RefUpdate:        evidence.PagesExhausted,
	AuditEvent:       evidence.PagesExhausted,
}

// finish hands over the claims: one for each kind of the unit. They come in one
// last batch, which the pipeline makes durable as a whole.
func (r *run) finish() error {
	b := r.batch(r.unit.Kinds[0])
	for _, k := range r.unit.Kinds {
		b.Claims = append(b.Claims, r.claim(k))
	}
	r.at.Done = true
	return b.flush()
}

func (r *run) claim(kind string) evidence.Claim {
	t := r.tally(kind)
	c := evidence.Claim{
		Kind: kind, Method: methods[kind], Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "lists_read", Expected: 1, Found: 1,
		Counts: []evidence.Count{{Code: "records_read", N: t.Read}, {Code: "records_kept", N: t.Kept}},
		Gaps:   append([]evidence.Finding{}, t.Gaps...),
		Notes:  t.Notes,
	}
	switch kind {
	case PullRequest:
		r.reconciled(&c)
	case Commit:
		c.Unit, c.Expected, c.Found = "commits_of_the_history", t.Expected, t.Found
		if slices.ContainsFunc(t.Notes, func(f evidence.Finding) bool { return f.Code == "history_out_of_order" }) {
			c.Method = evidence.PagesExhausted // the source's count is not what was read
		}
		c.Counts = append(c.Counts, evidence.Count{Code: "commits_of_pull_requests", N: t.Found - t.Counts["commits_without_pull_request"]})
	case Codeowners:
		c.Unit, c.Expected, c.Found = "codeowners_files", t.Expected, t.Found
	case WorkflowRun:
		c.Unit, c.Expected, c.Found = "workflow_runs", t.Expected, t.Found
	default:
		if len(c.Gaps) > 0 {
			c.Found = 0
		}
	}
	for _, code := range slices.Sorted(maps.Keys(t.Counts)) {
		c.Counts = append(c.Counts, evidence.Count{Code: code, N: t.Counts[code]})
	}
	var fors []string
	for _, s := range r.unit.Want {
		if s.Kind == kind {
			fors = append(fors, s.For)
		}
	}
	slices.Sort(fors)
	for _, f := range slices.Compact(fors) {
		c.Counts = append(c.Counts, evidence.Count{Code: "records_kept", For: f, N: t.KeptFor[f]})
	}
	return c
}

// reconciled measures the pull requests against the branches' histories: each
// commit belongs to a merged pull request that was met, or to none and is a
// commit of its own for the controls to judge. What the history could not be read
// of is missing here too.
func (r *run) reconciled(c *evidence.Claim) {
	commits := r.tally(Commit)
	c.Unit = "commits_of_the_history"
	c.Expected, c.Found = commits.Expected, commits.Found
	for _, n := range r.at.History.Referenced.without(&r.at.Pulls.Seen) {
		c.Gaps = append(c.Gaps, evidence.Finding{Code: "pull_request_unreadable", Object: r.name() + "#" + strconv.Itoa(n)})
	}
	for _, f := range commits.Gaps {
		if !slices.Contains(c.Gaps, f) {
			c.Gaps = append(c.Gaps, f)
		}
	}
	for _, f := range commits.Notes {
		if !slices.Contains(c.Notes, f) {
			c.Notes = append(c.Notes, f)
		}
	}
	c.Counts = append(c.Counts, evidence.Count{Code: "branches_reconciled", N: int64(len(r.at.Repository.Branches))})
}
