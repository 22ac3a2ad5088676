package github

import (
	"fmt"
	"maps"
	"time"
)

// Audit adds an event to the organisation's audit log. The key names it; fields
// are what events of the action have beside the usual ones.
func (o *Organization) Audit(key, action string, by *Account, at time.Time, fields map[string]any) string {
	id := nodeID("AL", o.Login, key)[7:]
	e := map[string]any{
		"@timestamp": at.UnixMilli(), "created_at": at.UnixMilli(), "_document_id": id, "action": action, "org": o.Login, "org_id": databaseID("organization", o.Login),
		"business": o.Login, "operation_type": "modify",
	}
	if by != nil {
		e["actor"], e["actor_id"], e["actor_is_bot"] = by.RESTLogin(), by.Number(), by.kind == "Bot"
	}
	maps.Copy(e, fields)
	o.events = append(o.events, e)
	return id
}

// Events is the audit log in the order of time.
func (o *Organization) Events() []map[string]any {
	o.settle()
	return o.events
}

// Fields of events: a repository, as it was called then, and who is added to what.

// About is an event of a repository by its name at the time.
func (r *Repository) About(name string, more map[string]any) map[string]any {
	f := map[string]any{"repo": r.owner.Login + "/" + name, "repo_id": r.Number(), "public_repo": false}
	maps.Copy(f, more)
	return f
}

// About is an event of a person in a team.
func (t *Team) About(who *Account) map[string]any {
	return map[string]any{"team": t.combinedSlug(), "user": who.Login, "user_id": who.Number(), "operation_type": "create"}
}

// Run adds a run of GitHub Actions for a pull request's last commit.
func (r *Repository) Run(name string, p *Pull, by *Account, at time.Time, conclusion string) {
	run := r.run(name, "pull_request", by, at, conclusion, p.ID())
	run["head_branch"], run["head_sha"] = p.Head, p.head().OID()
}

// RunMerged adds a run for the commit that a pull request's merge made.
func (r *Repository) RunMerged(name string, p *Pull, by *Account, at time.Time, conclusion string) {
	run := r.run(name, "push", by, at, conclusion, p.ID())
	run["head_branch"], run["head_sha"] = p.Base.Name, p.LandedOID()
}

// RunDefault adds a run that a schedule or a person started: of what the default branch
// is at the time. A schedule acts for who wrote it.
func (r *Repository) RunDefault(name, event string, by *Account, at time.Time, conclusion string) {
	run := r.run(name, event, by, at, conclusion)
	run["head_branch"] = r.Default().Name
	r.landings = append(r.landings, landing{at: at, branch: r.Default(), runs: run})
}

func (r *Repository) run(name, event string, by *Account, at time.Time, conclusion string, of ...string) map[string]any {
	id := databaseID(append(append([]string{"run", r.id, name}, of...), at.String())...)
	run := map[string]any{
		"id": id, "name": name, "node_id": nodeID("WFR", fmt.Sprint(id)), "path": ".github/workflows/" + name + ".yml",
		"event": event, "status": "completed", "conclusion": conclusion, "run_attempt": 1, "actor": by.rest(), "triggering_actor": by.rest(),
		"created_at": stamp(at), "run_started_at": stamp(at), "updated_at": stamp(at.Add(7 * time.Minute)),
		"html_url": fmt.Sprintf("%s/actions/runs/%d", r.url(), id), "repository": map[string]any{"id": r.Number(), "full_name": r.FullName()},
	}
	r.runs = append(r.runs, run)
	return run
}
