package entraidexport

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/archive"
)

func TestWholeExport(t *testing.T) {
	e := newExport(tenant, other)
	got := collect(t, e.on(t, ""), query)
	counts := map[string]int{}
	for k, list := range got.records {
		counts[k] = len(list)
	}
	if diff := cmp.Diff(e.within(t), counts); diff != "" {
		t.Errorf("records (-in the export +collected):\n%s", diff)
	}
	if g := got.found(gaps); len(g) > 0 {
		t.Errorf("gaps %q", g)
	}
	for _, c := range got.claims {
		k, _ := kindOf(c.Kind)
		if !c.Satisfied() || c.Expected == 0 || c.Method != evidence.PagesExhausted {
			t.Errorf("%s %s: %d of %d by %s", c.Kind, c.Window, c.Found, c.Expected, c.Method)
		}
		if read, out, kept := count(c, "records_read", ""), count(c, "records_outside_window", ""), count(c, "records_kept", ""); read-out != kept || kept == 0 || out == 0 {
			t.Errorf("%s %s: %d read, %d outside, %d kept", k.name, c.Window, read, out, kept)
		}
	}
}

// TestWindows: a record belongs to the day on which it happened, whenever it was
// written, to the second at both ends.
func TestWindows(t *testing.T) {
	day := period.Start.AddDate(0, 0, 1)
	for _, tt := range []struct {
		name     string
		received time.Time
		at       time.Time
		unit     int // which day has it; negative: none
		gap      bool
	}{
		{"at the first moment", day, day, 1, false},
		{"at the last moment", day, day.Add(-100 * time.Nanosecond), 0, false},
		{"before the period", period.Start, period.Start.Add(-time.Second), -1, false},
		{"after the period", period.End, period.End, -1, false},
		{"written an hour before", day.Add(-time.Hour), day.Add(time.Minute), 1, false},
		{"written two hours before", day.Add(-2 * time.Hour), day.Add(time.Minute), -1, true},
		{"written three days later", day.Add(71 * time.Hour), day.Add(-time.Minute), 0, false},
		{"written in the period, just within three days", day, day.Add(-72 * time.Hour), -1, false},
		{"written in the period, just beyond", day, day.Add(-72*time.Hour - time.Second), -1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newExport(tenant)
			e.write("AuditLogs", tenant, tt.received, line("AuditLogs", tenant, "it", tt.at, `,"activityDisplayName":"x"`))
			s := e.on(t, "")
			units, _ := plan(t, s, of(DirectoryAudit))
			for i, u := range units {
				var met bool
				for b, err := range s.Collect(t.Context(), u, nil) {
					if err != nil {
						t.Fatal(err)
					}
					met = met || slices.ContainsFunc(b.Records, func(r evidence.Record) bool { return r.ID == "it" })
				}
				if met != (i == tt.unit) {
					t.Errorf("day %d: met %t", i, met)
				}
			}
			want := []string(nil)
			if tt.gap {
				want = []string{"written_far_apart"}
			}
			if diff := cmp.Diff(want, collect(t, e.on(t, ""), of(DirectoryAudit)).gapCodes()); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRisksChangeLater: the state of a detection is written again for a month, and
// what is written later still is a note.
func TestRisksChangeLater(t *testing.T) {
	e, at := newExport(tenant), period.Start.Add(time.Hour)
	for days, state := range map[int]string{0: "atRisk", 20: "remediated", 29: "dismissed", 33: "confirmedCompromised"} {
		e.write("UserRiskEvents", tenant, at.AddDate(0, 0, days), line("UserRiskEvents", tenant, "it", at, `,"riskState":"`+state+`"`))
	}
	s := e.at(t, period.End.AddDate(0, 2, 0), "")
	got := collect(t, s, of(RiskDetection))
	var states []string
	for _, r := range got.records[RiskDetection] {
		if r.ID == "it" {
			states = append(states, decoded(t, r.Body).(map[string]any)["riskState"].(string))
		}
	}
	if diff := cmp.Diff([]string{"dismissed"}, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if g := got.found(gaps); len(g) > 0 || count(got.claims[0], "versions", "") != 2 {
		t.Errorf("gaps %q, %d versions", g, count(got.claims[0], "versions", ""))
	}
}

// TestRiskyUsersAtOneMoment: the state that was written last is the one.
func TestRiskyUsersAtOneMoment(t *testing.T) {
	e, at := newExport(tenant), period.Start.Add(time.Hour)
	e.write("RiskyUsers", tenant, at, line("RiskyUsers", tenant, "it", at, `,"isProcessing":true`), line("RiskyUsers", tenant, "it", at, `,"isProcessing":false`))
	e.write("RiskyUsers", tenant, at, line("RiskyUsers", tenant, "it", at.Add(time.Millisecond), `,"isProcessing":true`))
	got := collect(t, e.on(t, ""), of(RiskyUser))
	var states []string
	for _, r := range got.records[RiskyUser] {
		if strings.HasPrefix(r.ID, "it@") {
			states = append(states, fmt.Sprint(r.ID, " ", decoded(t, r.Body).(map[string]any)["isProcessing"]))
		}
	}
	want := []string{"it@2026-10-04T16:00:00.0000000Z false", "it@2026-10-04T16:00:00.0010000Z true"}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if n := got.found(notes); !slices.Contains(n, "changes_only "+tenant) {
		t.Errorf("notes %q", n)
	}
}

// TestOneRecordInSeveralFiles is kept once; what it was later comes after it.
func TestOneRecordInSeveralFiles(t *testing.T) {
	e, at := export{}, period.Start.Add(time.Hour)
	for h := range 48 {
		e.write("SignInLogs", tenant, period.Start.Add(time.Duration(h)*time.Hour), line("SignInLogs", tenant, fmt.Sprint("s-", h), period.Start.Add(time.Duration(h)*time.Hour), ""))
	}
	same := line("SignInLogs", tenant, "it", at, "")
	e.write("SignInLogs", tenant, at, same, same)
	e.write("SignInLogs", tenant, at.Add(2*time.Hour), line("SignInLogs", tenant, "it", at, `,"riskState":"atRisk"`), same)
	e["copies/october.jsonl.gz"] = zipped(t, same)
	e["copies/InteractiveSignIns.csv"] = sheetText(userHeader, with(aSignIn, cells{"Date (UTC)": at.UTC().Format(time.RFC3339), "Request ID": "it"}))
	e["copies/october.json"] = graphs(t, same, line("SignInLogs", tenant, "only in a download", at, ""))
	got := collect(t, e.on(t, ""), of(SignIn))
	var versions []string
	for _, r := range got.records[SignIn] {
		if r.ID == "it" {
			versions = append(versions, fmt.Sprint(decoded(t, r.Body).(map[string]any)["riskState"]))
		}
	}
	// The last line is the first version again: it is what the record was written as last.
	if diff := cmp.Diff([]string{"<nil>", "atRisk", "<nil>"}, versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if ids := got.ids(SignIn); !slices.Contains(ids, "only in a download") || len(ids) != 48+3+1 {
		t.Errorf("%d records", len(ids))
	}
	if g := got.found(gaps); len(g) > 0 {
		t.Errorf("gaps %q", g)
	}
}

// TestDownloadsOfTwoTenants belong to those whose folders they are in.
func TestDownloadsOfTwoTenants(t *testing.T) {
	at, e := period.Start.Add(time.Hour), export{}
	for _, of := range []string{tenant, other} {
		e["tenantId="+of+"/AuditLogs.csv"] = sheetText(auditHeader,
			with(anAudit, cells{"Date (UTC)": period.Start.UTC().Format(time.RFC3339)}),
			with(anAudit, cells{"Date (UTC)": at.UTC().Format(time.RFC3339), "Activity": of}),
			with(anAudit, cells{"Date (UTC)": period.End.UTC().Format(time.RFC3339)}))
	}
	s := e.on(t, "")
	units, problems := plan(t, s, of(DirectoryAudit))
	if len(units) != 4 || len(problems) > 0 {
		t.Fatalf("%d units, problems %q", len(units), problems)
	}
	for _, u := range units {
		for b, err := range s.Collect(t.Context(), u, nil) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Records {
				if a := decoded(t, r.Body).(map[string]any)["activityDisplayName"]; a != u.Scope["tenant"] && a != anAudit["Activity"] {
					t.Errorf("%s has %v", u, a)
				}
			}
			for _, c := range b.Claims {
				for _, g := range c.Gaps {
					if g.Code != "window_not_covered" {
						t.Errorf("%s: %v", u, g)
					}
				}
			}
		}
	}
}

// TestFilesThatAreStillWritten are left to the next run.
func TestFilesThatAreStillWritten(t *testing.T) {
	e, now := newExport(tenant), period.Start.Add(30*time.Hour+30*time.Minute)
	at := period.Start.Add(time.Hour)
	for h, id := range map[int]string{28: "of the hour before the last", 29: "of the last hour", 30: "of this hour"} {
		e.write("AuditLogs", tenant, period.Start.Add(time.Duration(h)*time.Hour), line("AuditLogs", tenant, id, at, `,"activityDisplayName":"x"`))
	}
	e[hourKey("AuditLogs", tenant, now.Add(-time.Hour))] += `{"half`
	e[hourKey("AuditLogs", tenant, now)] += `{"half`
	got := collect(t, e.at(t, now, ""), of(DirectoryAudit))
	ids := got.ids(DirectoryAudit)
	if !slices.Contains(ids, "of the hour before the last") || slices.Contains(ids, "of the last hour") || slices.Contains(ids, "of this hour") {
		t.Errorf("records %q", ids)
	}
	if g := got.found(gaps); len(g) > 0 {
		t.Errorf("gaps %q", g)
	}
}

// TestFilesThatHaveChanged are read again.
func TestFilesThatHaveChanged(t *testing.T) {
	e := newExport(tenant)
	s := e.on(t, "")
	before := collect(t, s, of(DirectoryAudit))
	key := e.write("AuditLogs", tenant, period.Start.AddDate(0, 0, 2), line("AuditLogs", tenant, "late", period.Start, `,"activityDisplayName":"x"`))
	if after := collect(t, s, of(DirectoryAudit)); len(after.ids(DirectoryAudit)) != len(before.ids(DirectoryAudit))+1 {
		t.Errorf("what has come to %s is not met", key)
	}
}

// TestAuditsOfACSVAndOfLines: the rows that have a line add nothing to it.
func TestAuditsOfACSVAndOfLines(t *testing.T) {
	e := newExport(tenant)
	at := period.Start.Add(10 * time.Minute) // of a record of newExport
	when := at.UTC().Format(time.RFC3339)
	e["AuditLogs.csv"] = sheetText(auditHeader,
		cells{"Date (UTC)": when, "Activity": "Update user", "ActorType": "User"},
		cells{"Date (UTC)": when, "Activity": "Delete user", "ActorType": "User"})
	got := collect(t, e.on(t, ""), of(DirectoryAudit))
	var of []string
	for _, r := range got.records[DirectoryAudit] {
		if strings.HasPrefix(r.ID, "csv:") {
			of = append(of, decoded(t, r.Body).(map[string]any)["activityDisplayName"].(string))
		}
	}
	if diff := cmp.Diff([]string{"Delete user"}, of); diff != "" {
		t.Errorf("kept of the CSV (-want +got):\n%s", diff)
	}
	if n := got.found(notes); !slices.Contains(n, "audit_csv AuditLogs.csv") {
		t.Errorf("notes %q", n)
	}
}

// TestOrigins: the hash is over what the file inflates to, where the line stands.
func TestOrigins(t *testing.T) {
	e := export{}
	key := e.write("SignInLogs", tenant, period.Start, line("SignInLogs", tenant, "a", period.Start, ""), line("SignInLogs", tenant, "b", period.Start, ""))
	content := e[key]
	delete(e, key)
	e[key+".gz"] = zipped(t, content)
	s := e.on(t, "sparse: [SignInLogs]")
	got := collect(t, s, of(SignIn))
	sum := sha256.Sum256([]byte(content))
	o := got.origins[SignIn+" a"]
	if !strings.HasSuffix(o.Request, key+".gz") || o.SHA256 != hex.EncodeToString(sum[:]) || o.Size != int64(len(content)) || got.origins[SignIn+" b"] != o {
		t.Errorf("origin %+v", o)
	}
}

// counting counts how often files are opened.
type counting struct {
	archive.Store
	opened map[string]int
}

func (c *counting) Open(ctx context.Context, key string) (archive.Content, error) {
	c.opened[key]++
	return c.Store.Open(ctx, key)
}

// TestFilesAreNotReadInVain: what is known to hold nothing of a day is not read for
// it, and of each file one reading tells what it holds.
func TestFilesAreNotReadInVain(t *testing.T) {
	e := newExport(tenant)
	s := e.on(t, "")
	s.workers = 1
	c := &counting{s.store, map[string]int{}}
	s.store = c
	collect(t, s, of(DirectoryAudit))
	n := 0
	for key, opened := range c.opened {
		if n += opened; opened > 2 || !strings.Contains(key, "auditlogs") {
			t.Errorf("%s was opened %d times", key, opened)
		}
	}
	// From an hour before the period to three days after it, each once; and those of
	// the first day's last hours and the night behind it for both days.
	if want := 30 + 9; n > want || n < 30 {
		t.Errorf("%d files were opened, want at most %d", n, want)
	}
}

// changing is a store in which a file is another one each time it is opened.
type changing struct {
	archive.Store
	key string
	n   int
}

func (c *changing) Open(ctx context.Context, key string) (archive.Content, error) {
	out, err := c.Store.Open(ctx, key)
	if err == nil && key == c.key {
		b, err := io.ReadAll(out.Body)
		out.Body.Close()
		if err != nil {
			return out, err
		}
		c.n++
		out.Body = io.NopCloser(bytes.NewReader(append(b, bytes.Repeat([]byte("\n"), c.n)...)))
	}
	return out, err
}

func TestFileThatChangesWhileItIsRead(t *testing.T) {
	e := newExport(tenant)
	s := e.on(t, "")
	s.heldBytes = 1
	s.store = &changing{Store: s.store, key: hourKey("AuditLogs", tenant, period.Start)}
	if diff := cmp.Diff([]string{"object_changed"}, collect(t, s, of(DirectoryAudit)).gapCodes()); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// replaced is a store in which a file is another one from its second opening on.
type replaced struct {
	archive.Store
	key, by string
	n       int
}

func (r *replaced) Open(ctx context.Context, key string) (archive.Content, error) {
	if key == r.key {
		if r.n++; r.n > 1 {
			return archive.Content{Body: io.NopCloser(strings.NewReader(r.by))}, nil
		}
	}
	return r.Store.Open(ctx, key)
}

// TestMembersThatGoWhileAFileIsRead: what of a zip file is left may be as it was.
func TestMembersThatGoWhileAFileIsRead(t *testing.T) {
	key := hourKey("AuditLogs", tenant, period.Start)
	audit := func(id string) string {
		return line("AuditLogs", tenant, id, period.Start.Add(time.Minute), `,"activityDisplayName":"x"`) + "\n"
	}
	archived := func(members ...string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i, m := range members {
			w, err := z.Create(fmt.Sprintf("%d.json", i))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(w, m)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, tt := range map[string]struct {
		by   string
		want []string
	}{
		"the same": {archived(audit("x-1"), audit("x-2")), nil},
		"fewer":    {archived(audit("x-1")), []string{"object_changed"}},
		"more":     {archived(audit("x-1"), audit("x-2"), audit("x-3")), []string{"object_changed"}},
	} {
		e := newExport(tenant)
		e[key] = archived(audit("x-1"), audit("x-2"))
		s := e.on(t, "")
		s.heldBytes = 1
		s.store = &replaced{Store: s.store, key: key, by: tt.by}
		if diff := cmp.Diff(tt.want, collect(t, s, of(DirectoryAudit)).gapCodes()); diff != "" {
			t.Errorf("%s: gaps (-want +got):\n%s", name, diff)
		}
	}
}

// A file that has come since an interruption lies before the cursor: its records
// must be handed over all the same, since the claim counts them.
func TestResumeFindsWhatHasCome(t *testing.T) {
	e := newExport(tenant)
	s := e.on(t, "")
	s.batchRecords = 1
	units, _ := plan(t, s, of(DirectoryAudit))
	held := map[string]bool{}
	var cursor evidence.Cursor
	for b, err := range s.Collect(t.Context(), units[0], nil) {
		if err != nil {
			t.Fatal(err)
		}
		held[b.Records[0].ID] = true
		if cursor = b.Cursor; len(held) == 2 {
			break
		}
	}
	at := period.Start.Add(time.Minute)
	e.write("AuditLogs", tenant, period.Start.Add(-time.Hour), line("AuditLogs", tenant, "early", at, `,"activityDisplayName":"x"`))
	s = e.on(t, "")
	claimed := int64(0)
	for b, err := range s.Collect(t.Context(), units[0], cursor) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			held[r.ID] = true
		}
		for _, c := range b.Claims {
			claimed = count(c, "records_kept", "")
		}
	}
	if !held["early"] || int64(len(held)) != claimed {
		t.Errorf("%d records were handed over, %d claimed; early: %t", len(held), claimed, held["early"])
	}
	// And one that is gone.
	delete(e, hourKey("AuditLogs", tenant, period.Start.Add(-time.Hour)))
	last, _ := plan(t, s, of(DirectoryAudit))
	n := 0
	for b, err := range e.on(t, "").Collect(t.Context(), last[0], evidence.Cursor(`{"n":99,"sum":"AAAA"}`)) {
		if err != nil {
			t.Fatal(err)
		}
		n += len(b.Records)
	}
	if int64(n) != claimed-1 {
		t.Errorf("from a cursor that does not fit, %d records, want %d", n, claimed-1)
	}
}

// TestRowsOfTheSameSecond: a row is the record of another file's only if as much of
// their times is equal as both give.
func TestRowsOfTheSameSecond(t *testing.T) {
	for _, tt := range []struct {
		row, object string
		same        bool
	}{
		{"2026-10-05T01:02:03.4567890+00:00", "2026-10-05T01:02:03.456789Z", true},
		{"2026-10-05T01:02:03.4567890+00:00", "2026-10-05T01:02:03.4567891Z", false},
		{"2026-10-05T01:02:03.456Z", "2026-10-05T01:02:03.4567891Z", true},
		{"2026-10-05T01:02:03.457Z", "2026-10-05T01:02:03.4567891Z", false},
		{"2026-10-05T01:02:03Z", "2026-10-05T01:02:03.4567891Z", true},
		{"2026-10-05T01:02:03.4567891Z", "2026-10-05T01:02:03Z", true},
		{"2026-10-05T01:02:04Z", "2026-10-05T01:02:03.4567891Z", false},
	} {
		e := export{"tenantId=" + tenant + "/AuditLogs.csv": sheetText(auditHeader, with(anAudit, cells{"Date (UTC)": tt.row}))}
		e["tenantId="+tenant+"/AuditLogs.json"] = `[{"id":"Directory_1","correlationId":"c-1","activityDisplayName":"Add member to role","activityDateTime":"` +
			tt.object + `","targetResources":[{"id":"u-2"}]}]`
		want := 2
		if tt.same {
			want = 1
		}
		if ids := collect(t, e.on(t, ""), of(DirectoryAudit)).ids(DirectoryAudit); len(ids) != want {
			t.Errorf("a row of %s and an object of %s are kept as %q, want %d records", tt.row, tt.object, ids, want)
		}
	}
}
