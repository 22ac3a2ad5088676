package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// repositorySnapshots hands over every repository of the owner as it is now,
// those too that are archived or left out.
func (r *run) repositorySnapshots(ctx context.Context) error {
	if !r.wants(Repository) {
		return nil
	}
	b := r.batch(Repository)
	err := r.eachRepository(ctx, r.spec.Owner, func(a answer, repo gjson.Result) error {
		name := repo.Get("nameWithOwner").Str
		if (&settings{Exclude: r.spec.Exclude}).excluded(name) {
			r.note(Repository, evidence.Finding{Code: "excluded_by_settings", Object: name})
		}
		return b.add(repo.Get("id").Str+r.taken(), r.at.Taken, a.origin, []byte(repo.Raw))
	})
	if err != nil {
		return err
	}
	return b.last()
}

// teams hands over every team of the organisation with its members.
func (r *run) teams(ctx context.Context) error {
	if !r.wants(Team) {
		return nil
	}
	for {
		v := vars{"owner": r.spec.Owner, "size": 50, "after": optional(r.at.Page)}
		a, err := r.whole(ctx, "GraphQL teams of "+r.spec.Owner+pageName(r.at.Page), query("teams"), v)
		if err != nil {
			return err
		}
		list := a.data.Get("organization.teams")
		denied, _ := a.denied()
		switch {
		case a.missing(): // a user, who has no teams
			r.note(Team, evidence.Finding{Code: "not_an_organization", Object: r.spec.Owner})
			return nil
		case !list.IsObject() && len(denied) == 0:
			r.refuse(r.spec.Owner+" teams", "GitHub gave none", Team)
			return nil
		}
		for _, f := range denied {
			r.refuse(r.spec.Owner+" teams", f.Message, Team)
		}
		b := r.batch(Team)
		for _, t := range list.Get("nodes").Array() {
			if !t.IsObject() {
				continue // refused: it is among the denied
			}
			body, more, err := r.members(ctx, t)
			if err != nil {
				return err
			}
			b.Origins = append(b.Origins, more...)
			if err := b.add(t.Get("id").Str+r.taken(), r.at.Taken, a.origin, body); err != nil {
				return err
			}
		}
		if r.at.Page = list.Get("pageInfo.endCursor").Str; !list.Get("pageInfo.hasNextPage").Bool() {
			return b.last()
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
}

// members completes a team's members.
func (r *run) members(ctx context.Context, team gjson.Result) ([]byte, []evidence.Origin, error) {
	body := []byte(team.Raw)
	var origins []evidence.Origin
	for {
		info := gjson.GetBytes(body, "members.pageInfo")
		if !info.Get("hasNextPage").Bool() {
			return body, origins, nil
		}
		a, err := r.whole(ctx, "GraphQL members of "+team.Get("combinedSlug").Str, query("members"), vars{"id": team.Get("id").Str, "after": info.Get("endCursor").Str})
		if err != nil {
			return nil, nil, err
		}
		origins = append(origins, a.origin)
		if body, err = joined(body, "members", a.data.Get("node.members")); err != nil {
			return nil, nil, fmt.Errorf("team %s: %w", team.Get("combinedSlug").Str, err)
		}
	}
}

// retention is how long github.com keeps the audit log's events. (An Enterprise
// Server keeps them as it is set to.) Events of Git itself it keeps for a week,
// too short for any period: they are not asked for, and pushes are read apart.
const retention = 180 * 24 * time.Hour

// auditEvents reads the organisation's audit log, where the plan has one.
func (r *run) auditEvents(ctx context.Context) error {
	w := r.unit.Window
	if kept := r.now().UTC().Add(-retention); r.settings.APIURL == publicAPI && w.Start.Before(kept) {
		lost := evidence.Period{Start: w.Start, End: w.End}
		if kept.Before(lost.End) {
			lost.End = kept.Truncate(time.Second)
		}
		r.gap(AuditEvent, evidence.Finding{Code: "older_than_180_days", Forgotten: true, Object: r.spec.Owner, Window: lost})
	}
	for {
		q := url.Values{
			"phrase":  {"created:" + w.Start.Format(timeFormat) + ".." + w.End.Format(timeFormat)},
			"include": {"web"}, "order": {"asc"}, "per_page": {"100"},
		}
		if r.at.Page != "" {
			q.Set("after", r.at.Page)
		}
		a, err := r.client.get(ctx, fmt.Sprintf("orgs/%s/audit-log?%s", r.spec.Owner, q.Encode()))
		switch {
		case statusOf(err) == http.StatusNotFound:
			r.gap(AuditEvent, evidence.Finding{Code: "no_audit_log", Object: r.spec.Owner, Detail: "GitHub answers 404: the plan has none, or the token does not see it; " + needed(AuditEvent)})
			return nil
		case forbidden(err):
			r.refuse(r.spec.Owner+" audit log", err.Error(), AuditEvent)
			return nil
		}
		if err != nil {
			return err
		}
		if !a.data.IsArray() {
			return fmt.Errorf("audit log of %s: not a list", r.spec.Owner)
		}
		b := r.batch(AuditEvent)
		for _, e := range a.data.Array() {
			at := time.UnixMilli(e.Get("\\@timestamp").Int()).UTC()
			id := e.Get("_document_id").Str
			if id == "" || !e.Get("\\@timestamp").Exists() {
				r.gap(AuditEvent, evidence.Finding{Code: "event_without_identity", Object: r.spec.Owner, Detail: e.Get("action").Str})
				continue
			}
			if !w.Contains(at) {
				continue
			}
			if err := b.add(id, at, a.origin, []byte(e.Raw)); err != nil {
				return err
			}
		}
		if a.link.After == "" || a.link.After == r.at.Page {
			return b.last()
		}
		r.at.Page = a.link.After
		if err := b.flush(); err != nil {
			return err
		}
	}
}
