package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// settling is how long after it happened something may still be missing from an
// answer: GitHub's replicas and its audit log lag by minutes.
const settling = 15 * time.Minute

// Kinds by what their units are of.
var (
	organisationKinds = []string{Repository, Team}
	auditKinds        = []string{AuditEvent}
	repositoryKinds   = []string{PullRequest, Commit, Codeowners, Issue, BranchProtection, Ruleset, Deployment, WorkflowRun, RefUpdate}
)

// spec is what a unit's collection needs beside its scope.
type spec struct {
	Unit     string   `json:"unit"` // "repository", "owner", "audit"
	Owner    string   `json:"owner"`
	Name     string   `json:"name,omitempty"`
	Branches []string `json:"branches,omitempty"` // patterns of branches to read beside the protected ones
	Exclude  []string `json:"exclude,omitempty"`
}

// Plan yields a unit for each repository, for what is common to each owner, and
// for each organisation's audit log, as far as their kinds are wanted.
func (s *source) Plan(ctx context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		window, ok := s.window(q.Period)
		if !ok {
			return
		}
		p := planner{source: s, window: window, want: q.Want, yield: yield}
		for _, owner := range s.owners() {
			if !p.owner(ctx, owner) {
				return
			}
		}
	}
}

// window is the period as far as it has settled, to the hour while it is open,
// so that a run that is repeated soon finds its units again.
func (s *source) window(p evidence.Period) (evidence.Period, bool) {
	settled := s.now().UTC().Add(-settling)
	w := evidence.Period{Start: p.Start.UTC(), End: p.End.UTC()}
	if w.End.After(settled) {
		w.End = settled.Truncate(time.Hour)
	}
	return w, w.Start.Before(w.End)
}

// owners lists whose repositories are read, each once, in the order given.
func (s *source) owners() []string {
	var list []string
	add := func(owner string) {
		if !slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, owner) }) {
			list = append(list, owner)
		}
	}
	for _, o := range s.settings.Owners {
		add(o)
	}
	for _, r := range s.settings.Repositories {
		owner, _, _ := strings.Cut(r, "/")
		add(owner)
	}
	return list
}

type planner struct {
	*source
	window evidence.Period
	want   []evidence.Selection
	yield  func(evidence.Unit, error) bool
}

// wanted lists the selections of some kinds, and which of the kinds have any.
func (p *planner) wanted(kinds []string) (list []evidence.Selection, names []string) {
	for _, s := range p.want {
		if slices.Contains(kinds, s.Kind) && p.Yields(s.Kind) {
			list = append(list, s)
			if !slices.Contains(names, s.Kind) {
				names = append(names, s.Kind)
			}
		}
	}
	slices.Sort(names)
	return list, names
}

// unit yields a unit if any of its kinds is wanted; false ends the plan.
func (p *planner) unit(kinds []string, scope evidence.Scope, sp spec) bool {
	want, names := p.wanted(kinds)
	if len(names) == 0 {
		return true
	}
	b, err := json.Marshal(sp)
	if err != nil { // strings alone
		panic("github: " + err.Error())
	}
	return p.yield(evidence.Unit{Kinds: names, Scope: scope, Window: p.window, Want: want, Spec: b}, nil)
}

// owner plans what belongs to one owner. What is not readable of it is named,
// and the others go on.
func (p *planner) owner(ctx context.Context, owner string) bool {
	whole := slices.ContainsFunc(p.settings.Owners, func(o string) bool { return strings.EqualFold(o, owner) })
	scope := evidence.Scope{"organization": owner}
	if !p.unit(organisationKinds, scope, spec{Unit: "owner", Owner: owner, Exclude: p.settings.Exclude}) ||
		!p.unit(auditKinds, scope, spec{Unit: "audit", Owner: owner}) {
		return false
	}
	if _, names := p.wanted(repositoryKinds); len(names) == 0 {
		return true
	}
	named, ok := p.named(ctx, owner)
	if !ok {
		return false
	}
	if whole {
		found, err := p.repositories(ctx, owner)
		if err != nil {
			if !p.yield(evidence.Unit{}, fmt.Errorf("repositories of %s are not readable: %w", owner, err)) || ctx.Err() != nil {
				return false
			}
		}
		for _, r := range found {
			if !slices.ContainsFunc(named, func(n repository) bool { return strings.EqualFold(n.name, r.name) }) {
				named = append(named, r)
			}
		}
	}
	slices.SortFunc(named, func(a, b repository) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	for _, r := range named {
		if p.settings.excluded(owner + "/" + r.name) {
			continue
		}
		scope := evidence.Scope{"repository": owner + "/" + r.name}
		if r.id != "" {
			scope["id"] = r.id // stays when the repository is renamed
		}
		if !p.unit(repositoryKinds, scope, spec{Unit: "repository", Owner: owner, Name: r.name, Branches: p.settings.Branches}) {
			return false
		}
	}
	return true
}

// repository is one that is planned.
type repository struct{ id, name string }

// named lists the owner's repositories that the settings name, with their
// identities; false ends the plan. One that is not there is named as an error.
func (p *planner) named(ctx context.Context, owner string) ([]repository, bool) {
	var list []repository
	for _, r := range p.settings.Repositories {
		o, name, _ := strings.Cut(r, "/")
		if !strings.EqualFold(o, owner) {
			continue
		}
		a, err := p.client.ask(ctx, "GraphQL identity of "+r, query("identity"), vars{"owner": o, "name": name})
		found := a.data.Get("repository")
		switch {
		case ctx.Err() != nil:
			p.yield(evidence.Unit{}, ctx.Err())
			return nil, false
		case err == nil && found.IsObject():
			_, name, _ = strings.Cut(found.Get("nameWithOwner").Str, "/")
			list = append(list, repository{id: found.Get("id").Str, name: name})
			continue
		case err == nil:
			err = errors.New("it does not exist, or the token does not see it (" + needed(PullRequest) + ")")
		}
		if !p.yield(evidence.Unit{}, fmt.Errorf("repository %s is not readable: %w", r, err)) {
			return nil, false
		}
	}
	return list, true
}

// repositories lists an owner's repositories, apart from those that were
// archived before the period and so can have changed in nothing.
func (p *planner) repositories(ctx context.Context, owner string) ([]repository, error) {
	var list []repository
	err := p.eachRepository(ctx, owner, func(_ answer, r gjson.Result) error {
		if archived, err := time.Parse(time.RFC3339, r.Get("archivedAt").Str); err == nil && archived.Before(p.window.Start) {
			return nil
		}
		_, name, _ := strings.Cut(r.Get("nameWithOwner").Str, "/")
		list = append(list, repository{id: r.Get("id").Str, name: name})
		return nil
	})
	return list, err
}

// eachRepository calls f with every repository of an owner, and the answer it stood in.
func (s *source) eachRepository(ctx context.Context, owner string, f func(answer, gjson.Result) error) error {
	v := vars{"owner": owner, "size": 100, "after": nil}
	for page := 1; ; page++ {
		a, err := s.client.ask(ctx, fmt.Sprintf("GraphQL repositories of %s, page %d", owner, page), query("repositories"), v)
		if err != nil {
			return err
		}
		if len(a.errors) > 0 {
			return partly(a)
		}
		of := a.data.Get("repositoryOwner")
		if !of.IsObject() {
			return fmt.Errorf("%s does not exist, or the token does not see it (needed: metadata, read)", owner)
		}
		var failed error
		of.Get("repositories.nodes").ForEach(func(_, r gjson.Result) bool {
			failed = f(a, r)
			return failed == nil
		})
		if failed != nil {
			return failed
		}
		if !of.Get("repositories.pageInfo.hasNextPage").Bool() {
			return nil
		}
		v["after"] = of.Get("repositories.pageInfo.endCursor").Str
	}
}

// partly is the error of an answer with a part missing that nothing else stands for.
func partly(a answer) error {
	f := a.errors[0]
	return fmt.Errorf("GitHub: %s: %s (at %s)", f.Type, f.Message, f.at())
}
