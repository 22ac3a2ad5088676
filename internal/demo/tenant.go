package demo

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
	"github.com/evidencepack/evidence/internal/demo/smarthr"
)

// The company's Microsoft Entra tenant, and how it is read.
const (
	tenantDomain = "example.co.jp"
	tenantName   = "株式会社サンプルペイメント"

	// tenantClient is the application that reads the tenant, and its secret.
	tenantClient = "5b6f2f0e-7c1d-4b8e-9a53-0d4c6e1f2a37"
	tenantSecret = Token

	// rosterTenant is the company's SmartHR: the first part of its address.
	rosterTenant = "sample-payments"
)

// tenantID is the tenant's identity.
var tenantID = derivedID("demo", "entra tenant")

// tenantRoles are the permissions of the application that reads the tenant: the
// least that reading everything takes. Requests to PIM are listed to nobody who may
// not make them.
var tenantRoles = []string{
	"AuditLog.Read.All", "User.Read.All", "User-LifeCycleInfo.Read.All", "GroupMember.Read.All", "Member.Read.Hidden", "RoleManagement.Read.Directory",
	"RoleAssignmentSchedule.Read.Directory", "RoleEligibilitySchedule.Read.Directory", "RoleAssignmentSchedule.ReadWrite.Directory", "RoleEligibilitySchedule.ReadWrite.Directory",
	"Policy.Read.All", "IdentityRiskEvent.Read.All", "IdentityRiskyUser.Read.All", "Application.Read.All", "Organization.Read.All", "AuditLogsQuery.Read.All",
}

// GraphPermissions are what the simulated tenant grants the application that reads it, and
// nothing more: whatever else is asked for is refused.
func GraphPermissions() []string { return slices.Sorted(slices.Values(tenantRoles)) }

// entra is the company's tenant while its month is told.
type entra struct {
	t        *graph.Tenant
	accounts map[string]*graph.User // by the name before the @

	// applications that change the directory: by requests and approvals, by what HR
	// says, and by reviewed definitions
	accessSync, provisioning, baseline *graph.Application
	payroll, settlement, report        *graph.Application

	groups   map[string]*graph.Group
	policies map[string]*graph.Policy
	office   *graph.Location

	marks map[string]mark
}

// mark is something of the story that a control says something about.
type mark struct {
	item string    // the record's identity; of a snapshot, of what it is taken
	at   time.Time // of a snapshot none
}

// mark names something of the story for the table of expectations.
func (e *entra) mark(key, item string, at time.Time) {
	if _, twice := e.marks[key]; twice {
		panic("demo: two things of the tenant's story are called " + key)
	}
	e.marks[key] = mark{item, at.UTC()}
}

// as is an account by the name before the @.
func (e *entra) as(name string) *graph.User {
	u, ok := e.accounts[name]
	if !ok {
		panic("demo: the tenant has no account " + name)
	}
	return u
}

// tenantMonth is the company's tenant with all of its month.
var tenantMonth = sync.OnceValue(newTenantMonth)

func newTenantMonth() *entra {
	e := newEntra()
	e.everydaySignIns()
	e.everydayChanges()
	e.signInStory()
	e.leaverStory()
	e.accountStory()
	e.roleStory()
	e.groupStory()
	e.policyStory()
	e.riskStory()
	e.applicationStory()
	e.sharingStory()
	return e
}

// tenant is the company's tenant.
func tenant() *graph.Tenant { return tenantMonth().t }

// serveTenant serves the tenant's login endpoint and its Microsoft Graph. The limits of
// requests are a hundred times the documented ones, so that the month is read in
// seconds; one request in forty is refused although the limit is not reached, as
// Microsoft says may happen, so that waiting is always met.
func serveTenant(now func() time.Time) (*graph.Server, error) {
	limits := graph.DocumentedLimits()
	limits.Reports = graph.Limit{Requests: 50, Window: time.Second, Busy: 40}
	limits.Protection = graph.Limit{Requests: 100, Window: time.Second, Silent: true}
	return graph.NewServer(graph.Options{
		Tenant: tenant(), Now: now, Limits: limits, Running: 10,
		Clients: []graph.Client{{ID: tenantClient, Name: "evidence", Secret: tenantSecret, Roles: tenantRoles}},
	})
}

// serveRoster serves the company's SmartHR, to whoever has Token.
func serveRoster(now func() time.Time) (*smarthr.Server, error) {
	return smarthr.NewServer(smarthr.Options{Crews: roster(), Token: Token, Now: now})
}

// peopleServers are the company's directory and its HR system, served on loopback.
type peopleServers struct {
	Graph   *graph.Server
	SmartHR *smarthr.Server
}

// servePeople serves both until ctx ends or they are closed.
func servePeople(ctx context.Context, now func() time.Time) (*peopleServers, error) {
	g, err := serveTenant(now)
	if err != nil {
		return nil, err
	}
	hr, err := serveRoster(now)
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	s := &peopleServers{g, hr}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	return s, nil
}

// words are what {{…}} in an evidence.yaml that reads them stand for, each before what it
// stands for.
func (s *peopleServers) words() []string {
	e := tenantMonth()
	return []string{
		"{{graph}}", s.Graph.URL(), "{{smarthr}}", s.SmartHR.URL(), "{{tenant}}", tenantID, "{{client}}", tenantClient, "{{roster}}", rosterTenant, "{{domain}}", tenantDomain,
		"{{access_sync}}", e.accessSync.Principal.ID, "{{hr_provisioning}}", e.provisioning.Principal.ID, "{{entra_baseline}}", e.baseline.Principal.ID,
		"{{policy_mfa}}", policyMFA, "{{policy_legacy}}", policyLegacy,
	}
}

// Close stops them.
func (s *peopleServers) Close() error { return errors.Join(s.Graph.Close(), s.SmartHR.Close()) }
