package graph

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// crowd is a tenant of many users.
func crowd(n int) *Tenant {
	t := told(P2)
	for i := range n {
		t.User(fmt.Sprintf("user-%04d", i), hour(-9000), nil)
	}
	return t
}

func TestPages(t *testing.T) {
	s := served(t, crowd(1100), nil)
	c := newClient(t, s)
	all := 1100 + 3
	for _, tt := range []struct {
		query string
		size  int
	}{{"", 100}, {"$top=7", 7}, {"$top=999", 999}, {"$top=50&$select=id,displayName&$filter=accountEnabled eq true", 50}} {
		_, _, body := c.ask("/v1.0/users?" + tt.query)
		if n := len(body["value"].([]any)); n != tt.size {
			t.Errorf("%q: the first page has %d, want %d", tt.query, n, tt.size)
		}
		seen := map[string]bool{}
		for _, o := range c.list("/v1.0/users?" + tt.query) {
			seen[o["id"].(string)] = true
		}
		if len(seen) != all {
			t.Errorf("%q: %d users over all pages, want %d", tt.query, len(seen), all)
		}
	}
	for query, want := range map[string]string{
		"$top=0": "400 Request_BadRequest", "$top=x": "400 Request_BadRequest", "$top=1000": "400 Request_UnsupportedQuery", "$skip=5": "400 BadRequest", "$skiptoken=x": "400 Directory_InvalidPageToken",
	} {
		if status, _, body := c.ask("/v1.0/users?" + query); refusal(status, body) != want {
			t.Errorf("%s: %s, want %s", query, refusal(status, body), want)
		}
	}
	// Every part of Graph has its own sizes.
	for path, want := range map[string]string{
		"/v1.0/auditLogs/signIns?$top=1001": "400 BadRequest", "/v1.0/auditLogs/signIns?$top=1000": "200 <nil>", "/v1.0/identityProtection/riskDetections?$top=501": "400 BadRequest",
		"/v1.0/identityProtection/riskDetections?$top=500": "200 <nil>",
	} {
		if status, _, body := c.ask(path); refusal(status, body) != want {
			t.Errorf("%s: %s, want %s", path, refusal(status, body), want)
		}
	}
}

// A link to the next page goes stale, and belongs to its list alone.
func TestPageTokens(t *testing.T) {
	now := hour(48)
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return now }; o.TokenLifetime = 24 * time.Hour })
	c := newClient(t, s)
	next := func(path string) string {
		_, _, body := c.ask(path)
		return body["@odata.nextLink"].(string)
	}
	users, audits := next("/v1.0/users?$top=1"), next("/v1.0/auditLogs/directoryAudits?$top=2&$filter=category eq 'Policy'")
	now = now.Add(9 * time.Minute)
	for range 2 { // asking again gives the same
		if _, _, body := c.ask(users); len(body["value"].([]any)) != 1 {
			t.Errorf("the second page: %v", body)
		}
	}
	for name, changed := range map[string]string{"another size": strings.Replace(users, "top=1", "top=2", 1), "another list": strings.Replace(users, "/users", "/groups", 1)} {
		if status, _, body := c.ask(changed); refusal(status, body) != "400 Directory_InvalidPageToken" {
			t.Errorf("%s: %s", name, refusal(status, body))
		}
	}
	now = now.Add(2 * time.Minute)
	if status, _, body := c.ask(users); refusal(status, body) != "400 Directory_ExpiredPageToken" {
		t.Error(refusal(status, body))
	}
	status, _, body := c.ask(audits)
	if refusal(status, body) != "400 " || body["error"].(map[string]any)["message"] != "Invalid Skip Token" {
		t.Error(status, body)
	}
}

// What changes while a list is read does not change the list.
func TestPagesAreOfOneMoment(t *testing.T) {
	now := hour(0)
	s := served(t, told(P2), func(o *Options) {
		o.Now = func() time.Time { return now }
		o.PageLifetime = 99 * time.Hour
		o.TokenLifetime = 99 * time.Hour
	})
	c := newClient(t, s)
	_, _, body := c.ask("/v1.0/users?$top=2")
	now = hour(48) // meanwhile bob came
	if rest := c.list(body["@odata.nextLink"].(string)); len(rest) != 1 {
		t.Errorf("%d on the pages that follow, want the one who was there at the beginning", len(rest))
	}
}

func TestThrottling(t *testing.T) {
	now := hour(48)
	s := served(t, told(P2), func(o *Options) { o.Now = func() time.Time { return now }; o.Limits = DocumentedLimits() })
	c := newClient(t, s)
	ask := func(path string) (int, string) {
		status, header, _ := c.ask(path)
		return status, header.Get("Retry-After")
	}
	for i := range 5 {
		if status, _ := ask("/v1.0/auditLogs/signIns"); status != http.StatusOK {
			t.Fatalf("request %d: %d", i+1, status)
		}
		now = now.Add(time.Second)
	}
	for range 2 {
		if status, wait := ask("/v1.0/auditLogs/directoryAudits"); status != http.StatusTooManyRequests || wait != "5" {
			t.Errorf("the sixth in ten seconds: %d, again after %q", status, wait)
		}
	}
	if status, _ := ask("/v1.0/users"); status != http.StatusOK {
		t.Errorf("the directory has a limit of its own: %d", status)
	}
	now = now.Add(5 * time.Second)
	if status, _ := ask("/v1.0/auditLogs/signIns"); status != http.StatusOK {
		t.Errorf("after waiting: %d", status)
	}
	// Identity Protection and conditional access share one limit, and do not say when to come again.
	if status, _ := ask("/v1.0/identityProtection/riskDetections"); status != http.StatusOK {
		t.Error(status)
	}
	if status, wait := ask("/v1.0/identity/conditionalAccess/policies"); status != http.StatusTooManyRequests || wait != "" {
		t.Errorf("the second in a second: %d, again after %q", status, wait)
	}
	if s.Throttled() != 3 {
		t.Errorf("%d throttled", s.Throttled())
	}
}

func TestBusy(t *testing.T) {
	s := served(t, told(P2), func(o *Options) { o.Limits.Reports.Busy = 3 })
	c := newClient(t, s)
	var got []int
	for range 7 {
		status, _, _ := c.ask("/v1.0/auditLogs/signIns")
		got = append(got, status)
	}
	if fmt.Sprint(got) != "[200 200 429 200 200 429 200]" {
		t.Error(got)
	}
}
