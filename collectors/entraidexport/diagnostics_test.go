package entraidexport

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// pair is a line of the diagnostic settings and what Graph says of the same thing.
type pair struct {
	name        string
	line, graph []byte // compact JSON
}

func pairs(t testing.TB) []pair {
	t.Helper()
	files, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	var list []pair
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil || len(a.Files) != 2 {
			t.Fatalf("%s: %d parts: %v", f, len(a.Files), err)
		}
		list = append(list, pair{strings.TrimSuffix(filepath.Base(f), ".txtar"), compact(t, a.Files[0].Data), compact(t, a.Files[1].Data)})
	}
	return list
}

func compact(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestMapping compares bytes: what is not mapped keeps its place, its digits and
// its escapes.
func TestMapping(t *testing.T) {
	covered := map[string]bool{}
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			e, err := entryOf(element{line: 1, raw: p.line})
			if err != nil {
				t.Fatal(err)
			}
			covered[e.category] = true
			if e.tenant != "11111111-2222-3333-4444-555555555555" {
				t.Errorf("tenant %q", e.tenant)
			}
			if got := e.body(); got != string(p.graph) {
				t.Errorf("it is mapped to\n%s\nwant\n%s\n%s", got, p.graph, cmp.Diff(decoded(t, p.graph), decoded(t, []byte(got))))
			}

			// What Graph writes is mapped to itself.
			again, err := entryOf(element{line: 1, raw: p.graph})
			switch {
			case err != nil && e.kind == SignIn:
				// Graph's own always say the application.
			case err != nil:
				t.Fatal(err)
			case again.body() != string(p.graph) || again.id != e.id || !again.at.Equal(e.at) || again.kind != e.kind:
				t.Errorf("Graph's own is mapped to %s %s %s\n%s", again.kind, again.id, again.at, again.body())
			}
		})
	}
	for _, c := range categories {
		if !covered[c.name] {
			t.Errorf("there is no pair of category %s", c.name)
		}
	}
}

func decoded(t testing.TB, b []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return v
}

func TestIdentities(t *testing.T) {
	for _, p := range pairs(t) {
		e, err := entryOf(element{line: 1, raw: p.line})
		if err != nil {
			t.Fatal(err)
		}
		want := decoded(t, p.graph).(map[string]any)["id"].(string)
		if e.kind == RiskyUser {
			want += "@2026-09-09T09:59:27.958Z"
		}
		if e.id != want {
			t.Errorf("%s: identity %s, want %s", p.name, e.id, want)
		}
	}
}

func TestInstants(t *testing.T) {
	for in, want := range map[string]string{
		"2026-10-04T15:00:01Z":              "2026-10-04T15:00:01Z",
		"2026-10-04T15:00:01.0000001Z":      "2026-10-04T15:00:01.0000001Z",
		"2026-10-04T15:00:01.1200000+00:00": "2026-10-04T15:00:01.1200000Z",
		"2026-10-05T00:00:01.5+09:00":       "2026-10-04T15:00:01.5Z",
		"2026-10-04 15:00:01.983201900":     "2026-10-04T15:00:01.983201900Z",
		"2026-10-04T15:00:01":               "2026-10-04T15:00:01Z",
		"10/4/2026 3:00:01 PM":              "2026-10-04T15:00:01Z",
		"12/31/2026 12:00:00 AM":            "2026-12-31T00:00:00Z",
		"":                                  "",
		"2026-10-04":                        "",
		"4/10/2026":                         "",
		"0001-01-01T00:00:00Z":              "",
		"2026-13-04T15:00:01Z":              "",
	} {
		at, got, ok := instant(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
		if again, err := time.Parse(time.RFC3339Nano, got); ok && (err != nil || !again.Equal(at)) {
			t.Errorf("%q is %s and written as %q", in, at, got)
		}
	}
}

func TestElementsThatAreNone(t *testing.T) {
	for name, raw := range map[string]string{
		"a number":              `7`,
		"an empty object":       `{}`,
		"no properties":         `{"category":"SignInLogs","properties":null}`,
		"no id":                 `{"category":"SignInLogs","properties":{"createdDateTime":"2026-10-04T15:00:01Z"}}`,
		"no time":               `{"category":"SignInLogs","properties":{"id":"x"}}`,
		"a time that is none":   `{"category":"AuditLogs","properties":{"id":"x","activityDateTime":"yesterday"}}`,
		"Log Analytics":         `{"TimeGenerated":"2026-10-04T15:00:01Z","Category":"SignInLogs","Id":"x","CreatedDateTime":"2026-10-04T15:00:01Z"}`,
		"Graph's user":          `{"id":"x","createdDateTime":"2026-10-04T15:00:01Z","userPrincipalName":"sre-01@example.co.jp"}`,
		"a sign-in of no type":  `{"id":"x","createdDateTime":"2026-10-04T15:00:01Z","appId":"a","signInEventTypes":["somethingNew"]}`,
		"properties are a list": `{"category":"SignInLogs","properties":[]}`,
	} {
		if e, err := entryOf(element{line: 3, raw: []byte(raw)}); err == nil || !strings.HasPrefix(err.Error(), "line 3: ") {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	e, err := entryOf(element{line: 1, raw: []byte(`{"category":"ProvisioningLogs","tenantId":"t","properties":{}}`)})
	if err != nil || e.kind != "" || e.category != "ProvisioningLogs" {
		t.Errorf("of a category that is not read: %+v, %v", e, err)
	}
}

func FuzzMapping(f *testing.F) {
	for _, p := range pairs(f) {
		f.Add(p.line)
		f.Add(p.graph)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		e, err := entryOf(element{line: 1, raw: raw})
		if err != nil || e.kind == "" {
			return
		}
		body := e.body()
		if !json.Valid([]byte(body)) || body[0] != '{' {
			t.Fatalf("%s is mapped to %s", raw, body)
		}
		if e.id == "" || e.at.IsZero() {
			t.Fatalf("%s has identity %q and time %s", raw, e.id, e.at)
		}
	})
}
