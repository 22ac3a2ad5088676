package github

import (
	"fmt"
	"strings"
	"time"
)

// FullName is its owner and name.
func (r *Repository) FullName() string { return r.owner.Login + "/" + r.Name }

func (r *Repository) url() string { return "https://github.com/" + r.FullName() }

func (r *Repository) object() Object {
	pushed := r.pushed()
	updated := pushed
	if r.Archived.After(updated) {
		updated = r.Archived
	}
	return Object{
		"__typename": "Repository", "id": r.id, "databaseId": r.Number(), "nameWithOwner": r.FullName(), "url": r.url(),
		"owner": Object{"__typename": "Organization", "login": r.owner.Login}, "visibility": "PRIVATE",
		"isArchived": !r.Archived.IsZero(), "archivedAt": stamp(r.Archived), "isFork": false, "isEmpty": false, "isDisabled": false,
		"createdAt": stamp(r.Created), "updatedAt": stamp(updated), "pushedAt": stamp(pushed),
		"defaultBranchRef":      late(r.Default().object),
		"branchProtectionRules": r.protections(),
		"rulesets":              List(func() []any { return objects(r.rulesets, (*Ruleset).object) }),
		"deployments":           List(func() []any { return objects(r.deployments, (*Deployment).object) }),
		"pullRequests":          List(func() []any { return objects(r.pulls, (*Pull).object) }),
		"ref": func(a Args) any {
			name, _ := a["qualifiedName"].(string)
			if b := r.Branch(strings.TrimPrefix(name, "refs/heads/")); b != nil {
				return b.object()
			}
			return nil
		},
		"refs":               func(a Args) any { return r.refs(a["refPrefix"]) },
		"pullRequest":        func(a Args) any { return r.numbered(a["number"], false) },
		"issueOrPullRequest": func(a Args) any { return r.numbered(a["number"], true) },
		"object":             func(a Args) any { return r.gitObject(a["oid"]) },
	}
}

// Number is its identity in REST and in the audit log.
func (r *Repository) Number() int { return databaseID("repository", r.id) }

func (r *Repository) pushed() time.Time {
	at := r.Created
	for _, l := range r.landings {
		if l.opens == nil && l.runs == nil && l.at.After(at) {
			at = l.at
		}
	}
	return at
}

func (r *Repository) protections() List {
	var out []Object
	seen := map[*Protection]bool{nil: true}
	for _, b := range r.branches {
		if !seen[b.Protection] {
			seen[b.Protection] = true
			out = append(out, b.Protection.object(r))
		}
	}
	return Nodes(out...)
}

// refs are the branches whose full names begin so; their names lack that.
func (r *Repository) refs(prefix any) List {
	var out []Object
	for _, b := range r.branches {
		begin, _ := prefix.(string)
		if full := "refs/heads/" + b.Name; strings.HasPrefix(full, begin) {
			o := b.object()
			o["prefix"], o["name"] = begin, strings.TrimPrefix(full, begin)
			out = append(out, o)
		}
	}
	return Nodes(out...)
}

func (r *Repository) numbered(number any, issues bool) any {
	n, _ := number.(float64)
	for _, p := range r.pulls {
		if p.number == int(n) {
			return p.object()
		}
	}
	for _, i := range r.issues {
		if issues && i.number == int(n) {
			return i.object()
		}
	}
	return Error{"NOT_FOUND", fmt.Sprintf("Could not resolve to an issue or pull request with the number of %d.", int(n))}
}

// gitObject is a commit or a file by its name.
func (r *Repository) gitObject(oid any) any {
	for _, c := range r.commits {
		if c.OID() == oid {
			return c.object()
		}
		for _, text := range c.tree {
			if blobOID(text) == oid {
				return Object{"__typename": "Blob", "oid": oid, "byteSize": len(text), "isBinary": false, "isTruncated": false, "text": text}
			}
		}
	}
	return nil
}
