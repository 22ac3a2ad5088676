package github

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

var (
	//go:embed sample.yaml
	sample []byte
	//go:embed README.md
	readme []byte
)

// The record kinds.
const (
	PullRequest      = "github.pull_request"
	Commit           = "github.commit"
	Codeowners       = "github.codeowners"
	Issue            = "github.issue"
	Team             = "github.team"
	Repository       = "github.repository"
	BranchProtection = "github.branch_protection"
	Ruleset          = "github.ruleset"
	Deployment       = "github.deployment"
	WorkflowRun      = "github.workflow_run"
	RefUpdate        = "github.ref_update"
	AuditEvent       = "github.audit_event"
)

// Driver is GitHub as a kind of source.
func Driver() collectors.Driver {
	return collectors.Driver{
		Name:   "github",
		Title:  evidence.Text{JA: "GitHub", EN: "GitHub"},
		Kinds:  kinds(),
		Sample: sample,
		Readme: readme,
		Texts:  texts,

		Permissions: permissions,
		New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
			return open(env, decode, httpclient.Sleep)
		},
	}
}

// source is one configured GitHub.
type source struct {
	settings settings
	client   *client
	log      *slog.Logger
	now      func() time.Time
}

// open makes a collector without touching the network or the disk. wait is how
// it waits between attempts.
func open(env collectors.Env, decode func(any) error, wait func(context.Context, time.Duration) error) (*source, error) {
	s := &source{log: env.Log, now: env.Now}
	if err := decode(&s.settings); err != nil {
		return nil, err
	}
	if err := s.settings.validate(); err != nil {
		return nil, fmt.Errorf("github: %w", err)
	}
	api, err := url.Parse(s.settings.APIURL)
	if err != nil {
		return nil, fmt.Errorf("github: api_url: %w", err)
	}
	gh, err := newClient(s.settings.APIURL, &http.Client{
		// GitHub ends a query after ten seconds; a large answer may take a while to arrive.
		Timeout:   2 * time.Minute,
		Transport: &transport{base: http.DefaultTransport, login: s.settings.newLogin(env.BaseDir, env.Now), host: api.Host, https: api.Scheme == "https"},
	})
	if err != nil {
		return nil, fmt.Errorf("github: %w", err)
	}
	s.client = &client{gh: gh, graphql: s.settings.graphqlURL(), log: env.Log, now: env.Now, sleep: wait}
	return s, nil
}

// Yields: all kinds, but for the audit log where settings say that there is none.
func (s *source) Yields(kind string) bool {
	return kind != AuditEvent || s.settings.AuditLog != "none"
}

// Identity is the user that the token belongs to, or the App's installation.
func (s *source) Identity(ctx context.Context) (string, error) {
	if a := s.settings.App; a != nil {
		return fmt.Sprintf("GitHub App %d, installation %d", a.ID, a.Installation), nil
	}
	a, err := s.client.ask(ctx, "viewer", query("viewer"), nil)
	if err != nil {
		return "", err
	}
	return "GitHub user " + a.data.Get("viewer.login").String(), nil
}

// Location names the API and whose repositories are read.
func (s *source) Location() string {
	return s.settings.APIURL + " " + strings.Join(append(append([]string{}, s.settings.Owners...), s.settings.Repositories...), " ")
}
