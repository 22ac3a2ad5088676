package graph

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// with serves the story to an application of some permissions.
func with(t *testing.T, tenant *Tenant, roles ...string) client {
	t.Helper()
	return newClient(t, served(t, tenant, func(o *Options) { o.Clients[0].Roles = roles }))
}

// Every endpoint wants a permission, and says so in its own way.
func TestPermissions(t *testing.T) {
	none := with(t, told(P2))
	for _, e := range none.s.endpoints {
		version := "v1.0"
		if e.beta {
			version = "beta"
		}
		path := "/" + version + strings.ReplaceAll(e.path, "{}", "x")
		status, _, body := none.ask(path)
		if status != http.StatusForbidden || body["error"].(map[string]any)["message"] == "" {
			t.Errorf("%s without permissions: %d %v", path, status, body)
		}
		if status, _, _ := with(t, told(P2), e.roles[0]).ask(path); status == http.StatusForbidden {
			t.Errorf("%s with %s: %d", path, e.roles[0], status)
		}
	}
	for path, want := range map[string]string{
		"/v1.0/users":             "403 Authorization_RequestDenied",
		"/v1.0/auditLogs/signIns": "403 Authentication_MSGraphPermissionMissing",
		"/v1.0/roleManagement/directory/roleAssignmentScheduleInstances": "403 PermissionScopeNotGranted",
		"/v1.0/identity/conditionalAccess/policies":                      "403 AccessDenied",
		"/v1.0/identityProtection/riskDetections":                        "403 Forbidden",
	} {
		if status, _, body := none.ask(path); refusal(status, body) != want {
			t.Errorf("%s: %s, want %s", path, refusal(status, body), want)
		}
	}
}

// Some permissions show less than others.
func TestPartialPermissions(t *testing.T) {
	c := with(t, told(P2), "GroupMember.Read.All", "AuditLog.Read.All", "User.Read.All")
	group := c.list("/v1.0/groups?$filter=displayName eq 'staff'")[0]["id"].(string)
	if m := c.list("/v1.0/groups/" + group + "/members")[0]; m["displayName"] != "B. Ob" {
		t.Errorf("with User.Read.All: %v", m)
	}
	less := with(t, told(P2), "GroupMember.Read.All")
	if m := less.list("/v1.0/groups/" + group + "/members")[0]; m["displayName"] != nil || m["id"] == nil || m["@odata.type"] != "#microsoft.graph.user" {
		t.Errorf("without it: %v", m)
	}
	if _, some := c.list("/v1.0/auditLogs/signIns")[0]["appliedConditionalAccessPolicies"]; some {
		t.Error("policies are shown to who may not read them")
	}
	if _, some := with(t, told(P2), "AuditLog.Read.All", "Policy.Read.ConditionalAccess").list("/v1.0/auditLogs/signIns")[0]["appliedConditionalAccessPolicies"]; !some {
		t.Error("policies are not shown")
	}
	if u := c.list("/v1.0/users?$select=userPrincipalName,signInActivity&$filter=startswith(displayName,'alice')")[0]; u["signInActivity"].(map[string]any)["lastSignInDateTime"] != "2026-10-06T01:00:00Z" {
		t.Errorf("%v", u)
	}
	if status, _, body := with(t, told(P2), "User.Read.All").ask("/v1.0/users?$select=signInActivity"); refusal(status, body) != "403 Authentication_MSGraphPermissionMissing" {
		t.Error(refusal(status, body))
	}
	for roles, want := range map[string]string{"User.Read.All": "403 Authorization_RequestDenied", "User.Read.All User-LifeCycleInfo.Read.All": "200 <nil>"} {
		if status, _, body := with(t, told(P2), strings.Fields(roles)...).ask("/v1.0/users?$select=employeeLeaveDateTime"); refusal(status, body) != want {
			t.Errorf("%s: %s, want %s", roles, refusal(status, body), want)
		}
	}
	reader := with(t, told(P2), "RoleManagement.Read.Directory")
	for path, want := range map[string]string{
		"/v1.0/roleManagement/directory/roleAssignmentScheduleInstances": "200 <nil>", "/v1.0/roleManagement/directory/roleAssignmentScheduleRequests": "403 PermissionScopeNotGranted",
		"/v1.0/roleManagement/directory/roleEligibilityScheduleRequests": "403 PermissionScopeNotGranted",
	} {
		if status, _, body := reader.ask(path); refusal(status, body) != want {
			t.Errorf("%s: %s, want %s", path, refusal(status, body), want)
		}
	}
	nobody := newClient(t, served(t, told(P2), func(o *Options) { o.Approvals = false }))
	if status, _, body := nobody.ask("/beta/roleManagement/directory/roleAssignmentApprovals/x"); refusal(status, body) != "403 PermissionScopeNotGranted" {
		t.Error(refusal(status, body))
	}
	mail := with(t, told(P2), "AuditLogsQuery-Exchange.Read.All")
	if got := names(mail.records(`{"filterStartDateTime":"2026-10-01T00:00:00Z","filterEndDateTime":"2026-11-01T00:00:00Z"}`), "operation"); !slices.Equal(got, []string{"New-InboxRule"}) {
		t.Errorf("records of who may read Exchange's: %v", got)
	}
}

func TestLicences(t *testing.T) {
	paths := []string{
		"/v1.0/auditLogs/signIns", "/v1.0/auditLogs/directoryAudits", "/v1.0/reports/authenticationMethods/userRegistrationDetails", "/v1.0/identityProtection/riskDetections",
		"/v1.0/identityProtection/riskyUsers", "/v1.0/roleManagement/directory/roleAssignmentScheduleInstances", "/v1.0/roleManagement/directory/roleAssignments", "/v1.0/users?$select=signInActivity",
		"/v1.0/identity/conditionalAccess/policies",
	}
	const nonPremium, forbidden, pim, ok = "403 Authentication_RequestFromNonPremiumTenantOrB2CTenant", "403 Forbidden", "400 AadPremiumLicenseRequired", "200 <nil>"
	for plan, want := range map[Plan][]string{
		Free: {nonPremium, ok, nonPremium, forbidden, forbidden, pim, ok, nonPremium, ok},
		P1:   {ok, ok, ok, ok, forbidden, pim, ok, ok, ok},
		P2:   {ok, ok, ok, ok, ok, ok, ok, ok, ok},
	} {
		c := newClient(t, served(t, told(plan), nil))
		for i, path := range paths {
			if status, _, body := c.ask(path); refusal(status, body) != want[i] {
				t.Errorf("plan %d: %s: %s, want %s", plan, path, refusal(status, body), want[i])
			}
		}
	}
	// Without P2 nobody is told how great a risk is.
	c := newClient(t, served(t, told(P1), nil))
	for _, o := range c.list("/v1.0/identityProtection/riskDetections") {
		if o["riskLevel"] != "hidden" || o["riskDetail"] != "hidden" {
			t.Errorf("%v", o)
		}
	}
	for _, o := range c.list("/v1.0/auditLogs/signIns") {
		if o["riskState"] == "atRisk" && o["riskLevelDuringSignIn"] != "hidden" {
			t.Errorf("%v", o)
		}
	}
}

func TestSignInsByVersion(t *testing.T) {
	now := hour(48)
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return now }; o.TokenLifetime = 999 * time.Hour })
	c := newClient(t, s)
	count := func(path string) int { return len(c.list(path)) }
	const all = "/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t ne 'none')"
	for path, want := range map[string]int{"/v1.0/auditLogs/signIns": 9, "/beta/auditLogs/signIns": 9, all: 11} {
		if n := count(path); n != want {
			t.Errorf("%s: %d, want %d", path, n, want)
		}
	}
	// v1.0 says nothing of factors.
	for path, some := range map[string]bool{"/v1.0/auditLogs/signIns": false, "/beta/auditLogs/signIns": true} {
		o := c.list(path)[0]
		_, requirement := o["authenticationRequirement"]
		_, details := o["authenticationDetails"]
		if requirement != some || details != some {
			t.Errorf("%s: requirement %t, details %t", path, requirement, details)
		}
	}
	if p := c.list(all + " and userDisplayName eq 'B. Ob'")[0]["authenticationProtocol"]; p != "unknownFutureValue" {
		t.Errorf("a newer value of an enumeration: %v", p)
	}
	now = hour(79)
	if n := count(all); n != 12 {
		t.Errorf("%d when the late one has arrived", n)
	}
}

func TestRetention(t *testing.T) {
	s := served(t, told(P2), func(o *Options) { o.Retention = 24 * time.Hour })
	for _, o := range newClient(t, s).list("/v1.0/auditLogs/directoryAudits") {
		if o["activityDateTime"].(string) < "2026-10-06T00:00:00" {
			t.Errorf("%s of %s is still there", o["activityDisplayName"], o["activityDateTime"])
		}
	}
}

func TestFaults(t *testing.T) {
	s := served(t, told(P2), func(o *Options) {
		o.Fault = func(w http.ResponseWriter, _ *http.Request, path string) bool {
			if path != "/users" {
				return false
			}
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
	})
	c := newClient(t, s)
	if status, _, _ := c.ask("/v1.0/users"); status != http.StatusBadGateway {
		t.Error(status)
	}
	if status, _, _ := c.ask("/v1.0/groups"); status != http.StatusOK {
		t.Error(status)
	}
	if got := fmt.Sprint(s.Requests()); got != "map[GET /groups:1 GET /users:1 POST token:1]" {
		t.Error(got)
	}
}

// Graph's v1.0 leaves service principals out of members and owners; beta does not.
func TestServicePrincipalsInGroups(t *testing.T) {
	tenant := told(P2)
	robot := tenant.External("robot", hour(-900))
	tenant.Group("robots", hour(-900), robot).Owned(robot)
	c := with(t, tenant, "GroupMember.Read.All", "Application.Read.All")
	group := c.list("/v1.0/groups?$filter=displayName eq 'robots'")[0]["id"].(string)
	for _, list := range []string{"/members", "/owners"} {
		if l := c.list("/v1.0/groups/" + group + list); len(l) != 0 {
			t.Errorf("v1.0 gives %v", l)
		}
		if l := c.list("/beta/groups/" + group + list); len(l) != 1 || l[0]["displayName"] != "robot" {
			t.Errorf("beta gives %v", l)
		}
	}
}
