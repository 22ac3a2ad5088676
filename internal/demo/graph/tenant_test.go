package graph

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// dump is everything that a server gives of a tenant, as bytes.
func dump(t *testing.T, tenant *Tenant) []byte {
	t.Helper()
	s := served(t, tenant, nil)
	c := newClient(t, s)
	var b bytes.Buffer
	for _, e := range s.endpoints {
		if strings.Contains(e.path, "{}") || strings.HasPrefix(e.path, "/security") {
			continue
		}
		for _, o := range c.list("/beta" + e.path) {
			raw, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(raw)
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// Told twice, a story is the same.
func TestDeterministic(t *testing.T) {
	first, second := dump(t, told(P2)), dump(t, told(P2))
	if !bytes.Equal(first, second) || len(first) < 10_000 {
		t.Error(cmp.Diff(string(first), string(second)))
	}
}

// audits are the audits with an activity, oldest first.
func (c client) audits(activity string) []map[string]any {
	return c.list("/v1.0/auditLogs/directoryAudits?$orderby=activityDateTime asc&$filter=activityDisplayName eq '" + activity + "'")
}

// changed are the old and the new value of a property of an audit's target.
func changed(t *testing.T, audit map[string]any, target int, property string) (before, after any) {
	t.Helper()
	for _, m := range objectsOf(objectsOf(audit["targetResources"])[target]["modifiedProperties"]) {
		if m["displayName"] == property {
			return m["oldValue"], m["newValue"]
		}
	}
	t.Errorf("%s has no property %s", audit["activityDisplayName"], property)
	return nil, nil
}

// Policies before and after are JSON in strings, and say what changed.
func TestPolicyAudits(t *testing.T) {
	tenant := told(P2)
	c := newClient(t, served(t, tenant, nil))
	updates := c.audits("Update conditional access policy")
	if len(updates) != 2 {
		t.Fatalf("%d updates", len(updates))
	}
	type policy struct {
		State            string
		ModifiedDateTime string
		Conditions       struct {
			Users struct{ ExcludeUsers []string }
		}
		GrantControls struct{ BuiltInControls []string }
	}
	read := func(v any) (p policy) {
		if err := json.Unmarshal([]byte(v.(string)), &p); err != nil {
			t.Errorf("%v: %v", v, err)
		}
		return p
	}
	before, after := changed(t, updates[0], 0, "ConditionalAccessPolicy")
	if b, a := read(before), read(after); b.State != "enabled" || a.State != "disabled" || b.ModifiedDateTime != "" || !strings.HasSuffix(a.ModifiedDateTime, "+00:00") {
		t.Errorf("%+v became %+v", b, a)
	}
	before, after = changed(t, updates[1], 0, "ConditionalAccessPolicy")
	if b, a := read(before), read(after); b.State != "disabled" || a.State != "enabled" || len(b.Conditions.Users.ExcludeUsers) != 0 || len(a.Conditions.Users.ExcludeUsers) != 1 || a.GrantControls.BuiltInControls[0] != "mfa" {
		t.Errorf("%+v became %+v", b, a)
	}
	if before, after := changed(t, c.audits("Delete conditional access policy")[0], 0, "ConditionalAccessPolicy"); after != nil || read(before).State != "enabled" {
		t.Errorf("deleted: %v, %v", before, after)
	}
	if before, after := changed(t, c.audits("Add conditional access policy")[0], 0, "ConditionalAccessPolicy"); before != nil || read(after).State != "enabled" {
		t.Errorf("added: %v, %v", before, after)
	}
	// The directory logs the same again, in its own way.
	if n := len(c.audits("Update policy")); n != 2 {
		t.Errorf("%d by the directory", n)
	}
}

func TestDirectoryAudits(t *testing.T) {
	c := newClient(t, served(t, told(P2), nil))
	one := func(activity string) map[string]any {
		list := c.audits(activity)
		if len(list) != 1 {
			t.Fatalf("%s: %d", activity, len(list))
		}
		return list[0]
	}
	adding := c.audits("Add member to group")
	added := adding[0]
	if len(adding) != 2 || adding[1]["result"] != "failure" || added["result"] != "success" {
		t.Errorf("%v", names(adding, "result"))
	}
	if by := added["initiatedBy"].(map[string]any); by["user"] != nil || by["app"].(map[string]any)["displayName"] != "group-sync" || by["app"].(map[string]any)["appId"] != nil {
		t.Errorf("by %v", by)
	}
	if before, after := changed(t, added, 0, "Group.DisplayName"); before != nil || after != `"staff"` {
		t.Errorf("%v became %v", before, after)
	}
	removed := one("Remove member from group")
	if before, after := changed(t, removed, 0, "Group.DisplayName"); before != `"staff"` || after != nil {
		t.Errorf("%v became %v", before, after)
	}
	if targets := objectsOf(removed["targetResources"]); targets[0]["userPrincipalName"] != "alice@acme.example" || targets[1]["type"] != "Group" || targets[1]["groupType"] != "azureAD" {
		t.Errorf("%v", targets)
	}
	disabled := one("Disable account")
	if before, after := changed(t, disabled, 0, "AccountEnabled"); before != "[true]" || after != "[false]" {
		t.Errorf("%v became %v", before, after)
	}
	for _, a := range c.audits("Update user") {
		if a["correlationId"] == disabled["correlationId"] && a["id"] != disabled["id"] {
			return
		}
	}
	t.Error("disabling an account is logged once, want twice with one correlationId")
}

func TestCredentialAudits(t *testing.T) {
	c := newClient(t, served(t, told(P2), nil))
	list := c.audits(secretsManaged)
	if len(list) != 3 {
		t.Fatalf("%d", len(list))
	}
	count := func(v any) int { return strings.Count(v.(string), "KeyIdentifier=") }
	for i, want := range [][2]int{{1, 2}, {2, 3}, {3, 2}} {
		before, after := changed(t, list[i], 0, "KeyDescription")
		if count(before) != want[0] || count(after) != want[1] {
			t.Errorf("%v became %v", before, after)
		}
	}
	consent := c.audits("Consent to application")[0]
	if _, admin := changed(t, consent, 0, "ConsentContext.IsAdminConsent"); admin != `"True"` {
		t.Errorf("%v", admin)
	}
	if _, permissions := changed(t, consent, 0, "ConsentAction.Permissions"); !strings.Contains(permissions.(string), "ConsentType: AllPrincipals, Scope:  Mail.Read offline_access") {
		t.Errorf("%v", permissions)
	}
	app := c.list("/v1.0/applications?$filter=displayName eq 'group-sync'")[0]
	if got := names(objectsOf(app["passwordCredentials"]), "displayName"); cmp.Diff([]string{"second"}, got) != "" || objectsOf(app["passwordCredentials"])[0]["secretText"] != nil {
		t.Errorf("%v", app["passwordCredentials"])
	}
}

func TestActivations(t *testing.T) {
	now := hour(0)
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return now }; o.TokenLifetime = 9999 * time.Hour })
	c := newClient(t, s)
	states := func(at time.Time) []string {
		now = at
		var out []string
		for _, o := range c.list("/v1.0/roleManagement/directory/roleAssignmentScheduleRequests?$filter=action eq 'selfActivate'") {
			out = append(out, o["justification"].(string)+": "+o["status"].(string))
		}
		return out
	}
	for _, tt := range []struct {
		at   time.Time
		want []string
	}{
		{hour(9).Add(time.Minute), nil},
		{hour(10).Add(time.Minute), []string{"reset a password: PendingApproval"}},
		{hour(12), []string{"reset a password: Provisioned"}},
	} {
		if d := cmp.Diff(tt.want, states(tt.at)); d != "" {
			t.Errorf("%s: %s", tt.at, d)
		}
	}
	active := func(at time.Time) int {
		now = at
		return len(c.list("/v1.0/roleManagement/directory/roleAssignmentScheduleInstances?$filter=assignmentType eq 'Activated'"))
	}
	if got := []int{active(hour(10).Add(time.Minute)), active(hour(12)), active(hour(18).Add(59 * time.Minute)), active(hour(19).Add(time.Minute)), active(hour(46).Add(time.Minute)), active(hour(47).Add(time.Minute))}; cmp.Diff([]int{0, 1, 1, 0, 1, 0}, got) != "" {
		t.Errorf("active over time: %v", got)
	}
	now = hour(48)
	requests := c.list("/v1.0/roleManagement/directory/roleAssignmentScheduleRequests?$filter=action eq 'selfActivate'&$expand=principal,roleDefinition")
	var said []string
	for _, r := range requests {
		if r["justification"] == nil {
			r["justification"] = ""
		}
		line := r["justification"].(string) + ": " + r["status"].(string)
		if id, ok := r["approvalId"].(string); ok {
			_, _, a := c.ask("/beta/roleManagement/directory/roleAssignmentApprovals/" + id + "?$expand=steps")
			step := objectsOf(a["steps"])[0]
			line += ", " + step["reviewResult"].(string) + " " + step["status"].(string)
		}
		said = append(said, line)
	}
	want := []string{"reset a password: Provisioned, Approve Completed", ": Denied, Deny Completed", "again: PendingApproval, NotReviewed InProgress", "one more: Provisioned"}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
	if n := len(c.audits("Add member to role completed (PIM activation)")); n != 2 {
		t.Errorf("%d activations are logged", n)
	}
	if n := len(c.audits("Remove member from role (PIM activation expired)")); n != 1 {
		t.Errorf("%d have ended by themselves", n)
	}
}

// The tenant is shown as it is at the simulated time.
func TestTime(t *testing.T) {
	now := hour(0)
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return now }; o.TokenLifetime = 99999 * time.Hour })
	c := newClient(t, s)
	count := func(at time.Time, path string) int {
		now = at
		return len(c.list(path))
	}
	const deleted = "/v1.0/directory/deletedItems/microsoft.graph.user"
	for _, tt := range []struct {
		at   time.Time
		path string
		want int
	}{
		{hour(0), "/v1.0/users", 3}, {hour(2), "/v1.0/users", 4}, {hour(5), "/v1.0/users", 3}, {hour(3), deleted, 0}, {hour(5), deleted, 1}, {hour(4 + 31*24), deleted, 0},
		{hour(6), "/v1.0/groups", 2}, {hour(8), "/v1.0/groups", 3}, {hour(9), "/v1.0/groups", 2},
		{hour(0), "/v1.0/identity/conditionalAccess/policies", 6}, {hour(17).Add(-time.Minute), "/v1.0/identity/conditionalAccess/policies", 5}, {hour(18), "/v1.0/identity/conditionalAccess/policies", 6},
		{hour(0), "/v1.0/auditLogs/directoryAudits", 0}, {hour(26), "/v1.0/identityProtection/riskDetections", 0}, {hour(27), "/v1.0/identityProtection/riskDetections", 1},
	} {
		if n := count(tt.at, tt.path); n != tt.want {
			t.Errorf("%s of %s: %d, want %d", tt.path, tt.at.Format(time.DateTime), n, tt.want)
		}
	}
	now = hour(29)
	if got := names(c.list("/v1.0/identityProtection/riskDetections?$filter=riskLevel eq 'high'"), "riskState"); cmp.Diff([]string{"atRisk"}, got) != "" {
		t.Error(got)
	}
	now = hour(31)
	if got := names(c.list("/v1.0/identityProtection/riskDetections?$filter=riskLevel eq 'high'"), "riskDetail"); cmp.Diff([]string{"adminConfirmedSigninSafe"}, got) != "" {
		t.Error(got)
	}
	now = hour(48)
	if got := names(c.list("/v1.0/identityProtection/riskDetections?$filter=riskLevel eq 'low'"), "riskState"); cmp.Diff([]string{"confirmedCompromised"}, got) != "" {
		t.Error(got)
	}
	users := c.list("/v1.0/identityProtection/riskyUsers?$orderby=riskLastUpdatedDateTime asc")
	if d := cmp.Diff([]string{"none", "high"}, names(users, "riskLevel")); d != "" {
		t.Error(d)
	}
}

func TestWhatSignInsMayBe(t *testing.T) {
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return hour(90) } })
	c := newClient(t, s)
	for detail, want := range map[string]string{
		"bob, untold":  `{}`,
		"bob, skipped": `{"additionalDetails":"MFA requirement skipped due to remembered device","errorCode":0,"failureReason":"Other."}`,
		"alice, wrong": `"errorCode":50126`,
	} {
		o := c.list("/v1.0/auditLogs/signIns?$filter=id eq '" + s.opt.Tenant.id("sign-in", detail) + "'")[0]
		if raw, err := json.Marshal(o["status"]); err != nil || !strings.Contains(string(raw), want) {
			t.Errorf("%s: %s %v", detail, raw, err)
		}
	}
}

// What the policies came to is told of each sign-in as they were at its time.
func TestAppliedPolicies(t *testing.T) {
	s := served(t, told(P2), nil)
	c := newClient(t, s)
	for key, want := range map[string]string{
		"alice, first":            "success: MFA for all success, Block legacy notApplied, MFA at risk notApplied, MFA for administrators notApplied, MFA, tried reportOnlyNotApplied, New notApplied",
		"alice, password":         "notApplied: MFA for all notApplied, Block legacy notApplied, MFA at risk notApplied, MFA for administrators notApplied, MFA, tried reportOnlyNotApplied, New notApplied",
		"alice, imap":             "failure: MFA for all notApplied, Block legacy failure, MFA at risk notApplied, MFA for administrators notApplied, MFA, tried reportOnlyNotApplied, New notApplied",
		"bob, afar":               "success: MFA for all success, Block legacy notApplied, MFA at risk success, MFA for administrators notApplied, MFA, tried reportOnlyNotApplied, New notApplied",
		"alice, long ago":         "success: MFA for all success, Block legacy notApplied, MFA at risk notApplied, MFA for administrators notApplied, MFA, tried reportOnlyNotApplied, Old notApplied",
		"alice, while it was off": "notApplied: MFA for all notEnabled, Block legacy notApplied, MFA at risk notApplied, MFA for administrators notApplied, MFA, tried reportOnlyNotApplied, Old notApplied",
	} {
		o := c.list("/v1.0/auditLogs/signIns?$filter=id eq '" + s.opt.Tenant.id("sign-in", key) + "'")[0]
		var said []string
		for _, p := range objectsOf(o["appliedConditionalAccessPolicies"]) {
			said = append(said, p["displayName"].(string)+" "+p["result"].(string))
		}
		if got := o["conditionalAccessStatus"].(string) + ": " + strings.Join(said, ", "); got != want {
			t.Errorf("%s:\n%s, want\n%s", key, got, want)
		}
	}
}

func TestNothingIsToldWhileServing(t *testing.T) {
	tenant := told(P2)
	served(t, tenant, nil)
	defer func() {
		if recover() == nil {
			t.Error("a story was told on")
		}
	}()
	tenant.users[0].Disable(tenant.users[0], hour(50))
}
