package github

import "time"

// Protection is a branch protection rule.
type Protection struct {
	Pattern   string
	Approvals int
	Owners    bool // owners must approve what they own
	Checks    []string
	Admins    bool // it holds for administrators
	Dismisses bool // a push takes approvals away
	ForcePush bool
	Deletion  bool
	LastPush  bool
	Bypassers []*Team
}

// Protect puts branches under a rule.
func (r *Repository) Protect(p Protection, branches ...*Branch) *Protection {
	for _, b := range branches {
		b.Protection = &p
	}
	return &p
}

// Ruleset is a ruleset of a repository.
type Ruleset struct {
	repo      *Repository
	Name      string
	Include   []string // "~DEFAULT_BRANCH", "refs/heads/release/*"
	Branches  []*Branch
	Approvals int
	Owners    bool
	Checks    []string
	Created   time.Time
	Updated   time.Time
}

// Rule puts branches under a ruleset.
func (r *Repository) Rule(s Ruleset) *Ruleset {
	s.repo = r
	r.rulesets = append(r.rulesets, &s)
	return &s
}

func (s *Ruleset) id() string { return nodeID("RRS", s.repo.id, s.Name) }

// rules are the ruleset's rules: types and parameters.
func (s *Ruleset) rules() []Object {
	var checks []any
	for _, c := range s.Checks {
		checks = append(checks, Object{"context": c})
	}
	of := Object{"id": s.id(), "name": s.Name, "enforcement": "ACTIVE"}
	rule := func(kind string, parameters Object) Object {
		return Object{"id": nodeID("RRU", s.id(), kind), "type": kind, "parameters": parameters, "repositoryRuleset": of}
	}
	list := []Object{
		rule("PULL_REQUEST", Object{
			"__typename": "PullRequestParameters", "requiredApprovingReviewCount": s.Approvals, "requireCodeOwnerReview": s.Owners,
			"dismissStaleReviewsOnPush": true, "requireLastPushApproval": false,
		}),
		rule("NON_FAST_FORWARD", nil), rule("DELETION", nil),
	}
	if len(checks) > 0 {
		list = append(list, rule("REQUIRED_STATUS_CHECKS", Object{
			"__typename": "RequiredStatusChecksParameters", "strictRequiredStatusChecksPolicy": false, "requiredStatusChecks": checks,
		}))
	}
	return list
}

func (s *Ruleset) object() Object {
	include := []any{}
	for _, i := range s.Include {
		include = append(include, i)
	}
	return Object{
		"__typename": "RepositoryRuleset", "id": s.id(), "databaseId": databaseID("ruleset", s.id()), "name": s.Name, "enforcement": "ACTIVE", "target": "BRANCH",
		"createdAt": stamp(s.Created), "updatedAt": stamp(s.Updated),
		"source":       Object{"__typename": "Repository", "nameWithOwner": s.repo.FullName()},
		"conditions":   Object{"refName": Object{"include": include, "exclude": []any{}}},
		"bypassActors": Nodes(), "rules": Nodes(s.rules()...),
	}
}

func (p *Protection) object(r *Repository) Object {
	if p == nil {
		return nil
	}
	checks := []any{}
	for _, c := range p.Checks {
		checks = append(checks, c)
	}
	var bypassers []Object
	for _, t := range p.Bypassers {
		bypassers = append(bypassers, Object{"actor": Object{"__typename": "Team", "combinedSlug": t.combinedSlug()}})
	}
	return Object{
		"__typename": "BranchProtectionRule", "id": nodeID("BPR", r.id, p.Pattern), "pattern": p.Pattern,
		"isAdminEnforced": p.Admins, "requiresApprovingReviews": p.Approvals > 0, "requiredApprovingReviewCount": p.Approvals,
		"requiresCodeOwnerReviews": p.Owners, "dismissesStaleReviews": p.Dismisses, "requireLastPushApproval": p.LastPush,
		"requiresStatusChecks": len(p.Checks) > 0, "requiresStrictStatusChecks": false, "requiredStatusCheckContexts": checks,
		"requiresLinearHistory": false, "requiresCommitSignatures": false, "restrictsPushes": false, "restrictsReviewDismissals": false,
		"allowsForcePushes": p.ForcePush, "allowsDeletions": p.Deletion, "lockBranch": false,
		"bypassPullRequestAllowances": Nodes(bypassers...), "bypassForcePushAllowances": Nodes(),
		"matchingRefs": List(func() []any {
			var out []any
			for _, b := range r.branches {
				if b.Protection == p {
					out = append(out, Object{"name": b.Name})
				}
			}
			return out
		}),
	}
}

func (b *Branch) object() Object {
	var rules []Object
	for _, s := range b.repo.rulesets {
		for _, of := range s.Branches {
			if of == b {
				rules = append(rules, s.rules()...)
			}
		}
	}
	o := Object{
		"__typename": "Ref", "id": b.ID(), "name": b.Name, "prefix": "refs/heads/", "repository": late(b.repo.object),
		"target": late(b.tip.object), "branchProtectionRule": b.Protection.object(b.repo), "refUpdateRule": nil, "rules": Nodes(rules...),
	}
	if p := b.Protection; p != nil {
		checks := []any{}
		for _, c := range p.Checks {
			checks = append(checks, c)
		}
		o["refUpdateRule"] = Object{
			"pattern": p.Pattern, "requiredApprovingReviewCount": p.Approvals, "requiresCodeOwnerReviews": p.Owners, "requiredStatusCheckContexts": checks,
			"allowsForcePushes": p.ForcePush, "allowsDeletions": p.Deletion, "requiresLinearHistory": false, "requiresSignatures": false,
		}
	}
	return o
}
