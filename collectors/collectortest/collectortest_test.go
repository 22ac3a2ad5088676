package collectortest

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

var october = evidence.Period{
	Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
}

// forge is a source of one unit a repository: two pull requests, and the
// repository's settings as they are when it is read, which is after the period.
type forge struct{ now func() time.Time }

func (f forge) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		for _, name := range []string{"app", "web"} {
			u := evidence.Unit{Kinds: []string{"forge.pull", "forge.settings"}, Scope: evidence.Scope{"repository": name}, Window: q.Period, Want: q.Want}
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (f forge) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		pulls := evidence.Batch{Kind: "forge.pull", Cursor: evidence.Cursor("pulls"), Claims: []evidence.Claim{f.claim(u, "forge.pull")}}
		pulls.Origins = []evidence.Origin{origin("pulls")}
		for n := range 2 {
			pulls.Records = append(pulls.Records, record("forge.pull", fmt.Sprint(u.Scope["repository"], n), october.Start.AddDate(0, 0, n)))
		}
		settings := evidence.Batch{Kind: "forge.settings", Cursor: evidence.Cursor("all"), Claims: []evidence.Claim{f.claim(u, "forge.settings")}}
		settings.Origins = []evidence.Origin{origin("settings")}
		settings.Records = []evidence.Record{record("forge.settings", u.Scope["repository"]+"@"+f.now().Format(time.RFC3339), f.now())}
		left := []evidence.Batch{pulls, settings}
		for i, b := range left {
			if string(b.Cursor) == string(from) {
				left = left[i+1:]
				break
			}
		}
		if len(left) == 0 && ctx.Err() == nil {
			return
		}
		for _, b := range left {
			if ctx.Err() != nil {
				yield(evidence.Batch{}, ctx.Err())
				return
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (f forge) claim(u evidence.Unit, kind string) evidence.Claim {
	return evidence.Claim{Kind: kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "pages", Expected: 1, Found: 1, Gaps: []evidence.Finding{}}
}

func origin(request string) evidence.Origin {
	return evidence.Origin{Request: request, SHA256: strings.Repeat("0", 64), Size: 1}
}

func record(kind, id string, at time.Time) evidence.Record {
	r, err := evidence.NewRecord(kind, id, at, 0, []byte(`{"a":1}`))
	if err != nil {
		panic(err)
	}
	return r
}

// TestSeveralKindsAUnit: units of several kinds, of every form, with a claim
// each, for selections that want everything, are as normal as any.
func TestSeveralKindsAUnit(t *testing.T) {
	both := func(s string) evidence.Text { return evidence.Text{JA: s, EN: s} }
	now := october.End.Add(30 * time.Hour)
	Run(t, Case{
		Driver: collectors.Driver{
			Name: "forge", Title: both("Forge"), Readme: []byte("# forge\n"), Sample: []byte("name: forge\ndriver: forge\nhost: forge.test\n"),
			Kinds: []collectors.Kind{
				{Name: "forge.pull", Title: both("pull"), Form: evidence.Mutable, Methods: []evidence.Method{evidence.PagesExhausted}},
				{Name: "forge.settings", Title: both("settings"), Form: evidence.Snapshot, Methods: []evidence.Method{evidence.PagesExhausted}},
			},
			Texts:       map[string]evidence.Text{"pages": both("pages")},
			Permissions: map[string][]collectors.Permission{"forge.pull": {{System: collectors.GitHubRepository, Name: "contents: read"}}, "forge.settings": {}},
			New: func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
				return forge{env.Now}, decode(&struct{ Host string }{})
			},
		},
		Settings: "host: forge.test\n",
		Env:      collectors.Env{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Workers: 1},
		Query: evidence.Query{Period: october, Want: []evidence.Selection{
			{Kind: "forge.pull", For: "CHG-01"}, {Kind: "forge.settings", For: "CHG-06"},
		}},
		Records: 6,
	})
}

func TestSnapshotsHoldTheirTime(t *testing.T) {
	at := october.End
	first := []evidence.Record{record("s", "a@1", at), record("s", "b", at)}
	for _, tt := range []struct {
		name  string
		later []evidence.Record
		want  int
	}{
		{"other identities", []evidence.Record{record("s", "a@2", at.Add(time.Hour)), record("s", "b@2", at.Add(time.Hour))}, 0},
		{"one identity at two times", []evidence.Record{record("s", "a@2", at.Add(time.Hour)), record("s", "b", at.Add(time.Hour))}, 1},
		{"a time that stands still", []evidence.Record{record("s", "a@1", at), record("s", "b", at)}, 2},
		{"one is gone", []evidence.Record{record("s", "a@2", at.Add(time.Hour))}, 1},
	} {
		if got := compareSnapshots(first, tt.later); len(got) != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestRecordedSnapshotsStay(t *testing.T) {
	at := october.End
	first := []evidence.Record{record("s", "a@1", at), record("s", "b@1", at)}
	for _, tt := range []struct {
		name         string
		first, later []evidence.Record
		want         int
	}{
		{"the same", first, first, 0},
		{"another time", first, []evidence.Record{record("s", "a@1", at.Add(time.Hour)), record("s", "b@1", at)}, 1},
		{"another identity", first, []evidence.Record{record("s", "a@2", at), record("s", "b@1", at)}, 1},
		{"one is gone", first, first[:1], 1},
		{"none", nil, nil, 1},
	} {
		if got := compareRecorded(tt.first, tt.later); len(got) != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// TestFaultsTellRequestsApart: each request goes wrong once, its repetition not;
// what a body says makes it another request.
func TestFaultsTellRequestsApart(t *testing.T) {
	var f Faults
	f.set(Fault{Status: 502}, 1)
	ask := func(method, target, body string) bool {
		var in io.Reader
		if body != "" {
			in = strings.NewReader(body)
		}
		r := httptest.NewRequest(method, "http://source.test"+target, in)
		fault := f.Next(r)
		if again, err := io.ReadAll(r.Body); err != nil || string(again) != body {
			t.Errorf("the body is %q afterwards, %v", again, err)
		}
		return fault != nil
	}
	var got []bool
	for _, r := range [][3]string{
		{"POST", "/graphql", "a"}, {"POST", "/graphql", "b"}, {"POST", "/graphql", "a"}, {"GET", "/a", ""}, {"GET", "/b", ""}, {"GET", "/a", ""},
	} {
		got = append(got, ask(r[0], r[1], r[2]))
	}
	if d := cmp.Diff([]bool{true, true, false, true, true, false}, got); d != "" {
		t.Error(d)
	}
	if n := f.count(); n != 4 {
		t.Errorf("%d went wrong", n)
	}
	cut := httptest.NewRequest(http.MethodPost, "http://source.test/", io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	f.Next(cut)
	if body, err := io.ReadAll(cut.Body); string(body) != "ab" || err != io.ErrUnexpectedEOF {
		t.Errorf("a body that was cut off is %q, %v afterwards", body, err)
	}
}
