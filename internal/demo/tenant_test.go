package demo

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/graph"
	"github.com/evidencepack/evidence/internal/demo/graph/graphtest"
)

var tenantControls = []string{"ACC-01", "ACC-02", "ACC-03", "ACC-04", "ACC-05", "ACC-06", "ACC-07", "ACC-12", "ACC-13", "OPS-10", "OPS-11"}

// tenantFindings is what the story says of each control, gathered over what was read.
type tenantFindings struct {
	t *testing.T
	findings
	notes   map[string]map[string]expectation // by item and control
	waiting map[string]int                    // items that are pending, by control
	used    map[string]bool
}

// derivedFromTenant makes the golden list of the controls of accounts and of Microsoft
// 365 out of the story and what is read of it.
func derivedFromTenant(t *testing.T) *tenantFindings {
	t.Helper()
	r, err := readTenant()
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := readEarlierTenant()
	if err != nil {
		t.Fatal(err)
	}
	f := &tenantFindings{t: t, findings: findings{}, notes: map[string]map[string]expectation{}, waiting: map[string]int{}, used: map[string]bool{}}
	for _, c := range tenantControls {
		f.findings[c] = &Findings{Control: c, Result: evidence.Effective, Items: []Exception{}}
	}
	for _, n := range tenantExpectations {
		m, ok := tenantMonth().marks[n.key]
		if !ok {
			t.Fatalf("%s: the story has nothing called %q", n.control, n.key)
		}
		if f.notes[m.item] == nil {
			f.notes[m.item] = map[string]expectation{}
		}
		if _, twice := f.notes[m.item][n.control]; twice {
			t.Errorf("%s: two expectations of %q", n.control, n.key)
		}
		f.notes[m.item][n.control] = n.expectation
	}
	f.ofSignIns(r)
	f.ofPeople(r)
	f.ofRoles(r)
	f.ofAudits(r)
	f.ofPolicies(r, earlier)
	f.ofRisks(r)
	f.ofRecords(r)
	for control := range f.waiting { // what is pending leaves the whole open
		f.findings[control].Result = evidence.NotEvaluable
	}
	for _, of := range f.findings {
		slices.SortStableFunc(of.Items, func(x, y Exception) int { return x.Time.Compare(y.Time) })
	}
	return f
}

// item adds an item with what the story says of it, or what is usual.
func (f *tenantFindings) item(control, id string, at time.Time, usual evidence.Verdict) {
	f.t.Helper()
	if !at.IsZero() && !Period().Contains(at) {
		return
	}
	e, noted := f.notes[id][control]
	if !noted {
		e = expectation{control: control, verdict: usual}
	}
	if usual == evidence.Exception && e.verdict != evidence.Exception {
		f.t.Errorf("%s: %s is an exception by what it looks like, and the story does not say so", control, id)
	}
	if noted {
		f.used[control+" "+id] = true
	}
	if e.verdict == evidence.Pending {
		f.waiting[control]++
	}
	f.add(e, id, at)
}

func timeOf(t *testing.T, o map[string]any, field string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, textAt(o, field))
	if err != nil {
		t.Fatalf("%v: %v", o, err)
	}
	return at.UTC()
}

var legacyClients = []string{"IMAP4", "Exchange ActiveSync", "Authenticated SMTP", "Other clients"}

func (f *tenantFindings) ofSignIns(r *tenantReading) {
	for _, s := range r.signIns {
		at := timeOf(f.t, s, "createdDateTime")
		code, told := s["status"].(map[string]any)["errorCode"].(float64)
		event := s["signInEventTypes"].([]any)[0].(string)
		scanner := strings.HasPrefix(textAt(s, "userPrincipalName"), "svc-scan@")
		factors, client := evidence.Pass, evidence.Pass
		switch {
		case told && code != 0 || event != "interactiveUser":
			factors = evidence.NotApplicable
		case scanner:
			factors, client = evidence.NotApplicable, evidence.NotApplicable
		case textAt(s, "authenticationRequirement") == "singleFactorAuthentication":
			factors = evidence.Exception
		}
		switch {
		case event == "servicePrincipal":
			client = evidence.NotApplicable
		case code == 0 && !scanner && slices.Contains(legacyClients, textAt(s, "clientAppUsed")):
			client = evidence.Exception
		}
		f.item("ACC-01", textAt(s, "id"), at, factors)
		f.item("ACC-02", textAt(s, "id"), at, client)
	}
}

func (f *tenantFindings) ofPeople(r *tenantReading) {
	for _, p := range employees {
		if p.resigned == "" {
			continue
		}
		usual := evidence.Pass
		if p.account == "" {
			usual = evidence.NotApplicable
		}
		f.item("ACC-03", personItem(p.number), inJapan(p.resigned+" 23:59:59").UTC(), usual)
	}
	for _, u := range slices.Concat(r.users, r.deleted) {
		if u["accountEnabled"] != true {
			continue
		}
		usual := evidence.Pass
		if u["deletedDateTime"] != nil {
			usual = evidence.NotApplicable
		}
		f.item("ACC-04", textAt(u, "id"), time.Time{}, usual)
	}
}

// privileged are the roles of the story that Microsoft calls so.
func privileged(role string) bool {
	return role != "Directory Readers" && role != "Exchange Administrator" && role != "SharePoint Administrator"
}

func (f *tenantFindings) ofRoles(r *tenantReading) {
	for _, q := range r.requests {
		usual := evidence.Pass
		if status := textAt(q, "status"); status == "Denied" || status == "PendingApproval" || textAt(q, "action") == "selfDeactivate" ||
			textAt(q, "action") == "adminAssign" && !privileged(textAt(q, "roleDefinition", "displayName")) {
			usual = evidence.NotApplicable
		}
		f.item("ACC-05", textAt(q, "id"), timeOf(f.t, q, "createdDateTime"), usual)
	}
	for _, a := range r.active {
		usual := evidence.Pass
		if !privileged(textAt(a, "roleDefinition", "displayName")) {
			usual = evidence.NotApplicable
		}
		f.item("ACC-05", "active:"+textAt(a, "id"), time.Time{}, usual)
	}
}

var (
	groupActivities  = []string{"Add group", "Update group", "Delete group", "Add member to group", "Remove member from group", "Add owner to group", "Remove owner from group"}
	policyActivities = []string{"Add conditional access policy", "Update conditional access policy", "Delete conditional access policy", "Add named location", "Update named location"}
	roleActivities   = []string{"Add member to role completed (PIM activation)", "Add member to role in PIM completed (permanent)", "Add member to role in PIM completed (timebound)"}
	appActivities    = []string{
		"Add service principal credentials", secretsManaged, "Update application", "Update service principal", "Add application", "Add service principal", "Consent to application",
		"Add delegated permission grant", "Add app role assignment to service principal",
	}
)

func (f *tenantFindings) ofAudits(r *tenantReading) {
	for _, a := range r.audits {
		id, at, activity := textAt(a, "id"), timeOf(f.t, a, "activityDateTime"), textAt(a, "activityDisplayName")
		app := textAt(a, "initiatedBy", "app", "displayName")
		targets := a["targetResources"].([]any)
		switch {
		case slices.Contains(groupActivities, activity):
			usual := evidence.Pass
			if app == "" && a["result"] == "success" && !strings.Contains(textAt(targets[len(targets)-1].(map[string]any), "displayName"), "忘年会") {
				usual = evidence.Exception
			}
			f.item("ACC-06", id, at, usual)
		case activity == "Add member to role":
			usual := evidence.Pass
			if !privileged(textAt(targets[1].(map[string]any), "displayName")) {
				usual = evidence.NotApplicable
			} else if app != "MS-PIM" {
				usual = evidence.Exception
			}
			f.item("ACC-05", id, at, usual)
		case slices.Contains(roleActivities, activity): // the request tells it
			f.item("ACC-05", id, at, evidence.NotApplicable)
		case slices.Contains(policyActivities, activity):
			f.item("ACC-07", id, at, evidence.Pass)
		case slices.Contains(appActivities, activity):
			f.item("ACC-13", id, at, evidence.NotApplicable)
		}
	}
}

// ofPolicies are of the newest reading in the period of each: that of the day on which the
// month before was collected, too, for what was gone when the month was.
func (f *tenantFindings) ofPolicies(r, earlier *tenantReading) {
	seen := map[string]bool{}
	for _, r := range []*tenantReading{r, earlier} {
		for _, o := range slices.Concat(r.policies, r.locations, r.organization) {
			if id := textAt(o, "id"); !seen[id] {
				seen[id] = true
				f.item("ACC-07", id, time.Time{}, evidence.Pass)
			}
		}
	}
}

func (f *tenantFindings) ofRisks(r *tenantReading) {
	for _, o := range r.risks {
		f.item("ACC-12", textAt(o, "id"), timeOf(f.t, o, "detectedDateTime"), evidence.Pass)
	}
}

func (f *tenantFindings) ofRecords(r *tenantReading) {
	for _, o := range r.records {
		switch textAt(o, "operation") {
		case "AnonymousLinkCreated", "SharingInvitationCreated", "AddedToSecureLink", "CompanyLinkCreated", "SharingSet":
			f.item("OPS-10", textAt(o, "id"), timeOf(f.t, o, "createdDateTime"), evidence.NotApplicable)
		case "New-InboxRule", "Set-InboxRule", "Set-Mailbox":
			f.item("OPS-11", textAt(o, "id"), timeOf(f.t, o, "createdDateTime"), evidence.NotApplicable)
		}
	}
}

// Every control has an exception and a near miss, and every expectation is of something
// that is in its population.
func TestTenantStory(t *testing.T) {
	f := derivedFromTenant(t)
	for _, control := range tenantControls {
		of := f.findings[control]
		if of.Exceptions == 0 || of.Exceptions+of.NotApplicable == of.Population {
			t.Errorf("%s: %d exceptions, %d not applicable of %d: nothing fails, or nothing passes", control, of.Exceptions, of.NotApplicable, of.Population)
		}
		t.Logf("%s: %d items, %d exceptions, %d not applicable", control, of.Population, of.Exceptions, of.NotApplicable)
	}
	for _, n := range tenantExpectations {
		if m := tenantMonth().marks[n.key]; !f.used[n.control+" "+m.item] {
			t.Errorf("%s: %q is not in the population", n.control, n.key)
		}
		if n.verdict == evidence.Exception && (len(n.codes) == 0 || n.why.JA == "" || n.why.EN == "") {
			t.Errorf("%s: %q does not say why", n.control, n.key)
		}
	}
	if len(f.waiting) != 0 {
		t.Errorf("pending: %v", f.waiting)
	}
}

// The month has some thousands of ordinary records, and is as Microsoft says that it is.
func TestTenantVolume(t *testing.T) {
	r, err := readTenant()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.signIns); n < 1000 || n > 3000 {
		t.Errorf("%d sign-ins", n)
	}
	for name, list := range map[string][]map[string]any{"audits": r.audits, "records": r.records} {
		if len(list) < 150 {
			t.Errorf("%d %s", len(list), name)
		}
	}
	check := func(version, of string, list []map[string]any) {
		for _, o := range list {
			for _, wrong := range graphtest.Check(version, of, o) {
				t.Errorf("%s %s: %s", of, o["id"], wrong)
			}
		}
	}
	check("beta", "SignIn", r.signIns)
	check("v1.0", "DirectoryAudit", r.audits)
	check("v1.0", "UnifiedRoleAssignmentScheduleRequest", r.requests)
	check("v1.0", "ConditionalAccessPolicy", r.policies)
	check("v1.0", "RiskDetection", r.risks)
	check("beta", "SecurityNamespace.AuditLogRecord", r.records)
}

// Told twice, the month is the same.
func TestTenantIsDeterministic(t *testing.T) {
	first, err := readTenant()
	if err != nil {
		t.Fatal(err)
	}
	again := newTenantMonth()
	s, err := graph.NewServer(graph.Options{Tenant: again.t, Now: func() time.Time { return presentDay }, Clients: []graph.Client{{ID: tenantClient, Secret: tenantSecret, Roles: tenantRoles}}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := &tenantClientTest{at: s.URL()}
	c.login()
	for path, want := range map[string][]map[string]any{"/v1.0/auditLogs/directoryAudits": first.audits, "/v1.0/identityProtection/riskDetections?$top=500": first.risks} {
		a, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(c.list(path))
		if err != nil || string(a) != string(b) || len(a) < 1000 {
			t.Errorf("%s: %d bytes, then %d: %v", path, len(a), len(b), err)
		}
	}
	if c.err != nil {
		t.Error(c.err)
	}
}

// People are the same everywhere: whoever is in AWS and on GitHub is on the roster.
func TestPeopleAreTheSame(t *testing.T) {
	posts := map[string]bool{}
	numbers := map[string]bool{}
	for _, p := range employees {
		if posts[p.post] || numbers[p.number] {
			t.Errorf("%s or %s is there twice", p.post, p.number)
		}
		posts[p.post], numbers[p.number] = true, true
	}
	h := hubMonth()
	for _, a := range []string{
		h.dev1.Login, h.dev2.Login, h.dev3.Login, h.dev4.Login, h.dev5.Login, h.dev6.Login, h.sre1.Login, h.sre2.Login, h.sre3.Login, h.dba1.Login, h.dba2.Login,
		h.mob1.Login, h.mob2.Login, h.mob3.Login, h.sec1.Login, h.sec2.Login,
	} {
		if !posts[a] {
			t.Errorf("%s is on GitHub and not on the roster", a)
		}
	}
	for _, r := range month() {
		session := r.event.UserIdentity.PrincipalID
		if post, domain, ok := strings.Cut(session[strings.LastIndex(session, ":")+1:], "@"); ok && domain == tenantDomain && !strings.HasPrefix(post, "=") && !posts[post] {
			t.Errorf("%s is in AWS and not on the roster", post)
		}
	}
}

// The pull request behind the certificate names the application, and was merged before.
func TestCredentialChange(t *testing.T) {
	h := newHub()
	e := tenantMonth()
	c := h.credentialChange(e.settlement.AppID)
	if !strings.Contains(c.Body, e.settlement.AppID) || !c.Merged.Before(inJapan(certificateAdded)) || inJapan(certificateAdded).Sub(c.Merged) > 7*24*time.Hour {
		t.Errorf("%s, merged at %s", c.Body, c.Merged)
	}
}

func TestServePeople(t *testing.T) {
	s, err := servePeople(t.Context(), func() time.Time { return presentDay })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	words := strings.NewReplacer(s.words()...)
	for _, name := range []string{"graph", "smarthr", "tenant", "client", "roster", "domain", "access_sync", "hr_provisioning", "entra_baseline", "policy_mfa", "policy_legacy"} {
		if got := words.Replace("{{" + name + "}}"); got == "" || strings.Contains(got, "{{") {
			t.Errorf("{{%s}} stands for %q", name, got)
		}
	}
	c := &tenantClientTest{at: s.Graph.URL()}
	c.login()
	if n := len(c.list("/v1.0/users")); c.err != nil || n < 50 {
		t.Errorf("%d users, %v", n, c.err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.SmartHR.URL()+"/api/v1/crews?per_page=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("x-total-count"); got != "51" {
		t.Errorf("%s people on the roster", got)
	}
}
