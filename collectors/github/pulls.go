package github

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// pullsPage deals with a page of pull requests, the last updated first.
func (r *run) pullsPage(ctx context.Context, a answer) error {
	p := &r.at.Pulls
	list := a.data.Get("repository.pullRequests")
	if !list.IsObject() {
		r.refuse(r.name()+" pull requests", "GitHub gave none", PullRequest, Issue)
		p.Done, r.at.History.Ahead = true, false
		return nil
	}
	r.refusedParts(a)
	m := r.meet(list.Get("nodes").Array())
	b := r.batch(PullRequest)
	if err := r.pulls(ctx, b, m.taken, a.origin); err != nil {
		return err
	}
	for _, n := range m.numbers {
		p.Seen.add(n)
	}
	r.tally(PullRequest).Counts["pull_requests_met"] += int64(len(m.numbers))
	p.Pages++
	p.Newest, p.After = m.newest, list.Get("pageInfo.endCursor").Str
	p.Done = m.end || !list.Get("pageInfo.hasNextPage").Bool()
	r.at.History.Ahead = false
	return b.flush()
}

// met is what a page of the walk holds.
type met struct {
	taken   []gjson.Result // merged in the period
	numbers []int          // of all that belong to the walk
	newest  string         // the update that the walk began with
	end     bool           // the walk ends on this page
}

func (r *run) meet(nodes []gjson.Result) met {
	p := &r.at.Pulls
	m := met{newest: p.Newest}
	since := p.Since
	if since == "" {
		since = r.unit.Window.Start.Format(timeFormat)
	}
	for _, n := range nodes {
		if !n.IsObject() { // refused: what may not be read is named by its place
			r.gap(PullRequest, evidence.Finding{Code: "pull_request_unreadable", Object: fmt.Sprintf("%s, page %d", r.name(), p.Pages+1)})
			continue
		}
		updated, number := n.Get("updatedAt").Str, int(n.Get("number").Int())
		if m.newest == "" {
			m.newest = updated
		}
		if updated < since {
			m.end = true
			break
		}
		if p.Since != "" && updated == since && p.Seen.has(number) {
			continue // where the walk before this one began
		}
		if p.Since == "" && p.Kept.has(number) {
			continue // pages overlap where the list grew; what was updated since is met again at its front
		}
		m.numbers = append(m.numbers, number)
		if r.unit.Window.Contains(instant(n.Get("mergedAt"))) {
			m.taken = append(m.taken, n)
		}
	}
	return m
}

// pulls completes pull requests, hands over the issues that they name, and adds
// them to a batch.
func (r *run) pulls(ctx context.Context, b *batch, nodes []gjson.Result, from evidence.Origin) error {
	whole := make([]gjson.Result, 0, len(nodes))
	for _, n := range nodes {
		body, more, err := r.completed(ctx, n)
		if err != nil {
			return err
		}
		whole = append(whole, gjson.ParseBytes(body))
		b.Origins = append(b.Origins, more...)
	}
	if err := r.issues(ctx, whole, from); err != nil {
		return err
	}
	for _, n := range whole {
		if !r.wants(PullRequest) {
			break
		}
		at := instant(n.Get("mergedAt"))
		if at.IsZero() {
			at = instant(n.Get("updatedAt"))
		}
		if err := b.add(n.Get("id").Str, at, from, []byte(n.Raw)); err != nil {
			return err
		}
		r.at.Pulls.Kept.add(int(n.Get("number").Int()))
	}
	return nil
}

// refusedParts notes fields within pull requests that may not be read: checks
// without the permission for them, say. Each field is named once.
func (r *run) refusedParts(a answer) {
	denied, _ := a.denied()
	for _, f := range denied {
		var field []string
		for _, p := range f.Path {
			if s, ok := p.(string); ok {
				field = append(field, s)
			}
		}
		what := strings.Join(field, ".")
		switch {
		case strings.Contains(what, "associatedPullRequests"):
			r.refuse(r.name()+" "+what, f.Message, Commit, PullRequest)
		case strings.Contains(what, "parents"), strings.Contains(what, "blob"):
			r.refuse(r.name()+" "+what, f.Message, Codeowners)
		case strings.Contains(what, "history"):
			r.refuse(r.name()+" "+what, f.Message, Commit, PullRequest)
		case strings.Contains(what, "closingIssuesReferences"):
			r.refuse(r.name()+" "+what, f.Message, PullRequest, Issue)
		default:
			r.refuse(r.name()+" "+what, f.Message, PullRequest)
		}
	}
}

// skip goes past one pull request that GitHub cannot give, and names it, unless
// it was not merged in the period.
func (r *run) skip(ctx context.Context, cause error) error {
	v := r.of()
	v["after"] = optional(r.at.Pulls.After)
	a, err := r.whole(ctx, "GraphQL name of a pull request of "+r.name(), query("name"), v)
	if err != nil {
		return err
	}
	list := a.data.Get("repository.pullRequests")
	n := list.Get("nodes.0")
	if !n.IsObject() {
		return cause
	}
	p := &r.at.Pulls
	if r.unit.Window.Contains(instant(n.Get("mergedAt"))) {
		r.gap(PullRequest, evidence.Finding{Code: "pull_request_unreadable", Object: n.Get("url").Str, Detail: cause.Error()})
	}
	p.Seen.add(int(n.Get("number").Int()))
	if p.Newest == "" {
		p.Newest = n.Get("updatedAt").Str
	}
	p.After = list.Get("pageInfo.endCursor").Str
	p.Done = !list.Get("pageInfo.hasNextPage").Bool() || n.Get("updatedAt").Str < r.unit.Window.Start.Format(timeFormat)
	p.Pages++
	return errSkipped
}

// moved looks again at what was updated while the walk was under way: it moved to
// the front, past the place where the walk was. It looks until nothing has moved.
func (r *run) moved(ctx context.Context) error {
	p := &r.at.Pulls
	if p.Since == "" && (p.Pages <= 1 || p.Newest == "") {
		return nil // one answer is of one moment
	}
	r.size = min(r.size, 10)
	for {
		if p.Done {
			if p.Newest <= p.Since {
				return nil
			}
			p.Since, p.Newest, p.After, p.Done = p.Newest, "", "", false
		}
		if err := r.round(ctx, true, false); err != nil {
			return err
		}
	}
}

// unseen fetches pull requests that the history names and the walk did not meet.
func (r *run) unseen(ctx context.Context) error {
	if !r.wants(PullRequest) {
		return nil
	}
	return r.byNumber(ctx, r.at.History.Referenced.without(&r.at.Pulls.Seen), "unseen")
}

// byNumber hands over pull requests by their numbers.
func (r *run) byNumber(ctx context.Context, numbers []int, why string) error {
	for part := range slices.Chunk(numbers, 20) {
		a, ok, err := r.numbered(ctx, part, why)
		if err != nil {
			return err
		}
		if ok {
			if err := r.numberedPulls(ctx, a, part); err != nil {
				return err
			}
			continue
		}
		for _, n := range part { // each by itself: one of them is more than GitHub can give
			one := []int{n}
			if a, ok, err = r.numbered(ctx, one, why); err != nil {
				return err
			}
			if !ok {
				a = answer{} // it is missed by name
			}
			if err := r.numberedPulls(ctx, a, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// numbered asks for pull requests by number; ok is false when GitHub does not
// manage to answer.
func (r *run) numbered(ctx context.Context, numbers []int, why string) (a answer, ok bool, err error) {
	v := r.of()
	for i, n := range numbers {
		v[fmt.Sprintf("pull%d", i)] = n
	}
	label := fmt.Sprintf("GraphQL pull requests of %s %s: %v", r.name(), why, numbers)
	for attempt := 1; attempt <= 3; attempt++ {
		a, err = r.client.askLess(ctx, label, aliased("pulls", "pull", pullField, len(numbers)), v)
		if err != nil && !shrinkable(err) {
			return a, false, err
		}
		_, other := a.denied()
		if err == nil && (len(other) == 0 || a.missing()) {
			return a, true, nil
		}
		if len(numbers) > 1 {
			break
		}
		if err := r.client.sleep(ctx, httpclient.Quicker(attempt)); err != nil {
			return a, false, err
		}
	}
	return a, false, nil
}

// numberedPulls hands over the pull requests of one answer. Those that it does
// not hold are named.
func (r *run) numberedPulls(ctx context.Context, a answer, numbers []int) error {
	r.refusedParts(a)
	b := r.batch(PullRequest)
	var nodes []gjson.Result
	for i, n := range numbers {
		p := a.data.Get(fmt.Sprintf("repository.pull%d", i))
		if !p.IsObject() {
			r.gap(PullRequest, evidence.Finding{Code: "pull_request_unreadable", Object: fmt.Sprintf("%s#%d", r.name(), n)})
			continue
		}
		nodes = append(nodes, p)
	}
	if err := r.pulls(ctx, b, nodes, a.origin); err != nil {
		return err
	}
	for _, n := range numbers {
		r.at.Pulls.Seen.add(n)
	}
	return b.flush()
}

// quoted writes a text as JSON.
func quoted(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil { // a string cannot fail
		panic("github: " + err.Error())
	}
	return b
}
