package entraidexport

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// TestDamage: whatever is wrong with a file is a gap that names it and the line,
// and the rest is read all the same.
func TestDamage(t *testing.T) {
	key := hourKey("AuditLogs", tenant, period.Start)
	audit := func(id string) string {
		return line("AuditLogs", tenant, id, period.Start.Add(time.Minute), `,"activityDisplayName":"x"`)
	}
	lines := audit("x-1") + "\n" + audit("x-2") + "\n"
	long := lines + strings.Repeat(audit("x-2")+"\n", 100)
	for _, tt := range []struct {
		name, content string
		settings      string
		code, detail  string
		kept          int // of x-1, x-2
	}{
		{name: "whole", content: lines, kept: 2},
		{name: "gzip", content: zipped(t, lines), kept: 2},
		{name: "two gzip members", content: zipped(t, audit("x-1")+"\n") + zipped(t, audit("x-2")+"\n"), kept: 2},
		{name: "of Event Hubs", content: `{"records":[` + audit("x-1") + "," + audit("x-2") + "]}", kept: 2},
		{name: "gzip that is cut", content: zipped(t, long)[:300], code: "file_corrupt", detail: "unexpected EOF", kept: 2},
		{name: "gzip that is damaged", content: strings.Replace(zipped(t, lines), zipped(t, lines)[40:44], "\x00\x00\x00\x00", 1), code: "file_corrupt", kept: -1},
		{name: "gzip header", content: "\x1f\x8b\x00\x00", code: "file_corrupt", detail: "gzip"},
		{name: "half a line", content: lines + audit("x-3")[:50], code: "line_cut_short", detail: "line 3: it ends in the middle", kept: 2},
		{name: "a line that is none", content: audit("x-1") + "\nnonsense\n" + audit("x-2") + "\n", code: "line_invalid", detail: "line 2: it is not JSON", kept: 2},
		{name: "a record that is none", content: lines + `{"hello":"world"}` + "\n", code: "record_invalid", detail: "line 3: it is neither", kept: 2},
		{name: "a record without a time", content: lines + `{"category":"AuditLogs","properties":{"id":"x"}}` + "\n", code: "record_invalid", detail: "line 3: activityDateTime is no time", kept: 2},
		{name: "nothing", content: "", code: "file_empty"},
		{name: "binary", content: "\x00\x01\x02", code: "unknown_format"},
		{name: "another log", content: lines + line("SignInLogs", tenant, "s", period.Start, "") + "\n", code: "category_misplaced", detail: "1 records are of category SignInLogs", kept: 2},
		{name: "a log that is not known", content: lines + `{"category":"SomethingNew","properties":{}}`, code: "category_misplaced", detail: "1 records are of category SomethingNew", kept: 2},
		{name: "another tenant", content: lines + line("AuditLogs", other, "o", period.Start, "") + "\n", code: "tenant_unexpected", detail: other, kept: 2},
		{name: "too large", content: zipped(t, strings.Repeat(" ", 2<<20)+lines), settings: "max_inflated_size: 1000000", code: "file_too_large"},
		{name: "the other format", content: lines, settings: "format: portal", code: "unexpected_format", detail: "wants portal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newExport(tenant)
			for k := range e {
				if tt.settings == "format: portal" && k != key {
					delete(e, k)
				}
			}
			e[key] = tt.content
			got := collect(t, e.on(t, tt.settings), of(DirectoryAudit))
			n := 0
			for _, id := range got.ids(DirectoryAudit) {
				if id == "x-1" || id == "x-2" {
					n++
				}
			}
			if n != tt.kept && tt.kept >= 0 {
				t.Errorf("%d of its records are kept, want %d", n, tt.kept)
			}
			var all []evidence.Finding
			for _, c := range got.claims {
				all = append(all, c.Gaps...)
				if len(c.Gaps) > 0 && c.Satisfied() {
					t.Error("a claim with gaps is satisfied")
				}
			}
			if tt.code == "" {
				if len(all) > 0 {
					t.Errorf("gaps %v", all)
				}
				return
			}
			if !slices.ContainsFunc(all, func(f evidence.Finding) bool {
				return f.Code == tt.code && strings.HasSuffix(f.Object, key) && strings.Contains(f.Detail, tt.detail)
			}) {
				t.Errorf("gaps %v, want %s about %q", all, tt.code, tt.detail)
			}
		})
	}
}

// TestStrays: what lies among the hours' files and is none of them is told of.
func TestStrays(t *testing.T) {
	e := newExport(tenant)
	key := hourKey("AuditLogs", tenant, period.Start)
	day := key[:strings.Index(key, "/h=")]
	e[day+"/PT1D.json"] = "x"
	e[day+"/_SUCCESS"] = ""
	if diff := cmp.Diff([]string{"unknown_key " + day + "/PT1D.json"}, collect(t, e.on(t, ""), of(DirectoryAudit)).found(gaps)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestManyFlawsAreNamedOnce(t *testing.T) {
	e := newExport(tenant)
	key := hourKey("AuditLogs", tenant, period.Start)
	e[key] = strings.Repeat("x\n{\n", 1000) + e[key]
	var n int
	for _, c := range collect(t, e.on(t, ""), of(DirectoryAudit)).claims {
		n = max(n, len(c.Gaps))
	}
	if n != 1 { // "x" begins no JSON: it is no file of lines at all
		t.Errorf("%d gaps", n)
	}
	e[key] = "{}\n" + strings.Repeat("{\n", 1000)
	got := collect(t, e.on(t, ""), of(DirectoryAudit)).claims[0].Gaps
	if len(got) != maxFlaws+1 || !slices.ContainsFunc(got, func(f evidence.Finding) bool { return f.Code == "more_flaws" && f.Detail == "from line 21 on" }) {
		t.Errorf("%d gaps: %v", len(got), got)
	}
}

// TestFilesThatMayNotBeRead names the permission.
func TestFilesThatMayNotBeRead(t *testing.T) {
	e := newExport(tenant)
	denied := hourKey("AuditLogs", tenant, period.Start)
	srv := e.bucket(t, "entra/", func(r *http.Request) *aws.Fault {
		if strings.HasSuffix(r.URL.Path, denied) {
			return &aws.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return nil
	})
	s := configure(t, later, "location: s3://example-entra-logs/entra\nregion: ap-northeast-1\nendpoint: "+srv.URL())
	got := collect(t, s, of(DirectoryAudit))
	if len(got.claims) != 2 || got.claims[1].Satisfied() == false {
		t.Fatalf("%d claims, the second day's gaps %v", len(got.claims), got.claims[1].Gaps)
	}
	g := got.claims[0].Gaps
	if len(g) != 1 || g[0].Code != "file_unreadable" || g[0].Object != "entra/"+denied || !strings.Contains(g[0].Detail, "AccessDenied") ||
		!strings.HasSuffix(g[0].Detail, "needed: s3:GetObject on arn:aws:s3:::example-entra-logs/entra/*") {
		t.Errorf("gaps %v", g)
	}
	// What could not be read is asked for again.
	before := srv.Requests()["s3:GetObject"]
	collect(t, s, of(DirectoryAudit))
	if srv.Requests()["s3:GetObject"] == before {
		t.Error("a file that could not be read is not read again")
	}
}

// drop removes a category's files of hours between two times.
func (e export) drop(category string, from, to time.Time) {
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		delete(e, hourKey(category, tenant, at))
	}
}

// TestDaysWithoutAFile: a silent day is loud.
func TestDaysWithoutAFile(t *testing.T) {
	second := period.Start.AddDate(0, 0, 1)
	for _, tt := range []struct {
		name     string
		category string
		from, to time.Time
		settings string
		now      time.Time
		gaps     []string
		notes    []string
	}{
		{name: "some hours", category: "SignInLogs", from: period.Start, to: second.Add(-5 * time.Hour), notes: []string{"hours_without_file SignInLogs"}},
		{name: "every fourth hour has one", category: "SignInLogs"},
		{
			name: "it ended within the day", category: "SignInLogs", from: period.End.Add(-12 * time.Hour), to: later.Add(24 * time.Hour),
			gaps: []string{"export_ends SignInLogs"},
		},
		{
			name: "it began within the day", category: "SignInLogs", from: period.Start.AddDate(0, 0, -5), to: period.Start.Add(12 * time.Hour),
			gaps: []string{"export_begins SignInLogs"},
		},
		{name: "it began in the night", category: "SignInLogs", from: period.Start.AddDate(0, 0, -5), to: period.Start.Add(4 * time.Hour)},
		{
			name: "it began within the day, of what is sparse", category: "ManagedIdentitySignInLogs", from: period.Start.AddDate(0, 0, -5), to: period.Start.Add(12 * time.Hour),
		},
		{
			name: "it ended within the day, of what is sparse", category: "ManagedIdentitySignInLogs", from: period.End.Add(-12 * time.Hour), to: later.Add(24 * time.Hour),
		},
		{
			name: "nothing for some hours so far", category: "SignInLogs", from: period.End.Add(-3 * time.Hour), to: later, now: period.End.Add(2 * time.Hour),
		},
		{name: "a day", category: "SignInLogs", from: period.Start, to: second, gaps: []string{"day_without_file SignInLogs"}},
		{name: "a day of what is sparse", category: "ManagedIdentitySignInLogs", from: period.Start, to: second, notes: []string{"day_without_file ManagedIdentitySignInLogs"}},
		{
			name: "a day of what settings call sparse", category: "SignInLogs", from: period.Start, to: second, settings: "sparse: [SignInLogs]",
			notes: []string{"day_without_file SignInLogs"},
		},
		{
			name: "a day of what settings do not call sparse", category: "ManagedIdentitySignInLogs", from: period.Start, to: second, settings: "sparse: []",
			gaps: []string{"day_without_file ManagedIdentitySignInLogs"},
		},
		{
			name: "part of a day so far", category: "SignInLogs", from: second, to: period.End, now: second.Add(12 * time.Hour),
			gaps: []string{"export_ends SignInLogs"}, notes: []string{"day_without_file SignInLogs"},
		},
		{
			name: "never, although settings name it", category: "ManagedIdentitySignInLogs", from: period.Start.AddDate(0, 0, -9), to: later,
			settings: "categories: [SignInLogs, ManagedIdentitySignInLogs]", gaps: []string{"category_missing ManagedIdentitySignInLogs"},
		},
		{
			name: "never", category: "ManagedIdentitySignInLogs", from: period.Start.AddDate(0, 0, -9), to: later,
			notes: []string{"category_not_exported ManagedIdentitySignInLogs"},
		},
		{name: "what settings do not name", category: "SignInLogs", from: period.Start, to: second, settings: "categories: [NonInteractiveUserSignInLogs]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newExport(tenant)
			e.drop(tt.category, tt.from, tt.to)
			if tt.now.IsZero() {
				tt.now = later
			}
			got := collect(t, e.at(t, tt.now, tt.settings), of(SignIn))
			if diff := cmp.Diff(tt.gaps, got.found(gaps)); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			rest := slices.DeleteFunc(got.found(notes), func(s string) bool { return strings.HasPrefix(s, "no_integrity_proof") })
			if diff := cmp.Diff(tt.notes, rest, cmp.Transformer("none", func(l []string) []string { return append([]string{}, l...) })); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHoursThatADownloadReachesOver are not missing where the export is.
func TestHoursThatADownloadReachesOver(t *testing.T) {
	for name, tt := range map[string]struct {
		from, to time.Time // of the download
		want     []string
	}{
		"none of them": {period.Start.AddDate(0, 0, -3), period.Start.AddDate(0, 0, -2), []string{
			"export_begins 2026-10-04T15:00:00Z/2026-10-05T03:00:00Z", "export_ends 2026-10-06T04:00:00Z/2026-10-06T15:00:00Z",
		}},
		"all of them": {period.Start.Add(-time.Hour), period.End.Add(time.Hour), nil},
		"some of them": {period.Start.Add(-time.Hour), period.Start.Add(47 * time.Hour).Add(-5 * time.Hour), []string{
			"export_ends 2026-10-06T10:10:00.000000001Z/2026-10-06T15:00:00Z",
		}},
	} {
		e := newExport(tenant)
		e.drop("SignInLogs", period.Start.AddDate(0, 0, -2), period.Start.Add(12*time.Hour))
		e.drop("SignInLogs", period.End.Add(-8*time.Hour), later)
		var lines []string
		for at := tt.from; !at.After(tt.to); at = at.Add(time.Hour) {
			lines = append(lines, line("SignInLogs", tenant, "d"+at.UTC().Format("0215"), at.Add(10*time.Minute), ""))
		}
		e["SignIns.json"] = graphs(t, lines...)
		for k := range e {
			if strings.HasPrefix(k, "insights-logs-") && !strings.HasPrefix(k, "insights-logs-signinlogs/") {
				delete(e, k)
			}
		}
		var got []string
		for _, c := range collect(t, e.on(t, ""), of(SignIn)).claims {
			for _, g := range c.Gaps {
				got = append(got, g.Code+" "+g.Window.String())
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestDaysOfOtherTenants say nothing of a tenant's own, where paths name none.
func TestDaysOfOtherTenants(t *testing.T) {
	second, e := period.Start.AddDate(0, 0, 1), export{}
	for _, of := range []string{tenant, other} {
		for key, content := range newExport(of) {
			if strings.Contains(key, "auditlogs") {
				e[strings.Replace(key, "tenantId="+of+"/", "", 1)] += content
			}
		}
	}
	for key, content := range e {
		if d := "/y=2026/m=10/d="; strings.Contains(key, d+"05/h=15") || strings.Contains(key, d+"05/h=19") || strings.Contains(key, d+"05/h=23") || strings.Contains(key, d+"06/h=0") || strings.Contains(key, d+"06/h=1") {
			var kept string
			for l := range strings.Lines(content) {
				if strings.Contains(l, other) {
					kept += l
				}
			}
			e[key] = kept
		}
	}
	got := collect(t, e.on(t, "tenants: ["+tenant+", "+other+"]"), of(DirectoryAudit))
	var silent []string
	for _, c := range got.claims {
		for _, g := range c.Gaps {
			silent = append(silent, c.Scope["tenant"]+" "+g.Code+" "+g.Window.String())
		}
	}
	want := []string{tenant + " day_without_file " + evidence.Period{Start: second, End: period.End}.String()}
	if diff := cmp.Diff(want, silent); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestNothingOfAKind(t *testing.T) {
	e := export{}
	for k, v := range newExport(tenant) {
		if strings.Contains(k, "auditlogs") {
			e[k] = v
		}
	}
	if diff := cmp.Diff([]string{"nothing_exported " + RiskyUser}, collect(t, e.on(t, ""), of(RiskyUser)).found(gaps)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	// Where settings say that nothing of it is expected, another source gives it.
	if got := collect(t, e.on(t, "categories: [AuditLogs]"), of(RiskyUser)); len(got.claims) > 0 {
		t.Errorf("%d units", len(got.claims))
	}
}

// TestDownloads: what their rows do not reach over is not claimed.
func TestDownloads(t *testing.T) {
	const name = "InteractiveSignIns_2026-10-04_2026-10-08.csv"
	rows := func(from, to time.Time, step time.Duration) string {
		var list []cells
		for at := from; at.Before(to); at = at.Add(step) {
			when := at.UTC().Format(time.RFC3339)
			list = append(list, with(aSignIn, cells{"Date (UTC)": when, "Request ID": "i-" + at.UTC().Format(time.RFC3339Nano)}))
		}
		return sheetText(userHeader, list...)
	}
	hole := func(from, to time.Time) string { return evidence.Period{Start: from, End: to}.String() }
	before, after := period.Start.Add(-2*time.Hour), period.End.Add(2*time.Hour)
	for _, tt := range []struct {
		name  string
		files export
		want  []string
	}{
		{"over the period", export{name: rows(before, after, time.Hour)}, nil},
		{"within an hour of its ends", export{name: rows(period.Start.Add(59*time.Minute), period.End.Add(-59*time.Minute), time.Minute)}, nil},
		{
			"from two hours after its start on", export{name: rows(period.Start.Add(2*time.Hour), after, time.Hour)},
			[]string{hole(period.Start, period.Start.Add(2*time.Hour))},
		},
		{
			"to two hours before its end", export{name: rows(before, period.End.Add(-2*time.Hour), time.Hour)},
			[]string{hole(period.End.Add(-2*time.Hour), period.End)},
		},
		{"two files that meet", export{name: rows(before, period.Start.Add(30*time.Hour), time.Hour), "b/" + name: rows(period.Start.Add(30*time.Hour), after, time.Hour)}, nil},
		{
			"two files that do not", export{name: rows(before, period.Start.Add(5*time.Hour), time.Hour), "b/" + name: rows(period.Start.Add(8*time.Hour), after, time.Hour)},
			[]string{hole(period.Start.Add(5*time.Hour), period.Start.Add(8*time.Hour))},
		},
		{"of another month", export{name: rows(before.AddDate(0, -1, 0), after.AddDate(0, -1, 0), time.Hour)}, []string{
			hole(period.Start, period.Start.AddDate(0, 0, 1)), hole(period.Start.AddDate(0, 0, 1), period.End),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := collect(t, tt.files.on(t, "tenants: ["+tenant+"]"), of(SignIn))
			var holes []string
			for _, c := range got.claims {
				for _, f := range c.Gaps {
					if f.Code != "window_not_covered" || f.Object != "SignInLogs" {
						t.Errorf("gap %v", f)
					}
					holes = append(holes, f.Window.String())
				}
			}
			round := cmp.Comparer(func(a, b string) bool { // the margin at either end is an hour, and the last row's second
				return a == b || near(a, b)
			})
			if diff := cmp.Diff(tt.want, holes, round); diff != "" {
				t.Errorf("holes (-want +got):\n%s", diff)
			}
		})
	}
}

// near compares periods whose ends differ by no more than two hours.
func near(a, b string) bool {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range as {
		x, err := time.Parse(time.RFC3339Nano, as[i])
		y, err2 := time.Parse(time.RFC3339Nano, bs[i])
		if err != nil || err2 != nil || x.Sub(y).Abs() > 2*time.Hour {
			return false
		}
	}
	return true
}

// TestDownloadsThatAreCut have as many rows as downloads have at most.
func TestDownloadsThatAreCut(t *testing.T) {
	if diff := cmp.Diff([]int64{100_000, 250_000}, rowLimits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	defer func(before []int64) { rowLimits = before }(rowLimits)
	rowLimits = []int64{100, 250}
	file := func(rows int) (lines []string) {
		for n := range rows {
			at := period.Start.Add(-time.Hour).Add(period.Duration() / 90 * time.Duration(n))
			lines = append(lines, line("SignInLogs", tenant, fmt.Sprint("i-", n), at, ""))
		}
		return lines
	}
	portal := func(rows int) string { return graphs(t, file(rows)...) }
	for _, tt := range []struct {
		name  string
		files export
		gaps  []string
		notes bool
	}{
		{"one less", export{"a.json": portal(99)}, nil, false},
		{"exactly", export{"a.json": portal(100)}, []string{"download_cut", "window_not_covered"}, false},
		{"exactly, by the other limit", export{"a.json": portal(250)}, []string{"download_cut", "window_not_covered"}, false},
		{"one more", export{"a.json": portal(101)}, nil, false},
		{"beside one that is not", export{"a.json": portal(100), "b.json": portal(99)}, nil, true},
		{"lines, which nobody cuts", export{"a.jsonl": strings.Join(file(100), "\n")}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := collect(t, tt.files.on(t, "tenants: ["+tenant+"]"), of(SignIn))
			if diff := cmp.Diff(tt.gaps, got.gapCodes()); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			if noted := slices.Contains(got.found(notes), "download_cut SignInLogs"); noted != tt.notes {
				t.Errorf("notes %q", got.found(notes))
			}
			if len(got.records[SignIn]) < 80 {
				t.Errorf("%d records", len(got.records[SignIn]))
			}
		})
	}
}

// TestZipFile holds the files of one download, and what systems add to them.
func TestZipFile(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	all := downloads(t)
	all["__MACOSX/._InteractiveSignIns.csv"] = "\x00\x05\x16\x07"
	all["folder/"] = ""
	for name, content := range all {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(content))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	want := collect(t, downloads(t).on(t, "tenants: ["+tenant+"]"), query)
	got := collect(t, export{"tenantId=" + tenant + "/logs.zip": b.String()}.on(t, ""), query)
	for _, kind := range []string{SignIn, DirectoryAudit, RiskDetection, RiskyUser} {
		a, b := want.ids(kind), got.ids(kind)
		slices.Sort(a)
		slices.Sort(b)
		if diff := cmp.Diff(a, b); diff != "" || len(a) == 0 {
			t.Errorf("%s: %d records (-files +zip):\n%s", kind, len(a), diff)
		}
	}
	if g := got.found(gaps); len(g) > 0 {
		t.Errorf("gaps %q", g)
	}
	for key, o := range got.origins {
		if !strings.Contains(o.Request, "/logs.zip#") {
			t.Errorf("%s is from %s", key, o.Request)
		}
	}
	for name, content := range map[string]string{"cut short": b.String()[:b.Len()-30], "only the beginning": b.String()[:200], "empty": "PK\x05\x06" + strings.Repeat("\x00", 18)} {
		got := collect(t, export{"tenantId=" + tenant + "/logs.zip": content}.on(t, ""), of(DirectoryAudit))
		if len(got.claims) == 0 || got.claims[0].Satisfied() {
			t.Errorf("%s: %v", name, got.claims)
		}
	}
}

// TestWhoseTheyAre: a file that does not say its tenant is one's only where there
// is one.
func TestWhoseTheyAre(t *testing.T) {
	d := downloads(t)
	in := func(folder string) export {
		e := export{}
		for k, v := range d {
			e[folder+k] = v
		}
		return e
	}
	for _, tt := range []struct {
		name     string
		files    export
		settings string
		gaps     []string
		problem  string
	}{
		{"the only one of settings", in(""), "tenants: [" + strings.ToUpper(tenant) + "]", nil, ""},
		{"of the folder", in("tenantId=" + tenant + "/"), "", nil, ""},
		{"of a folder named like it", in("downloads/" + tenant + "/2026/"), "", nil, ""},
		{"nobody's", in(""), "", nil, "does not say of which tenant it is"},
		{"one of two", in(""), "tenants: [" + tenant + ", " + other + "]", []string{"nothing_exported", "tenant_undetermined"}, ""},
		{"expected, and not there", in(tenant + "/"), "tenants: [" + other + "]", nil, "tenant " + other + " is expected"},
		{"nothing at all", export{".DS_Store": "x"}, "tenants: [" + tenant + "]", nil, "holds no export"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.files.on(t, tt.settings)
			if _, problems := plan(t, s, of(DirectoryAudit)); tt.problem != "" {
				if len(problems) != 1 || !strings.Contains(problems[0], tt.problem) {
					t.Errorf("problems %q, want one about %q", problems, tt.problem)
				}
				return
			}
			got := collect(t, s, of(DirectoryAudit))
			if diff := cmp.Diff(tt.gaps, got.gapCodes()); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			if n := len(got.records[DirectoryAudit]); (n == 48) != (tt.gaps == nil) {
				t.Errorf("%d records", n)
			}
		})
	}
}

// TestWhatIsNotRead is told of.
func TestWhatIsNotRead(t *testing.T) {
	e := newExport(tenant)
	adfs := strings.Replace(hourKey("SignInLogs", tenant, period.Start), "signinlogs", "adfssigninlogs", 1)
	e[adfs] = "not looked at"
	e[strings.Replace(adfs, "adfssigninlogs", "provisioninglogs", 1)] = "not looked at"
	e["all.jsonl"] = `{"category":"SomethingNew","tenantId":"` + tenant + `","properties":{}}` + "\n"
	e["InteractiveSignIns_AuthDetails_2026-10-01.csv"] = sheetText([]string{"Date (UTC)", "Request ID", "Authentication method"}, cells{"Request ID": "x"})
	e["october.csv"] = sheetText(userHeader, with(aSignIn, cells{"Date (UTC)": period.Start.Format(time.RFC3339)}))
	got := collect(t, e.on(t, ""), of(SignIn))
	if g := got.found(gaps); len(g) > 0 {
		t.Errorf("gaps %q", g)
	}
	n := got.found(notes)
	for _, want := range []string{"container_not_read insights-logs-adfssigninlogs", "category_not_read SomethingNew", "category_not_read authentication details", "sign_in_type_unknown october.csv"} {
		if !slices.Contains(n, want) {
			t.Errorf("notes %q lack %q", n, want)
		}
	}
	if slices.ContainsFunc(n, func(s string) bool { return strings.Contains(s, "provisioninglogs") }) {
		t.Errorf("notes %q", n)
	}
}

// TestDownloadsOfOtherKinds concern only the units of theirs.
func TestDownloadsOfOtherKinds(t *testing.T) {
	e := newExport(tenant)
	e["audits.csv"] = sheetText(auditHeader[:20], cells{})
	e["日本語.csv"] = "\"日付 (UTC)\",\"要求 ID\"\n"
	want := map[string][]string{
		DirectoryAudit: {"column_missing audits.csv", "unknown_format 日本語.csv"},
		SignIn:         {"unknown_format 日本語.csv"},
	}
	for kind, gs := range want {
		if diff := cmp.Diff(gs, collect(t, e.on(t, ""), of(kind)).found(gaps)); diff != "" {
			t.Errorf("%s: gaps (-want +got):\n%s", kind, diff)
		}
	}
}
