package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// hour is the n-th hour of a story.
func hour(n int) time.Time {
	return time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

const (
	testTenant = "11111111-2222-3333-4444-555555555555"
	testClient = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	testSecret = "simulated secret"
)

// everything are the permissions that a collector of everything has.
var everything = []string{
	"AuditLog.Read.All", "Directory.Read.All", "User.Read.All", "GroupMember.Read.All", "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Policy.Read.All", "IdentityRiskEvent.Read.All",
	"IdentityRiskyUser.Read.All", "Application.Read.All", "Organization.Read.All", "AuditLogsQuery.Read.All",
}

// told is a small story with one of everything.
func told(plan Plan) *Tenant {
	t := NewTenant(testTenant, "Acme", "acme.example", plan, hour(-10000))
	admin := t.User("admin-01", hour(-9000), Object{"employeeId": "1"})
	alice := t.User("alice", hour(-9000), Object{"employeeId": "2", "department": "Sales"})
	bob := t.User("bob", hour(1), Object{"displayName": "B. Ob"})
	bob.Added(admin)
	bob.Set(admin, hour(2), "employeeId", "3")
	gone := t.User("gone", hour(-9000), nil)
	gone.Disable(admin, hour(3))
	gone.Delete(admin, hour(4))

	sync := t.Application("group-sync", hour(-800)).Has("first", hour(-800), hour(8000))
	staff := t.Group("staff", hour(-900), alice).Owned(admin)
	staff.Add(sync.Principal, hour(5), bob)
	staff.Remove(admin, hour(6), alice)
	staff.AddOwner(admin, hour(6), bob)
	staff.AddRefused(bob, hour(6), gone)
	staff.Set(admin, hour(7), "description", "Everybody")
	t.Group("project", hour(7)).Unified("project@acme.example").Added(admin)
	t.Group("old", hour(-900)).RoleAssignable().Delete(admin, hour(8))

	global := t.Role("Global Administrator")
	t.AssignDirectly(nil, hour(-9000), admin, global)
	eligible := t.Eligible(admin, hour(9), alice, t.Role("User Administrator"), time.Time{}, "on call")
	eligible.Activate(hour(10), 8*time.Hour, "reset a password").Ticket("ITSM", "REQ-1").Approved(admin, hour(11), "agreed")
	eligible.Activate(hour(30), time.Hour, "").Denied(admin, hour(31), "no reason given")
	eligible.Activate(hour(40), time.Hour, "again").Waiting()
	eligible.Activate(hour(46), 8*time.Hour, "one more").Deactivate(hour(47))
	t.Assign(admin, hour(12), bob, t.Role("Global Reader"), hour(900), "audit").Remove(admin, hour(100))
	t.AssignDirectly(admin, hour(13), bob, t.Role("Exchange Administrator"))

	mfa := t.Policy("MFA for all", hour(-5000), "mfa")
	mfa.Update(admin, hour(14), State("disabled"))
	mfa.Update(admin, hour(15), State("enabled"), Condition("users/excludeUsers", list(bob.ID)))
	legacy := t.Policy("Block legacy", hour(-5000), "block").For(Condition("clientAppTypes", list("exchangeActiveSync", "other")))
	t.Policy("MFA at risk", hour(-5000), "mfa").For(Condition("signInRiskLevels", list("high")))
	t.Policy("MFA for administrators", hour(-5000), "mfa").For(Condition("users", Object{"includeUsers": list[string](), "includeRoles": list(global.ID)}))
	t.Policy("MFA, tried", hour(-5000), "mfa").For(State("enabledForReportingButNotEnforced"))
	t.Policy("Old", hour(-5000), "block").Delete(admin, hour(16))
	t.Policy("New", hour(17), "compliantDevice").Added(admin)
	t.Network("Head office", hour(-5000), true, "203.0.113.0/24").Ranges(admin, hour(18), "203.0.113.0/25")
	t.Countries("Japan", hour(-5000), "JP")

	sync.AddSecret(admin, hour(19), "second", hour(9000))
	sync.AddCertificate(admin, hour(20), "third", hour(9000))
	sync.RemoveSecret(admin, hour(21), "first")
	sync.Principal.AddCredential(admin, hour(22), "hidden", hour(9000))
	mailer := t.External("Mail helper", hour(23))
	mailer.Consent(admin, hour(23), true, "Mail.Read", "offline_access")
	mailer.Grant(admin, hour(24), "Mail.Read")
	t.Application("new app", hour(25)).Added(admin)

	t.SignIn("alice, first", alice, OfficeHome, hour(20))
	t.SignIn("alice, long ago", alice, OfficeHome, hour(0))
	t.SignIn("alice, while it was off", alice, OfficeHome, hour(14).Add(time.Minute))
	t.SignIn("alice, password", alice, Outlook, hour(21)).SingleFactor()
	t.SignIn("alice, key", alice, Portal, hour(22)).Key()
	t.SignIn("alice, claims", alice, Teams, hour(23)).Claims()
	t.SignIn("alice, imap", alice, ExchangeOnline, hour(24)).Legacy("IMAP4", "").Blocked(legacy)
	t.SignIn("alice, wrong", alice, OfficeHome, hour(25)).Fails(50126)
	risky := t.SignIn("bob, afar", bob, OfficeHome, hour(26)).From("192.0.2.7", Frankfurt).Elsewhere("Linux", "Firefox 140.0")
	t.SignIn("bob, refresh", bob, Teams, hour(27)).NonInteractive()
	t.SignIn("bob, late", bob, Teams, hour(28)).Late(50 * time.Hour)
	t.SignIn("bob, untold", bob, Teams, hour(80)).Untold()
	t.SignIn("bob, skipped", bob, Teams, hour(81)).Skipped("remembered device")
	t.PrincipalSignIn("sync, night", sync.Principal, GraphItself, hour(29))
	t.Risk("bob", bob, "unfamiliarFeatures", "high", hour(26).Add(time.Minute), risky).ConfirmedSafe(admin, hour(30))
	t.Risk("alice", alice, "leakedCredentials", "medium", hour(31), nil).Remediated(hour(32), "userPerformedSecuredPasswordChange")
	t.Risk("alice, attacked", alice, "leakedCredentials", "low", hour(33), nil).Cleared(hour(35), "remediated", "userPerformedSecuredPasswordChange").ConfirmedCompromised(admin, hour(34))
	t.Risk("alice again", alice, "leakedCredentials", "high", hour(33), nil)

	t.Link("anyone", "AnonymousLinkCreated", alice, hour(34), "plan.xlsx")
	t.Shared("guest", "AddedToSecureLink", alice, hour(35), "plan.xlsx", "guest@example.com", "Guest")
	t.InboxRule("forward", "New-InboxRule", bob, hour(36), [2]string{"Name", "x"}, [2]string{"ForwardTo", "bob@example.com"})
	return t
}

// served is the story on a server whose clock stands at hour 48.
func served(t *testing.T, tenant *Tenant, change func(*Options)) *Server {
	t.Helper()
	o := Options{Tenant: tenant, Clients: []Client{{ID: testClient, Name: "collector", Secret: testSecret, Roles: everything}}, Now: func() time.Time { return hour(48) }, Approvals: true}
	if change != nil {
		change(&o)
	}
	s, err := NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// login gets a token for the test's application.
func login(t *testing.T, s *Server) string {
	t.Helper()
	status, body := postForm(t, s, testTenant, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {testClient}, "client_secret": {testSecret}, "scope": {"https://graph.microsoft.com/.default"},
	})
	if status != http.StatusOK {
		t.Fatalf("login: %d %v", status, body)
	}
	return body["access_token"].(string)
}

func postForm(t *testing.T, s *Server, tenant string, form url.Values) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/"+tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _, body := do(t, req)
	return status, body
}

func do(t *testing.T, req *http.Request) (int, http.Header, map[string]any) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &body); err != nil {
			t.Fatalf("%s: %v in %s", req.URL, err, raw)
		}
	}
	return resp.StatusCode, resp.Header, body
}

// client asks a server with a token.
type client struct {
	t     *testing.T
	s     *Server
	token string
}

func newClient(t *testing.T, s *Server) client { return client{t, s, login(t, s)} }

// ask asks for a path with its query, such as "/v1.0/users?$top=2".
func (c client) ask(path string) (int, http.Header, map[string]any) {
	c.t.Helper()
	at := path
	if !strings.HasPrefix(at, "http") {
		name, query, _ := strings.Cut(path, "?")
		at = c.s.URL() + name + "?" + strings.ReplaceAll(query, " ", "%20")
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, at, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	return do(c.t, req)
}

// list reads all pages.
func (c client) list(path string) []map[string]any {
	c.t.Helper()
	var out []map[string]any
	for path != "" {
		status, _, body := c.ask(path)
		if status != http.StatusOK {
			c.t.Fatalf("%s: %d %v", path, status, body)
		}
		for _, o := range body["value"].([]any) {
			out = append(out, o.(map[string]any))
		}
		path, _ = body["@odata.nextLink"].(string)
	}
	return out
}

// refusal is the status and the code of an answer that refuses.
func refusal(status int, body map[string]any) string {
	e, _ := body["error"].(map[string]any)
	return fmt.Sprint(status, " ", e["code"])
}
