package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const whole = `version: 1
organisation: {ja: 株式会社例, en: Example Inc.}
timezone: Asia/Tokyo
fiscal_year_start: 4
language: en
prepared_by: Internal audit
locker: ./l
frameworks: [soc1, iso27001]
keys: {pack: /keys/pack.pem}
sources:
  - name: audit-trail
    driver: cloudtrail-archive
    location: s3://bucket/prefix
    regions: [ap-northeast-1]
controls:
  ACC-08:
    params: {service_users: ["ci-*"]}
`

func TestParse(t *testing.T) {
	c, err := Parse([]byte(whole), filepath.FromSlash("/org"))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Organisation.EN, c.Calendar.Location.String(), c.Calendar.FiscalYearStart.String(), string(c.Lang),
		c.Locker, c.Packs, c.Overlay, c.Keys.Locker, c.Keys.Pack, c.Keys.Certificate, c.Sources[0].Name, c.Sources[0].Driver}
	want := []string{"Example Inc.", "Asia/Tokyo", "April", "en",
		"/org/l", "/org/packs", "", "/org/keys/locker.pem", "/keys/pack.pem", "", "audit-trail", "cloudtrail-archive"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var settings struct {
		Location string   `yaml:"location"`
		Regions  []string `yaml:"regions"`
	}
	if err := c.Sources[0].Decode(&settings); err != nil {
		t.Fatal(err)
	}
	if settings.Location != "s3://bucket/prefix" || len(settings.Regions) != 1 {
		t.Errorf("settings %+v", settings)
	}
}

func TestParseLocker(t *testing.T) {
	const plain = "locker: ./l\n"
	for name, tt := range map[string]struct{ written, path, bucket string }{
		"a folder":  {"locker: ../l\n", "/l", ""},
		"a bucket":  {"locker: {location: s3://example/audit, region: r, retention: {mode: compliance, days: 10}, legal_hold: true}\n", "s3://example/audit", "r compliance 10 true"},
		"in a line": {"locker: s3://example/audit?region=r&retention=governance&days=1\n", "s3://example/audit", "r governance 1 false"},
	} {
		c, err := Parse([]byte(strings.Replace(whole, plain, tt.written, 1)), "/org")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		bucket := ""
		if b := c.Bucket; b != nil {
			bucket = fmt.Sprint(b.Region, " ", b.Retention, " ", b.Days, " ", b.LegalHold)
		}
		if c.Locker != tt.path || bucket != tt.bucket {
			t.Errorf("%s: %s %q", name, c.Locker, bucket)
		}
	}
	for written, want := range map[string]string{
		"locker: {location: ./l, region: r}":                                  "no place in S3",
		"locker: {location: s3://example, retention: {mode: legal, days: 1}}": "legal",
		"locker: {location: s3://example, retention: {days: 1}}":              "days of no retention",
		"locker: {location: s3://example, regoin: r}":                         "regoin",
		"locker: {location: \"s3://example?region=r\", region: r}":            "one of the two",
		"locker: s3://example?regoin=r":                                       "regoin",
		"checkpoints: {copies: [\"file:\"]}":                                  "folder",
		"checkpoints: {copys: []}":                                            "copys",
	} {
		if _, err := Parse([]byte(strings.Replace(whole, plain, written+"\n", 1)), "/org"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", written, err, want)
		}
	}
	c, err := Parse([]byte(whole+"checkpoints: {copies: [\"file:../c\", \"git+ssh://host/path\"]}\n"), "/org")
	if d := cmp.Diff([]string{"file:/c", "git+ssh://host/path"}, c.Copies); d != "" || err != nil {
		t.Error(err, d)
	}
}

func TestDecodeNamesTheLineOfAnUnknownSetting(t *testing.T) {
	c, err := Parse([]byte(whole), "/org")
	if err != nil {
		t.Fatal(err)
	}
	var settings struct {
		Location string `yaml:"location"`
	}
	err = c.Sources[0].Decode(&settings)
	if err == nil || !strings.Contains(err.Error(), `[14:5] unknown field "regions"`) {
		t.Errorf("error %v does not name line 14 and the field", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"version", "version: 1", "version: 2", "version"},
		{"one language", "ja: 株式会社例, ", "", "both languages"},
		{"zone", "Asia/Tokyo", "Asia/Tokio", "Asia/Tokio"},
		{"month", "fiscal_year_start: 4", "fiscal_year_start: 13", "13"},
		{"language", "language: en", "language: fr", "fr"},
		{"unknown field", "locker:", "loker:", "[7:1] unknown field"},
		{"source name", "name: audit-trail", "name: Audit Trail", "line 11"},
		{"no driver", "    driver: cloudtrail-archive\n", "", "driver is missing"},
		{"distribution in one language", "language: en", "language: en\ndistribution: {ja: 社外秘}", "distribution"},
		{"a recipient in one language", "language: en", "language: en\nrecipients: [{name: {ja: 監査責任者}}]", "recipients: number 1: a text is needed"},
		{"a preparer in one language", "prepared_by: Internal audit", "prepared_by: {en: Internal audit}", "prepared_by: a name is needed"},
		{"a preparer's name misspelt", "prepared_by: Internal audit", "prepared_by: {ja: 監査, en: Audit, fr: Audit}", "fr"},
		{"recipient without a name", "language: en", "language: en\nrecipients: [{organisation: Audit LLC}]", "recipients: the name of number 1"},
		{"assertion in one language", "language: en", "language: en\nassertion: {text: {ja: 確認する}, signatory: {ja: 社長, en: President}}", "assertion: text"},
		{"assertion of no day", "language: en", "language: en\nassertion: {text: {ja: a, en: a}, signatory: {ja: b, en: b}, date: 2026-11}", "2026-11"},
		{"audit window", "language: en", "language: en\naudit_window: FY26", "audit_window"},
		{"no list", "sources:\n  - name", "sources:\n    name", "[11:9]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(whole, tt.old, tt.new, 1)
			if text == whole {
				t.Fatal("the case changes nothing")
			}
			_, err := Parse([]byte(text), "/org")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want it to name %q", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("version: 1\nsources: [1, {name: a, driver: b}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b, "/org")
		if err == nil && !c.Organisation.Complete() {
			t.Error("accepted an organisation without a name")
		}
	})
}
