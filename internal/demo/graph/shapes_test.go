package graph

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/demo/graph/graphtest"
)

// Everything that is served is as Microsoft says that it is.
func TestShapes(t *testing.T) {
	s := served(t, told(P2), nil)
	c := newClient(t, s)
	types := map[string]string{}
	for _, e := range s.endpoints {
		if !strings.Contains(e.path, "{}") && !strings.HasPrefix(e.path, "/security") {
			types[e.path] = e.resource
		}
	}
	types["/groups/"+s.opt.Tenant.groups[0].ID+"/members"] = "DirectoryObject"
	types["/groups/"+s.opt.Tenant.groups[0].ID+"/owners"] = "DirectoryObject"
	expand := map[string]string{
		"/roleManagement/directory/roleAssignments":                  "principal",
		"/roleManagement/directory/roleAssignmentScheduleInstances":  "principal,roleDefinition,activatedUsing",
		"/roleManagement/directory/roleEligibilityScheduleInstances": "principal,roleDefinition",
		"/roleManagement/directory/roleAssignmentScheduleRequests":   "principal,roleDefinition,activatedUsing",
		"/roleManagement/directory/roleEligibilityScheduleRequests":  "principal,roleDefinition",
		"/groups": "members,owners",
	}
	for path, of := range types {
		for _, version := range []string{"v1.0", "beta"} {
			checkAs := version
			if version == "beta" && of != "SignIn" && of != "DirectoryAudit" {
				checkAs = "v1.0" // beta's types are published here for these two
			}
			query := "?"
			if e := expand[path]; e != "" {
				query += "$expand=" + e
			}
			if path == "/auditLogs/signIns" && version == "beta" {
				query += "$filter=signInEventTypes/any(t: t ne 'none')"
			}
			list := c.list("/" + version + path + query)
			if len(list) == 0 {
				t.Errorf("%s %s: nothing", version, path)
			}
			for _, o := range list {
				for _, wrong := range graphtest.Check(checkAs, of, o) {
					t.Errorf("%s %s: %s", version, path, wrong)
				}
			}
		}
	}
}

// The check finds what is wrong.
func TestCheckFinds(t *testing.T) {
	for _, tt := range []struct {
		name, of string
		resource map[string]any
		want     string
	}{
		{"unknown property", "SignIn", map[string]any{"colour": "red"}, "colour: SignIn has no such property"},
		{"another kind", "SignIn", map[string]any{"isInteractive": "yes"}, "isInteractive: string, but it is a boolean"},
		{"enumeration", "RiskDetection", map[string]any{"riskState": "solved"}, "riskState: solved is no value of RiskState"},
		{"below", "SignIn", map[string]any{"status": map[string]any{"errorCode": "0"}}, "status.errorCode: string, but it is a number"},
		{"no list", "User", map[string]any{"businessPhones": "1"}, "businessPhones: string, but it is a list"},
		{"null", "RiskDetection", map[string]any{"id": nil}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(graphtest.Check("v1.0", tt.of, tt.resource), "; "); !strings.Contains(got, tt.want) || tt.want == "" != (got == "" || strings.Contains(got, "null")) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
