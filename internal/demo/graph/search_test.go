package graph

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/demo/graph/graphtest"
)

// start posts a query of the audit log.
func (c client) start(body string) (int, map[string]any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.s.URL()+"/v1.0/security/auditLog/queries", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	status, _, answer := do(c.t, req)
	return status, answer
}

// records makes a query, waits for it, and reads what it found.
func (c client) records(body string) []map[string]any {
	c.t.Helper()
	status, query := c.start(body)
	if status != http.StatusCreated || query["status"] != "notStarted" {
		c.t.Fatalf("%d %v", status, query)
	}
	at := "/v1.0/security/auditLog/queries/" + query["id"].(string)
	var states []string
	for range 3 {
		if status, _, _ := c.ask(at + "/records"); (status == http.StatusOK) != (len(states) > 0 && states[len(states)-1] == "succeeded") {
			c.t.Errorf("records of a query that is %v: %d", states, status)
		}
		_, _, query = c.ask(at)
		states = append(states, query["status"].(string))
	}
	if !slices.Equal(states, []string{"running", "succeeded", "succeeded"}) {
		c.t.Errorf("%v", states)
	}
	for _, wrong := range graphtest.Check("beta", "SecurityNamespace.AuditLogQuery", query) {
		c.t.Error(wrong)
	}
	return c.list(at + "/records?$top=2")
}

func TestSearch(t *testing.T) {
	c := newClient(t, served(t, told(P2), nil))
	const month = `"filterStartDateTime":"2026-10-01T00:00:00Z","filterEndDateTime":"2026-11-01T00:00:00Z"`
	for filter, want := range map[string][]string{
		"": {"New-InboxRule", "AddedToSecureLink", "AnonymousLinkCreated"},
		`,"recordTypeFilters":["sharePointSharingOperation"]`:         {"AddedToSecureLink", "AnonymousLinkCreated"},
		`,"operationFilters":["New-InboxRule","Set-InboxRule"]`:       {"New-InboxRule"},
		`,"serviceFilters":["Exchange"],"displayName":"x"`:            {"New-InboxRule"},
		`,"userPrincipalNameFilters":["nobody@acme.example"]`:         {},
		`,"operationFilters":[],"recordTypeFilters":["ExchangeItem"]`: {},
	} {
		list := c.records("{" + month + filter + "}")
		if got := names(list, "operation"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
		for _, o := range list {
			for _, wrong := range graphtest.Check("beta", "SecurityNamespace.AuditLogRecord", o) {
				t.Error(wrong)
			}
			data := o["auditData"].(map[string]any)
			if data["Operation"] != o["operation"] || data["Id"] != o["id"] || data["CreationTime"].(string)+"Z" != o["createdDateTime"] {
				t.Errorf("auditData is of something else: %v", o)
			}
		}
	}
	// The beginning of the range is in it, the end is not.
	if got := names(c.records(`{"filterStartDateTime":"2026-10-06T11:00:00Z","filterEndDateTime":"2026-10-06T12:00:00Z"}`), "operation"); !slices.Equal(got, []string{"AddedToSecureLink"}) {
		t.Errorf("%v", got)
	}
	if got := names(c.records(`{"filterStartDateTime":"2026-10-06T10:00:00Z","filterEndDateTime":"2026-10-06T12:00:00Z"}`), "operation"); !slices.Equal(got, []string{"AddedToSecureLink", "AnonymousLinkCreated"}) {
		t.Errorf("%v", got)
	}
	if n := len(c.list("/v1.0/security/auditLog/queries")); n != 8 {
		t.Errorf("%d queries", n)
	}
	for _, bad := range []string{
		"x", "{}", `{"filterStartDateTime":"x","filterEndDateTime":"2026-11-01T00:00:00Z"}`, `{"filterStartDateTime":"2026-11-01T00:00:00Z","filterEndDateTime":"2026-10-01T00:00:00Z"}`,
		"{" + month + `,"colour":"red"}`, "{" + month + `,"recordTypeFilters":["Colours"]}`, "{" + month + `,"recordTypeFilters":[1]}`, "{" + month + `,"keywordFilter":"x"}`,
	} {
		if status, body := c.start(bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", bad, status, body)
		}
	}
}

func TestSearchesThatAreQuick(t *testing.T) {
	c := newClient(t, served(t, told(P2), func(o *Options) { o.Running = 3 }))
	var got []string
	for range 4 {
		_, query := c.start(`{"filterStartDateTime":"2026-10-01T00:00:00Z","filterEndDateTime":"2026-11-01T00:00:00Z"}`)
		_, _, query = c.ask("/v1.0/security/auditLog/queries/" + query["id"].(string))
		got = append(got, query["status"].(string))
	}
	if !slices.Equal(got, []string{"running", "succeeded", "succeeded", "running"}) {
		t.Errorf("%v", got)
	}
}
