package awsstate

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

func identities(records []evidence.Record) []string {
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids
}

func notesOf(claims []evidence.Claim) map[string]string {
	notes := map[string]string{}
	for _, c := range claims {
		for _, n := range c.Notes {
			notes[c.Scope.String()] += n.Code + " "
		}
	}
	return notes
}

// TestGuardDutyFindings: findings that were created or recurred in the period are read,
// archived or not, each in the account that it is of; later ones are not.
func TestGuardDutyFindings(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	records, claims := read(t, s, "guardduty.finding")
	arn := func(account, id string) string {
		return "arn:aws:guardduty:ap-northeast-1:" + account + ":detector/d1" + account + "/finding/" + id
	}
	if d := cmp.Diff([]string{arn(management, "f6"), arn(production, "f1"), arn(production, "f2"), arn(production, "f5")}, identities(records)); d != "" {
		t.Error(d)
	}
	want := `{"AccountId":"444455556666","Region":"ap-northeast-1","Finding":{"AccountId":"444455556666","Arn":"` + arn(production, "f1") + `","CreatedAt":"2026-10-02T00:00:00.000Z","Id":"f1",` +
		`"Region":"ap-northeast-1","Resource":{"ResourceType":"Instance"},"SchemaVersion":"2.0","Severity":2.5,"Type":"Recon:EC2/PortProbeUnprotectedPort","UpdatedAt":"2026-10-02T00:05:00.000Z",` +
		`"Partition":"aws","Service":{"Archived":true,"Count":3,"DetectorId":"d1444455556666","ServiceName":"guardduty"},"Title":"ポート"}}`
	if d := cmp.Diff(want, bodyOf(t, records, arn(production, "f1"))); d != "" {
		t.Error(d)
	}
	for _, r := range records {
		if created, err := time.Parse(time.RFC3339, gjson.GetBytes(r.Body, "Finding.CreatedAt").Str); err != nil || !created.Equal(r.Time) {
			t.Errorf("%s has the time %s", r.ID, r.Time)
		}
	}
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Scope, c.Gaps)
		}
	}
	if d := cmp.Diff(map[string]string{
		"account=" + management + " region=" + virginia: "not_enabled ", "account=" + production + " region=" + virginia: "not_enabled ",
		"account=" + sandbox + " region=" + tokyo: "not_enabled ", "account=" + sandbox + " region=" + virginia: "not_enabled ", "account=" + gone: "account_not_active ",
	}, notesOf(claims)); d != "" {
		t.Error(d)
	}
}

// TestFindingsOfTwoDetectors: a list that goes on at another detector is resumed there.
func TestFindingsOfTwoDetectors(t *testing.T) {
	state := company()
	state.Add(production, tokyo, aws.Detectors, aws.Detector{ID: "d2", Status: "ENABLED", Tags: map[string]string{}})
	for _, id := range []string{"g1", "g2", "g3"} {
		f := detected(production, id, "2026-10-02T00:00:00.000Z", "2026-10-02T00:05:00.000Z")
		f["service"].(map[string]any)["detectorId"] = "d2"
		state.Add(production, tokyo, aws.DetectorFindings, f)
	}
	s := serve(t, state, nil).organization(t)
	u := unitOf(t, s, "guardduty.finding")
	var ids []string
	var from evidence.Cursor
	for range 10 { // from each cursor one batch
		done := true
		for b, err := range s.Collect(t.Context(), u, from) {
			if err != nil {
				t.Fatal(err)
			}
			ids, from, done = append(ids, identities(b.Records)...), b.Cursor, len(b.Claims) > 0
			break
		}
		if done {
			break
		}
	}
	if len(ids) != 6 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 6 {
		t.Errorf("%q", ids)
	}
}

// TestSecurityHubFindings: findings that were created in the period are read where they
// belong, although an administrator's account gives them too, and without what their
// resources hold.
func TestSecurityHubFindings(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	records, claims := read(t, s, "securityhub.finding")
	id := func(account, at string) string {
		return "arn:aws:securityhub:ap-northeast-1::product/aws/securityhub arn:aws:securityhub:ap-northeast-1:" + account + ":finding/" + at
	}
	if d := cmp.Diff([]string{id(management, "2026-10-16T00:00:00.000Z"), id(production, "2026-10-01T00:00:00.000Z"), id(production, "2026-10-15T00:00:00.000Z")}, identities(records)); d != "" {
		t.Error(d)
	}
	body := bodyOf(t, records, id(production, "2026-10-15"))
	if got := gjson.Get(body, "Finding.Resources").Raw; got != `[{"Id":"f","Type":"AwsLambdaFunction"}]` {
		t.Error(got)
	}
	if got := gjson.Get(body, "AccountId").Str + gjson.Get(body, "Finding.Severity").Raw + gjson.Get(body, "Finding.Workflow").Raw; got != production+`{"Label":"HIGH","Normalized":70}{"Status":"NEW"}` {
		t.Error(got)
	}
	for _, c := range claims {
		if !c.Satisfied() {
			t.Errorf("%s: %+v", c.Scope, c.Gaps)
		}
	}
	if d := cmp.Diff(map[string]string{
		"account=" + management + " region=" + tokyo: "archived_not_kept ", "account=" + production + " region=" + tokyo: "archived_not_kept ",
		"account=" + management + " region=" + virginia: "not_enabled ", "account=" + production + " region=" + virginia: "not_enabled ",
		"account=" + sandbox + " region=" + tokyo: "not_enabled ", "account=" + sandbox + " region=" + virginia: "not_enabled ", "account=" + gone: "account_not_active ",
	}, notesOf(claims)); d != "" {
		t.Error(d)
	}
}

// TestNoAccessToSecurityHub: the same code without the words of not being subscribed is
// a refusal.
func TestNoAccessToSecurityHub(t *testing.T) {
	w := serve(t, company(), func(r *http.Request) *aws.Fault {
		if r.URL.Path == "/findings" {
			return &aws.Fault{Status: http.StatusForbidden, Code: "InvalidAccessException"}
		}
		return nil
	})
	records, claims := read(t, w.organization(t), "securityhub.finding")
	gaps := 0
	for _, c := range claims {
		gaps += len(c.Gaps)
	}
	if len(records) != 0 || gaps != 6 {
		t.Errorf("%d records, %d gaps", len(records), gaps)
	}
}

// TestFindingsThatAreForgotten: of a period that began longer ago than findings are
// kept, the part that may lack some is told.
func TestFindingsThatAreForgotten(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	s.now = func() time.Time { return october.Start.Add(100 * 24 * time.Hour) }
	for _, kind := range []string{"guardduty.finding", "securityhub.finding"} {
		_, claims := read(t, s, kind)
		told := 0
		for _, c := range claims {
			if c.Scope["account"] != production || c.Scope["region"] != tokyo {
				continue
			}
			told++
			want := []evidence.Finding{{Code: "older_than_retained", Forgotten: true, Object: c.Scope.String(), Window: evidence.Period{Start: october.Start, End: october.Start.Add(10 * 24 * time.Hour)}}}
			if d := cmp.Diff(want, c.Gaps); d != "" {
				t.Errorf("%s: %s", kind, d)
			}
		}
		if told != 1 {
			t.Errorf("%s: %d claims tell of it", kind, told)
		}
	}
}

// TestFindingsThatAreGone: of findings that were listed, and are not given, a note tells.
func TestFindingsThatAreGone(t *testing.T) {
	s := serve(t, company(), nil).organization(t)
	unit := unitOf(t, s, "guardduty.finding")
	if _, err := s.config(t.Context(), production); err != nil {
		t.Fatal(err)
	}
	s.of(production).config.HTTPClient = altered(func(r *http.Request, answer []byte) (int, []byte) {
		if strings.HasSuffix(r.URL.Path, "/findings/get") {
			return http.StatusOK, []byte(`{"findings":[]}`)
		}
		return http.StatusOK, answer
	})
	notes := 0
	for b, err := range s.Collect(t.Context(), unit, nil) {
		if err != nil || len(b.Records) > 0 {
			t.Fatal(len(b.Records), err)
		}
		for _, c := range b.Claims {
			for _, n := range c.Notes {
				if n.Code == "deleted_meanwhile" {
					notes++
				}
			}
		}
	}
	if notes < 3 {
		t.Errorf("%d notes of findings that are gone", notes)
	}
}
