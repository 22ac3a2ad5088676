package cloudtraillookup

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
	"github.com/evidencepack/evidence/collectors/collectortest"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

const (
	account      = "123456789012"
	tokyo        = "ap-northeast-1"
	virginia     = "us-east-1"
	canaryKey    = "AKIACANARYCANARY0002"
	canarySecret = "canary-secret-do-not-keep"
	busy         = 130 // events in one second: more than two pages
)

var (
	period = evidence.Period{
		Start: time.Date(2026, 10, 4, 15, 0, 0, 0, time.UTC),
		End:   time.Date(2026, 10, 5, 15, 0, 0, 0, time.UTC),
	}
	later = period.End.Add(48 * time.Hour)
	named = []evidence.Selection{
		{Kind: cloudtrail.EventKind, For: "LOG-01", Where: evidence.Where{{"eventName": {"StopLogging"}}}},
		{Kind: cloudtrail.EventKind, For: "ACC-08", Where: evidence.Where{{"eventName": {"ConsoleLogin", "StopLogging"}}}},
	}
	everything = []evidence.Selection{{Kind: cloudtrail.EventKind, For: "all"}}
)

// newHistory holds, in each region, an event of each of three names an hour from
// before the period until after it, and one second with many events.
func newHistory(t *testing.T) *aws.Archive {
	t.Helper()
	b, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "b", Trail: "t", HomeRegion: tokyo})
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{tokyo, virginia} {
		var events []json.RawMessage
		add := func(id, name string, at time.Time) {
			events = append(events, json.RawMessage(fmt.Sprintf(`{"eventID":"%s-%s","eventName":%q,"eventTime":%q}`, region, id, name, at.Format(time.RFC3339))))
		}
		for at := period.Start.Add(-2 * time.Hour); at.Before(period.End.Add(3 * time.Hour)); at = at.Add(time.Hour) {
			for _, name := range []string{"StopLogging", "ConsoleLogin", "GetUser"} {
				add(name+at.Format("-02T15"), name, at)
			}
		}
		for n := range busy {
			add(fmt.Sprintf("busy-%03d", n), "ConsoleLogin", period.Start.Add(90*time.Minute))
		}
		if _, err := b.AddLog(account, region, period.End.Add(4*time.Hour), events); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func serve(t *testing.T, fault func(*http.Request) *aws.Fault) *aws.Server {
	t.Helper()
	srv, err := aws.NewServer(aws.ServerOptions{Archives: []*aws.Archive{newHistory(t)}, Account: account, Fault: fault, Now: func() time.Time { return later }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	t.Setenv("AWS_ACCESS_KEY_ID", canaryKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", canarySecret)
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	return srv
}

// hurried is the driver without the rate limit and without waits between attempts.
func hurried() collectors.Driver {
	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return open(env, decode, &limits{rate: rate.Inf}, func(int) time.Duration { return 0 })
	}
	return d
}

func env(now time.Time) collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Workers: 2}
}

func settingsOn(srv *aws.Server) string {
	return fmt.Sprintf("regions: [%s, %s]\nendpoint: %s", tokyo, virginia, srv.URL())
}

func configure(t *testing.T, now time.Time, settings string) collectors.Collector {
	t.Helper()
	c, err := hurried().New(env(now), func(into any) error { return yaml.UnmarshalWithOptions([]byte(settings), into, yaml.Strict()) })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConformance(t *testing.T) {
	for name, tt := range map[string]struct {
		want    []evidence.Selection
		records int
	}{
		"by event name": {named, 2 * (2*24 + busy)},
		"everything":    {everything, 2 * (3*24 + busy)},
	} {
		t.Run(name, func(t *testing.T) {
			faults := &collectortest.Faults{}
			srv := serve(t, func(r *http.Request) *aws.Fault {
				switch f := faults.Next(r); {
				case f == nil:
					return nil
				case f.Hang:
					return &aws.Fault{Delay: time.Hour}
				case f.Cut:
					return &aws.Fault{Truncate: true}
				default:
					return &aws.Fault{Status: f.Status, Code: map[int]string{429: "ThrottlingException", 500: "InternalFailure", 503: "ServiceUnavailable", 403: "AccessDenied"}[f.Status]}
				}
			})
			collectortest.Run(t, collectortest.Case{
				Driver: hurried(), Settings: settingsOn(srv), Env: env(later),
				Query:   evidence.Query{Period: period, Want: tt.want},
				Records: tt.records, Secrets: []string{canaryKey, canarySecret}, Faults: faults,
				Volatile: []string{"lookup_pages"},
			})
		})
	}
}

func TestClaimIsHonest(t *testing.T) {
	srv := serve(t, nil)
	q := evidence.Query{Period: period, Want: named}
	// Ninety days after noon of the second day: its first half is lost.
	now := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC).Add(retention)
	c := configure(t, now, settingsOn(srv)+"\naccount: '"+account+"'")
	var gaps []evidence.Finding
	for u, err := range c.Plan(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range c.Collect(t.Context(), u, nil) {
			if err != nil {
				t.Fatal(err)
			}
			for _, cl := range b.Claims {
				gaps = append(gaps, cl.Gaps...)
				if cl.Method != evidence.PagesExhausted || len(cl.Notes) != 2 || cl.Satisfied() {
					t.Errorf("%s: method %s, notes %v, satisfied %t", u, cl.Method, cl.Notes, cl.Satisfied())
				}
			}
		}
		if u.Scope["region"] == virginia {
			break
		}
	}
	midnight := time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)
	scope := "account=" + account + " region=" + tokyo
	want := []evidence.Finding{
		{Code: "older_than_90_days", Forgotten: true, Object: scope, Window: evidence.Period{Start: period.Start, End: midnight}},
		{Code: "older_than_90_days", Forgotten: true, Object: scope, Window: evidence.Period{Start: midnight, End: midnight.Add(12 * time.Hour)}},
	}
	if diff := cmp.Diff(want, gaps[:2]); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestNamesArePushedDown(t *testing.T) {
	many := make([]string, manyNames+1)
	for i := range many {
		many[i] = fmt.Sprint("Name", i)
	}
	all := []string{""}
	for name, tt := range map[string]struct {
		where []evidence.Where
		want  []string
	}{
		"names of several selections": {[]evidence.Where{{{"eventName": {"B", "A"}}}, {{"eventName": {"B"}, "errorCode": {"x"}}, {"eventName": {"C"}}}}, []string{"A", "B", "C"}},
		"a clause without a name":     {[]evidence.Where{{{"eventName": {"A"}}, {"userIdentity.type": {"Root"}}}}, all},
		"everything":                  {[]evidence.Where{{{"eventName": {"A"}}}, nil}, all},
		"too many":                    {[]evidence.Where{{{"eventName": many}}}, all},
	} {
		var want []evidence.Selection
		for _, w := range tt.where {
			want = append(want, evidence.Selection{Kind: cloudtrail.EventKind, Where: w})
		}
		if diff := cmp.Diff(tt.want, names(want)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOpenPeriodIsPlannedAsFarAsSettled(t *testing.T) {
	now := time.Date(2026, 10, 5, 0, 59, 0, 0, time.UTC)
	for _, tt := range []struct {
		now  time.Time
		want int
	}{{now, 0}, {now.Add(time.Minute), 1}, {period.End.Add(settling), 2}} {
		c := configure(t, tt.now, "regions: [us-east-1]\naccount: '123456789012'")
		got := 0
		for _, err := range c.Plan(t.Context(), evidence.Query{Period: period, Want: named}) {
			if err != nil {
				t.Fatal(err)
			}
			got++
		}
		if got != tt.want {
			t.Errorf("at %s: %d units, want %d", tt.now, got, tt.want)
		}
	}
}

func TestLimitIsSharedByAccountAndRegion(t *testing.T) {
	l := &limits{rate: 0} // the first request passes, a second one never would
	for _, key := range [][2]string{{"1", "a"}, {"1", "b"}, {"2", "a"}} {
		if err := l.wait(t.Context(), key[0], key[1]); err != nil {
			t.Errorf("first request of %v: %v", key, err)
		}
	}
	if l.of["1 a"].Allow() {
		t.Error("a second request for the same account and region was allowed at once")
	}
	if shared.rate != 2 {
		t.Errorf("the driver's limit is %v a second, AWS allows 2", shared.rate)
	}
}

func TestSettingsAreRefused(t *testing.T) {
	for settings, want := range map[string]string{
		"account: '123456789012'":                      "regions is missing",
		"regions: [tokyo]":                             "not a region",
		"regions: [us-east-1]\naccount: '1'":           "twelve digits",
		"regions: [us-east-1]\nrole: admin":            "arn:aws:iam",
		"regions: [us-east-1]\nexternal_id: x":         "without role",
		"regions: [us-east-1]\nsecret_access_key: abc": "secret_access_key",
	} {
		_, err := hurried().New(env(later), func(into any) error { return yaml.UnmarshalWithOptions([]byte(settings), into, yaml.Strict()) })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one about %q", settings, err, want)
		}
	}
}
