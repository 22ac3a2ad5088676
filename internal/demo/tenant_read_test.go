package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/evidencepack/evidence/internal/demo/graph"
)

// tenantReading is all that a collector reads of the tenant when the month is over.
type tenantReading struct {
	signIns, audits, users, deleted, active, requests, policies, locations, risks, organization, records []map[string]any
}

// readTenant reads the tenant as a collector does, with a real login and real pages.
var readTenant = sync.OnceValues(func() (*tenantReading, error) {
	return readTenantAt(presentDay)
})

// readEarlierTenant reads it as on the day on which the month before was collected.
var readEarlierTenant = sync.OnceValues(func() (*tenantReading, error) { return readTenantAt(earlierDay) })

func readTenantAt(at time.Time) (*tenantReading, error) {
	s, err := graph.NewServer(graph.Options{Tenant: tenant(), Now: func() time.Time { return at }, Clients: []graph.Client{{ID: tenantClient, Secret: tenantSecret, Roles: tenantRoles}}})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	c := &tenantClientTest{at: s.URL()}
	c.login()
	const all = "signInEventTypes/any(t: t eq 'interactiveUser' or t eq 'nonInteractiveUser' or t eq 'servicePrincipal')"
	r := &tenantReading{
		signIns:      c.list("/beta/auditLogs/signIns?$filter=" + url.QueryEscape(all)),
		audits:       c.list("/v1.0/auditLogs/directoryAudits"),
		users:        c.list("/v1.0/users?$select=id,userPrincipalName,accountEnabled,userType,employeeId,mail,createdDateTime"),
		deleted:      c.list("/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,accountEnabled,deletedDateTime"),
		active:       c.list("/v1.0/roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal,roleDefinition"),
		requests:     c.list("/v1.0/roleManagement/directory/roleAssignmentScheduleRequests?$expand=principal,roleDefinition"),
		policies:     c.list("/v1.0/identity/conditionalAccess/policies"),
		locations:    c.list("/v1.0/identity/conditionalAccess/namedLocations"),
		risks:        c.list("/v1.0/identityProtection/riskDetections?$top=500"),
		organization: c.list("/v1.0/organization"),
	}
	r.records = c.search()
	return r, c.err
}

// tenantClientTest asks the tenant's server, and keeps what went wrong first.
type tenantClientTest struct {
	at, token string
	err       error
}

func (c *tenantClientTest) do(method, address, kind, body string) map[string]any {
	req, err := http.NewRequest(method, address, strings.NewReader(body)) //nolint:noctx // there is no test to belong to
	if err == nil {
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Authorization", "Bearer "+c.token)
		var resp *http.Response
		if resp, err = http.DefaultClient.Do(req); err == nil {
			defer resp.Body.Close()
			var raw []byte
			if raw, err = io.ReadAll(resp.Body); err == nil {
				answer := map[string]any{}
				if err = json.Unmarshal(raw, &answer); err == nil && answer["error"] == nil {
					return answer
				}
				if err == nil {
					err = fmt.Errorf("%s %s: %s: %v", method, address, resp.Status, answer["error"])
				}
			}
		}
	}
	if c.err == nil {
		c.err = err
	}
	return map[string]any{"value": []any{}}
}

func (c *tenantClientTest) login() {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {tenantClient}, "client_secret": {tenantSecret}, "scope": {"https://graph.microsoft.com/.default"}}
	c.token, _ = c.do(http.MethodPost, c.at+"/"+tenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", form.Encode())["access_token"].(string)
}

func (c *tenantClientTest) list(path string) []map[string]any {
	var out []map[string]any
	for at := c.at + path; at != ""; {
		answer := c.do(http.MethodGet, at, "", "")
		for _, o := range answer["value"].([]any) {
			out = append(out, o.(map[string]any))
		}
		at, _ = answer["@odata.nextLink"].(string)
	}
	return out
}

func (c *tenantClientTest) search() []map[string]any {
	made := c.do(http.MethodPost, c.at+"/v1.0/security/auditLog/queries", "application/json", `{"filterStartDateTime":"2026-09-01T00:00:00Z","filterEndDateTime":"2026-12-01T00:00:00Z"}`)
	id, _ := made["id"].(string)
	for range 2 {
		c.do(http.MethodGet, c.at+"/v1.0/security/auditLog/queries/"+id, "", "")
	}
	return c.list("/v1.0/security/auditLog/queries/" + id + "/records?$top=500")
}

// at is a value below a path of names.
func at(o map[string]any, path ...string) any {
	var v any = o
	for _, name := range path {
		part, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = part[name]
	}
	return v
}

func textAt(o map[string]any, path ...string) string {
	s, _ := at(o, path...).(string)
	return s
}
