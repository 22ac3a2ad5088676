package entraidexport

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/archive"
	"github.com/evidencepack/evidence/internal/demo/aws"
)

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	other  = "99999999-8888-7777-6666-555555555555"
	// What must never show up in anything that a collector hands over.
	canaryKey    = "AKIACANARYCANARY0001"
	canarySecret = "canary-secret-do-not-keep"
)

var tokyo = time.FixedZone("JST", 9*60*60)

// The period is two days in Tokyo: they begin at 15:00 UTC.
var (
	period = evidence.Period{Start: time.Date(2026, 10, 5, 0, 0, 0, 0, tokyo), End: time.Date(2026, 10, 7, 0, 0, 0, 0, tokyo)}
	later  = period.End.Add(10 * 24 * time.Hour)
	query  = evidence.Query{Period: period, Want: []evidence.Selection{
		{Kind: SignIn, For: "ACC-03", Where: evidence.Where{{"userType": {"member"}}}},
		{Kind: SignIn, For: "ACC-04", Where: evidence.Where{{"status.errorCode": {"0"}}}},
		{Kind: DirectoryAudit, For: "ACC-05"},
		{Kind: RiskDetection, For: "ACC-06"},
		{Kind: RiskyUser, For: "ACC-06"},
		{Kind: "entraid.user", For: "ACC-01"},
	}}
)

// export is the content of an export by the keys of its files.
type export map[string]string

// hourKey is where the diagnostic settings write what they receive at a time.
func hourKey(category, tenant string, at time.Time) string {
	c, _ := categoryNamed(category)
	return fmt.Sprintf("insights-logs-%s/tenantId=%s/y=%s/m=%s/d=%s/h=%s/m=00/PT1H.json", c.container, tenant,
		at.UTC().Format("2006"), at.UTC().Format("01"), at.UTC().Format("02"), at.UTC().Format("15"))
}

// line is what the diagnostic settings write of something that happened at a time.
func line(category, tenant, id string, at time.Time, more string) string {
	c, _ := categoryNamed(category)
	k, _ := kindOf(c.kind)
	return fmt.Sprintf(`{"time":%q,"category":%q,"tenantId":%q,"resultType":"0","operationName":"Update user","properties":{"id":%q,%q:%q,"userType":"Member","appId":"app"%s}}`,
		at.UTC().Format("2006-01-02T15:04:05.0000000Z"), category, tenant, id, k.at, at.UTC().Format("2006-01-02T15:04:05.0000000+00:00"), more)
}

// write adds lines to the file of an hour.
func (e export) write(category, tenant string, received time.Time, lines ...string) string {
	key := hourKey(category, tenant, received)
	for _, l := range lines {
		e[key] += l + "\n"
	}
	return key
}

// newExport is an export of all categories, with a file every four hours from a
// day before the period to four days after it, and two records in each: one of the
// hour, and one that happened five hours earlier.
func newExport(tenants ...string) export {
	e := export{}
	for _, t := range tenants {
		for _, c := range categories {
			for at := period.Start.Add(-24 * time.Hour); at.Before(period.End.Add(96 * time.Hour)); at = at.Add(4 * time.Hour) {
				id := func(n int) string { return fmt.Sprintf("%s-%s-%s-%d", t[:4], c.container, at.UTC().Format("0215"), n) }
				more := ""
				if c.name == "AuditLogs" {
					more = `,"activityDisplayName":"Update user"`
				}
				e.write(c.name, t, at, line(c.name, t, id(1), at.Add(10*time.Minute), more), line(c.name, t, id(2), at.Add(-5*time.Hour), more))
			}
		}
	}
	return e
}

// within counts the records of a tenant's kinds that happened in the period.
func (e export) within(t testing.TB) map[string]int {
	t.Helper()
	ids := map[string]map[string]bool{}
	for _, content := range e {
		for l := range strings.Lines(content) {
			got, err := entryOf(element{line: 1, raw: []byte(l)})
			if err != nil {
				t.Fatal(err)
			}
			if period.Contains(got.at) {
				if ids[got.kind] == nil {
					ids[got.kind] = map[string]bool{}
				}
				ids[got.kind][got.tenant+got.id] = true
			}
		}
	}
	out := map[string]int{}
	for k, m := range ids {
		out[k] = len(m)
	}
	return out
}

// folder writes an export into a folder.
func (e export) folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for key, content := range e {
		name := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// bucket serves an export as a bucket, below a prefix.
func (e export) bucket(t testing.TB, prefix string, fault func(*http.Request) *aws.Fault) *aws.Server {
	t.Helper()
	a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "example-entra-logs", Trail: "none", HomeRegion: "ap-northeast-1"})
	if err != nil {
		t.Fatal(err)
	}
	for key, content := range e {
		a.Put(prefix+key, aws.Object{Body: []byte(content)})
	}
	srv, err := aws.NewServer(aws.ServerOptions{Archives: []*aws.Archive{a}, MaxKeys: 7, Fault: fault, Now: func() time.Time { return later }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	for k, v := range map[string]string{
		"AWS_ACCESS_KEY_ID": canaryKey, "AWS_SECRET_ACCESS_KEY": canarySecret, "AWS_CONFIG_FILE": "/nonexistent",
		"AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(k, v)
	}
	return srv
}

func env(now time.Time) collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Workers: 3, BaseDir: "/"}
}

func noWait(int) time.Duration { return 0 }

func decode(settings string) func(any) error {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(settings), yaml.Strict()).Decode(into) }
}

// on opens an export long after the period.
func (e export) on(t testing.TB, more string) *source {
	t.Helper()
	return e.at(t, later, more)
}

// at opens an export at a time, without a disk: files are as they are in e by the
// time they are read.
func (e export) at(t testing.TB, now time.Time, more string) *source {
	t.Helper()
	s := configure(t, now, "location: /export\n"+more)
	s.store = shelf{e}
	return s
}

// shelf is a store in memory.
type shelf struct{ export }

func (s shelf) List(_ context.Context, prefix string) iter.Seq2[archive.Object, error] {
	return func(yield func(archive.Object, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(s.export)) {
			if strings.HasPrefix(key, prefix) && !yield(s.object(key), nil) {
				return
			}
		}
	}
}

func (s shelf) object(key string) archive.Object {
	h := short([]byte(s.export[key]))
	return archive.Object{Key: key, Size: int64(len(s.export[key])), Mark: hex.EncodeToString(h[:])}
}

func (s shelf) Level(_ context.Context, prefix string) (folders []string, objects []archive.Object, err error) {
	for _, key := range slices.Sorted(maps.Keys(s.export)) {
		rest, ok := strings.CutPrefix(key, prefix)
		folder, _, below := strings.Cut(rest, "/")
		switch {
		case !ok:
		case !below:
			objects = append(objects, s.object(key))
		case !slices.Contains(folders, folder):
			folders = append(folders, folder)
		}
	}
	return folders, objects, nil
}

func (s shelf) Open(_ context.Context, key string) (archive.Content, error) {
	content, ok := s.export[key]
	if !ok {
		return archive.Content{}, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	return archive.Content{Body: io.NopCloser(strings.NewReader(content))}, nil
}

func (s shelf) URL(key string) string { return "file:///export/" + key }

func configure(t testing.TB, now time.Time, settings string) *source {
	t.Helper()
	s, err := open(env(now), decode(settings), noWait)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func plan(t testing.TB, s *source, q evidence.Query) (units []evidence.Unit, problems []string) {
	t.Helper()
	for u, err := range s.Plan(context.Background(), q) {
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		units = append(units, u)
	}
	return units, problems
}

// collected is what a whole collection gave.
type collected struct {
	records map[string][]evidence.Record // by kind
	origins map[string]evidence.Origin   // by kind and identity
	claims  []evidence.Claim
}

// collect plans and collects everything of a source.
func collect(t testing.TB, s *source, q evidence.Query) collected {
	t.Helper()
	units, problems := plan(t, s, q)
	if len(problems) > 0 {
		t.Fatalf("plan: %q", problems)
	}
	out := collected{records: map[string][]evidence.Record{}, origins: map[string]evidence.Origin{}}
	for _, u := range units {
		for b, err := range s.Collect(context.Background(), u, nil) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Records {
				out.records[r.Kind] = append(out.records[r.Kind], r)
				out.origins[r.Kind+" "+r.ID] = b.Origins[r.Origin]
			}
			out.claims = append(out.claims, b.Claims...)
		}
	}
	return out
}

// of is the query for one kind alone, of all records.
func of(kind string) evidence.Query {
	return evidence.Query{Period: period, Want: []evidence.Selection{{Kind: kind, For: "T"}}}
}

func (c collected) ids(kind string) []string {
	var list []string
	for _, r := range c.records[kind] {
		list = append(list, r.ID)
	}
	return list
}

// found lists findings of all claims, each once, as "code object".
func (c collected) found(of func(evidence.Claim) []evidence.Finding) []string {
	seen := map[string]bool{}
	for _, cl := range c.claims {
		for _, f := range of(cl) {
			seen[f.Code+" "+f.Object] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func gaps(c evidence.Claim) []evidence.Finding  { return c.Gaps }
func notes(c evidence.Claim) []evidence.Finding { return c.Notes }

// gapCodes lists the codes of all gaps, each once.
func (c collected) gapCodes() []string {
	seen := map[string]bool{}
	for _, cl := range c.claims {
		for _, f := range cl.Gaps {
			seen[f.Code] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func count(c evidence.Claim, code, of string) int64 {
	for _, n := range c.Counts {
		if n.Code == code && n.For == of {
			return n.N
		}
	}
	return -1
}

func zipped(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// graphs are the objects of lines, as the admin centre gives them in a file.
func graphs(t testing.TB, lines ...string) string {
	t.Helper()
	var list []json.RawMessage
	for _, l := range lines {
		e, err := entryOf(element{line: 1, raw: []byte(l)})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, json.RawMessage(e.body()))
	}
	b, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
