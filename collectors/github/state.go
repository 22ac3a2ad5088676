package github

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// repositoryCursor is what the other steps need to know of the repository.
type repositoryCursor struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`               // owner/name, as it is called now
	Branches []string `json:"branches"`           // whose history counts, the default branch first
	Patterns []string `json:"patterns,omitempty"` // of names of protected branches
	Quiet    quiet    `json:"quiet"`
}

// quiet is what need not be asked for since nothing of it can be in the period.
type quiet struct {
	Pulls       bool `json:"pulls,omitempty"`
	Pushes      bool `json:"pushes,omitempty"` // and so history
	Deployments bool `json:"deployments,omitempty"`
}

// state reads what the repository is set to now, and finds out what there is to
// be read of the period at all.
func (r *run) state(ctx context.Context) error {
	a, err := r.whole(ctx, "GraphQL state of "+r.name(), query("state"), r.of())
	if err != nil {
		return err
	}
	repo := a.data.Get("repository")
	if !repo.IsObject() {
		return fmt.Errorf("repository %s does not exist, or the token does not see it (%s)", r.name(), needed(PullRequest))
	}
	if id := r.unit.Scope["id"]; id != "" && id != repo.Get("id").Str {
		return fmt.Errorf("repository %s is another one since it was planned (%s, was %s): run again", r.name(), repo.Get("id").Str, id)
	}
	r.at.Repository = repositoryCursor{ID: repo.Get("id").Str, Name: repo.Get("nameWithOwner").Str}
	denied, _ := a.denied()
	for _, f := range denied {
		r.refusedState(f)
	}
	r.at.Repository.Quiet = r.quiet(repo)
	branches, origins, err := r.branches(ctx, repo, a.origin)
	if err != nil {
		return err
	}
	return r.stateRecords(a, repo, branches, origins)
}

// refusedState sorts what the state query was refused to the kinds that need it.
func (r *run) refusedState(f fault) {
	at := f.at()
	switch {
	case strings.Contains(at, "deployments"):
		r.refuse(r.name()+" deployments", f.Message, Deployment)
	case strings.Contains(at, "rulesets"):
		// Which branches are protected is then not known: whose history counts.
		r.refuse(r.name()+" rulesets", f.Message, Ruleset, BranchProtection, Commit, PullRequest)
	case strings.Contains(at, "branchProtection"), strings.Contains(at, "rules"):
		r.refuse(r.name()+" branch protection", f.Message, BranchProtection, Commit, PullRequest)
	case strings.Contains(at, "newest"):
		r.refuse(r.name()+" pull requests", f.Message, PullRequest)
	case strings.Contains(at, "defaultBranch"):
		r.refuse(r.name()+" history", f.Message, Commit, Codeowners, BranchProtection, PullRequest)
	default:
		r.refuse(r.name()+" "+at, f.Message, r.unit.Kinds...)
	}
}

// quiet finds what cannot have anything in the period. What is null was refused
// or does not exist, and is asked for all the same.
func (r *run) quiet(repo gjson.Result) quiet {
	start := r.unit.Window.Start
	before := func(list, field string) bool {
		nodes := repo.Get(list + ".nodes")
		if !nodes.IsArray() {
			return false
		}
		first := nodes.Get("0")
		return !first.Exists() || instant(first.Get(field)).Before(start)
	}
	pushed := instant(repo.Get("pushedAt"))
	return quiet{
		Pulls:       before("newest", "updatedAt"),
		Deployments: before("deployments", "createdAt"),
		// GitHub's clock, not the commits' own: those may date themselves anyhow.
		Pushes: !pushed.IsZero() && pushed.Before(start) || repo.Get("isEmpty").Bool(),
	}
}

// branches finds the branches whose history counts: the default branch, those
// that a protection rule or a ruleset matches, and those that the settings name.
func (r *run) branches(ctx context.Context, repo gjson.Result, first evidence.Origin) ([]gjson.Result, []evidence.Origin, error) {
	var found []gjson.Result
	var origins []evidence.Origin
	if b := repo.Get("defaultBranch"); b.IsObject() {
		found, origins = append(found, b), append(origins, first)
		r.at.Repository.Branches = append(r.at.Repository.Branches, b.Get("name").Str)
	}
	if len(found) == 0 && !repo.Get("isEmpty").Bool() {
		for _, kind := range []string{Commit, PullRequest, BranchProtection} {
			r.gap(kind, evidence.Finding{Code: "branch_unreadable", Object: r.name() + " (default branch)"})
		}
	}
	names, patterns := r.branchNames(repo)
	hidden, err := r.hiddenBranches(ctx, repo)
	if err != nil {
		return nil, nil, err
	}
	names = append(names, hidden...)
	r.at.Repository.Patterns = r.protecting(repo)
	for _, pattern := range patterns {
		more, err := r.matching(ctx, pattern)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, more...)
	}
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(n string) bool { return slices.Contains(r.at.Repository.Branches, n) })
	for part := range slices.Chunk(names, 20) {
		v := r.of()
		for i, n := range part {
			v[fmt.Sprintf("branch%d", i)] = "refs/heads/" + n
		}
		a, err := r.whole(ctx, fmt.Sprintf("GraphQL branches of %s: %s", r.name(), strings.Join(part, " ")), aliased("branches", "branch", branchField, len(part)), v)
		if err != nil {
			return nil, nil, err
		}
		denied, _ := a.denied()
		for _, f := range denied {
			r.refusedState(f)
		}
		for i, n := range part {
			// A branch that a rule names need not exist.
			if b := a.data.Get(fmt.Sprintf("repository.branch%d", i)); b.IsObject() {
				found, origins = append(found, b), append(origins, a.origin)
				r.at.Repository.Branches = append(r.at.Repository.Branches, n)
			}
		}
	}
	r.at.Repository.Patterns = slices.DeleteFunc(r.at.Repository.Patterns, func(p string) bool { return slices.Contains(r.at.Repository.Branches, p) })
	return found, origins, nil
}

// hiddenBranches finds protected branches whose rules are not shown: to those who
// may not administer a repository GitHub gives an empty list of rules, and no
// error. That a branch is protected everybody sees who reads it.
func (r *run) hiddenBranches(ctx context.Context, repo gjson.Result) ([]string, error) {
	if repo.Get("branchProtectionRules.totalCount").Int() > 0 || r.at.Repository.Quiet.Pushes {
		return nil, nil
	}
	a, err := r.client.get(ctx, fmt.Sprintf("repos/%s/%s/branches?protected=true&per_page=100", r.spec.Owner, r.spec.Name))
	if forbidden(err) || statusOf(err) == http.StatusNotFound {
		r.refuse(r.name()+" protected branches", err.Error(), BranchProtection, Commit, PullRequest)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, b := range a.data.Array() {
		names = append(names, b.Get("name").Str)
	}
	if a.link.NextPage > 0 {
		r.moreRules("protected branches")
	}
	return names, nil
}

// moreRules notes a list of protection that goes on beyond what is read: which
// branches are protected, and so whose history counts, is then not known.
func (r *run) moreRules(list string) {
	for _, kind := range []string{BranchProtection, Commit, PullRequest} {
		r.gap(kind, evidence.Finding{Code: "more_rules_than_read", Object: r.name(), Detail: list})
	}
}

// protecting lists the names and patterns by which rules, rulesets and settings
// protect branches, whether or not there are such branches now.
func (r *run) protecting(repo gjson.Result) []string {
	list := slices.Clone(r.spec.Branches)
	repo.Get("branchProtectionRules.nodes").ForEach(func(_, rule gjson.Result) bool {
		list = append(list, rule.Get("pattern").Str)
		return true
	})
	repo.Get("rulesets.nodes.#.conditions.refName.include").ForEach(func(_, include gjson.Result) bool {
		include.ForEach(func(_, p gjson.Result) bool {
			if !strings.HasPrefix(p.Str, "~") {
				list = append(list, strings.TrimPrefix(p.Str, "refs/heads/"))
			}
			return true
		})
		return true
	})
	slices.Sort(list)
	return slices.Compact(list)
}

// branchNames lists the branches that are protected by name, and the patterns of
// those that are not known by name.
func (r *run) branchNames(repo gjson.Result) (names, patterns []string) {
	add := func(pattern string) {
		switch {
		case pattern == "~DEFAULT_BRANCH":
		case pattern == "~ALL":
			r.note(Commit, evidence.Finding{Code: "ruleset_for_all_branches", Object: r.name()})
		case strings.ContainsAny(pattern, "*?["):
			patterns = append(patterns, pattern)
		default:
			names = append(names, pattern)
		}
	}
	repo.Get("branchProtectionRules.nodes").ForEach(func(_, rule gjson.Result) bool {
		refs := rule.Get("matchingRefs")
		refs.Get("nodes").ForEach(func(_, ref gjson.Result) bool {
			names = append(names, ref.Get("name").Str)
			return true
		})
		if refs.Get("totalCount").Int() > int64(len(refs.Get("nodes").Array())) {
			add(rule.Get("pattern").Str)
		}
		return true
	})
	repo.Get("rulesets.nodes").ForEach(func(_, set gjson.Result) bool {
		if t := set.Get("target").Str; t != "BRANCH" && t != "" {
			return true
		}
		set.Get("conditions.refName.include").ForEach(func(_, p gjson.Result) bool {
			add(strings.TrimPrefix(p.Str, "refs/heads/"))
			return true
		})
		return true
	})
	for _, b := range r.spec.Branches {
		add(b)
	}
	for _, list := range []string{"branchProtectionRules", "rulesets"} {
		if repo.Get(list + ".pageInfo.hasNextPage").Bool() {
			r.moreRules(list)
		}
	}
	return names, patterns
}

// matching lists the branches that match a pattern in the manner of fnmatch.
func (r *run) matching(ctx context.Context, pattern string) ([]string, error) {
	prefix := pattern[:strings.IndexAny(pattern, "*?[")]
	prefix = prefix[:strings.LastIndex(prefix, "/")+1]
	v := r.of()
	v["prefix"], v["size"], v["after"] = "refs/heads/"+prefix, 50, nil
	var names []string
	for {
		a, err := r.whole(ctx, fmt.Sprintf("GraphQL branches of %s: %s", r.name(), pattern), query("branches"), v)
		if err != nil {
			return nil, err
		}
		refs := a.data.Get("repository.refs")
		refs.Get("nodes").ForEach(func(_, ref gjson.Result) bool {
			// GitHub gives the name without the prefix that was asked for.
			name := strings.TrimPrefix(ref.Get("prefix").Str, "refs/heads/") + ref.Get("name").Str
			if matches(pattern, name) {
				names = append(names, name)
			}
			return true
		})
		if !refs.Get("pageInfo.hasNextPage").Bool() {
			return names, nil
		}
		v["after"] = refs.Get("pageInfo.endCursor").Str
	}
}

// matches: fnmatch with FNM_PATHNAME, as GitHub does; ** crosses slashes.
func matches(pattern, name string) bool {
	if before, after, ok := strings.Cut(pattern, "**"); ok {
		return strings.HasPrefix(name, before) && strings.HasSuffix(name, strings.TrimPrefix(after, "/"))
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

// stateRecords hands over the snapshots.
func (r *run) stateRecords(a answer, repo gjson.Result, branches []gjson.Result, origins []evidence.Origin) error {
	protection := r.batch(BranchProtection)
	if r.wants(BranchProtection) && !r.at.Half {
		for i, b := range branches {
			if err := protection.add(b.Get("id").Str+r.taken(), r.at.Taken, origins[i], []byte(b.Raw)); err != nil {
				return err
			}
			// GitHub gives null, and no error, to those who may not see the rule.
			if !b.Get("branchProtectionRule").IsObject() && b.Get("refUpdateRule.pattern").Exists() {
				r.refuse(r.name()+" protection of "+b.Get("name").Str, "the rule "+b.Get("refUpdateRule.pattern").Str+" exists and is not shown", BranchProtection)
			}
			if b.Get("rules.totalCount").Int() > int64(len(b.Get("rules.nodes").Array())) {
				r.gap(BranchProtection, evidence.Finding{Code: "more_rules_than_read", Object: r.name(), Detail: b.Get("name").Str})
			}
		}
	}
	r.at.Half = true
	if err := protection.flush(); err != nil {
		return err
	}
	rulesets := r.batch(Ruleset)
	if r.wants(Ruleset) {
		var failed error
		repo.Get("rulesets.nodes").ForEach(func(_, set gjson.Result) bool {
			if set.IsObject() {
				failed = rulesets.add(r.at.Repository.ID+":"+set.Get("id").Str+r.taken(), r.at.Taken, a.origin, r.wrapped("ruleset", set.Raw))
			}
			return failed == nil
		})
		if failed != nil {
			return failed
		}
	}
	return rulesets.last()
}

// wrapped puts what does not say which repository it is of beside its repository.
func (r *run) wrapped(name, raw string) []byte {
	return fmt.Appendf(nil, `{"repository":{"id":%s,"nameWithOwner":%s},%s:%s}`, quoted(r.at.Repository.ID), quoted(r.at.Repository.Name), quoted(name), raw)
}
