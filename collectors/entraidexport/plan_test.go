package entraidexport

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

func windows(units []evidence.Unit, kind string) []string {
	var list []string
	for _, u := range units {
		if u.Kinds[0] == kind {
			list = append(list, u.Scope.String()+" "+u.Window.String())
		}
	}
	return list
}

func TestPlan(t *testing.T) {
	e := newExport(tenant)
	day := func(from, to string) string {
		return "tenant=" + tenant + " 2026-10-" + from + ":00:00Z/2026-10-" + to + ":00:00Z"
	}
	for _, tt := range []struct {
		name  string
		now   time.Time
		daily []string
		whole []string
	}{
		{"when it is over", later, []string{day("04T15", "05T15"), day("05T15", "06T15")}, []string{day("04T15", "06T15")}},
		{"an hour after its end", period.End.Add(time.Hour), []string{day("04T15", "05T15"), day("05T15", "06T15")}, []string{day("04T15", "06T15")}},
		{"just before that", period.End.Add(time.Hour - time.Second), []string{day("04T15", "05T15"), day("05T15", "06T14")}, []string{day("04T15", "06T14")}},
		{"on the first day", period.Start.Add(150 * time.Minute), []string{day("04T15", "04T16")}, []string{day("04T15", "04T16")}},
		{"as it begins", period.Start.Add(time.Hour), nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			units, problems := plan(t, e.at(t, tt.now, ""), query)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			for _, kind := range []string{SignIn, DirectoryAudit, RiskDetection} {
				if diff := cmp.Diff(tt.daily, windows(units, kind)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", kind, diff)
				}
			}
			if diff := cmp.Diff(tt.whole, windows(units, RiskyUser)); diff != "" {
				t.Errorf("risky users (-want +got):\n%s", diff)
			}
			for _, u := range units {
				if slices.ContainsFunc(u.Want, func(s evidence.Selection) bool { return s.Kind != u.Kinds[0] }) {
					t.Errorf("%s wants %v", u, u.Want)
				}
			}
		})
	}
}

// TestLayouts: the export may begin anywhere, and lie below anything.
func TestLayouts(t *testing.T) {
	e := export{}
	for k, v := range newExport(tenant) {
		if strings.Contains(k, "auditlogs") {
			e[k] = v
		}
	}
	move := func(to func(string) string) export {
		out := export{}
		for k, v := range e {
			out[to(k)] = v
		}
		return out
	}
	rest := "insights-logs-auditlogs/tenantId=" + tenant + "/"
	for name, x := range map[string]struct {
		e       export
		tenants string
	}{
		"as Azure writes it":  {e, ""},
		"below other folders": {move(func(k string) string { return "backup/azure/2026/" + k }), ""},
		"one container":       {move(func(k string) string { return strings.TrimPrefix(k, "insights-logs-auditlogs/") }), ""},
		"hours alone":         {move(func(k string) string { return strings.TrimPrefix(k, rest) }), tenant},
		"with a resource's path": {move(func(k string) string {
			return strings.Replace(k, "tenantId="+tenant, "resourceId=/tenants/"+tenant+"/providers/Microsoft.aadiam", 1)
		}), ""},
		"compressed":        {move(func(k string) string { return k + ".gz" }), ""},
		"otherwise by days": {move(func(k string) string { return "copy/2026/" + strings.ReplaceAll(path.Dir(k), "/", "_") + ".jsonl" }), tenant},
	} {
		t.Run(name, func(t *testing.T) {
			settings := ""
			if x.tenants != "" {
				settings = "tenants: [" + x.tenants + "]"
			}
			got := collect(t, x.e.on(t, settings), of(DirectoryAudit))
			if n, want := len(got.records[DirectoryAudit]), e.within(t)[DirectoryAudit]; n != want {
				t.Errorf("%d records, want %d", n, want)
			}
			// Files that are no hour's must reach over the window by their records, which
			// these do.
			if g := got.found(gaps); len(g) > 0 {
				t.Errorf("gaps %q", g)
			}
		})
	}
}

func TestAFolderThatIsNotThere(t *testing.T) {
	s := configure(t, later, "location: /nowhere/at/all")
	if _, problems := plan(t, s, query); len(problems) != 1 || !strings.Contains(problems[0], "/nowhere/at/all") {
		t.Errorf("problems %q", problems)
	}
	if err := s.findError(t); err == nil || !strings.Contains(err.Error(), "/nowhere/at/all") {
		t.Errorf("collect: %v", err)
	}
}

// findError is the error of collecting a unit.
func (s *source) findError(t *testing.T) (failed error) {
	t.Helper()
	u := evidence.Unit{Kinds: []string{SignIn}, Scope: evidence.Scope{"tenant": tenant}, Window: period, Want: query.Want}
	for _, err := range s.Collect(t.Context(), u, nil) {
		failed = err
	}
	return failed
}

// TestWhatMayStillArriveIsReadAgain: a unit that is read for the last time has met
// every file that it looks at.
func TestWhatMayStillArriveIsReadAgain(t *testing.T) {
	for _, k := range kinds() {
		of, _ := kindOf(k.Name)
		if of.daily != (k.Settles > 0) {
			t.Errorf("%s settles after %s", k.Name, k.Settles)
		}
		s := configure(t, period.End.Add(k.Settles), "location: /export")
		if of.daily && s.settled().Before(period.End.Add(of.late)) {
			t.Errorf("%s: when it has settled, files are read to %s only", k.Name, s.settled())
		}
	}
}

func TestSettingsAreRefused(t *testing.T) {
	for settings, want := range map[string]string{
		"region: x":                                       "location is missing",
		"location: https://example.com/x":                 "want s3://bucket",
		"location: s3://b\nformat: xml":                   "want auto, diagnostics or portal",
		"location: s3://b\ntenants: [example.co.jp]":      "is not the ID of a tenant",
		"location: s3://b\ncategories: [signinlogs]":      "is none of SignInLogs",
		"location: s3://b\nsparse: [x]":                   "sparse: \"x\" is none of",
		"location: s3://b\nmax_inflated_size: -1":         "number of bytes",
		"location: s3://b\nrole: admin":                   "arn:aws:iam",
		"location: s3://user:secret@b":                    "user, query and fragment",
		"location: s3://b\naws_secret_access_key: secret": "aws_secret_access_key",
	} {
		_, err := open(env(later), decode(settings), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: error %v, want one about %q", settings, err, want)
		}
	}
}

func TestWhatSettingsSayOfTheSource(t *testing.T) {
	s := configure(t, later, "location: s3://b/entra/\ncategories: [SignInLogs, AuditLogs]")
	yields := map[string]bool{}
	for _, k := range table {
		yields[k.name] = s.Yields(k.name)
	}
	if diff := cmp.Diff(map[string]bool{SignIn: true, DirectoryAudit: true, RiskDetection: false, RiskyUser: false}, yields); diff != "" {
		t.Errorf("yields (-want +got):\n%s", diff)
	}
	var resources []string
	for _, p := range s.Permissions(SignIn) {
		resources = append(resources, p.Name+" "+p.Resource)
	}
	if diff := cmp.Diff([]string{"s3:ListBucket arn:aws:s3:::b", "s3:GetObject arn:aws:s3:::b/entra/*"}, resources); diff != "" || s.Location() != "s3://b/entra" {
		t.Errorf("at %s (-want +got):\n%s", s.Location(), diff)
	}
	local := configure(t, later, "location: /srv/entra")
	if id, err := local.Identity(t.Context()); id != "" || err != nil || len(local.Permissions(SignIn)) > 0 || local.Location() != "file:///srv/entra" || !local.Yields(RiskyUser) {
		t.Errorf("a folder: identity %q, %v, permissions %v, at %s", id, err, local.Permissions(SignIn), local.Location())
	}
	for kind, list := range Driver().Permissions {
		if len(list) != 2 || list[0].System != collectors.AWS || list[1].Resource != "arn:aws:s3:::{bucket}/{prefix}/*" {
			t.Errorf("%s: %+v", kind, list)
		}
	}
}
