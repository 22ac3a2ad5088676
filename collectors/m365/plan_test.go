package m365

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

// The days are those of the period's location, up to the hour that has settled. The
// first and the last one reach as far around the period as a selection wants.
func TestPlan(t *testing.T) {
	around := []evidence.Selection{{Kind: AuditRecord, For: "OPS-11", Before: 48 * time.Hour, After: 24 * time.Hour}, {Kind: "entraid.user", For: "ACC-01"}}
	for _, c := range []struct {
		name  string
		start time.Time
		end   time.Time
		now   time.Time
		want  []evidence.Selection
		units []string
	}{
		{"two days", october(1, 0, 0), october(3, 0, 0), october(9, 0, 0), all, []string{
			"2026-09-30T15:00:00Z/2026-10-01T15:00:00Z {}", "2026-10-01T15:00:00Z/2026-10-02T15:00:00Z {}"}},
		{"not at midnight", october(1, 10, 30), october(2, 3, 0), october(9, 0, 0), all, []string{
			"2026-10-01T01:30:00Z/2026-10-01T15:00:00Z {}", "2026-10-01T15:00:00Z/2026-10-01T18:00:00Z {}"}},
		{"days of UTC", october(1, 9, 0).UTC(), october(2, 9, 0).UTC(), october(9, 0, 0), all, []string{"2026-10-01T00:00:00Z/2026-10-02T00:00:00Z {}"}},
		{"not settled", october(1, 0, 0), october(31, 0, 0), october(2, 3, 59), all, []string{
			"2026-09-30T15:00:00Z/2026-10-01T15:00:00Z {}", "2026-10-01T15:00:00Z/2026-10-01T17:00:00Z {}"}},
		{"hardly begun", october(1, 0, 0), october(31, 0, 0), october(1, 1, 59), all, nil},
		{"around", october(1, 0, 0), october(3, 0, 0), october(9, 0, 0), around, []string{
			`2026-09-30T15:00:00Z/2026-10-01T15:00:00Z {"from":"2026-09-28T15:00:00Z"}`, `2026-10-01T15:00:00Z/2026-10-02T15:00:00Z {"to":"2026-10-03T15:00:00Z"}`}},
		{"around what is not over", october(1, 0, 0), october(3, 0, 0), october(2, 3, 0), around, []string{
			`2026-09-30T15:00:00Z/2026-10-01T15:00:00Z {"from":"2026-09-28T15:00:00Z"}`, `2026-10-01T15:00:00Z/2026-10-01T17:00:00Z {}`}},
		{"not wanted", october(1, 0, 0), october(3, 0, 0), october(9, 0, 0), around[1:], nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.now = func() time.Time { return c.now }
			var got []string
			for u, err := range w.open("").Plan(t.Context(), evidence.Query{Period: evidence.Period{Start: c.start, End: c.end}, Want: c.want}) {
				if err != nil {
					t.Fatal(err)
				}
				if u.Scope["tenant"] != graphtest.Tenant || len(u.Want) != 1 {
					t.Errorf("scope %v, want %v", u.Scope, u.Want)
				}
				got = append(got, u.Window.Start.Format(time.RFC3339)+"/"+u.Window.End.Format(time.RFC3339)+" "+string(u.Spec))
			}
			if diff := cmp.Diff(c.units, got); diff != "" {
				t.Errorf("units (-want +got):\n%s", diff)
			}
		})
	}
}

// A tenant that is named by its domain is planned by its ID; one that lets nobody in
// is an error of the plan.
func TestPlanNamesTheTenant(t *testing.T) {
	w := newWorld(t)
	q := evidence.Query{Period: evidence.Period{Start: october(1, 0, 0), End: october(2, 0, 0)}, Want: all}
	s, err := open(w.env(), func(into any) error {
		return yaml.Unmarshal([]byte(strings.Replace(w.srv.Settings(), graphtest.Tenant, "corp.example", 1)), into)
	}, (&waits{}).sleep)
	if err != nil {
		t.Fatal(err)
	}
	for u, err := range s.Plan(t.Context(), q) {
		if err != nil || u.Scope["tenant"] != graphtest.Tenant {
			t.Errorf("scope %v, %v", u.Scope, err)
		}
	}
	w.srv.Check = func(*http.Request) bool { return false }
	n := 0
	for _, err := range w.open("").Plan(t.Context(), q) {
		if n++; err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
			t.Errorf("error %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d errors", n)
	}
}

func TestSettings(t *testing.T) {
	const login = "tenant: 11111111-2222-3333-4444-555555555555\nclient: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\nclient_secret_env: X\n"
	for more, refused := range map[string]string{
		"":                                 "",
		"beta: true\nretention_days: 3653": "",
		"services: [exchange, sharepoint]": "",
		"retention_days: -1":               "retention_days",
		"retention_days: 5000":             "retention_days",
		"services: [teams]":                "services",
		"services: [exchange, exchange]":   "services",
		"cloud: usgov":                     "cloud",
		"cloud: china":                     "cloud",
		"cloud: mars":                      "cloud",
		"entraid: true":                    "entraid",
		"base_url: http://graph.example/":  "base_url",
		"base_url: http://127.0.0.1:1/":    "login_url",
	} {
		w := &world{t: t, now: func() time.Time { return october(1, 0, 0) }}
		_, err := open(w.env(), func(into any) error { return yaml.UnmarshalWithOptions([]byte(login+more), into, yaml.Strict()) }, nil)
		if (err == nil) != (refused == "") || err != nil && !strings.Contains(err.Error(), refused) {
			t.Errorf("%q: error %v, want one that names %q", more, err, refused)
		}
	}
}

// A search is narrowed to operations only where every selection says which.
func TestOperations(t *testing.T) {
	where := func(clauses ...evidence.Clause) evidence.Selection {
		return evidence.Selection{Kind: AuditRecord, Where: clauses}
	}
	for _, c := range []struct {
		name string
		want []evidence.Selection
		ops  []string
	}{
		{"everything", all, nil},
		{"one", []evidence.Selection{where(evidence.Clause{"operation": {"B", "A"}})}, []string{"A", "B"}},
		{"two clauses", []evidence.Selection{where(evidence.Clause{"operation": {"A"}}, evidence.Clause{"operation": {"B"}, "service": {"Exchange"}})}, []string{"A", "B"}},
		{"a clause without", []evidence.Selection{where(evidence.Clause{"operation": {"A"}}, evidence.Clause{"service": {"Exchange"}})}, nil},
		{"two selections", []evidence.Selection{where(evidence.Clause{"operation": {"A"}}), where(evidence.Clause{"operation": {"A", "C"}})}, []string{"A", "C"}},
		{"and everything", []evidence.Selection{where(evidence.Clause{"operation": {"A"}}), where()}, nil},
	} {
		if diff := cmp.Diff(c.ops, operations(c.want)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestLeastPermissions: where settings name services, those of the services are all that
// is needed.
func TestLeastPermissions(t *testing.T) {
	for settings, want := range map[string][]string{
		"":                                   {everything},
		"services: [sharepoint, exchange]\n": {"AuditLogsQuery-Exchange.Read.All", "AuditLogsQuery-SharePoint.Read.All"},
	} {
		w := newWorld(t)
		var got []string
		for _, p := range w.open(settings).Permissions(AuditRecord) {
			got = append(got, p.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", settings, diff)
		}
	}
}
