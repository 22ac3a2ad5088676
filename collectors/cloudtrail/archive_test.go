package cloudtrail

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

const (
	account = "123456789012"
	member  = "210987654321"
	tokyo   = "ap-northeast-1"
	ireland = "eu-west-1"
	// What must never show up in anything that a collector hands over.
	canaryKey    = "AKIACANARYCANARY0001"
	canarySecret = "canary-secret-do-not-keep"
)

// The period is one day in Tokyo: it ends at 15:00 UTC, within a UTC day.
var (
	period = evidence.Period{
		Start: time.Date(2026, 10, 4, 15, 0, 0, 0, time.UTC),
		End:   time.Date(2026, 10, 5, 15, 0, 0, 0, time.UTC),
	}
	later = period.End.Add(24 * time.Hour)
	wantQ = evidence.Query{Period: period, Want: []evidence.Selection{
		{Kind: EventKind, For: "LOG-01", Where: evidence.Where{{"eventName": {"StopLogging"}}}},
		{Kind: EventKind, For: "ACC-10", Where: evidence.Where{{"userIdentity.type": {"Root"}}}},
	}}
)

func event(id, name, identity string, at time.Time) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":%q,"accountId":"123456789012"},"eventTime":%q,"eventName":%q,"eventID":%q,"eventType":"AwsApiCall"}`,
		identity, at.Format(time.RFC3339), name, id))
}

// signingKey signs all archives: making keys takes longer than the tests.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// newArchive is a copy of a madeArchive, which takes time to sign.
func newArchive(t testing.TB, o aws.ArchiveOptions) *aws.Archive {
	t.Helper()
	if o.Bucket == "" {
		o.Bucket = "trail-archive"
	}
	o.Trail, o.HomeRegion, o.Key = "main", tokyo, signingKey()
	made, ok := madeArchives[o]
	if !ok {
		made = makeArchive(t, o)
		madeArchives[o] = made
	}
	b, err := aws.NewArchive(o)
	if err != nil {
		t.Fatal(err)
	}
	b.AddRegion(tokyo)
	b.AddRegion(ireland)
	if err := b.Close(startOfDay(period.Start), later); err != nil { // keys only: it has no account
		t.Fatal(err)
	}
	for k, object := range made.Objects() {
		b.Put(k, *object)
	}
	return b
}

var madeArchives = map[aws.ArchiveOptions]*aws.Archive{}

// makeArchive holds three days of two accounts in two regions: a log file every
// two hours with four events, of which two are wanted.
func makeArchive(t testing.TB, o aws.ArchiveOptions) *aws.Archive {
	t.Helper()
	b, err := aws.NewArchive(o)
	if err != nil {
		t.Fatal(err)
	}
	start, end := startOfDay(period.Start), startOfDay(period.End).AddDate(0, 0, 1)
	for _, acc := range []string{account, member} {
		for _, region := range []string{tokyo, ireland} {
			for at := start; at.Before(end); at = at.Add(2 * time.Hour) {
				id := func(n int) string { return fmt.Sprintf("%s-%s-%s-%d", acc, region, at.Format("02T15"), n) }
				_, err := b.AddLog(acc, region, at.Add(20*time.Minute), []json.RawMessage{
					event(id(1), "DescribeInstances", "IAMUser", at.Add(10*time.Minute)),
					event(id(2), "StopLogging", "IAMUser", at.Add(11*time.Minute)),
					event(id(3), "GetUser", "AssumedRole", at.Add(12*time.Minute)),
					event(id(4), "CreateUser", "Root", at.Add(13*time.Minute)),
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := b.Close(start, end); err != nil {
		t.Fatal(err)
	}
	return b
}

func serve(t testing.TB, b *aws.Archive, fault func(*http.Request) *aws.Fault) *aws.Server {
	t.Helper()
	srv, err := aws.NewServer(aws.ServerOptions{Archives: []*aws.Archive{b}, Account: account, MaxKeys: 7, Fault: fault,
		Now: func() time.Time { return later }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	t.Setenv("AWS_ACCESS_KEY_ID", canaryKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", canarySecret)
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return srv
}

func env(now time.Time) collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Workers: 3, BaseDir: "/"}
}

func noWait(int) time.Duration { return 0 }

func configure(t testing.TB, now time.Time, settings string) *archive {
	t.Helper()
	a, err := open(env(now), decode(settings), noWait)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func decode(settings string) func(any) error {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(settings), yaml.Strict()).Decode(into) }
}

func onServer(t testing.TB, b *aws.Archive, fault func(*http.Request) *aws.Fault, more string) *archive {
	t.Helper()
	srv := serve(t, b, fault)
	o := b.Options()
	return configure(t, later, fmt.Sprintf("location: s3://%s/%s\nregion: %s\nendpoint: %s\n%s", o.Bucket, o.Prefix, tokyo, srv.URL(), more))
}

func plan(t testing.TB, a *archive, q evidence.Query) []evidence.Unit {
	t.Helper()
	var units []evidence.Unit
	for u, err := range a.Plan(context.Background(), q) {
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, u)
	}
	return units
}

// collected is the outcome of a unit.
type collected struct {
	records []evidence.Record
	claim   evidence.Claim
}

func collect(t testing.TB, a *archive, u evidence.Unit) collected {
	t.Helper()
	var out collected
	for b, err := range a.Collect(context.Background(), u, nil) {
		if err != nil {
			t.Fatal(err)
		}
		out.records = append(out.records, b.Records...)
		for _, c := range b.Claims {
			out.claim = c
		}
	}
	return out
}

func count(c evidence.Claim, code, of string) int64 {
	for _, n := range c.Counts {
		if n.Code == code && n.For == of {
			return n.N
		}
	}
	return -1
}

func codes(fs []evidence.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Code)
	}
	return out
}

func TestIntactArchive(t *testing.T) {
	for _, o := range []aws.ArchiveOptions{{}, {Prefix: "audit/trail"}, {Organization: "o-exampleorg1", Prefix: "p"}} {
		t.Run(o.Prefix+o.Organization, func(t *testing.T) {
			a := onServer(t, newArchive(t, o), nil, "")
			units := plan(t, a, wantQ)
			if len(units) != 8 {
				t.Fatalf("%d units, want 2 accounts × 2 regions × 2 days", len(units))
			}
			ids := map[string]bool{}
			for i, u := range units {
				got := collect(t, a, u)
				for _, r := range got.records {
					if ids[r.ID] {
						t.Errorf("%s twice", r.ID)
					}
					ids[r.ID] = true
				}
				c := got.claim
				// 15:00 to 24:00, and 00:00 to 15:00 with the hour after it.
				hours, files := int64(9), int64(4)
				if i%2 == 1 {
					hours, files = 16, 8
				}
				if !c.Satisfied() || len(c.Gaps) > 0 || len(c.Notes) > 0 || c.Expected != hours {
					t.Errorf("%s: expected %d found %d, gaps %v, notes %v", u, c.Expected, c.Found, c.Gaps, c.Notes)
				}
				if n := count(c, "events_kept", ""); n != 2*files || count(c, "events_kept", "LOG-01") != files || count(c, "events_read", "") != 4*files || count(c, "log_files_listed", "") != files {
					t.Errorf("%s: counts %v", u, c.Counts)
				}
			}
			if len(ids) != 4*12*2 {
				t.Errorf("%d distinct records, want %d", len(ids), 4*12*2)
			}
		})
	}
}
