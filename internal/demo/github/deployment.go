package github

import "time"

// Deployment is a deployment of a commit to an environment.
type Deployment struct {
	repo *Repository
	key  string

	Environment string
	Ref         string // a branch or tag
	Pull        *Pull  // whose merge is deployed; or
	Commit      *Commit
	By          *Account
	At          time.Time
	States      []string // one after the other, a minute apart
}

// Deploy deploys what the merge of a pull request made.
func (r *Repository) Deploy(key, environment string, p *Pull, by *Account, at time.Time) *Deployment {
	d := &Deployment{repo: r, key: key, Environment: environment, Ref: "main", Pull: p, By: by, At: at, States: []string{"IN_PROGRESS", "SUCCESS"}}
	r.deployments = append(r.deployments, d)
	return d
}

// DeployCommit deploys a commit that no merge made.
func (r *Repository) DeployCommit(key, environment string, c *Commit, ref string, by *Account, at time.Time) *Deployment {
	d := r.Deploy(key, environment, nil, by, at)
	d.Commit, d.Ref = c, ref
	return d
}

// ID is its identity.
func (d *Deployment) ID() string { return nodeID("DE", d.repo.id, d.key) }

func (d *Deployment) object() Object {
	commit := d.Commit
	if d.Pull != nil {
		commit = d.Pull.landed
	}
	var statuses []Object
	state := "PENDING"
	for i, s := range d.States {
		statuses = append([]Object{{"state": s, "createdAt": stamp(d.At.Add(time.Duration(i+1) * time.Minute)), "creator": d.By.object()}}, statuses...)
		if state = s; s == "SUCCESS" {
			state = "ACTIVE"
		}
	}
	return Object{
		"__typename": "Deployment", "id": d.ID(), "databaseId": databaseID("deployment", d.ID()), "environment": d.Environment, "originalEnvironment": d.Environment,
		"createdAt": stamp(d.At), "updatedAt": stamp(d.At.Add(time.Duration(len(d.States)) * time.Minute)), "state": state, "task": "deploy",
		"creator": d.By.object(), "ref": Object{"name": d.Ref}, "commitOid": commit.OID(), "commit": commit.object(), "statuses": Nodes(statuses...),
		"repository": late(d.repo.object),
	}
}
