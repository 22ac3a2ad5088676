package github

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func TestTeams(t *testing.T) {
	w := newWorld(t)
	team := func(slug string, members int) obj {
		var people []obj
		for i := range members {
			people = append(people, user(fmt.Sprintf("dev-%03d", i)))
		}
		list := nodes(people...)
		return obj{"__typename": "Team", "id": "T_" + slug, "slug": slug, "combinedSlug": "acme/" + slug, "url": "https://github.com/", "privacy": "VISIBLE",
			"createdAt": stampOf(october(-100)), "updatedAt": stampOf(october(-100)), "organization": obj{"login": "acme"}, "parentTeam": nil, "members": list}
	}
	var teams []obj
	for i := range 60 {
		teams = append(teams, team(fmt.Sprintf("team-%02d", i), 2))
	}
	large := team("everybody", 230)
	teams = append(teams, large)
	w.root["organization"] = obj{"teams": nodes(teams...)}
	w.root["node"] = func(args) any { return large }
	g := collectAll(t, newSource(t, w.start(), "", noWait), Team)
	if len(g.ids[Team]) != 61 || !g.claims[Team].Satisfied() || len(g.errs) > 0 {
		t.Errorf("%d teams, %+v, %v", len(g.ids[Team]), g.claims[Team], g.errs)
	}
	if n := gjson.Get(g.bodies[Team+" T_everybody@2026-11-02T00:00:00Z"], "members.nodes.#").Int(); n != 230 {
		t.Errorf("%d members", n)
	}

	w.root["organization"] = obj{"teams": errorOf("FORBIDDEN")}
	g = collectAll(t, newSource(t, w.start(), "", noWait), Team)
	if c := g.claims[Team]; c.Satisfied() || !strings.Contains(fmt.Sprint(c.Gaps), "members: read") {
		t.Errorf("%+v", c)
	}
	w.root["organization"] = errorOf("NOT_FOUND")
	g = collectAll(t, newSource(t, w.start(), "", noWait), Team)
	if c := g.claims[Team]; !c.Satisfied() || len(c.Notes) != 1 || c.Notes[0].Code != "not_an_organization" {
		t.Errorf("%+v, %v", c, g.errs)
	}
}

// A deployment of the period may be of a pull request of the month before, which
// its control needs too.
func TestDeployments(t *testing.T) {
	w := newWorld(t)
	older := w.merge(7, october(-30))
	w.month(2)
	deployment := func(i, hour int, pull obj) obj {
		return obj{
			"id": fmt.Sprint("DE_", i), "databaseId": i, "environment": "production", "originalEnvironment": "production", "createdAt": stampOf(october(hour)),
			"updatedAt": stampOf(october(hour)), "state": "ACTIVE", "task": "deploy", "creator": user("bot"), "ref": nil, "commitOid": oid(i),
			"commit":   obj{"oid": oid(i), "url": "https://github.com/", "committedDate": stampOf(october(hour)), "associatedPullRequests": nodes(pull)},
			"statuses": nodes(), "repository": func(args) any { return w.repo },
		}
	}
	var all []obj
	for i := range 70 {
		all = append(all, deployment(i, 300-i, older))
	}
	all = append(all, deployment(99, -2, older))
	w.repo["deployments"] = nodes(all...)
	g := collectAll(t, newSource(t, w.start(), "", noWait), Deployment, PullRequest)
	if len(g.ids[Deployment]) != 70 || !g.claims[Deployment].Satisfied() || len(g.errs) > 0 {
		t.Errorf("%d deployments, %+v, %v", len(g.ids[Deployment]), g.claims[Deployment], g.errs)
	}
	if diff := cmp.Diff([]int{1, 2, 7}, g.numbers()); diff != "" {
		t.Errorf("pull requests (-want +got):\n%s", diff)
	}
}

func TestRepositorySnapshots(t *testing.T) {
	w := newWorld(t)
	w.root["repositoryOwner"] = obj{"__typename": "Organization", "login": "acme", "repositories": func(args) any {
		var all []obj
		for i := range 130 {
			r := obj{}
			for k, v := range w.repo {
				r[k] = v
			}
			r["id"], r["nameWithOwner"] = fmt.Sprint("R_", i), fmt.Sprintf("acme/r%03d", i)
			if i == 5 {
				r["isArchived"], r["archivedAt"] = true, "2025-01-01T00:00:00Z"
			}
			all = append(all, r)
		}
		return nodes(all...)
	}}
	w.root["repository"] = func(a args) any {
		r := obj{}
		for k, v := range w.repo {
			r[k] = v
		}
		r["id"] = "R_" + strconv.Itoa(number(a["name"].(string)))
		return r
	}
	s := newSource(t, w.start(), "exclude: [acme/r00*]\n", noWait)
	g := collectAll(t, s, Repository)
	if len(g.ids[Repository]) != 130 || !g.claims[Repository].Satisfied() || len(g.claims[Repository].Notes) != 10 {
		t.Errorf("%d repositories, %+v", len(g.ids[Repository]), g.claims[Repository])
	}
	// Those that are left out, or were archived before, are not read.
	g = collectAll(t, s, Commit)
	scopes := 0
	for _, b := range g.batches {
		for _, c := range b.Claims {
			scopes++
			if slices.Contains([]string{"acme/r005", "acme/r001"}, c.Scope["repository"]) {
				t.Errorf("%s was read", c.Scope)
			}
		}
	}
	if scopes != 120 {
		t.Errorf("%d repositories were read", scopes)
	}
}

// number is that of a repository r005.
func number(name string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "r"))
	if err != nil {
		panic(err)
	}
	return n
}
