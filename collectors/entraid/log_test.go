package entraid

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

// Each record's body is what the server sent, but for white space between tokens.
func TestBodiesAreVerbatim(t *testing.T) {
	w := newWorld(t)
	w.minutely(3)
	g := collect(t, w.open(""), SignIn)
	var got, want []string
	for _, r := range g.records {
		got = append(got, string(r.Body))
	}
	for _, e := range w.lists["/auditLogs/signIns"] {
		want = append(want, compact(t, e))
	}
	if d := cmp.Diff(want, got); d != "" || len(g.errs) > 0 {
		t.Fatalf("%v (-sent +recorded):\n%s", g.errs, d)
	}
	if !strings.Contains(got[0], `SRE\u0020<01> \ud83d\ude00 & \"x\"`) || !strings.Contains(got[0], `1.50e2`) {
		t.Errorf("escapes or numbers were written anew: %s", got[0])
	}
	if at := g.records[1].Time; !at.Equal(october(1, 0, 7).Add(100 * time.Nanosecond)) {
		t.Errorf("a seventh digit of the time is lost: %s", at.Format(time.RFC3339Nano))
	}
	o := g.origins[0]
	want0 := "GET /v1.0/auditLogs/signIns?$filter=createdDateTime ge 2026-09-30T15:00:00Z and createdDateTime le 2026-10-01T15:00:00Z&$orderby=createdDateTime&$top=999"
	if o.Request != want0 || o.Response == "" || o.Date.IsZero() {
		t.Errorf("origin %+v", o)
	}
}

// A day belongs to the organisation's calendar, its end is not part of it, and a
// record at midnight is in one unit.
func TestDaysMeetAtMidnight(t *testing.T) {
	w := newWorld(t)
	midnight := october(2, 0, 0)
	w.lists["/auditLogs/signIns"] = []string{
		signIn("before the period", october(1, 0, 0).Add(-100*time.Nanosecond), ""), signIn("first", october(1, 0, 0), ""),
		signIn("last of day 1", midnight.Add(-100*time.Nanosecond), ""), signIn("midnight", midnight, ""),
		signIn("not settled", october(4, 2, 30), ""),
	}
	g := collect(t, w.open(""), SignIn)
	if d := cmp.Diff([]string{"first", "last of day 1", "midnight"}, g.ids()); d != "" || len(g.errs) > 0 || !g.satisfied() {
		t.Errorf("%v %v (-want +got):\n%s", g.errs, g.gaps(), d)
	}
}

func TestTypesOfSignIns(t *testing.T) {
	types := func(of string) string { return `,"signInEventTypes":["` + of + `"]` }
	for beta, want := range map[bool][]string{false: {"a"}, true: {"a", "b", "c", "d"}} {
		w := newWorld(t)
		for i, of := range eventTypes {
			w.lists["/auditLogs/signIns"] = append(w.lists["/auditLogs/signIns"], signIn(string(rune('a'+i)), october(2, 1, i), types(of)))
		}
		g := collect(t, w.open(fmt.Sprintf("beta: %t\n", beta)), SignIn)
		if d := cmp.Diff(want, g.ids()); d != "" {
			t.Errorf("beta %t (-want +got):\n%s", beta, d)
		}
		version := "/v1.0/"
		if beta {
			version = "/beta/"
		}
		if n := w.asks(version); n != len(w.asked) || n == 0 {
			t.Errorf("beta %t: asked %q", beta, w.asked)
		}
	}
}

// A claim says what cannot be in it, and whether Graph stands by where it was read.
func TestWhereClaimsAreFrom(t *testing.T) {
	for _, tt := range []struct {
		settings, kind string
		want           []string
	}{
		{"", SignIn, []string{"interactive_only tenant=" + graphtest.Tenant}},
		{"beta: true\n", SignIn, []string{"beta_endpoint tenant=" + graphtest.Tenant}},
		{"", Group, []string{"beta_endpoint members and owners of groups"}},
		{"beta: true\n", DirectoryAudit, nil},
		{"beta: true\n", User, nil},
	} {
		g := collect(t, full(t).open(tt.settings), tt.kind)
		for _, c := range g.claims {
			var got []string
			for _, f := range c.Notes {
				got = append(got, f.Code+" "+f.Object)
			}
			if d := cmp.Diff(tt.want, got); d != "" || !c.Satisfied() {
				t.Errorf("%s, %q (-want +got):\n%s", tt.kind, tt.settings, d)
			}
		}
		if len(g.claims) == 0 {
			t.Errorf("%s: no claims: %v", tt.kind, g.errs)
		}
	}
}

// What was read is what was kept and what was not, for one reason or the other, also
// where pages repeat themselves or a list is read anew.
func TestFiguresAddUp(t *testing.T) {
	for _, kind := range []string{SignIn, DirectoryAudit, RiskDetection, PIMRequest} {
		for name, expire := range map[string]func(string, int) bool{"undisturbed": nil, "a link expires": func(_ string, n int) bool { return n == 3 }} {
			w := newWorld(t)
			w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = nil
			w.pages[paths[kind]], w.expire = 2, expire
			element := map[string]func(string, time.Time) string{
				SignIn: func(id string, at time.Time) string { return signIn(id, at, "") }, DirectoryAudit: audit, RiskDetection: risk,
				PIMRequest: func(id string, at time.Time) string { return pimRequest(id, at, "") },
			}[kind]
			for i := range 8 {
				w.lists[paths[kind]] = append(w.lists[paths[kind]], element(fmt.Sprint("in-", i), october(1, i+1, 0)))
			}
			// What is of the end's instant is asked for, and of the next day.
			w.lists[paths[kind]] = append(w.lists[paths[kind]], element("end", october(2, 0, 0)), element("end", october(2, 0, 0)))
			s := w.open("")
			want := wantKinds(kind)
			path := "id"
			if kind == PIMRequest {
				path = "request.id"
			}
			want[0].Where = evidence.Where{{path: {"in-1", "in-2", "in-3"}}}
			u := planned(t, s, want)[0]
			u.Window.End = october(2, 0, 0)
			g := &gathered{}
			s.gather(t, g, u, nil)
			got := []int64{g.figures("records_read", ""), g.figures("records_outside_window", ""), g.figures("records_not_wanted", ""), g.figures("records_kept", "")}
			if d := cmp.Diff([]int64{9, 1, 5, 3}, got); d != "" || len(g.errs) > 0 || len(g.records) != 3 {
				t.Errorf("%s, %s: %v, read, outside, not wanted, kept (-want +got):\n%s", kind, name, g.errs, d)
			}
		}
	}
}

// Links expire in the middle, once or often, as they do when they are kept too long
// or for no reason. What is read is what an undisturbed reading gives, each once.
func TestExpiredLinks(t *testing.T) {
	for name, expire := range map[string]func(string, int) bool{
		"the first":    func(_ string, n int) bool { return n == 1 },
		"the third":    func(_ string, n int) bool { return n == 3 },
		"each second":  func(_ string, n int) bool { return n%2 == 0 },
		"all":          func(string, int) bool { return true },
		"five at once": func(_ string, n int) bool { return n > 2 && n <= 7 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.minutely(300)
			w.pages["/auditLogs/signIns"] = 20
			w.expire = expire
			g := collect(t, w.open(""), SignIn)
			if d := cmp.Diff(idsOf(w.lists["/auditLogs/signIns"]), g.ids()); d != "" || len(g.errs) > 0 || !g.satisfied() {
				t.Errorf("%v %v (-want +got):\n%s", g.errs, g.gaps(), d)
			}
			if n := g.figures("records_read", ""); n != 300 || g.figures("records_kept", "ACC-01") != 300 {
				t.Errorf("%d read, %d kept for the control", n, g.figures("records_kept", "ACC-01"))
			}
		})
	}
}

// Many records of one second, and of one instant, are more than a page.
func TestExpiredInABusySecond(t *testing.T) {
	w := newWorld(t)
	for i := range 130 {
		at := october(1, 3, 0).Add(time.Duration(i/60) * 100 * time.Millisecond)
		w.lists["/auditLogs/signIns"] = append(w.lists["/auditLogs/signIns"], signIn(fmt.Sprintf("s-%03d", i), at, ""))
	}
	w.pages["/auditLogs/signIns"] = 50
	w.expire = func(_ string, n int) bool { return n == 2 }
	g := collect(t, w.open(""), SignIn)
	if d := cmp.Diff(idsOf(w.lists["/auditLogs/signIns"]), g.ids()); d != "" || len(g.errs) > 0 {
		t.Errorf("%v (-want +got):\n%s", g.errs, d)
	}
}

// A source that breaks its promise of order is read from the beginning again when a
// link expires, and loses nothing.
func TestExpiredWithoutOrder(t *testing.T) {
	for _, kind := range []string{SignIn, DirectoryAudit, RiskDetection, PIMRequest} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			path, make := "/auditLogs/signIns", func(id string, at time.Time) string { return signIn(id, at, "") }
			switch kind {
			case DirectoryAudit:
				path, make = "/auditLogs/directoryAudits", audit
			case RiskDetection:
				path, make = "/identityProtection/riskDetections", risk
			case PIMRequest:
				path, make = paths[PIMRequest], func(id string, at time.Time) string { return pimRequest(id, at, "") }
				w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = nil
			}
			for i := range 120 {
				w.lists[path] = append(w.lists[path], make(fmt.Sprintf("e-%03d", i), october(2, 0, i)))
			}
			w.pages[path] = 25
			w.shuffle = func(_ string, e []string) {
				rand.New(rand.NewPCG(1, 2)).Shuffle(len(e), func(i, j int) { e[i], e[j] = e[j], e[i] })
			}
			w.expire = func(_ string, n int) bool { return n == 4 }
			g := collect(t, w.open(""), kind)
			got := g.ids()
			slices.Sort(got)
			if d := cmp.Diff(idsOf(w.lists[path]), got); d != "" || len(g.errs) > 0 || !g.satisfied() {
				t.Errorf("%v %v (-want +got):\n%s", g.errs, g.gaps(), d)
			}
			if n := g.figures("records_read", "") - g.figures("records_outside_window", ""); n != 120 {
				t.Errorf("%d read of the days", n)
			}
		})
	}
}

// Links that never hold end with an error rather than never.
func TestLinksThatNeverHold(t *testing.T) {
	for kind, path := range map[string]string{RiskDetection: "/identityProtection/riskDetections", User: "/users", SignIn: "/auditLogs/signIns", RoleAssignment: "/roleManagement/directory/roleEligibilityScheduleInstances"} {
		w := newWorld(t)
		w.lists["/users"], w.lists["/directory/deletedItems/microsoft.graph.user"] = objects("u", 30), nil
		w.lists["/roleManagement/directory/roleAssignmentScheduleInstances"] = objects("a", 2)
		w.lists["/roleManagement/directory/roleEligibilityScheduleInstances"] = objects("e", 30)
		for i := range 30 {
			w.lists["/identityProtection/riskDetections"] = append(w.lists["/identityProtection/riskDetections"], risk(fmt.Sprint(i), october(1, 1, i)))
			w.lists["/auditLogs/signIns"] = append(w.lists["/auditLogs/signIns"], signIn(fmt.Sprint(i), october(1, 1, 1), ""))
		}
		w.pages[path] = 10
		w.expire = func(string, int) bool { return true }
		g := collect(t, w.open(""), kind)
		if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "expire before they can be read") || len(w.asked) > 60 {
			t.Errorf("%s: %v after %d requests", kind, g.errs, len(w.asked))
		}
	}
}

// A source that ignores what it is asked for, and whose links never hold, does not
// keep a run for ever.
func TestFiltersThatAreIgnored(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, r *http.Request, path string) bool {
		if r.URL.Query().Has("$skiptoken") {
			graphtest.Fail(rw, http.StatusGone, "", "Invalid Skip Token")
			return true
		}
		fmt.Fprintf(rw, `{"value":[%s,%s],"@odata.nextLink":%q}`, signIn("a", october(1, 1, 1), ""), signIn("b", october(1, 1, 2), ""), w.srv.URL+"/v1.0"+path+"?$skiptoken=1")
		return true
	}
	s := w.open("")
	g := &gathered{}
	s.gather(t, g, units(t, s, SignIn)[0], nil)
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "expire before they can be read") || len(w.asked) > 40 || len(g.records) != 2 {
		t.Errorf("%v, %d requests, %q", g.errs, len(w.asked), g.ids())
	}
}

// A run that is resumed days later has a link that no longer holds: what it reads,
// with what was read before, is each record once.
func TestResumedWithAnExpiredLink(t *testing.T) {
	w := newWorld(t)
	w.minutely(200)
	w.pages["/auditLogs/signIns"] = 30
	s := w.open("")
	want := idsOf(w.lists["/auditLogs/signIns"][:200])
	u := units(t, s, SignIn)[0]
	whole := &gathered{}
	s.gather(t, whole, u, nil)
	if len(whole.batches) < 5 {
		t.Fatalf("%d batches", len(whole.batches))
	}
	var n int
	for i, c := range whole.cursors {
		n += len(whole.batches[i].Records)
		w.links = map[string]int{}
		w.expire = func(_ string, n int) bool { return n == 1 }
		g := &gathered{}
		w.open("").gather(t, g, u, c)
		got := append(slices.Clone(whole.ids()[:n]), g.ids()...)
		if d := cmp.Diff(want, got); d != "" || len(g.errs) > 0 {
			t.Errorf("from cursor %d: %v (-want +got):\n%s", i, g.errs, d)
		}
		if c := g.claims; len(c) != 1 && i < len(whole.cursors)-1 || len(c) == 1 && c[0].Counts[0].N != 200 {
			t.Errorf("from cursor %d: %+v", i, c)
		}
	}
}

// What arrives after a day was read is there when the day is read again.
func TestLateArrivals(t *testing.T) {
	w := newWorld(t)
	w.minutely(10)
	s := w.open("")
	u := units(t, s, SignIn)[0]
	first := &gathered{}
	s.gather(t, first, u, nil)
	w.lists["/auditLogs/signIns"] = append(w.lists["/auditLogs/signIns"], signIn("late", october(1, 0, 1), ""))
	w.now = w.now.Add(24 * time.Hour)
	var again evidence.Unit
	for _, v := range units(t, s, SignIn) {
		if v.Key() == u.Key() {
			again = v
		}
	}
	second := &gathered{}
	s.gather(t, second, again, nil)
	if len(first.records) != 10 || len(second.records) != 11 || second.ids()[1] != "late" {
		t.Errorf("%d records, then %q", len(first.records), second.ids())
	}
}

// Of a record that arrives behind the mark while a day is read, nothing is lost that
// was there before.
func TestArrivalsWhileReading(t *testing.T) {
	w := newWorld(t)
	w.minutely(100)
	w.pages["/auditLogs/signIns"] = 20
	w.before = func(_ string, n int) {
		if n == 3 { // pages shift by one: the last of page 2 comes again
			w.lists["/auditLogs/signIns"] = append(w.lists["/auditLogs/signIns"], signIn("behind", october(1, 0, 1), ""))
		}
	}
	w.expire = func(_ string, n int) bool { return n == 4 }
	g := collect(t, w.open(""), SignIn)
	got := slices.DeleteFunc(g.ids(), func(id string) bool { return id == "behind" })
	if d := cmp.Diff(idsOf(w.lists["/auditLogs/signIns"][:100]), got); d != "" || len(g.errs) > 0 {
		t.Errorf("%v (-want +got):\n%s", g.errs, d)
	}
}

// What the tenant no longer keeps is a gap; what is still given of it is kept.
func TestOlderThanRetained(t *testing.T) {
	for _, tt := range []struct {
		name     string
		settings string
		now      time.Time
		kind     string
		want     []string // gaps: the end of what is lost, by day
		requests int
	}{
		{"in time", "", october(28, 12, 0), SignIn, nil, 28},
		{"a day too late", "", october(32, 0, 0), SignIn, []string{"2026-10-02"}, 31},
		{"in the midst of a day", "", october(32, 12, 0), SignIn, []string{"2026-10-02", "2026-10-02 12h"}, 31},
		{"a free tenant", "retention_days: 7\n", october(9, 0, 0), DirectoryAudit, []string{"2026-10-02"}, 8},
		{"risks are kept longer", "", october(60, 0, 0), RiskDetection, nil, 31},
		{"risks without P2", "risk_retention_days: 30\n", october(32, 0, 0), RiskDetection, []string{"2026-10-02"}, 31},
		{"too old to be asked for", "", october(120, 0, 0), SignIn, slices.Repeat([]string{"x"}, 31), 2},
		{"a tenant that keeps more", "retention_days: 200\n", october(120, 0, 0), SignIn, nil, 31},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.now = tt.now
			for _, path := range []string{"/auditLogs/signIns", "/auditLogs/directoryAudits", "/identityProtection/riskDetections"} {
				w.lists[path] = []string{`{"id":"still there","createdDateTime":"2026-10-01T01:00:00Z","activityDateTime":"2026-10-01T01:00:00Z","detectedDateTime":"2026-10-01T01:00:00Z"}`}
			}
			g := collect(t, w.open(tt.settings), tt.kind)
			var got []string
			for _, c := range g.claims {
				for _, f := range c.Gaps {
					if f.Code != "older_than_retained" || !f.Window.Start.Equal(c.Window.Start) || c.Satisfied() {
						t.Errorf("%+v", f)
					}
					end := f.Window.End.In(jst).Format("2006-01-02")
					if h := f.Window.End.In(jst).Hour(); h != 0 {
						end += fmt.Sprintf(" %dh", h)
					}
					got = append(got, end)
				}
			}
			if len(tt.want) == 31 && len(got) == 31 {
				got = tt.want // every day
			}
			if d := cmp.Diff(tt.want, got); d != "" || len(g.errs) > 0 {
				t.Errorf("%v: gaps (-want +got):\n%s", g.errs, d)
			}
			if len(w.asked) != tt.requests {
				t.Errorf("%d requests, want %d", len(w.asked), tt.requests)
			}
			if tt.requests >= 8 && !slices.Contains(g.ids(), "still there") {
				t.Error("what is still there was not kept")
			}
		})
	}
}

// Graph refuses filters that reach back too far as if they were not well formed. Of
// days that are beyond what is kept that is no error: the gap says it.
func TestRefusedFilters(t *testing.T) {
	w := newWorld(t)
	w.now = october(33, 0, 0)
	w.lists["/auditLogs/signIns"] = nil
	w.answer = func(rw http.ResponseWriter, r *http.Request, _ string) bool {
		if strings.Contains(r.URL.Query().Get("$filter"), "ge 2026-09-30T15") || strings.Contains(r.URL.Query().Get("$filter"), "ge 2026-10-09T15") {
			graphtest.Fail(rw, http.StatusBadRequest, "BadRequest", "Invalid filter clause")
			return true
		}
		return false
	}
	g := collect(t, w.open(""), SignIn)
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "Invalid filter clause") || len(g.claims) != 30 {
		t.Errorf("%v, %d claims: want an error of the tenth day alone", g.errs, len(g.claims))
	}
	if d := cmp.Diff([]string{"older_than_retained tenant=" + graphtest.Tenant, "older_than_retained tenant=" + graphtest.Tenant}, g.gaps()); d != "" {
		t.Error(d)
	}
}

// Times with more or fewer digits, and hostile elements: what can be kept is, the
// rest is told of.
func TestElementsThatAreNone(t *testing.T) {
	w := newWorld(t)
	hostile := []string{
		`null`, `[]`, `"text"`, `7`, `{}`, `{"id":"no time"}`, `{"id":"bad time","createdDateTime":"yesterday"}`, `{"id":"numeric time","createdDateTime":1790000000}`,
		`{"id":"","createdDateTime":"2026-10-01T01:00:00Z"}`, `{"id":7,"createdDateTime":"2026-10-01T01:00:00Z"}`, `{"id":{"a":1},"createdDateTime":"2026-10-01T01:00:00Z"}`,
		`{"id":"whole second","createdDateTime":"2026-10-01T01:00:00Z"}`, `{"id":"nine digits","createdDateTime":"2026-10-01T01:00:00.123456789Z","x":"\u0000\u2028</script>\"'"}`,
		`{"id":"offset","createdDateTime":"2026-10-01T10:00:00+09:00"}`, `{"id":"years off","createdDateTime":"9999-12-31T23:59:59Z"}`,
		`{"id":"` + strings.Repeat("長", 2000) + `","createdDateTime":"2026-10-01T01:00:00Z"}`,
	}
	w.answer = func(rw http.ResponseWriter, r *http.Request, _ string) bool {
		if strings.Contains(r.URL.Query().Get("$filter"), "ge 2026-09-30T15") {
			fmt.Fprintf(rw, `{"value":[%s]}`, strings.Join(hostile, ","))
		} else {
			fmt.Fprint(rw, `{"value":[]}`)
		}
		return true
	}
	g := collect(t, w.open(""), SignIn)
	if d := cmp.Diff([]string{"whole second", "nine digits", "offset", strings.Repeat("長", 2000)}, g.ids()); d != "" || len(g.errs) > 0 {
		t.Errorf("%v (-want +got):\n%s", g.errs, d)
	}
	if g.claims[0].Satisfied() || !g.claims[1].Satisfied() || !slices.ContainsFunc(g.claims[0].Gaps, func(f evidence.Finding) bool { return f.Code == "without_identity" && f.Detail == `id "bad time"` }) {
		t.Errorf("%+v", g.claims[0].Gaps)
	}
}

// Pages that go round in circles, or on and on, end with an error.
func TestEndlessPages(t *testing.T) {
	for name, tt := range map[string]struct {
		next func(n int) string
		most int // requests
	}{
		"a link to itself": {func(int) string { return "1" }, 2},
		"a circle of two":  {func(n int) string { return fmt.Sprint(n % 2) }, mostBarren + 3},
		"ever new links":   {func(n int) string { return fmt.Sprint(n) }, mostBarren + 3},
	} {
		w := newWorld(t)
		n := 0
		w.answer = func(rw http.ResponseWriter, r *http.Request, path string) bool {
			n++
			fmt.Fprintf(rw, `{"value":[%s],"@odata.nextLink":%s}`, signIn("a", october(1, 1, 1), ""), quoted(w.srv.URL+"/v1.0"+path+"?$skiptoken="+tt.next(n)))
			return true
		}
		s := w.open("")
		g := &gathered{}
		s.gather(t, g, units(t, s, SignIn)[0], nil)
		if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "do not end") || len(g.records) != 1 || n > tt.most {
			t.Errorf("%s: %v, %d records, %d requests", name, g.errs, len(g.records), n)
		}
	}
}

// A long list of what is not kept is read to its end all the same.
func TestLongListsOfWhatNobodyWants(t *testing.T) {
	const pages = mostBarren + 50
	for kind, settings := range map[string]string{PIMRequest: "", Group: "groups: [none of these]\n"} {
		w := newWorld(t)
		w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = nil
		path := paths[kind]
		w.pages[path] = 1
		for i := range pages {
			id := fmt.Sprintf("e-%04d", i)
			w.lists[path] = append(w.lists[path], map[string]string{PIMRequest: pimRequest(id, october(1, 0, 0).AddDate(-1, 0, 0), ""), Group: object(id, "")}[kind])
		}
		g := collect(t, w.open(settings), kind)
		if n := w.asks("/v1.0" + path); len(g.errs) > 0 || len(g.records) > 0 || !g.satisfied() || n != pages {
			t.Errorf("%s: %v, %d records, %v, %d pages", kind, g.errs, len(g.records), g.gaps(), n)
		}
	}
}

// A link to somewhere else is not followed: the token must not travel.
func TestForeignLinks(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, _ *http.Request, _ string) bool {
		fmt.Fprint(rw, `{"value":[],"@odata.nextLink":"https://graph.example/v1.0/auditLogs/signIns?$skiptoken=1"}`)
		return true
	}
	s := w.open("")
	g := &gathered{}
	s.gather(t, g, units(t, s, SignIn)[0], nil)
	if len(g.errs) != 1 || !strings.Contains(g.errs[0].Error(), "https://graph.example") || len(w.asked) != 1 {
		t.Errorf("%v, %d requests", g.errs, len(w.asked))
	}
}

// Graph says how long to wait.
func TestThrottling(t *testing.T) {
	w := newWorld(t)
	w.minutely(100)
	w.pages["/auditLogs/signIns"] = 30
	n := 0
	w.answer = func(rw http.ResponseWriter, _ *http.Request, _ string) bool {
		if n++; n == 2 || n == 3 {
			rw.Header().Set("Retry-After", "17")
			graphtest.Fail(rw, http.StatusTooManyRequests, "TooManyRequests", "Too many requests")
			return true
		}
		return false
	}
	g := collect(t, w.open(""), SignIn)
	long := slices.DeleteFunc(slices.Clone(w.slept), func(d time.Duration) bool { return d < 16*time.Second })
	if len(g.records) != 100 || len(g.errs) > 0 || len(long) < 2 {
		t.Errorf("%d records, %v, waited %v", len(g.records), g.errs, w.slept)
	}
}

// All values of Graph's enumerations are asked for, those too that came later: on
// each page, or the same record would read differently.
func TestWholeEnumerations(t *testing.T) {
	for _, kind := range []string{SignIn, DirectoryAudit, RiskDetection, RiskyUser, ConditionalAccessPolicy, AuthMethodRegistration} {
		w := full(t)
		w.pages[paths[kind]] = 2
		n := 0
		w.answer = func(_ http.ResponseWriter, r *http.Request, _ string) bool {
			n++
			if got := r.Header.Get("Prefer"); got != "include-unknown-enum-members" {
				t.Errorf("%s, request %d: Prefer %q", kind, n, got)
			}
			return false
		}
		if collect(t, w.open(""), kind); n < 2 {
			t.Errorf("%s: %d requests", kind, n)
		}
	}
}

// The watermark agrees with a plain memory of everything: whatever comes in the
// order of seconds, what it knows was met, and what it does not know may not have
// been met in the newest second.
func TestWatermark(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var w watermark
		met := map[string]bool{}
		base := october(1, 0, 0)
		for range 200 {
			base = base.Add(time.Duration(random.IntN(900)) * time.Millisecond)
			at := base.Truncate(time.Second).Add(time.Duration(random.IntN(10)) * 100 * time.Millisecond)
			id := fmt.Sprintf("%d-%d", at.Unix(), random.IntN(3))
			if known := w.meet(id, at); known != met[id] {
				t.Fatalf("%s at %s: known %t, met %t", id, at, known, met[id])
			}
			met[id] = true
		}
		if w.Unsorted {
			t.Fatal("disorder within a second is none")
		}
		if w.meet("old", base.Add(-2*time.Second)); !w.Unsorted {
			t.Fatal("disorder was not noticed")
		}
	}
	var busy watermark
	for i := range mostMarked + 1 {
		busy.meet(fmt.Sprint(i), october(1, 0, 0))
	}
	if !busy.Unsorted || len(busy.IDs) != mostMarked {
		t.Errorf("%d identities are kept, %t", len(busy.IDs), busy.Unsorted)
	}
}

func TestInstant(t *testing.T) {
	for text, want := range map[string]int64{
		`"2026-10-01T00:00:00.1234567Z"`: 123456700, `"2026-10-01T00:00:00Z"`: 0, `"2026-10-01T09:00:00.5+09:00"`: 500000000, `"2026-10-01T00:00:00.123456789012Z"`: 123456789,
	} {
		if got := instant(gjson.Parse(text)); got.Unix() != time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC).Unix() || int64(got.Nanosecond()) != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{`null`, `1`, `""`, `"2026-10-01"`, `{}`, `"2026-10-01 00:00:00"`} {
		if got := instant(gjson.Parse(text)); !got.IsZero() {
			t.Errorf("%s: %s", text, got)
		}
	}
}
