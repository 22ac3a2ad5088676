package cloudtrail

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/evidencepack/evidence"
	objects "github.com/evidencepack/evidence/collectors/internal/archive"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

// TestPlanGrowsWithTime plans an open month again and again: each plan holds the
// one before it, unit for unit.
func TestPlanGrowsWithTime(t *testing.T) {
	month := evidence.Period{Start: time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 31, 15, 0, 0, 0, time.UTC)}
	tests := []struct {
		now  string
		want int
		end  string
	}{
		{"2026-09-30T16:00:00Z", 0, ""},
		{"2026-10-01T01:59:59Z", 0, ""},
		{"2026-10-01T02:00:00Z", 1, "2026-10-01T00:00:00Z"},
		{"2026-10-05T10:00:00Z", 5, "2026-10-05T00:00:00Z"},
		{"2026-10-31T17:59:59Z", 31, "2026-10-31T00:00:00Z"},
		{"2026-10-31T18:00:00Z", 32, "2026-10-31T15:00:00Z"},
		{"2027-01-01T00:00:00Z", 32, "2026-10-31T15:00:00Z"},
	}
	before := []unitWindow{}
	for _, tt := range tests {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		a := configure(t, now, "location: /nowhere")
		got := a.windows(month)
		if len(got) != tt.want {
			t.Fatalf("at %s: %d units, want %d", tt.now, len(got), tt.want)
		}
		if tt.want > 0 && got[len(got)-1].window.End.Format(time.RFC3339) != tt.end {
			t.Errorf("at %s: the plan ends at %s, want %s", tt.now, got[len(got)-1].window.End, tt.end)
		}
		if diff := cmp.Diff(before, got[:len(before)], cmp.AllowUnexported(unitWindow{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("at %s: units have changed:\n%s", tt.now, diff)
		}
		before = got
	}
	for i, w := range before[1:] {
		if !w.spec.Delivery.Start.Equal(before[i].spec.Delivery.End) || !w.window.Start.Equal(before[i].window.End) {
			t.Errorf("windows %v and %v do not tile", before[i], w)
		}
	}
	if last := before[len(before)-1].spec.Delivery; !last.End.Equal(month.End.Add(time.Hour)) {
		t.Errorf("delivery is read up to %s, want an hour past the period's end", last.End)
	}
}

func TestExpectedAccountsAndRegions(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{Organization: "o-exampleorg1"})
	for _, tt := range []struct {
		settings string
		want     []string
	}{
		{"accounts: ['" + account + "']\nregions: [" + tokyo + "]", nil},
		{"accounts: ['999999999999']", []string{"account 999999999999 is expected"}},
		{"regions: [us-east-1]", []string{"account " + account + ": region us-east-1", "account " + member + ": region us-east-1"}},
	} {
		a := onServer(t, b, nil, tt.settings)
		units, errs := 0, []string{}
		for _, err := range a.Plan(t.Context(), wantQ) {
			if err != nil {
				errs = append(errs, err.Error())
				continue
			}
			units++
		}
		if units != 8 || len(errs) != len(tt.want) {
			t.Errorf("%s: %d units, errors %q", tt.settings, units, errs)
			continue
		}
		for i, w := range tt.want {
			if !strings.Contains(errs[i], w) {
				t.Errorf("%s: error %q, want one about %q", tt.settings, errs[i], w)
			}
		}
	}
}

func TestPlanNamesWhatItCannotList(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	deny := func(r *http.Request) *aws.Fault {
		if strings.Contains(r.URL.Query().Get("prefix"), member) {
			return &aws.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return nil
	}
	a := onServer(t, b, deny, "")
	units, errs := 0, ""
	for _, err := range a.Plan(t.Context(), wantQ) {
		if err != nil {
			errs += err.Error()
			continue
		}
		units++
	}
	if units != 4 || !strings.Contains(errs, member) || !strings.Contains(errs, "AccessDenied") {
		t.Errorf("%d units of the other account, want 4; errors %q", units, errs)
	}
}

// TestPlanNamesFoldersOfUnknownForm: logs in a folder that is named like no
// account or no region would be left out, and are told of. Folders of other
// services are not.
func TestPlanNamesFoldersOfUnknownForm(t *testing.T) {
	b := newArchive(t, aws.ArchiveOptions{})
	for _, key := range []string{
		"AWSLogs/" + account + "/CloudTrail/Tokyo/2026/10/01/x.json.gz",
		"AWSLogs/12345/CloudTrail/eu-west-1/2026/10/01/x.json.gz",
		"AWSLogs/" + account + "/vpcflowlogs/Tokyo/x",
		"AWSLogs/other/thing/x",
	} {
		b.Put(key, aws.Object{Body: []byte("x")})
	}
	var errs []string
	for _, err := range onServer(t, b, nil, "").Plan(t.Context(), wantQ) {
		if err != nil {
			errs = append(errs, err.Error())
		}
	}
	all := strings.Join(errs, "\n")
	if len(errs) != 2 || !strings.Contains(all, "CloudTrail/Tokyo/ is no region's folder") || !strings.Contains(all, `"12345" is not an account's twelve digits`) {
		t.Errorf("errors %q", errs)
	}
}

func TestEmptyArchiveIsAnError(t *testing.T) {
	a := configure(t, later, fmt.Sprintf("location: %q", t.TempDir()))
	var errs []error
	for _, err := range a.Plan(t.Context(), wantQ) {
		errs = append(errs, err)
	}
	if len(errs) != 1 || errs[0] == nil || !strings.Contains(errs[0].Error(), "holds no CloudTrail logs") {
		t.Errorf("errors %v", errs)
	}
}

func TestParseKeys(t *testing.T) {
	p := place{Account: account, Region: tokyo}
	logs := map[string]bool{
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/05/123456789012_CloudTrail_ap-northeast-1_20261005T0005Z_aB3.json.gz":      true,
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/06/123456789012_CloudTrail_ap-northeast-1_20261005T0005Z_aB3.json.gz":      false,
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/05/123456789012_CloudTrail_us-east-1_20261005T0005Z_aB3.json.gz":           false,
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/05/210987654321_CloudTrail_ap-northeast-1_20261005T0005Z_aB3.json.gz":      false,
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/05/123456789012_CloudTrail_ap-northeast-1_20261305T0005Z_aB3.json.gz":      false,
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/05/123456789012_CloudTrail_ap-northeast-1_20261005T0005Z_aB3.json.gz.bak":  false,
		"AWSLogs/123456789012/CloudTrail/ap-northeast-1/2026/10/05/123456789012_CloudTrail-Digest_ap-northeast-1_20261005T0005Z_a.json.gz": false,
	}
	for key, want := range logs {
		if _, ok := parseLogKey(key, p); ok != want {
			t.Errorf("parseLogKey(%s) = %t", key, ok)
		}
	}
	folder := "AWSLogs/123456789012/CloudTrail-Digest/ap-northeast-1/2026/10/05/"
	digests := map[string]digestKey{
		"123456789012_CloudTrail-Digest_ap-northeast-1_my_trail.1_us-east-1_20261005T000131Z.json.gz":          {Trail: "my_trail.1_us-east-1", Home: "us-east-1"},
		"123456789012_CloudTrail-Digest_ap-northeast-1_my_trail.1_us-east-1_20261005T000131Z_backfill.json.gz": {Trail: "my_trail.1_us-east-1", Home: "us-east-1", Backfill: true},
	}
	for name, want := range digests {
		want.Key, want.End = folder+name, time.Date(2026, 10, 5, 0, 1, 31, 0, time.UTC)
		got, ok := parseDigestKey(folder+name, p)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("parseDigestKey(%s) = %t (-want +got):\n%s", name, ok, diff)
		}
	}
}

func TestSettingsAreRefused(t *testing.T) {
	for settings, want := range map[string]string{
		"region: x":                                        "location is missing",
		"location: https://example.com/x":                  "want s3://bucket",
		"location: s3://user:secret@bucket/x":              "user, query and fragment",
		"location: s3://b\ndigests: maybe":                 "required or absent",
		"location: s3://b\naccounts: ['12']":               "twelve digits",
		"location: s3://b\nregions: [tokyo]":               "not a region",
		"location: s3://b\nmax_inflated_size: -1":          "number of bytes",
		"location: s3://b\nrole: admin":                    "arn:aws:iam",
		"location: s3://b\nexternal_id: x":                 "without role",
		"location: s3://b\nendpoint: http://u:secret@h":    "without a user",
		"location: s3://b\nendpoint: bucket.example":       "want http://host",
		"location: s3://b\naws_secret_access_key: verybad": "aws_secret_access_key",
	} {
		_, err := open(env(later), decode(settings), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: error %v, want one about %q", settings, err, want)
		}
	}
}

func TestLocations(t *testing.T) {
	for location, want := range map[string]string{
		"s3://bucket":                 "s3://bucket",
		"s3://bucket/":                "s3://bucket",
		"s3://bucket/a/b/":            "s3://bucket/a/b",
		"s3://bucket/a/AWSLogs":       "s3://bucket/a",
		"file:///srv/archive":         "file:///srv/archive",
		"copies/2026":                 "file:///base/copies/2026",
		"/absolute/../srv/with space": "file:///srv/with%20space",
	} {
		e := env(later)
		e.BaseDir = "/base"
		a, err := open(e, decode(fmt.Sprintf("location: %q", location)), nil)
		if err != nil {
			t.Errorf("%s: %v", location, err)
			continue
		}
		if got := a.Location(); got != want {
			t.Errorf("%s is at %s, want %s", location, got, want)
		}
	}
}

func FuzzDigest(f *testing.F) {
	f.Add([]byte(`{"awsAccountId":"123456789012","digestStartTime":"2026-10-05T00:00:00Z","digestEndTime":"2026-10-05T01:00:00Z","digestS3Bucket":"b","digestS3Object":"k","logFiles":[{"s3Bucket":"b","s3Object":"x"}]}`))
	f.Add([]byte(`{"previousDigestS3Object":null,"logFiles":[{}]}`))
	key := "AWSLogs/123456789012/CloudTrail-Digest/ap-northeast-1/2026/10/05/123456789012_CloudTrail-Digest_ap-northeast-1_t_us-east-1_20261005T010000Z.json.gz"
	p := place{Account: account, Region: tokyo}
	k, ok := parseDigestKey(key, p)
	if !ok {
		f.Fatal("the key does not parse")
	}
	w := evidence.Period{Start: startOfDay(noon), End: startOfDay(noon).AddDate(0, 0, 1)}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := &digest{digestKey: k}
		if json.Unmarshal(body, &d.Body) != nil {
			return
		}
		st := &bucket{objects.NewBucket("b", false, nil)}
		d.check(p, st)
		pr := &proof{listed: map[string]listing{}}
		pr.judge(p, w, []*chain{{trail: k.Trail, digests: []*digest{d}}})
		pr.add(d, p, w, st)
		if len(pr.gaps) == 0 {
			t.Errorf("one digest of a day leaves no gap: %s", body)
		}
		for key, l := range pr.listed {
			if !w.Contains(l.Delivered) || key != l.Key {
				t.Errorf("%s is listed for %s", key, w)
			}
		}
	})
}
