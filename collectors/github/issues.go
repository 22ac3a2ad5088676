package github

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// References to issues in texts, in all forms that GitHub links, and the number
// that a branch's name begins with. What looks like one and is none costs a
// look-up and no more.
var (
	ownIssue     = regexp.MustCompile(`(?:^|[^\w/&])(?:#|[Gg][Hh]-)(\d{1,9})\b`)
	foreignIssue = regexp.MustCompile(`(?:^|[^\w./-])([A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+)#(\d{1,9})\b`)
	issueURL     = regexp.MustCompile(`https?://[^\s/]+/([A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+)/issues/(\d{1,9})\b`)
	branchIssue  = regexp.MustCompile(`(?:^|/)(?:issue-|gh-)?(\d{1,9})(?:[-_]|$)`)
)

// maxReferences bounds what one text can make us look up.
const maxReferences = 200

// issues hands over the issues that pull requests link or name, as far as they
// were not handed over before.
func (r *run) issues(ctx context.Context, pulls []gjson.Result, from evidence.Origin) error {
	if !r.wants(Issue) {
		return nil
	}
	b := r.batch(Issue)
	var own []int
	foreign := map[string][]int{}
	for _, p := range pulls {
		var failed error
		p.Get("closingIssuesReferences.nodes").ForEach(func(_, i gjson.Result) bool {
			if !i.IsObject() {
				return true
			}
			if r.newIssue(i.Get("repository.nameWithOwner").Str, int(i.Get("number").Int())) {
				failed = b.add(i.Get("id").Str, instant(i.Get("createdAt")), from, []byte(i.Raw))
			}
			return failed == nil
		})
		if failed != nil {
			return failed
		}
	}
	for _, p := range pulls {
		refs := references(p)
		if len(refs) > maxReferences {
			r.gap(Issue, evidence.Finding{Code: "too_many_references", Object: p.Get("url").Str, Detail: strconv.Itoa(len(refs))})
			refs = refs[:maxReferences]
		}
		for _, ref := range refs {
			if ref.repository != "" && !strings.EqualFold(ref.repository, r.at.Repository.Name) {
				if r.newIssue(ref.repository, ref.number) {
					foreign[ref.repository] = append(foreign[ref.repository], ref.number)
				}
			} else if !r.at.Pulls.Seen.has(ref.number) && r.newIssue(r.at.Repository.Name, ref.number) {
				own = append(own, ref.number)
			}
		}
	}
	if len(own) > 0 {
		foreign[r.at.Repository.Name] = own
	}
	for _, name := range slices.Sorted(maps.Keys(foreign)) {
		if err := r.lookUp(ctx, b, name, foreign[name]); err != nil {
			return err
		}
	}
	return b.flush()
}

// newIssue remembers an issue and reports whether it was not known.
func (r *run) newIssue(repository string, number int) bool {
	p := &r.at.Pulls
	if strings.EqualFold(repository, r.at.Repository.Name) {
		return p.Issues.add(number)
	}
	key := strings.ToLower(repository) + "#" + strconv.Itoa(number)
	at, found := slices.BinarySearch(p.Foreign, key)
	if !found {
		p.Foreign = slices.Insert(p.Foreign, at, key)
	}
	return !found
}

// lookUp asks a repository for issues by number. A number that is no issue's is
// nothing to report: the text that named it may have meant something else.
func (r *run) lookUp(ctx context.Context, b *batch, repository string, numbers []int) error {
	owner, name, _ := strings.Cut(repository, "/")
	for part := range slices.Chunk(numbers, 50) {
		v := vars{"owner": owner, "name": name}
		for i, n := range part {
			v[fmt.Sprintf("issue%d", i)] = n
		}
		a, err := r.client.ask(ctx, fmt.Sprintf("GraphQL issues of %s: %v", repository, part), aliased("issues", "issue", issueField, len(part)), v)
		if err != nil {
			return err
		}
		for _, f := range a.errors {
			if f.denies() {
				r.refuse(repository+" issues", f.Message, Issue)
			} else if f.Type != "NOT_FOUND" {
				return fmt.Errorf("issues of %s: %w", repository, partly(answer{errors: []fault{f}}))
			}
		}
		for i := range part {
			n := a.data.Get(fmt.Sprintf("repository.issue%d", i))
			if n.Get("__typename").Str != "Issue" {
				r.tally(Issue).Counts["references_to_no_issue"]++
				continue
			}
			if err := b.add(n.Get("id").Str, instant(n.Get("createdAt")), a.origin, []byte(n.Raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// reference is an issue as a text names it; without a repository it is of the same.
type reference struct {
	repository string
	number     int
}

// references finds the issues that a pull request's title, body and branch name.
func references(pull gjson.Result) []reference {
	var found []reference
	add := func(repository, digits string) {
		n, err := strconv.Atoi(digits)
		ref := reference{repository, n}
		if err == nil && n > 0 && !slices.Contains(found, ref) {
			found = append(found, ref)
		}
	}
	for _, field := range []string{"title", "body"} {
		text := pull.Get(field).Str
		for _, m := range issueURL.FindAllStringSubmatch(text, -1) {
			add(m[1], m[2])
		}
		for _, m := range foreignIssue.FindAllStringSubmatch(text, -1) {
			add(m[1], m[2])
		}
		for _, m := range ownIssue.FindAllStringSubmatch(text, -1) {
			add("", m[1])
		}
	}
	for _, m := range branchIssue.FindAllStringSubmatch(pull.Get("headRefName").Str, -1) {
		add("", m[1])
	}
	return found
}
