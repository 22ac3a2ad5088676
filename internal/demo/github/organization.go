package github

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Organization is a company's GitHub: first the story is told, then it is served.
// What was told is settled at the first look, and must not be added to after that.
type Organization struct {
	Login string

	teams        []*Team
	repositories []*Repository
	events       []map[string]any
	settled      sync.Once
}

// NewOrganization is an organisation in which nothing has happened yet.
func NewOrganization(login string) *Organization { return &Organization{Login: login} }

// Repositories are all of its repositories.
func (o *Organization) Repositories() []*Repository { return o.repositories }

// Team is a team with its members as they are now.
type Team struct {
	owner   *Organization
	Slug    string
	Members []*Account
}

// Team adds a team.
func (o *Organization) Team(slug string, members ...*Account) *Team {
	t := &Team{owner: o, Slug: slug, Members: members}
	o.teams = append(o.teams, t)
	return t
}

func (t *Team) combinedSlug() string { return t.owner.Login + "/" + t.Slug }

func (t *Team) object() Object {
	return Object{
		"__typename": "Team", "id": nodeID("T", t.owner.Login, t.Slug), "slug": t.Slug, "combinedSlug": t.combinedSlug(),
		"url": "https://github.com/orgs/" + t.owner.Login + "/teams/" + t.Slug, "privacy": "VISIBLE",
		"createdAt": "2023-04-03T00:00:00Z", "updatedAt": "2026-10-01T00:00:00Z", "organization": Object{"login": t.owner.Login}, "parentTeam": nil,
		"members": List(func() []any { return objects(t.Members, (*Account).object) }),
	}
}

// settle gives numbers, and replays what moved the branches.
func (o *Organization) settle() {
	o.settled.Do(func() {
		for _, r := range o.repositories {
			r.settle()
		}
		slices.SortStableFunc(o.events, func(x, y map[string]any) int { return cmp.Compare(x["@timestamp"].(int64), y["@timestamp"].(int64)) })
	})
}

// settle numbers issues and pull requests by their times, and replays the pushes.
func (r *Repository) settle() {
	type numbered struct {
		at     time.Time
		number *int
	}
	var all []numbered
	for _, i := range r.issues {
		all = append(all, numbered{i.Created, &i.number})
	}
	for _, p := range r.pulls {
		all = append(all, numbered{p.Opened, &p.number})
	}
	slices.SortStableFunc(all, func(x, y numbered) int { return x.at.Compare(y.at) })
	for i, n := range all {
		*n.number = i + 1
	}
	r.grow()
	slices.SortStableFunc(r.pulls, func(x, y *Pull) int { return y.updated().Compare(x.updated()) })
	slices.SortStableFunc(r.deployments, func(x, y *Deployment) int { return y.At.Compare(x.At) })
	slices.Reverse(r.activity)
}

// Root is what queries of the graph begin at.
func (o *Organization) Root() Object {
	o.settle()
	return Object{
		"viewer": Object{"login": "audit-reader"},
		"repository": func(a Args) any {
			owner, _ := a["owner"].(string)
			name, _ := a["name"].(string)
			if r := o.find(owner, name); r != nil {
				return r.object()
			}
			return Error{"NOT_FOUND", "Could not resolve to a Repository with the name '" + owner + "/" + name + "'."}
		},
		"repositoryOwner": func(a Args) any {
			if login, _ := a["login"].(string); !strings.EqualFold(login, o.Login) {
				return nil
			}
			return Object{"__typename": "Organization", "login": o.Login, "repositories": List(func() []any {
				return objects(o.byName(), (*Repository).object)
			})}
		},
		"organization": Object{"login": o.Login, "teams": List(func() []any { return objects(o.teams, (*Team).object) })},
		"node":         func(a Args) any { return o.node(a["id"]) },
	}
}

func (o *Organization) byName() []*Repository {
	return slices.SortedFunc(slices.Values(o.repositories), func(x, y *Repository) int { return strings.Compare(x.Name, y.Name) })
}

// find is a repository by its name: an earlier one leads to it too.
func (o *Organization) find(owner, name string) *Repository {
	if !strings.EqualFold(owner, o.Login) {
		return nil
	}
	for _, r := range o.repositories {
		if strings.EqualFold(r.Name, name) || r.Earlier != "" && strings.EqualFold(r.Earlier, name) {
			return r
		}
	}
	return nil
}

func (o *Organization) node(id any) any {
	for _, t := range o.teams {
		if x := t.object(); x["id"] == id {
			return x
		}
	}
	for _, r := range o.repositories {
		for _, p := range r.pulls {
			if p.ID() == id {
				return p.object()
			}
		}
	}
	return nil
}
