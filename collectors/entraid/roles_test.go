package entraid

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

const (
	activePath   = "/roleManagement/directory/roleAssignmentScheduleInstances"
	eligiblePath = "/roleManagement/directory/roleEligibilityScheduleInstances"
	approvalPath = "/roleManagement/directory/roleAssignmentApprovals/"
)

func TestRoleAssignments(t *testing.T) {
	w := newWorld(t)
	active := `{ "id":"a1","assignmentType":"Activated","endDateTime":"2026-10-04T01:00:00Z","principal":{"id":"u1"},"roleDefinition":{"id":"r1","displayName":"Global Administrator"}}`
	w.lists[activePath], w.lists[eligiblePath] = []string{active, object("same", "")}, []string{object("same", "")}
	g := collect(t, w.open(""), RoleAssignment)
	taken := "@" + w.now.UTC().Format(time.RFC3339)
	if d := cmp.Diff([]string{"active:a1" + taken, "active:same" + taken, "eligible:same" + taken}, g.ids()); d != "" || !g.satisfied() {
		t.Fatalf("%v %v (-want +got):\n%s", g.errs, g.gaps(), d)
	}
	if want := `{"state":"active","assignment":` + compact(t, active) + `}`; string(g.records[0].Body) != want {
		t.Errorf("%s, want %s", g.records[0].Body, want)
	}
	if d := cmp.Diff([]string{"/v1.0" + activePath + "?$expand=principal,roleDefinition", "/v1.0" + eligiblePath + "?$expand=principal,roleDefinition"}, w.asked); d != "" {
		t.Errorf("asked (-want +got):\n%s", d)
	}
}

// Without a licence for PIM plain assignments are read, and the claim says so.
func TestWithoutPIM(t *testing.T) {
	w := newWorld(t)
	w.refusals[activePath], w.refusals[eligiblePath] = noPIM, noPIM
	w.lists["/roleManagement/directory/roleAssignments"] = []string{
		`{"id":"a1","principalId":"u1","roleDefinitionId":"r1","principal":{"id":"u1"} }`, `{"id":"a2","roleDefinitionId":"unknown"}`, `{"id":"a3","roleDefinitionId":"r1","roleDefinition":{"id":"given"}}`,
	}
	w.lists["/roleManagement/directory/roleDefinitions"] = []string{`{"id":"r1","displayName":"Global Administrator","isBuiltIn":true}`, `{"id":"r2"}`}
	w.pages["/roleManagement/directory/roleDefinitions"], w.pages["/roleManagement/directory/roleAssignments"] = 1, 2
	g := collect(t, w.open(""), RoleAssignment)
	var got []string
	for _, r := range g.records {
		got = append(got, string(r.Body))
	}
	want := []string{
		`{"state":"active","assignment":{"id":"a1","principalId":"u1","roleDefinitionId":"r1","principal":{"id":"u1"},"roleDefinition":{"id":"r1","displayName":"Global Administrator","isBuiltIn":true}}}`,
		`{"state":"active","assignment":{"id":"a2","roleDefinitionId":"unknown","roleDefinition":null}}`,
		`{"state":"active","assignment":{"id":"a3","roleDefinitionId":"r1","roleDefinition":{"id":"given"}}}`,
	}
	if d := cmp.Diff(want, got); d != "" || len(g.errs) > 0 || !g.satisfied() {
		t.Fatalf("%v %v (-want +got):\n%s", g.errs, g.gaps(), d)
	}
	if n := g.claims[0].Notes; len(n) != 1 || n[0].Code != "no_pim_licence" || !strings.Contains(n[0].Detail, "needed: a licence of Microsoft Entra ID P2") {
		t.Errorf("notes %+v", n)
	}
	if w.asks("/v1.0"+eligiblePath) != 0 {
		t.Error("eligible assignments were asked for all the same")
	}
	// The plain lists need another permission.
	w.refusals["/roleManagement/directory/roleAssignments"], w.refusals["/roleManagement/directory/roleDefinitions"] = denied, denied
	g = collect(t, w.open(""), RoleAssignment)
	if d := cmp.Diff([]string{"not_readable role definitions", "not_readable role assignments"}, g.gaps()); d != "" || !strings.HasSuffix(g.claims[0].Gaps[0].Detail, "needed: "+readRoles) {
		t.Errorf("%+v", g.claims[0].Gaps)
	}
}

// A permission for one of the two lists does not stand for the other.
func TestHalfOfTheRoles(t *testing.T) {
	w := full(t)
	w.refusals[eligiblePath] = denied
	g := collect(t, w.open(""), RoleAssignment)
	if d := cmp.Diff([]string{"not_readable eligible role assignments"}, g.gaps()); d != "" || len(g.records) != 3 || !strings.HasSuffix(g.claims[0].Gaps[0].Detail, "needed: "+readEligible) {
		t.Errorf("%d records, %+v", len(g.records), g.claims)
	}
}

// Where PIM has given the active assignments, plain ones would be the same again under
// other identities: a licence that is missing from then on is a gap.
func TestPIMThatEndsHalfway(t *testing.T) {
	for name, refuse := range map[string]func(w *world){
		"of the eligible": func(w *world) { w.refusals[eligiblePath] = noPIM },
		"of a later page": func(w *world) {
			w.pages[activePath] = 1
			w.answer = func(rw http.ResponseWriter, r *http.Request, path string) bool {
				if path != activePath || !r.URL.Query().Has("$skiptoken") {
					return false
				}
				graphtest.Fail(rw, noPIM.status, noPIM.code, noPIM.message)
				return true
			}
		},
	} {
		w := full(t)
		refuse(w)
		w.lists["/roleManagement/directory/roleAssignments"] = objects("plain", 3)
		w.lists["/roleManagement/directory/roleDefinitions"] = nil
		g := collect(t, w.open(""), RoleAssignment)
		if w.asks("/v1.0/roleManagement/directory/roleAssignments?") != 0 || len(g.records) != 3 || len(g.errs) > 0 || g.satisfied() || len(g.notes()) > 0 {
			t.Errorf("%s: %v, %q, gaps %v, notes %v", name, g.errs, g.ids(), g.gaps(), g.notes())
		}
		if f := g.claims[0].Gaps[0]; f.Code != "not_readable" || !strings.Contains(f.Detail, "needed: a licence of Microsoft Entra ID P2") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func pimRequest(id string, at time.Time, approval string) string {
	return fmt.Sprintf(`{"id":%q, "action":"selfActivate","createdDateTime":%q,"approvalId":%s,"principal":{"id":"u1"}}`, id, sevenths(at), or(approval, "null"))
}

func TestRequests(t *testing.T) {
	const assignments, eligibilities = "/roleManagement/directory/roleAssignmentScheduleRequests", "/roleManagement/directory/roleEligibilityScheduleRequests"
	w := newWorld(t)
	w.pages[assignments] = 2
	w.lists[assignments] = []string{
		pimRequest("before", october(1, 0, 0).Add(-time.Second), `"never-asked"`), pimRequest("first", october(1, 0, 0), ""), pimRequest("approved", october(2, 9, 0), `"ap/1"`),
		pimRequest("gone", october(2, 10, 0), `"ap-gone"`), pimRequest("not settled", october(4, 3, 0), ""), `{"id":"untimed","createdDateTime":null}`,
	}
	w.lists[eligibilities] = []string{pimRequest("eligible", october(3, 0, 0), "")}
	approval := `{ "id":"ap/1","steps":[{"reviewResult":"Approve","justification":"障害対応","reviewedBy":{"id":"u2"}}] }`
	w.objects[approvalPath+"ap/1"] = approval
	g := collect(t, w.open(""), PIMRequest)
	if d := cmp.Diff([]string{"first", "approved", "gone", "eligible"}, g.ids()); d != "" || len(g.errs) > 0 {
		t.Fatalf("%v (-want +got):\n%s", g.errs, d)
	}
	want := []string{
		`{"type":"assignment","request":` + compact(t, w.lists[assignments][1]) + `,"approval":null}`,
		`{"type":"assignment","request":` + compact(t, w.lists[assignments][2]) + `,"approval":` + compact(t, approval) + `}`,
		`{"type":"assignment","request":` + compact(t, w.lists[assignments][3]) + `,"approval":null}`,
		`{"type":"eligibility","request":` + compact(t, w.lists[eligibilities][0]) + `,"approval":null}`,
	}
	var got []string
	for _, r := range g.records {
		got = append(got, string(r.Body))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"without_identity requests (assignment)"}, g.gaps()); d != "" || g.figures("approvals_not_found", "") != 1 {
		t.Errorf("%+v", g.claims[0])
	}
	if n := w.asks("/beta" + approvalPath); n != 2 {
		t.Errorf("%d approvals were asked for: %q", n, w.asked)
	}
}

// Approvals are for approvers to read: once they are refused, no more are asked for,
// and the claim says where to look instead.
func TestApprovalsThatAreRefused(t *testing.T) {
	for _, answer := range []refusal{denied, noPIM, {403, "UnknownError", "Attempted to perform an unauthorized operation in tenant " + graphtest.Tenant}} {
		w := newWorld(t)
		for i := range 5 {
			id := fmt.Sprint("ap-", i)
			w.lists[paths[PIMRequest]] = append(w.lists[paths[PIMRequest]], pimRequest(fmt.Sprint(i), october(2, i, 0), quoted(id)))
			w.refusals[approvalPath+id] = answer
		}
		w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = nil
		g := collect(t, w.open(""), PIMRequest)
		if len(g.records) != 5 || len(g.errs) > 0 || !g.satisfied() || w.asks("/beta") != 1 {
			t.Fatalf("%d records, %v, %v, %d asked", len(g.records), g.errs, g.gaps(), w.asks("/beta"))
		}
		if n := g.claims[0].Notes; len(n) != 2 || n[0].Code != "identity_may_write" || n[1] != (evidence.Finding{Code: "approvals_not_readable", Object: "approvals", Detail: fmt.Sprintf("Graph: %d %s", answer.status, answer.code)}) {
			t.Errorf("notes %+v", n)
		}
		for _, r := range g.records {
			if v := gjson.GetBytes(r.Body, "approval"); !v.Exists() || v.Type != gjson.Null {
				t.Errorf("approval %s", v.Raw)
			}
		}
	}
}

// What Graph has against one approval says nothing of the others.
func TestAnApprovalThatIsRefused(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		id := fmt.Sprint("ap-", i)
		w.lists[paths[PIMRequest]] = append(w.lists[paths[PIMRequest]], pimRequest(fmt.Sprint(i), october(2, i, 0), quoted(id)))
		w.objects[approvalPath+id] = object(id, "")
	}
	w.refusals[approvalPath+"ap-0"] = refusal{http.StatusBadRequest, "BadRequest", "not supported"}
	w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = nil
	g := collect(t, w.open(""), PIMRequest)
	if len(g.records) != 3 || len(g.errs) > 0 || w.asks("/beta") != 3 || !gjson.GetBytes(g.records[2].Body, "approval.id").Exists() {
		t.Fatalf("%d records, %v, %d asked", len(g.records), g.errs, w.asks("/beta"))
	}
	if d := cmp.Diff([]evidence.Finding{{Code: "approvals_not_readable", Object: "approval ap-0", Detail: "Graph: 400 BadRequest"}}, g.claims[0].Notes[1:]); d != "" || !g.satisfied() {
		t.Errorf("notes (-want +got):\n%s", d)
	}
}

// Requests that a relation wants around the period are given too.
func TestRequestsAroundThePeriod(t *testing.T) {
	w := newWorld(t)
	w.lists[paths[PIMRequest]] = []string{pimRequest("two days before", october(-1, 1, 0), ""), pimRequest("yesterday", october(0, 12, 0), "")}
	w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = nil
	s := w.open("")
	want := wantKinds(PIMRequest)
	want[0].Before = 24 * time.Hour
	g := &gathered{}
	for _, u := range planned(t, s, want) {
		s.gather(t, g, u, nil)
	}
	if d := cmp.Diff([]string{"yesterday"}, g.ids()); d != "" {
		t.Errorf("%v (-want +got):\n%s", g.errs, d)
	}
}

func FuzzWith(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, ` { "a" : {} } `, `{"a":"}"}`, "{\t\r\n}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, object string) {
		if !gjson.Valid(object) || !gjson.Parse(object).IsObject() {
			return
		}
		got := with(object, "added", `{"x":1}`)
		var before, after []string
		gjson.Parse(object).ForEach(func(k, v gjson.Result) bool { before = append(before, k.Raw, v.Raw); return true })
		gjson.Parse(got).ForEach(func(k, v gjson.Result) bool { after = append(after, k.Raw, v.Raw); return true })
		if d := cmp.Diff(append(before, `"added"`, `{"x":1}`), after); d != "" || !gjson.Valid(got) {
			t.Fatalf("%q became %q:\n%s", object, got, d)
		}
	})
}
