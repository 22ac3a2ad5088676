package entraid

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

func TestGroups(t *testing.T) {
	w := newWorld(t)
	group := `{ "id":"g-1","displayName":"app-支払 \"<x>\"" ,"groupTypes":[]}`
	w.lists["/groups"] = []string{group}
	w.lists["/groups/g-1/members"] = []string{`{"@odata.type":"#microsoft.graph.user", "id":"u1","mail":null,"accountEnabled":false,"n":1.0}`, `{"@odata.type":"#microsoft.graph.servicePrincipal","id":"sp1","appId":"a1"}`}
	w.lists["/groups/g-1/owners"] = nil
	g := collect(t, w.open(""), Group)
	want := `{"group":{"id":"g-1","displayName":"app-支払 \"<x>\"","groupTypes":[]},"members":[{"@odata.type":"#microsoft.graph.user","id":"u1","mail":null,"accountEnabled":false,"n":1.0},{"@odata.type":"#microsoft.graph.servicePrincipal","id":"sp1","appId":"a1"}],"owners":[]}`
	if len(g.records) != 1 || string(g.records[0].Body) != want || !g.satisfied() {
		t.Errorf("%v %v %+v", g.errs, g.gaps(), g.records)
	}
	// v1.0 gives no service principals.
	if n := w.asks("/beta/groups/g-1/"); n != 2 || w.asks("/v1.0/groups/") != 0 {
		t.Errorf("asked %q", w.asked)
	}
	if n := len(g.batches[0].Origins); n != 3 {
		t.Errorf("%d origins, want those of the group's page, its members and its owners", n)
	}
}

// A group has any number of members, over any number of pages, whose links may
// expire.
func TestManyMembers(t *testing.T) {
	for name, expire := range map[string]func(string, int) bool{
		"all is well":   nil,
		"one expires":   func(path string, n int) bool { return strings.HasSuffix(path, "members") && n == 7 },
		"four in a row": func(path string, n int) bool { return strings.HasSuffix(path, "members") && n > 1 && n < 6 },
	} {
		w := full(t)
		w.lists["/groups/g-2/members"] = objects("m", 2345)
		w.pages["/groups/g-2/members"] = 100
		w.expire = expire
		g := collect(t, w.open(""), Group)
		if len(g.errs) > 0 || len(g.records) != 3 {
			t.Fatalf("%s: %v, %d records", name, g.errs, len(g.records))
		}
		var ids []string
		gjson.GetBytes(g.records[1].Body, "members.#.id").ForEach(func(_, id gjson.Result) bool {
			ids = append(ids, id.Str)
			return true
		})
		if d := cmp.Diff(idsOf(w.lists["/groups/g-2/members"]), ids); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestGroupTooLarge: what no record can hold is a gap, and the other groups are read.
func TestGroupTooLarge(t *testing.T) {
	long := `,"mail":"` + strings.Repeat("x", 300<<10) + `"`
	members := func(n int) (list []string) {
		for i := range n {
			list = append(list, object(fmt.Sprintf("m-%03d", i), long))
		}
		return list
	}
	for name, tt := range map[string]struct {
		members, owners int
		null            []string
	}{
		"fits":               {48, 1, nil},
		"members":            {60, 1, []string{"members"}},
		"owners beside them": {40, 20, []string{"owners"}},
	} {
		w := full(t)
		w.lists["/groups/g-2/members"], w.lists["/groups/g-2/owners"] = members(tt.members), members(tt.owners)
		w.pages["/groups/g-2/members"], w.pages["/groups/g-2/owners"] = 10, 10
		g := collect(t, w.open(""), Group)
		if len(g.errs) > 0 || len(g.records) != 3 {
			t.Fatalf("%s: %v, %d records", name, g.errs, len(g.records))
		}
		var null, gaps []string
		for _, l := range []string{"members", "owners"} {
			if gjson.GetBytes(g.records[1].Body, l).Type == gjson.Null {
				null = append(null, l)
			}
		}
		for _, n := range tt.null {
			gaps = append(gaps, "group_too_large "+n+" of group name of g-2 (g-2)")
		}
		if d := cmp.Diff([][]string{tt.null, gaps}, [][]string{null, g.gaps()}); d != "" {
			t.Errorf("%s: left out and gaps (-want +got):\n%s", name, d)
		}
	}
}

func TestMembersThatCannotBeRead(t *testing.T) {
	hidden := object("g-2", `,"visibility":"HiddenMembership"`)
	for _, tt := range []struct {
		name        string
		change      func(w *world)
		gaps, notes []string
		members     string // of g-2
		records     int
	}{
		{"refused", func(w *world) { w.refusals["/groups/g-2/members"] = denied }, []string{"not_readable members of group name of g-2 (g-2)"}, nil, "null", 3},
		{"owners refused", func(w *world) { w.refusals["/groups/g-2/owners"] = denied }, []string{"not_readable owners of group name of g-2 (g-2)"}, nil, `["m-g-2-000","m-g-2-001","m-g-2-002"]`, 3},
		{"hidden and refused", func(w *world) { w.lists["/groups"][1] = hidden; w.refusals["/groups/g-2/members"] = denied }, []string{"not_readable members of group name of g-2 (g-2)"}, nil, "null", 3},
		{"hidden and empty", func(w *world) { w.lists["/groups"][1] = hidden; w.lists["/groups/g-2/members"] = nil }, nil, []string{"hidden_membership members of group name of g-2 (g-2)"}, "[]", 3},
		{"gone", func(w *world) { delete(w.lists, "/groups/g-2/members") }, nil, []string{"gone_meanwhile members of group name of g-2 (g-2)"}, "", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := full(t)
			tt.change(w)
			g := collect(t, w.open(""), Group)
			if d := cmp.Diff([][]string{tt.gaps, tt.notes}, [][]string{g.gaps(), g.notes()}); d != "" || len(g.errs) > 0 || len(g.records) != tt.records {
				t.Fatalf("%v, %d records, gaps and notes (-want +got):\n%s", g.errs, len(g.records), d)
			}
			for _, r := range g.records {
				if !strings.HasPrefix(r.ID, "g-2@") {
					continue
				}
				members := gjson.GetBytes(r.Body, "members")
				if members.IsArray() {
					members = gjson.GetBytes(r.Body, "members.#.id")
				}
				if members.Raw != tt.members {
					t.Errorf("members %s, want %s", members.Raw, tt.members)
				}
			}
			for _, f := range append(g.claims[0].Gaps, g.claims[0].Notes...) {
				if f.Code == "beta_endpoint" {
					continue
				}
				if strings.Contains(tt.name, "hidden") != strings.HasSuffix(f.Detail, "needed: "+readHidden) {
					t.Errorf("detail %q", f.Detail)
				}
			}
		})
	}
}

// Of what the application may not read Graph gives type and ID, and no refusal.
func TestMembersWithoutNames(t *testing.T) {
	user, app := `{"@odata.type":"#microsoft.graph.user","id":"u1"%s}`, `{"@odata.type":"#microsoft.graph.servicePrincipal","id":"sp1"%s}`
	nulls := `,"displayName":null,"userPrincipalName":null,"mail":null,"userType":null,"accountEnabled":null,"appId":null,"servicePrincipalType":null`
	for name, tt := range map[string]struct {
		members, owners []string
		needed          []string // of members, of owners
	}{
		"all are told of":  {[]string{fmt.Sprintf(user, `,"accountEnabled":false`), fmt.Sprintf(app, `,"appId":"x"`)}, nil, nil},
		"users are not":    {[]string{fmt.Sprintf(app, `,"appId":"x"`), fmt.Sprintf(user, "")}, nil, []string{"members " + readUsers}},
		"with nulls":       {[]string{fmt.Sprintf(user, nulls)}, nil, []string{"members " + readUsers}},
		"applications":     {[]string{fmt.Sprintf(user, `,"mail":"x"`), fmt.Sprintf(app, nulls)}, nil, []string{"members " + readApplications}},
		"neither, of both": {[]string{fmt.Sprintf(app, ""), fmt.Sprintf(user, "")}, []string{fmt.Sprintf(user, nulls)}, []string{"members " + readUsers, "members " + readApplications, "owners " + readUsers}},
		"other things":     {[]string{`{"@odata.type":"#microsoft.graph.device","id":"d1"}`}, []string{`{"id":"x"}`}, nil},
	} {
		w := newWorld(t)
		w.lists["/groups"] = []string{object("g-1", "")}
		w.lists["/groups/g-1/members"], w.lists["/groups/g-1/owners"] = tt.members, tt.owners
		g := collect(t, w.open(""), Group)
		var got []string
		for _, f := range g.claims[0].Gaps {
			list, _, _ := strings.Cut(f.Object, " of group name of g-1 (g-1)")
			_, needed, _ := strings.Cut(f.Detail, "needed: ")
			if got = append(got, list+" "+needed); f.Code != "not_readable" {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if d := cmp.Diff(tt.needed, got); d != "" || len(g.records) != 1 || len(g.errs) > 0 || g.satisfied() != (len(tt.needed) == 0) {
			t.Errorf("%s: %v (-want +got):\n%s", name, g.errs, d)
		}
	}
}

func TestChosenGroups(t *testing.T) {
	const id = "12345678-1234-1234-1234-123456789abc"
	w := full(t)
	w.lists["/groups"] = []string{object("x-1", `,"displayName":"x"`), `{"id":"x-2","displayName":"App/支払"}`, object(strings.ToUpper(id), ""), `{"id":"x-4"}`}
	for _, g := range []string{"x-2", strings.ToUpper(id)} {
		w.lists["/groups/"+g+"/members"], w.lists["/groups/"+g+"/owners"] = nil, nil
	}
	gone := "99999999-1234-1234-1234-123456789abc"
	g := collect(t, w.open("groups: [\"app*\", "+id+", "+gone+"]\n"), Group)
	taken := "@" + w.now.UTC().Format("2006-01-02T15:04:05Z07:00")
	if d := cmp.Diff([]string{"x-2" + taken, strings.ToUpper(id) + taken}, g.ids()); d != "" || len(g.errs) > 0 || !g.satisfied() {
		t.Errorf("%v (-want +got):\n%s", g.errs, d)
	}
	if d := cmp.Diff([]string{"limited_by_settings app*, " + id + ", " + gone, "no_such_group " + gone}, g.notes()); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
	if n := w.asks("/beta/groups/"); n != 4 {
		t.Errorf("%d lists of members and owners were asked for", n)
	}
}

// Names that somebody chose do not break a finding's line.
func TestHostileNames(t *testing.T) {
	w := full(t)
	w.lists["/groups"][1] = `{"id":"g-2","displayName":"a\nb\u0000\u202e` + strings.Repeat("長", 300) + `"}`
	w.refusals["/groups/g-2/members"] = denied
	g := collect(t, w.open(""), Group)
	if f := g.claims[0].Gaps[0].Object; strings.ContainsAny(f, "\n\x00") || len([]rune(f)) > 130 || !strings.Contains(f, "a b") {
		t.Errorf("%q", f)
	}
}

// Groups are handed over in parts that are not large, from each of which a run can
// be resumed.
func TestLargeGroups(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", 1<<20)
	for i := range 20 {
		id := fmt.Sprintf("g-%02d", i)
		w.lists["/groups"] = append(w.lists["/groups"], object(id, ""))
		w.lists["/groups/"+id+"/members"], w.lists["/groups/"+id+"/owners"] = []string{object("m", `,"long":"`+long+`"`)}, nil
	}
	w.pages["/groups"] = 15
	s := w.open("")
	u := units(t, s, Group)[0]
	whole := &gathered{}
	s.gather(t, whole, u, nil)
	if len(whole.errs) > 0 || len(whole.records) != 20 || len(whole.batches) < 4 {
		t.Fatalf("%v, %d records in %d batches", whole.errs, len(whole.records), len(whole.batches))
	}
	n := 0
	for i, c := range whole.cursors {
		n += len(whole.batches[i].Records)
		rest := &gathered{}
		w.open("").gather(t, rest, u, c)
		if got := append(whole.ids()[:n:n], rest.ids()...); cmp.Diff(whole.ids(), got) != "" || len(c) > 4096 {
			t.Errorf("from cursor %d of %d bytes: %q", i, len(c), got)
		}
	}
}

// A tenant where nothing of the members may be read does not make a claim of a
// thousand lines.
func TestManyGapsAreBounded(t *testing.T) {
	w := newWorld(t)
	for i := range 500 {
		w.lists["/groups"] = append(w.lists["/groups"], object(fmt.Sprintf("g-%03d", i), ""))
	}
	w.answer = func(rw http.ResponseWriter, _ *http.Request, path string) bool {
		if path != "/groups" {
			graphtest.Fail(rw, denied.status, denied.code, denied.message)
			return true
		}
		return false
	}
	g := collect(t, w.open(""), Group)
	gaps := g.claims[0].Gaps
	if len(g.records) != 500 || len(gaps) != mostFindings+1 || gaps[mostFindings].Code != "more_findings" {
		t.Errorf("%d records, %d gaps", len(g.records), len(gaps))
	}
}
