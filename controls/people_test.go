package controls

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// accessRecord is a record of an access control's testdata with some of its top
// fields changed, given as JSON.
func accessRecord(t *testing.T, slug, kind, name string, changes ...string) string {
	t.Helper()
	files, err := fs.Glob(shipped, path.Join("access", slug, "testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := fs.ReadFile(shipped, file)
		if err != nil {
			t.Fatal(err)
		}
		var records map[string]map[string]map[string]any
		if err := json.Unmarshal(b, &records); err != nil {
			t.Fatal(err)
		}
		record, ok := records[kind][name]
		if !ok {
			continue
		}
		for _, change := range changes {
			var fields map[string]any
			if err := json.Unmarshal([]byte(change), &fields); err != nil {
				t.Fatal(err)
			}
			maps.Copy(record, fields)
		}
		b, err = json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	t.Fatalf("%s: no %s %s", slug, kind, name)
	return ""
}

// judgedBy runs a shipped control and returns "verdict codes" of each item, by the
// record's ID.
func judgedBy(t *testing.T, lib *Library, id string, params map[string]any, m memory) map[string]string {
	t.Helper()
	configured, err := lib.Configure(map[string]Settings{id: {Params: params}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := configured.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, i := range items {
		got[i.ID] = strings.TrimSpace(string(i.Verdict) + " " + i.Codes)
	}
	return got
}

// TestLeaversThroughTheEngine: a leaver's accounts are found by number and, failing
// that, by address; and their events, states and sign-ins by the accounts.
func TestLeaversThroughTheEngine(t *testing.T) {
	lib := shippedLibrary(t)
	const slug, user, audit, signIn = "leavers-disabled", "entraid.user", "entraid.directory_audit", "entraid.sign_in"
	account := func(changes ...string) string { return accessRecord(t, slug, user, "enabled", changes...) }
	disabled := func(at string) string {
		return accessRecord(t, slug, audit, "disabled", `{"activityDateTime": "`+at+`"}`)
	}
	const off, byAddress = `{"accountEnabled": false}`, `{"employeeId": null}`
	const inTime, late = "2026-10-16T00:00:00Z", "2026-10-20T00:00:00Z"
	tests := []struct {
		name string
		put  func(m memory)
		want string
	}{
		{"no account", func(memory) {}, "not_applicable without_account"},
		{"neither a number nor an address", func(m memory) {
			m.at(31, "hr.person", "leaver", accessRecord(t, slug, "hr.person", "leaver", `{"employee_number": null, "emails": []}`))
			m.at(31, user, "a", account())
		}, "exception unmatchable"},
		{"somebody else's account", func(m memory) {
			m.at(31, user, "a", account(`{"employeeId": "10024", "mail": "sre-09@example.co.jp", "userPrincipalName": "sre-09@example.co.jp"}`))
		}, "not_applicable without_account"},
		{"disabled in time", func(m memory) {
			m.at(31, user, "a", account(off))
			m.at(15, audit, "e", disabled(inTime))
		}, "pass"},
		{"of another account", func(m memory) {
			m.at(31, user, "a", account(off))
			m.at(15, audit, "e", strings.ReplaceAll(disabled(inTime), "000000000001", "000000000007"))
		}, "exception disabling_unknown"},
		{"disabled late", func(m memory) {
			m.at(31, user, "a", account(off))
			m.at(19, audit, "e", disabled(late))
		}, "exception disabled_late"},
		{"disabled after the period", func(m memory) {
			m.at(32, user, "a", account(off))
			m.at(31, audit, "e", disabled("2026-11-01T03:00:00Z"))
		}, "exception disabled_late"},
		{"still enabled", func(m memory) { m.at(31, user, "a", account()) }, "exception still_enabled"},
		{"the newest state counts", func(m memory) {
			m.at(1, user, "a", account())
			m.at(31, user, "b", account(off))
			m.at(15, audit, "e", disabled(inTime))
		}, "pass"},
		{"disabled long ago, as a state of the period shows", func(m memory) {
			m.at(1, user, "a", account(off))
			m.at(31, user, "b", account(off))
		}, "pass"},
		{"an earlier period's state shows nothing", func(m memory) {
			m.at(-2, user, "a", account(off))
			m.at(31, user, "b", account(off))
		}, "exception disabling_unknown"},
		{"deleted for good within the period", func(m memory) {
			m.at(1, user, "a", account())
			m.at(15, audit, "e", accessRecord(t, slug, audit, "disabled", `{"activityDisplayName": "Hard Delete user", "activityDateTime": "`+late+`"}`))
		}, "exception deleted_late"},
		{"by mail, in other letters", func(m memory) {
			m.at(31, user, "a", account(byAddress, `{"mail": "SRE-01@Example.co.jp", "userPrincipalName": "s01@example.onmicrosoft.com"}`))
		}, "exception still_enabled"},
		{"by name", func(m memory) { m.at(31, user, "a", account(byAddress, `{"mail": null}`)) }, "exception still_enabled"},
		{"by another address", func(m memory) {
			m.at(31, user, "a", account(byAddress, `{"mail": null, "userPrincipalName": "s01@example.com", "otherMails": ["x@example.com", "Sre-01@example.co.jp"]}`))
		}, "exception still_enabled"},
		{"deleted, by its name", func(m memory) { m.at(31, user, "a", accessRecord(t, slug, user, "deleted")) }, "pass"},
		{"deleted late, by its name", func(m memory) {
			m.at(31, user, "a", accessRecord(t, slug, user, "deleted", `{"deletedDateTime": "`+late+`"}`))
		}, "exception deleted_late"},
		{"another number", func(m memory) { m.at(31, user, "a", account(`{"employeeId": "10999"}`)) }, "exception other_number"},
		{"a number of two", func(m memory) {
			m.at(31, user, "a", account())
			m.at(31, "hr.person", "other", accessRecord(t, slug, "hr.person", "other", `{"employee_number": "10023"}`))
		}, "exception shared_number"},
		{"an address of two", func(m memory) {
			m.at(31, user, "a", account(byAddress))
			m.at(31, "hr.person", "other", accessRecord(t, slug, "hr.person", "other"))
		}, "exception shared_address"},
		{"used afterwards", func(m memory) {
			m.at(31, user, "a", account(off))
			m.at(15, audit, "e", disabled(inTime))
			m.at(31, signIn, "s", accessRecord(t, slug, signIn, "success_without_error_code", `{"userId": "6f1f7c31-0000-4000-8000-000000000001", "createdDateTime": "2026-11-01T03:00:00Z"}`))
		}, "exception used_after_deadline"},
		{"used by another", func(m memory) {
			m.at(31, user, "a", account(off))
			m.at(15, audit, "e", disabled(inTime))
			m.at(31, signIn, "s", accessRecord(t, slug, signIn, "success_without_error_code", `{"createdDateTime": "2026-11-01T03:00:00Z"}`))
		}, "pass"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := memory{}
			m.at(31, "hr.person", "leaver", accessRecord(t, slug, "hr.person", "leaver"))
			tt.put(m)
			if d := cmp.Diff(map[string]string{"leaver": tt.want}, judgedBy(t, lib, "ACC-03", nil, m)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestLeaverOfTheLastDay: whose account is due after the period's last collection
// is pending, and who is still employed is no item.
func TestLeaverOfTheLastDay(t *testing.T) {
	lib := shippedLibrary(t)
	m := memory{}
	m.at(31, "hr.person", "leaver", accessRecord(t, "leavers-disabled", "hr.person", "leaver", `{"left_at": "2026-10-31T23:59:59+09:00"}`))
	m.at(31, "hr.person", "other", accessRecord(t, "leavers-disabled", "hr.person", "other"))
	m.at(31, "entraid.user", "a", accessRecord(t, "leavers-disabled", "entraid.user", "enabled"))
	if d := cmp.Diff(map[string]string{"leaver": "pending not_yet_due"}, judgedBy(t, lib, "ACC-03", map[string]any{"hours": 48}, m)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"leaver": "exception still_enabled"}, judgedBy(t, lib, "ACC-03", map[string]any{"hours": 24}, m)); d != "" {
		t.Error(d)
	}
}

// TestAccountsThroughTheEngine: of accounts the newest states are items, as far as
// they are enabled, and people are found by number and by address.
func TestAccountsThroughTheEngine(t *testing.T) {
	lib := shippedLibrary(t)
	const slug, user, person = "accounts-have-people", "entraid.user", "hr.person"
	m := memory{}
	put := func(id string, day int, changes ...string) {
		m.at(day, user, id, accessRecord(t, slug, user, "account", append([]string{`{"id": "` + strings.TrimRight(id, "0123456789") + `"}`}, changes...)...))
	}
	const noAddress = `{"mail": null, "userPrincipalName": "x@example.com", "otherMails": []}`
	put("stale1", 1, noAddress, `{"employeeId": "1"}`)
	put("closed1", 1)
	put("bynumber", 31, noAddress)
	put("byname", 31, `{"employeeId": null, "mail": null}`)
	put("bymail", 31, `{"employeeId": null, "userPrincipalName": "x@example.com"}`)
	put("byother", 31, noAddress, `{"employeeId": null, "otherMails": ["SRE-01@EXAMPLE.CO.JP"]}`)
	put("nobody", 31, noAddress, `{"employeeId": "2"}`)
	put("twice", 31, noAddress, `{"employeeId": null, "otherMails": ["sre-01@example.co.jp", "sre-03@example.co.jp"]}`)
	put("differs", 31, `{"employeeId": "3"}`)
	put("stale2", 31, noAddress)
	put("closed2", 31, `{"accountEnabled": false}`)
	put("gone", 31, `{"deletedDateTime": "2026-10-05T00:00:00Z"}`)
	m.at(31, user, "guest", accessRecord(t, slug, user, "guest"))
	m.at(31, person, "p", accessRecord(t, slug, person, "person"))
	m.at(31, person, "q", accessRecord(t, slug, person, "other", `{"emails": ["sre-03@example.co.jp"], "left_at": "2026-10-10T23:59:59+09:00"}`))
	want := map[string]string{
		"bynumber": "pass", "byname": "pass", "bymail": "pass", "byother": "pass", "stale2": "pass",
		"nobody": "exception no_person", "twice": "exception ambiguous", "differs": "exception other_number",
		"gone": "not_applicable deleted", "guest": "not_applicable guest_account",
	}
	if d := cmp.Diff(want, judgedBy(t, lib, "ACC-04", nil, m)); d != "" {
		t.Error(d)
	}
	delete(m, person)
	if got := judgedBy(t, lib, "ACC-04", nil, m); got["bynumber"] != "exception no_person" {
		t.Errorf("without a roster: %v", got)
	}
}

// TestPrivilegesThroughTheEngine: assignments, requests and events are items of one
// population, approvals are found by request and person, and an event of which
// there is a request is judged by that.
func TestPrivilegesThroughTheEngine(t *testing.T) {
	lib := shippedLibrary(t)
	const slug, request, assignment, audit = "privileged-just-in-time", "entraid.pim_request", "entraid.role_assignment", "entraid.directory_audit"
	record := func(kind, name string, changes ...string) string {
		return accessRecord(t, slug, kind, name, changes...)
	}
	all := func() memory {
		m := memory{}
		m.at(0, assignment, "permanent", record(assignment, "permanent"))
		m.at(31, assignment, "activated", record(assignment, "activated"))
		m.at(31, assignment, "eligible", strings.Replace(record(assignment, "permanent", `{"state": "eligible"}`), `-1"`, `-1-e"`, 1))
		m.at(4, request, "activation", record(request, "activation", `{"approval": null}`))
		m.at(5, request, "assignment", record(request, "assignment"))
		m.at(5, request, "eligibility", record(request, "assignment", `{"type": "eligibility"}`))
		m.at(4, audit, "activated", record(audit, "activated"))
		m.at(4, audit, "approved", record(audit, "approved"))
		m.at(4, audit, "added", record(audit, "added_by_a_person"))
		m.at(4, audit, "in azure", record(audit, "activated", `{"category": "ResourceManagement"}`))
		return m
	}
	items := map[string]string{
		"permanent": "exception permanent", "activated": "not_applicable nothing_tested", "activation": "pass", "assignment": "pass", "added": "exception outside_pim",
	}
	changed := func(changes map[string]string) map[string]string {
		want := maps.Clone(items)
		maps.Copy(want, changes)
		maps.DeleteFunc(want, func(_, v string) bool { return v == "" })
		return want
	}
	tests := []struct {
		name string
		edit func(m memory)
		want map[string]string
	}{
		{"all", func(memory) {}, nil},
		{"no approval", func(m memory) { m[audit] = without(m[audit], "approved") }, map[string]string{"activation": "exception not_approved"}},
		{"requests are not collected", func(m memory) { delete(m, request) }, map[string]string{"activation": "", "assignment": "", "activated": "pass"}},
		{"nor is there an approval", func(m memory) {
			delete(m, request)
			m[audit] = without(m[audit], "approved")
		}, map[string]string{"activation": "", "assignment": "", "activated": "exception not_approved"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := all()
			m[assignment] = without(m[assignment], "activated") // its name is the event's here
			tt.edit(m)
			if d := cmp.Diff(changed(tt.want), judgedBy(t, lib, "ACC-05", nil, m)); d != "" {
				t.Error(d)
			}
		})
	}
	m := all()
	delete(m, request)
	delete(m, audit)
	if d := cmp.Diff(map[string]string{"permanent": "exception permanent", "activated": "pass"}, judgedBy(t, lib, "ACC-05", nil, m)); d != "" {
		t.Error(d)
	}
}

// TestGroupsThroughTheEngine: a change of members by the rules of dynamic groups is
// in order where the group has them.
func TestGroupsThroughTheEngine(t *testing.T) {
	lib := shippedLibrary(t)
	const slug, audit, group = "group-changes-by-automation", "entraid.directory_audit", "entraid.group"
	const byRules = `{"initiatedBy": {"user": null, "app": {"displayName": "Microsoft Approval Management"}}}`
	for name, want := range map[string]string{"dynamic": "pass", "assigned": "exception self_service", "not read": "pass"} {
		m := memory{}
		m.at(6, audit, "added", accessRecord(t, slug, audit, "member_added", byRules))
		body := accessRecord(t, slug, group, "group")
		switch name {
		case "dynamic":
			body = strings.Replace(body, `"groupTypes":[]`, `"groupTypes":["DynamicMembership"]`, 1)
			fallthrough
		case "assigned":
			m.at(31, group, "g", body)
		}
		if d := cmp.Diff(map[string]string{"added": want}, judgedBy(t, lib, "ACC-06", nil, m)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func shippedLibrary(t *testing.T) *Library {
	t.Helper()
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// without is the records but for the one with the ID.
func without(records []evidence.Record, id string) []evidence.Record {
	var rest []evidence.Record
	for _, r := range records {
		if r.ID != id {
			rest = append(rest, r)
		}
	}
	return rest
}
