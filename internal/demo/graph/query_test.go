package graph

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names are the values of a property of what a list gives, in its order.
func names(list []map[string]any, property string) []string {
	out := []string{}
	for _, o := range list {
		out = append(out, fmt.Sprint(o[property]))
	}
	return out
}

func TestFilters(t *testing.T) {
	c := newClient(t, served(t, told(P2), nil))
	users := "/v1.0/users?$orderby=displayName&$filter="
	signIns := "/beta/auditLogs/signIns?$filter="
	audits := "/v1.0/auditLogs/directoryAudits?$filter="
	for _, tt := range []struct {
		path, property string
		want           []string
	}{
		{users + "accountEnabled eq true", "displayName", []string{"B. Ob", "admin-01", "alice"}},
		{users + "startswith(userPrincipalName,'AL')", "displayName", []string{"alice"}},
		{users + "displayName in ('alice','admin-01') and not (employeeId eq '2')", "displayName", []string{"admin-01"}},
		{users + "(employeeId eq '1' or employeeId eq '3') and userType ne 'Guest'", "displayName", []string{"B. Ob", "admin-01"}},
		{users + "displayName eq 'it''s nobody'", "displayName", []string{}},
		{users + "employeeId eq null", "displayName", nil}, // gone is deleted, so nobody
		{signIns + "createdDateTime ge 2026-10-06T00:00:00Z and createdDateTime lt 2026-10-06T02:00:00Z", "id", nil},
		{signIns + "signInEventTypes/any(t: t eq 'servicePrincipal')", "servicePrincipalName", []string{"group-sync"}},
		{signIns + "signInEventTypes/any(t:t eq 'nonInteractiveUser') and status/errorCode eq 0", "userDisplayName", []string{"B. Ob"}},
		{signIns + "status/errorCode eq 53003", "clientAppUsed", []string{"IMAP4"}},
		{audits + "targetResources/any(t: t/displayName eq 'staff') and activityDisplayName eq 'Update group'", "activityDisplayName", []string{"Update group"}},
		{audits + "initiatedBy/app/displayName eq 'group-sync'", "activityDisplayName", []string{"Add member to group"}},
		{audits + "activityDateTime ge 2026-10-05T14:00:00Z and activityDateTime le 2026-10-05T15:59:59.9999999Z and loggedByService eq 'Conditional Access'", "activityDisplayName",
			[]string{"Update conditional access policy", "Update conditional access policy"}},
		{"/v1.0/identityProtection/riskDetections?$filter=riskState eq 'atRisk' and riskLevel eq 'high'", "userDisplayName", []string{"alice"}},
		{"/v1.0/roleManagement/directory/roleAssignmentScheduleRequests?$filter=status eq 'PendingApproval'", "justification", []string{"again"}},
		{"/v1.0/groups?$filter=groupTypes/any(g: g eq 'Unified')", "displayName", []string{"project"}},
	} {
		got := names(c.list(tt.path), tt.property)
		switch {
		case tt.want == nil && strings.Contains(tt.path, "employeeId eq null"):
			tt.want = []string{}
		case tt.want == nil: // the two of the first hours of the day: IMAP, wrong password; interactive alone
			if len(got) != 2 {
				t.Errorf("%s: %v", tt.path, got)
			}
			continue
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.path, d)
		}
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	c := newClient(t, served(t, told(P2), nil))
	for path, want := range map[string]string{
		"/v1.0/users?$filter=colour eq 'red'":                                             "400 Request_UnsupportedQuery",
		"/v1.0/users?$filter=accountEnabled ge true":                                      "400 BadRequest",
		"/v1.0/users?$filter=displayName eq":                                              "400 BadRequest",
		"/v1.0/users?$filter=displayName eq 'a' or":                                       "400 BadRequest",
		"/v1.0/users?$filter=(displayName eq 'a'":                                         "400 BadRequest",
		"/v1.0/users?$filter=displayName like 'a'":                                        "400 BadRequest",
		"/v1.0/users?$filter=contains(displayName,'a')":                                   "400 BadRequest",
		"/v1.0/users?$filter=displayName eq 'a' 'b'":                                      "400 BadRequest",
		"/v1.0/groups?$filter=groupTypes eq 'Unified'":                                    "400 BadRequest",
		"/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t ge 'x')":               "400 BadRequest",
		"/v1.0/users?$select=displayName,colour":                                          "400 Request_BadRequest",
		"/v1.0/users?$orderby=employeeId":                                                 "400 Request_UnsupportedQuery",
		"/v1.0/users?$orderby=displayName up":                                             "400 Request_UnsupportedQuery",
		"/v1.0/users?$expand=colour":                                                      "400 BadRequest",
		"/v1.0/users?$top=1&$top=2":                                                       "400 BadRequest",
		"/v1.0/organization?$filter=id eq 'x'":                                            "400 BadRequest",
		"/v1.0/roleManagement/directory/roleAssignments?$expand=principal,roleDefinition": "400 Request_BadRequest",
		"/v1.0/colours": "400 BadRequest",
		"/v1.0/roleManagement/directory/roleAssignmentApprovals/x":                                        "400 BadRequest", // beta alone has it
		"/v1.0/groups/x/members":                                                                          "404 Request_ResourceNotFound",
		"/v1.0/users/x":                                                                                   "404 Request_ResourceNotFound",
		"/beta/roleManagement/directory/roleAssignmentApprovals/x":                                        "404 RoleAssignmentApprovalNotFound",
		"/v1.0/users?custom=1":                                                                            "200 <nil>",
		"/v1.0/roleManagement/directory/roleAssignments?$expand=principal":                                "200 <nil>",
		"/v1.0/directory/deletedItems/graph.user?$select=id,displayName,deletedDateTime":                  "200 <nil>",
		"/v1.0/roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal,roleDefinition": "200 <nil>",
	} {
		if status, _, body := c.ask(path); refusal(status, body) != want {
			t.Errorf("%s: %s, want %s: %v", path, refusal(status, body), want, body)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodDelete} {
		req, err := http.NewRequestWithContext(t.Context(), method, c.s.URL()+"/v1.0/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+c.token)
		if status, _, _ := do(t, req); status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, status)
		}
	}
}

func TestSelectAndExpand(t *testing.T) {
	s := served(t, told(P2), nil)
	c := newClient(t, s)
	keys := func(path string) []string {
		var out []string
		for name := range c.list(path)[0] {
			out = append(out, name)
		}
		slices.Sort(out)
		return out
	}
	for path, want := range map[string][]string{
		"/v1.0/users": slices.Sorted(slices.Values(userDefaults)),
		"/v1.0/users?$select=id,employeeId,ageGroup,assignedPlans":                                                                    {"ageGroup", "assignedPlans", "employeeId", "id"},
		"/v1.0/directory/deletedItems/microsoft.graph.user?$select=deletedDateTime,accountEnabled":                                    {"accountEnabled", "deletedDateTime"},
		"/v1.0/roleManagement/directory/roleEligibilityScheduleInstances?$select=principalId&$expand=principal":                       {"principal", "principalId"},
		"/v1.0/roleManagement/directory/roleEligibilityScheduleInstances?$select=principalId,memberType,directoryScopeId,endDateTime": {"directoryScopeId", "endDateTime", "memberType", "principalId"},
	} {
		if d := cmp.Diff(want, keys(path)); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
	o := c.list("/v1.0/users?$select=ageGroup,assignedPlans")[0]
	if o["ageGroup"] != nil || fmt.Sprint(o["assignedPlans"]) != "[]" {
		t.Errorf("what is not simulated: %v", o)
	}
	staff := c.list("/v1.0/groups?$filter=displayName eq 'staff'&$expand=members")[0]
	if got := names(objectsOf(staff["members"]), "displayName"); !slices.Equal(got, []string{"B. Ob"}) || staff["owners"] != nil {
		t.Errorf("%v", staff)
	}
	if got := names(c.list("/v1.0/groups/"+staff["id"].(string)+"/owners"), "displayName"); !slices.Equal(got, []string{"admin-01", "B. Ob"}) {
		t.Errorf("owners: %v", got)
	}
}

// objectsOf are the objects of a list.
func objectsOf(list any) []map[string]any {
	var out []map[string]any
	for _, x := range list.([]any) {
		out = append(out, x.(map[string]any))
	}
	return out
}
