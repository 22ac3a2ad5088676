package github

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// world is one organisation with one repository, small enough to know by heart.
type world struct {
	simulation
	repo    obj
	pulls   []obj // any order: they are served by their last update
	commits []obj // the default branch's, tip first
	pushes  []map[string]any
	events  []map[string]any
	runs    []map[string]any
	blobs   map[string]string
	issues  map[int]obj
	other   map[string][]obj // histories of further branches
	loose   []obj            // commits that no branch has

	protected []string // what REST says of branches, whatever the rules that are shown
}

const (
	repoID   = "R_app"
	repoName = "acme/app"
)

func oid(of ...any) string {
	sum := sha1.Sum([]byte(fmt.Sprint(of...)))
	return hex.EncodeToString(sum[:])
}

func user(login string) obj {
	if login == "" {
		return nil
	}
	return obj{"__typename": "User", "login": login, "id": "U_" + login}
}

func owners(path string) obj {
	o := obj{}
	for _, p := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"} {
		o[p] = nil
	}
	if path != "" {
		o[path] = obj{"path": path, "oid": oid("blob", path)}
	}
	return o
}

func newWorld(t testing.TB) *world {
	w := &world{blobs: map[string]string{}, issues: map[int]obj{}, other: map[string][]obj{}}
	w.t = t
	none := list(func() []any { return nil })
	branch := func(name string) obj {
		return obj{
			"__typename": "Ref", "id": "REF_" + name, "name": name, "prefix": "refs/heads/",
			"repository": func(args) any { return w.repo }, "branchProtectionRule": nil, "refUpdateRule": nil, "rules": none,
			"target": func(args) any {
				history := w.commits
				if name != "main" {
					history = w.other[name]
				}
				return obj{"__typename": "Commit", "oid": oid("tip", name), "history": historyOf(history)}
			},
		}
	}
	w.repo = obj{
		"__typename": "Repository", "id": repoID, "databaseId": 1, "nameWithOwner": repoName, "url": "https://github.com/" + repoName,
		"owner": obj{"login": "acme"}, "visibility": "PRIVATE", "isArchived": false, "archivedAt": nil, "isFork": false, "isEmpty": false,
		"isDisabled": false, "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2026-10-30T00:00:00Z", "pushedAt": "2026-10-30T00:00:00Z",
		"defaultBranchRef":      func(args) any { return branch("main") },
		"branchProtectionRules": none,
		"rulesets":              none,
		"deployments":           none,
		"pullRequests": func(args) any {
			return list(func() []any {
				slices.SortStableFunc(w.pulls, func(a, b obj) int { return strings.Compare(b["updatedAt"].(string), a["updatedAt"].(string)) })
				return asAny(w.pulls)
			})
		},
		"ref": func(a args) any {
			name := strings.TrimPrefix(a["qualifiedName"].(string), "refs/heads/")
			if name != "main" && w.other[name] == nil {
				return nil
			}
			return branch(name)
		},
		"refs": func(a args) any {
			return list(func() []any {
				var out []any
				for name := range w.other {
					if full := "refs/heads/" + name; strings.HasPrefix(full, a["refPrefix"].(string)) {
						b := branch(name)
						b["prefix"], b["name"] = a["refPrefix"], strings.TrimPrefix(full, a["refPrefix"].(string))
						out = append(out, b)
					}
				}
				return out
			})
		},
		"pullRequest": func(a args) any {
			for _, p := range w.pulls {
				if p["number"] == int(a["number"].(float64)) {
					return p
				}
			}
			return errorOf("NOT_FOUND")
		},
		"issueOrPullRequest": func(a args) any {
			if i, ok := w.issues[int(a["number"].(float64))]; ok {
				return i
			}
			return errorOf("NOT_FOUND")
		},
		"object": func(a args) any {
			o := a["oid"].(string)
			if text, ok := w.blobs[o]; ok {
				return obj{"__typename": "Blob", "oid": o, "byteSize": len(text), "isBinary": false, "isTruncated": false, "text": text}
			}
			if c := w.byOid(o); c != nil {
				return c
			}
			return nil
		},
	}
	w.root = obj{
		"viewer":     obj{"login": "octocat"},
		"repository": func(args) any { return w.repo },
		"repositoryOwner": obj{"__typename": "Organization", "login": "acme", "repositories": func(args) any {
			return list(func() []any { return []any{w.repo} })
		}},
		"organization": obj{"teams": none},
		"node": func(a args) any {
			for _, p := range w.pulls {
				if p["id"] == a["id"] {
					return p
				}
			}
			return nil
		},
	}
	w.rest = w.serveREST
	return w
}

func asAny(list []obj) []any {
	out := make([]any, len(list))
	for i, o := range list {
		out[i] = o
	}
	return out
}

// historyOf serves commits as git does: those that a date cuts off hide what is
// behind them.
func historyOf(commits []obj) func(args) any {
	return func(a args) any {
		return list(func() []any {
			var out []any
			for _, c := range commits {
				at := c["committedDate"].(string)
				if until, ok := a["until"].(string); ok && at > until {
					continue
				}
				if since, ok := a["since"].(string); ok && at < since {
					break
				}
				out = append(out, c)
			}
			return out
		})
	}
}

func (w *world) serveREST(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var all []map[string]any
	switch {
	case strings.HasSuffix(r.URL.Path, "/branches"):
		for _, name := range w.protected {
			all = append(all, map[string]any{"name": name, "protected": true})
		}
	case strings.Contains(r.URL.Path, "/compare/"):
		_, between, _ := strings.Cut(r.URL.Path, "/compare/")
		w.compare(rw, between)
		return
	case strings.HasSuffix(r.URL.Path, "/activity"):
		for _, p := range w.pushes {
			if (p["ref"] == q.Get("ref") || q.Get("ref") == "") && p["activity_type"] == q.Get("activity_type") {
				all = append(all, p)
			}
		}
	case strings.HasSuffix(r.URL.Path, "/audit-log"):
		all = w.events
	case strings.HasSuffix(r.URL.Path, "/actions/runs"):
		from, to, _ := strings.Cut(q.Get("created"), "..")
		for _, x := range w.runs {
			if at := x["created_at"].(string); at >= from && at <= to {
				all = append(all, x)
			}
		}
		p, _ := strconv.Atoi(q.Get("page"))
		first := min((p-1)*100, len(all))
		writeJSON(rw, map[string]any{"total_count": len(all), "workflow_runs": all[first:min(first+100, len(all))]})
		return
	default:
		w.t.Errorf("the simulation does not know %s", r.URL.Path)
	}
	from, _ := strconv.Atoi(q.Get("after"))
	size, _ := strconv.Atoi(q.Get("per_page"))
	end := min(from+size, len(all))
	if end < len(all) {
		q.Set("after", strconv.Itoa(end))
		rw.Header().Set("Link", fmt.Sprintf(`<http://%s%s?%s>; rel="next"`, r.Host, r.URL.Path, q.Encode()))
	}
	part := all[from:end]
	if part == nil {
		part = []map[string]any{}
	}
	writeJSON(rw, part)
}

// compare answers which commits one has and the other had not.
func (w *world) compare(rw http.ResponseWriter, between string) {
	before, after, _ := strings.Cut(between, "...")
	reach := func(tip string) map[string]bool {
		found := map[string]bool{}
		todo := []string{tip}
		for len(todo) > 0 {
			oid := todo[0]
			todo = todo[1:]
			if c := w.byOid(oid); c != nil && !found[oid] {
				found[oid] = true
				for _, p := range c["parents"].(list)() {
					todo = append(todo, p.(obj)["oid"].(string))
				}
			}
		}
		return found
	}
	if w.byOid(after) == nil {
		rw.WriteHeader(http.StatusNotFound)
		writeJSON(rw, map[string]any{"message": "Not Found"})
		return
	}
	had := reach(before)
	var commits []map[string]any
	for oid := range reach(after) {
		if !had[oid] {
			c := w.byOid(oid)
			commits = append(commits, map[string]any{"sha": oid, "commit": map[string]any{"committer": map[string]any{"date": c["committedDate"]}}})
		}
	}
	slices.SortFunc(commits, func(a, b map[string]any) int { return strings.Compare(a["sha"].(string), b["sha"].(string)) })
	writeJSON(rw, map[string]any{"total_commits": len(commits), "commits": commits})
}

// byOid finds a commit, also one that no branch has.
func (w *world) byOid(oid string) obj {
	for _, c := range slices.Concat(w.commits, w.loose) {
		if c["oid"] == oid {
			return c
		}
	}
	return nil
}

func stampOf(t time.Time) string { return t.UTC().Format(timeFormat) }

// october is the n-th hour of the period, UTC.
func october(hour int) time.Time {
	return time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
}

// merge adds a pull request that was merged, and the commit that landed.
func (w *world) merge(number int, at time.Time, edit ...func(p obj)) obj {
	p := w.open(number, at)
	c := w.commit("squash "+strconv.Itoa(number), at, number)
	p["state"], p["merged"], p["mergedAt"], p["closedAt"] = "MERGED", true, stampOf(at), stampOf(at)
	p["mergedBy"] = user("bob")
	p["mergeCommit"] = obj{"oid": c["oid"], "parents": list(func() []any { return nil })}
	for _, e := range edit {
		e(p)
	}
	return p
}

// open adds a pull request that is open.
func (w *world) open(number int, at time.Time) obj {
	p := w.pull(number, at)
	w.pulls = append(w.pulls, p)
	return p
}

// pull makes a pull request that is open.
func (w *world) pull(number int, at time.Time) obj {
	head := oid("head", number)
	gitUser := obj{"name": "Alice", "email": "alice@example.com", "user": user("alice")}
	commit := obj{
		"oid": head, "messageHeadline": "change", "authoredDate": stampOf(at.Add(-time.Hour)), "committedDate": stampOf(at.Add(-time.Hour)),
		"parents": obj{"totalCount": 1}, "author": gitUser, "committer": gitUser, "authors": nodes(gitUser), "statusCheckRollup": nil,
	}
	return obj{
		"__typename": "PullRequest", "id": fmt.Sprintf("PR_%d", number), "number": number, "url": fmt.Sprintf("https://github.com/%s/pull/%d", repoName, number),
		"title": fmt.Sprintf("Change %d", number), "body": "", "state": "OPEN", "isDraft": false, "createdAt": stampOf(at.Add(-2 * time.Hour)),
		"updatedAt": stampOf(at), "closedAt": nil, "mergedAt": nil, "merged": false, "author": user("alice"), "mergedBy": nil,
		"baseRefName": "main", "baseRefOid": oid("base", number), "headRefName": "feature", "headRefOid": head, "isCrossRepository": false,
		"changedFiles": 1, "repository": func(args) any { return w.repo }, "mergeCommit": nil, "reviewDecision": "APPROVED",
		"reviews": nodes(obj{"id": fmt.Sprintf("PRR_%d", number), "url": "https://github.com/", "state": "APPROVED", "submittedAt": stampOf(at.Add(-time.Minute)),
			"body": "", "author": user("bob"), "authorAssociation": "MEMBER", "commit": obj{"oid": head}}),
		"commits": nodes(obj{"commit": commit}), "files": nodes(obj{"path": "a.go", "changeType": "MODIFIED"}),
		"timelineItems": nodes(), "comments": nodes(), "labels": nodes(), "closingIssuesReferences": nodes(),
	}
}

// commit puts a commit at the tip of the default branch; number is its pull
// request's, or 0.
func (w *world) commit(headline string, at time.Time, number int) obj {
	gitUser := obj{"name": "Alice", "email": "alice@example.com", "user": user("alice")}
	parent := obj{"oid": oid("root")}
	if len(w.commits) > 0 {
		parent = obj{"oid": w.commits[0]["oid"]}
	}
	parent["__typename"] = "Commit"
	files := owners(".github/CODEOWNERS")
	parent["file"] = func(a args) any { return files[a["path"].(string)] }
	c := obj{
		"__typename": "Commit", "oid": oid("commit", headline, stampOf(at), len(w.commits)), "url": "https://github.com/", "messageHeadline": headline, "message": headline,
		"authoredDate": stampOf(at), "committedDate": stampOf(at), "committedViaWeb": number > 0, "repository": func(args) any { return w.repo },
		"author": gitUser, "committer": gitUser, "authors": nodes(gitUser), "parents": nodes(parent),
		"associatedPullRequests": func(args) any {
			return list(func() []any {
				for _, p := range w.pulls {
					if p["number"] == number {
						return []any{p}
					}
				}
				return nil
			})
		},
	}
	w.blobs[oid("blob", ".github/CODEOWNERS")] = "* @acme/platform\n"
	w.commits = append([]obj{c}, w.commits...)
	return c
}

// push records a push to the default branch that brought a commit to its tip.
func (w *world) push(c obj, before string, at time.Time, kind string) {
	w.pushes = append([]map[string]any{{
		"id": len(w.pushes) + 1, "node_id": "PSH", "before": before, "after": c["oid"], "ref": "refs/heads/main", "timestamp": stampOf(at),
		"activity_type": kind, "actor": map[string]any{"login": "mallory", "id": 9, "type": "User"},
	}}, w.pushes...)
}

// issue adds an issue.
func (w *world) issue(number int) obj {
	i := obj{
		"__typename": "Issue", "id": fmt.Sprintf("I_%d", number), "number": number, "url": fmt.Sprintf("https://github.com/%s/issues/%d", repoName, number),
		"resourcePath": fmt.Sprintf("/%s/issues/%d", repoName, number), "title": "Reason", "state": "OPEN", "stateReason": nil,
		"createdAt": "2026-09-01T00:00:00Z", "updatedAt": "2026-09-01T00:00:00Z", "closedAt": nil, "author": user("carol"),
		"repository": func(args) any { return w.repo }, "labels": nodes(),
	}
	w.issues[number] = i
	return i
}
