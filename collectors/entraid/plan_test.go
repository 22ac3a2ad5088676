package entraid

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

// windows are those of units, by the clock of Japan.
func windows(list []evidence.Unit) (out []string) {
	for _, u := range list {
		const layout = "01-02T15:04"
		out = append(out, strings.TrimPrefix(u.Kinds[0], "entraid.")+" "+u.Window.Start.In(jst).Format(layout)+" "+u.Window.End.In(jst).Format(layout))
	}
	return out
}

func TestPlan(t *testing.T) {
	w := newWorld(t)
	got := units(t, w.open(""), User, SignIn)
	want := []string{"sign_in 10-01T00:00 10-02T00:00", "sign_in 10-02T00:00 10-03T00:00", "sign_in 10-03T00:00 10-04T00:00", "sign_in 10-04T00:00 10-04T02:00", "user 10-01T00:00 10-04T02:00"}
	if d := cmp.Diff(want, windows(got)); d != "" {
		t.Fatalf("(-want +got):\n%s", d)
	}
	for _, u := range got {
		if d := cmp.Diff(evidence.Scope{"tenant": graphtest.Tenant}, u.Scope); d != "" || len(u.Want) != 1 || u.Want[0].Kind != u.Kinds[0] {
			t.Errorf("%+v", u)
		}
	}
	if len(w.asked) > 0 {
		t.Errorf("planning read %q", w.asked)
	}
	w.now = october(33, 0, 0)
	if n := len(units(t, w.open(""), DirectoryAudit)); n != 31 {
		t.Errorf("%d days in October", n)
	}
	w.now = october(1, 0, 30)
	if n := len(units(t, w.open(""), DirectoryAudit, User)); n != 0 {
		t.Errorf("%d units before anything has settled", n)
	}
}

// What settings leave to another source is not planned, and nothing is asked where
// nothing is wanted.
func TestExcept(t *testing.T) {
	w := newWorld(t)
	s := w.open("except: [entraid.sign_in]\n")
	if s.Yields(SignIn) || !s.Yields(User) {
		t.Error("Yields")
	}
	if n := len(units(t, s, SignIn, "github.commit")); n != 0 || w.srv.Logins() != 0 {
		t.Errorf("%d units, %d logins", n, w.srv.Logins())
	}
}

// Where a selection reaches further than the period, so do the reading of a log's
// first and last day; their windows do not.
func TestAround(t *testing.T) {
	w := newWorld(t)
	w.now = october(35, 0, 0)
	w.lists[paths[DirectoryAudit]] = []string{
		audit("too early", october(-1, 23, 0)), audit("before", october(0, 1, 0)), audit("in it", october(15, 1, 0)), audit("after", october(33, 1, 0)), audit("too late", october(34, 1, 0)),
	}
	want := append(wantKinds(DirectoryAudit), evidence.Selection{Kind: DirectoryAudit, For: "ACC-02/audits", Before: 24 * time.Hour, After: 48 * time.Hour})
	s := w.open("retention_days: 60\n")
	list := planned(t, s, want)
	g := &gathered{}
	for i, u := range list {
		s.gather(t, g, u, nil)
		if reaches := strings.Contains(string(u.Spec), "from") || strings.Contains(string(u.Spec), "to"); reaches != (i == 0 || i == 30) {
			t.Errorf("unit %d: %s", i, u.Spec)
		}
	}
	if d := cmp.Diff([]string{"before", "in it", "after"}, g.ids()); d != "" || len(g.errs) > 0 || !g.satisfied() {
		t.Errorf("%v (-want +got):\n%s", g.errs, d)
	}
	if first, last := list[0].Window, list[30].Window; !first.Start.Equal(octoberPeriod.Start) || !last.End.Equal(octoberPeriod.End) {
		t.Errorf("%s %s", first, last)
	}
}

// What lies after the period is asked for only as far as it has settled.
func TestAroundAnEndThatIsNear(t *testing.T) {
	w := newWorld(t)
	w.now = october(32, 6, 0)
	w.lists[paths[DirectoryAudit]] = []string{audit("after", october(32, 1, 0)), audit("not settled", october(32, 5, 30))}
	want := wantKinds(DirectoryAudit)
	want[0].After = 48 * time.Hour
	s := w.open("")
	list := planned(t, s, want)
	g := &gathered{}
	s.gather(t, g, list[len(list)-1], nil)
	if d := cmp.Diff([]string{"after"}, g.ids()); d != "" || !strings.Contains(w.asked[0], "le "+october(32, 5, 0).UTC().Format(time.RFC3339)) {
		t.Errorf("%v %q (-want +got):\n%s", g.errs, w.asked, d)
	}
}

// A unit says all that decides what it gives: other settings, another unit.
func TestUnitsHoldTheirSettings(t *testing.T) {
	w := newWorld(t)
	key := func(settings, kind string) string { return units(t, w.open(settings), kind)[0].Key() }
	for _, tt := range []struct {
		kind, settings string
		same           bool
	}{
		{SignIn, "beta: true\n", false}, {DirectoryAudit, "beta: true\n", true}, {Group, "groups: [a]\n", false}, {User, "groups: [a]\n", true}, {SignIn, "retention_days: 90\n", true},
	} {
		if same := key("", tt.kind) == key(tt.settings, tt.kind); same != tt.same {
			t.Errorf("%s with %q: the same unit: %t", tt.kind, tt.settings, same)
		}
	}
}

// A login that fails is told of by the plan, without the secret.
func TestLoginFails(t *testing.T) {
	w := newWorld(t)
	w.srv.Check = func(*http.Request) bool { return false }
	var errs []string
	for _, err := range w.open("").Plan(t.Context(), evidence.Query{Period: octoberPeriod, Want: wantKinds(User)}) {
		if err != nil {
			errs = append(errs, err.Error())
		}
	}
	if len(errs) != 1 || !strings.Contains(errs[0], "AADSTS7000215") || strings.Contains(errs[0], graphtest.Secret) {
		t.Errorf("%q", errs)
	}
}

func TestWhoAndWhere(t *testing.T) {
	w := newWorld(t)
	s := w.open("")
	who, err := s.Identity(t.Context())
	if err != nil || !strings.Contains(who, graphtest.Client) || !strings.Contains(who, graphtest.Tenant) {
		t.Errorf("%q %v", who, err)
	}
	if at := s.Location(); at != w.srv.URL+" tenant "+graphtest.Tenant {
		t.Errorf("%q", at)
	}
}

// Units and cursors come from a file that somebody may have changed.
func TestBrokenUnits(t *testing.T) {
	w := full(t)
	s := w.open("")
	u := units(t, s, User)[0]
	for name, change := range map[string]func(evidence.Unit) evidence.Unit{
		"no kind":        func(u evidence.Unit) evidence.Unit { u.Kinds = nil; return u },
		"two kinds":      func(u evidence.Unit) evidence.Unit { u.Kinds = []string{User, Group}; return u },
		"another's":      func(u evidence.Unit) evidence.Unit { u.Kinds = []string{"github.commit"}; return u },
		"no spec":        func(u evidence.Unit) evidence.Unit { u.Spec = nil; return u },
		"spec is a list": func(u evidence.Unit) evidence.Unit { u.Spec = json.RawMessage(`[]`); return u },
	} {
		g := &gathered{}
		s.gather(t, g, change(u), nil)
		if len(g.errs) != 1 || len(g.batches) > 0 {
			t.Errorf("%s: %v", name, g.errs)
		}
	}
	g := &gathered{}
	s.gather(t, g, u, evidence.Cursor(`{"step":"x"}`))
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "cursor") {
		t.Errorf("%v", g.errs)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"taken":"2026-10-04T00:00:00Z","step":1,"tally":{"read":1,"kept":1}}`))
	f.Add([]byte(`{"taken":"2026-10-04T00:00:00Z","place":{"link":"https://graph.example/x","page":-3},"tally":{}}`))
	f.Add([]byte(`{"step":-1}`))
	f.Add([]byte(`{"log":{"newest":"9999-01-01T00:00:00Z","from":"0001-01-01T00:00:00Z","unsorted":true}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := &run{
			source: &source{now: func() time.Time { return octoberPeriod.End }}, unit: evidence.Unit{Kinds: []string{SignIn}, Spec: json.RawMessage(`{}`)},
			yield: func(evidence.Batch, error) bool { return true },
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		// A cursor that makes no sense ends with an error, and not with a panic.
		_ = r.all(ctx, raw)
	})
}

func TestSettings(t *testing.T) {
	for more, want := range map[string]string{
		"":                            "",
		"except: [entraid.nothing]":   "except",
		"except: [m365.audit_record]": "except",
		"retention_days: -1":          "retention_days",
		"risk_retention_days: 99999":  "risk_retention_days",
		"groups: [\"[a\"]":            "groups",
		"groups: [\"\"]":              "groups",
		"groups: [\"a/b*\"]":          "",
		"beta: maybe":                 "beta",
		"cloud: moon":                 "cloud",
	} {
		w := newWorld(t)
		_, err := open(w.env(), strict(w.settings(more+"\n")), nil)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", more, err, want)
		}
	}
}

func TestChosen(t *testing.T) {
	for _, tt := range []struct {
		patterns []string
		id, name string
		want     bool
	}{
		{nil, "x", "y", true}, {[]string{"app-*"}, "x", "App-Pay", true}, {[]string{"app-*"}, "x", "my app-pay", false}, {[]string{"a*"}, "x", "a/b", true},
		{[]string{"ABC"}, "abc", "", true}, {[]string{"b", "a?"}, "x", "ab", true}, {[]string{"経理*"}, "x", "経理-承認", true}, {[]string{"*"}, "x", "", true},
	} {
		if got := chosen(tt.patterns, tt.id, tt.name); got != tt.want {
			t.Errorf("%q %s %s: %t", tt.patterns, tt.id, tt.name, got)
		}
	}
}

// The memory of what was met has a bound, and knows passes apart.
func TestSeen(t *testing.T) {
	var s seen
	steps := []meeting{s.meet("a"), s.meet("a"), s.meet("b")}
	s.again()
	steps = append(steps, s.meet("a"), s.meet("a"), s.meet("c"))
	s.forget()
	steps = append(steps, s.meet("a"))
	if d := cmp.Diff([]meeting{unknown, repeated, unknown, familiar, repeated, unknown, unknown}, steps); d != "" {
		t.Error(d)
	}
	for i := range mostSeen + 10 {
		s.meet(string(rune('a'+i%26)) + time.Duration(i).String())
	}
	if len(s.ids) > mostSeen || s.meet("more") != unknown || s.meet("more") != unknown {
		t.Errorf("%d are remembered", len(s.ids))
	}
}

// A cursor is small, however large the tenant.
func TestCursorsAreSmall(t *testing.T) {
	w := full(t)
	for i := range 3000 {
		w.lists["/users"] = append(w.lists["/users"], object(strings.Repeat("u", 30)+time.Duration(i).String(), ""))
		w.lists[paths[SignIn]] = append(w.lists[paths[SignIn]], signIn(strings.Repeat("s", 30)+time.Duration(i).String(), october(3, 0, 0).Add(time.Duration(i)*time.Second), ""))
	}
	g := collect(t, w.open(""), User, SignIn)
	longest := slices.MaxFunc(g.cursors, func(a, b evidence.Cursor) int { return len(a) - len(b) })
	if len(g.records) < 6000 || len(longest) > 3000 {
		t.Errorf("%d records, a cursor of %d bytes: %s", len(g.records), len(longest), longest)
	}
}

// A cursor that this driver did not write is refused: going on from it would begin
// anew in the middle of an attempt.
func TestCursorsOfOthers(t *testing.T) {
	w := newWorld(t)
	s := w.open("")
	for _, cursor := range []string{`{}`, `{"taken":"0001-01-01T00:00:00Z"}`, `{"taken":"2026-10-01T00:00:00Z","step":-1}`, `[]`, `x`} {
		var err error
		for _, e := range s.Collect(t.Context(), units(t, s, User)[0], evidence.Cursor(cursor)) {
			err = e
		}
		if err == nil || !strings.Contains(err.Error(), "cursor") {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}
