package github

import (
	"fmt"
	"time"
)

// Issue is an issue of a repository.
type Issue struct {
	repo   *Repository
	key    string
	number int

	Title           string
	By              *Account
	Created, Closed time.Time
	Labels          []string
}

// Issue opens an issue.
func (r *Repository) Issue(key string, by *Account, at time.Time, title string) *Issue {
	i := &Issue{repo: r, key: key, Title: title, By: by, Created: at}
	r.issues = append(r.issues, i)
	return i
}

// Close closes it.
func (i *Issue) Close(at time.Time) *Issue {
	i.Closed = at
	return i
}

// ref is how a text of a repository names the issue.
func (i *Issue) ref(from *Repository) string {
	if i.repo == from {
		return fmt.Sprintf("#%d", i.number)
	}
	return fmt.Sprintf("%s#%d", i.repo.FullName(), i.number)
}

func (i *Issue) object() Object {
	state, reason, updated := "OPEN", any(nil), i.Created
	if !i.Closed.IsZero() {
		state, reason, updated = "CLOSED", "COMPLETED", i.Closed
	}
	path := fmt.Sprintf("/%s/issues/%d", i.repo.FullName(), i.number)
	return Object{
		"__typename": "Issue", "id": nodeID("I", i.repo.id, i.key), "number": i.number, "url": "https://github.com" + path, "resourcePath": path,
		"title": i.Title, "state": state, "stateReason": reason, "createdAt": stamp(i.Created), "updatedAt": stamp(updated), "closedAt": stamp(i.Closed),
		"author": i.By.object(), "repository": late(i.repo.object), "labels": Nodes(named(i.Labels)...),
	}
}
