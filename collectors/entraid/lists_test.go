package entraid

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

const deletedPath = "/directory/deletedItems/microsoft.graph.user"

// paths is where each kind that is one list is read.
var paths = map[string]string{
	User: "/users", ConditionalAccessPolicy: "/identity/conditionalAccess/policies", NamedLocation: "/identity/conditionalAccess/namedLocations",
	AuthMethodRegistration: "/reports/authenticationMethods/userRegistrationDetails", RiskyUser: "/identityProtection/riskyUsers",
	Application: "/applications", ServicePrincipal: "/servicePrincipals", Organization: "/organization",
	SignIn: "/auditLogs/signIns", DirectoryAudit: "/auditLogs/directoryAudits", RiskDetection: "/identityProtection/riskDetections",
	Group: "/groups", RoleAssignment: "/roleManagement/directory/roleAssignmentScheduleInstances", PIMRequest: "/roleManagement/directory/roleAssignmentScheduleRequests",
}

// full is a tenant with something of everything.
func full(t *testing.T) *world {
	w := newWorld(t)
	w.minutely(30)
	for i := range 4 {
		w.lists[paths[DirectoryAudit]] = append(w.lists[paths[DirectoryAudit]], audit(fmt.Sprint("audit-", i), october(2, i, 0)))
		w.lists[paths[RiskDetection]] = append(w.lists[paths[RiskDetection]], risk(fmt.Sprint("risk-", i), october(2, i, 0)))
		w.lists[paths[PIMRequest]] = append(w.lists[paths[PIMRequest]], pimRequest(fmt.Sprint("asked-", i), october(2, i, 0), ""))
	}
	for _, k := range []string{User, ConditionalAccessPolicy, NamedLocation, AuthMethodRegistration, RiskyUser, Application, ServicePrincipal, Organization, RoleAssignment} {
		w.lists[paths[k]] = objects(strings.TrimPrefix(k, "entraid."), 3)
	}
	w.lists[deletedPath] = objects("deleted", 2)
	w.lists["/roleManagement/directory/roleEligibilityScheduleInstances"] = objects("eligible", 2)
	w.lists["/roleManagement/directory/roleEligibilityScheduleRequests"] = []string{pimRequest("made-eligible", october(1, 9, 0), "")}
	for _, id := range []string{"g-1", "g-2", "g-3"} {
		w.lists["/groups"] = append(w.lists["/groups"], object(id, ""))
		w.lists["/groups/"+id+"/members"], w.lists["/groups/"+id+"/owners"] = objects("m-"+id, 3), objects("o-"+id, 1)
	}
	return w
}

// everything is how many records full holds.
const everything = 30 + 3*4 + 9*3 + 2 + 2 + 1 + 3

func allKinds() (names []string) {
	for _, k := range table {
		names = append(names, k.name)
	}
	return names
}

func TestEverything(t *testing.T) {
	w := full(t)
	g := collect(t, w.open(""), allKinds()...)
	if len(g.errs) > 0 || !g.satisfied() || len(g.records) != everything || len(g.notes()) != 1 || !strings.HasPrefix(g.notes()[0], "identity_may_write ") {
		t.Errorf("%v %v %v, %d records, want %d", g.errs, g.gaps(), g.notes(), len(g.records), everything)
	}
	taken := w.now.UTC().Format(time.RFC3339)
	if id := g.records[len(g.records)-1].ID; id != "organization-002@"+taken {
		t.Errorf("a snapshot's identity is %s", id)
	}
	for _, a := range w.asked {
		if strings.HasPrefix(a, "/beta") && !strings.HasPrefix(a, "/beta/groups/g-") {
			t.Errorf("beta was asked: %s", a)
		}
	}
}

// Neither the client secret nor a token is in what is handed over, in errors or in
// logs, whatever goes wrong.
func TestNoSecretAnywhere(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"all is well": func(*world) {},
		"refused": func(w *world) {
			for _, path := range paths {
				w.refusals[path] = denied
			}
		},
		"expired": func(w *world) {
			w.pages[paths[SignIn]], w.pages[paths[User]] = 5, 2
			w.expire = func(string, int) bool { return true }
		},
		"an echo": func(w *world) { // of the token, in Graph's error
			w.answer = func(rw http.ResponseWriter, r *http.Request, _ string) bool {
				graphtest.Fail(rw, http.StatusForbidden, "Denied", "not with "+r.Header.Get("Authorization"))
				return true
			}
		},
	} {
		w := full(t)
		change(w)
		var all bytes.Buffer
		env := w.env()
		env.Log = slog.New(slog.NewTextHandler(&all, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s, err := open(env, strict(w.settings("")), func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
		if err != nil {
			t.Fatal(err)
		}
		g := collect(t, s, allKinds()...)
		fmt.Fprintln(&all, g.errs)
		for _, b := range g.batches {
			fmt.Fprintf(&all, "%+v %s %+v\n", b, b.Cursor, b.Claims)
			for _, r := range b.Records {
				fmt.Fprintf(&all, "%s\n", r.Body)
			}
		}
		secrets := w.srv.Secrets()
		if len(secrets) < 2 || all.Len() < 1000 {
			t.Fatalf("%s: %d secrets, %d bytes: nothing is tested", name, len(secrets), all.Len())
		}
		for _, secret := range secrets {
			if strings.Contains(all.String(), secret) {
				t.Errorf("%s: a secret is in what is handed over", name)
			}
		}
	}
}

// A tenant of any size is read in the same memory.
func TestMemory(t *testing.T) {
	w := newWorld(t)
	w.lists[deletedPath] = nil
	const pages, size = 60, 500
	w.answer = func(rw http.ResponseWriter, r *http.Request, path string) bool {
		if path != "/users" {
			return false
		}
		n, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
		fmt.Fprint(rw, `{"value":[`)
		for i := range size {
			if i > 0 {
				fmt.Fprint(rw, ",")
			}
			fmt.Fprint(rw, object(fmt.Sprintf("u-%d-%d", n, i), `,"text":"`+strings.Repeat("x", 3000)+`"`))
		}
		fmt.Fprint(rw, "]")
		if n < pages-1 {
			fmt.Fprintf(rw, `,"@odata.nextLink":%q`, w.srv.URL+"/v1.0/users?$skiptoken="+strconv.Itoa(n+1))
		}
		fmt.Fprint(rw, "}")
		return true
	}
	s := w.open("")
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for b, err := range s.Collect(t.Context(), units(t, s, User)[0], nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n += len(b.Records); n%10_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			if grown := int64(now.HeapAlloc) - int64(before.HeapAlloc); grown > 24<<20 {
				t.Errorf("after %d records %d MB more are held", n, grown>>20)
			}
		}
	}
	if n != pages*size || now.HeapAlloc == 0 {
		t.Errorf("%d records", n)
	}
}

// Snapshots have the bytes that were sent.
func TestSnapshotsAreVerbatim(t *testing.T) {
	w := newWorld(t)
	body := `{ "@odata.type":"#microsoft.graph.ipNamedLocation" , "id":"a","displayName":"本社 <1F> \u672c \"x\" 😀","isTrusted" : true,"ipRanges":[ {"cidrAddress":"192.0.2.0/24"} ],"n":1.0,"z":null }`
	w.lists[paths[NamedLocation]] = []string{body}
	g := collect(t, w.open(""), NamedLocation)
	if len(g.records) != 1 || string(g.records[0].Body) != compact(t, body) {
		t.Errorf("%v %+v", g.errs, g.records)
	}
}

// What a permission, a licence or the cloud does not give is a gap that says what is
// needed, and the other kinds are read all the same.
func TestRefused(t *testing.T) {
	for _, k := range table {
		for _, tt := range []struct {
			name   string
			answer refusal
			want   string
		}{
			{"permission", denied, "Graph: 403 Authorization_RequestDenied: Insufficient privileges to complete the operation.; needed: " + k.needs[0].name},
			{"scope", refusal{403, "UnknownError", `{"errorCode":"PermissionScopeNotGranted","message":"Authorization failed due to missing permission scope X."}`}, "needed: " + k.needs[0].name},
			{"licence", noPremium, "needed: " + or(k.licence.EN, k.needs[0].name)},
			{"cloud", refusal{404, "ResourceNotFound", "no such segment"}, "needed: " + k.needs[0].name},
		} {
			t.Run(k.name+" "+tt.name, func(t *testing.T) {
				w := full(t)
				w.refusals[paths[k.name]] = tt.answer
				other := Organization
				if k.name == Organization {
					other = NamedLocation
				}
				g := collect(t, w.open(""), k.name, other)
				if len(g.errs) > 0 {
					t.Fatal(g.errs)
				}
				if k.name == RoleAssignment && tt.name == "licence" {
					return // read in another way: TestWithoutPIM
				}
				var said bool
				for _, c := range g.claims {
					if c.Kind != k.name {
						if !c.Satisfied() {
							t.Errorf("%s: %v", c.Kind, c.Gaps)
						}
						continue
					}
					if c.Satisfied() || c.Found != 0 || len(c.Gaps) != 1 || c.Gaps[0].Code != "not_readable" {
						t.Errorf("%+v", c)
						continue
					}
					said = strings.HasSuffix(c.Gaps[0].Detail, tt.want)
					if !said {
						t.Errorf("detail %q, want %q", c.Gaps[0].Detail, tt.want)
					}
				}
				if !said {
					t.Error("no claim says it")
				}
			})
		}
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Users are read without the properties that may not be read, and the claim says
// which and why.
func TestPropertiesOfUsers(t *testing.T) {
	leaving := refusal{403, "Authorization_RequestDenied", "Insufficient privileges: employeeLeaveDateTime"}
	for _, tt := range []struct {
		name    string
		refuses map[string]refusal
		notes   []string
		details []string
	}{
		{"all", nil, nil, nil},
		{"no licence", map[string]refusal{"signInActivity": noPremium}, []string{"property_not_readable signInActivity"}, []string{"premium license; needed: AuditLog.Read.All and a licence"}},
		{"no audit log", map[string]refusal{"signInActivity": noActivity}, []string{"property_not_readable signInActivity"}, []string{"needed: AuditLog.Read.All and"}},
		{"no leaving time", map[string]refusal{"employeeLeaveDateTime": leaving}, []string{"property_not_readable employeeLeaveDateTime"}, []string{"employeeLeaveDateTime; needed: User-LifeCycleInfo.Read.All"}},
		{"neither", map[string]refusal{"signInActivity": noActivity, "employeeLeaveDateTime": leaving}, []string{"property_not_readable signInActivity", "property_not_readable employeeLeaveDateTime"}, []string{"AuditLog.Read.All; needed: AuditLog.Read.All", "employeeLeaveDateTime; needed: User-LifeCycleInfo.Read.All"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := full(t)
			w.lists["/users"] = objects("u", 120)
			w.pages["/users"] = 50
			w.answer = func(rw http.ResponseWriter, r *http.Request, path string) bool {
				for _, property := range optionalUserFields { // the first is what is told of
					rf, refuses := tt.refuses[property]
					if refuses && slices.Contains(strings.Split(r.URL.Query().Get("$select"), ","), property) && path == "/users" {
						graphtest.Fail(rw, rf.status, rf.code, rf.message)
						return true
					}
				}
				return false
			}
			g := collect(t, w.open(""), User)
			if d := cmp.Diff(tt.notes, g.notes()); d != "" || len(g.errs) > 0 || !g.satisfied() || len(g.records) != 122 {
				t.Fatalf("%v %v, %d records, notes (-want +got):\n%s", g.errs, g.gaps(), len(g.records), d)
			}
			for i, want := range tt.details {
				if got := g.claims[0].Notes[i].Detail; !strings.Contains(got, want) {
					t.Errorf("detail %q, want %q", got, want)
				}
			}
			for _, a := range w.asked[len(w.asked)-4 : len(w.asked)-1] {
				for property := range tt.refuses {
					if strings.Contains(a, property) {
						t.Errorf("asked with %s: %s", property, a)
					}
				}
				if !strings.Contains(a, "accountEnabled") || len(tt.refuses) == 0 && !strings.Contains(a, "signInActivity") {
					t.Errorf("asked: %s", a)
				}
			}
		})
	}
}

// Deleted users are read apart; where they may not be, that is a gap.
func TestDeletedUsers(t *testing.T) {
	w := full(t)
	w.refusals[deletedPath] = denied
	g := collect(t, w.open(""), User)
	if d := cmp.Diff([]string{"not_readable deleted users"}, g.gaps()); d != "" || len(g.records) != 3 {
		t.Errorf("%d records, gaps (-want +got):\n%s", len(g.records), d)
	}
}

// When the list of users must be begun anew, all of it is another moment's: what it
// shows may have changed since it was read first.
func TestSnapshotsBegunAnew(t *testing.T) {
	w := full(t)
	w.lists["/users"] = objects("u", 60)
	w.pages["/users"] = 20
	w.expire = func(path string, n int) bool { return path == "/users" && n == 2 }
	g := collect(t, w.open(""), User)
	if len(g.errs) > 0 || !g.satisfied() {
		t.Fatal(g.errs, g.gaps())
	}
	first, second := w.now.UTC(), w.now.UTC().Add(time.Second)
	byTime := map[string]int{}
	for _, r := range g.records {
		if _, at, _ := strings.Cut(r.ID, "@"); at != r.Time.Format(time.RFC3339) {
			t.Errorf("%s at %s", r.ID, r.Time)
		}
		byTime[r.Time.Format(time.RFC3339)]++
	}
	if d := cmp.Diff(map[string]int{first.Format(time.RFC3339): 40, second.Format(time.RFC3339): 62}, byTime); d != "" || g.figures("records_read", "") != 62 {
		t.Errorf("%d read (-want +got):\n%s", g.figures("records_read", ""), d)
	}
}

// Lists whose pages shift while they are read give an element twice.
func TestRepeatedElements(t *testing.T) {
	w := full(t)
	w.lists[paths[RiskyUser]] = append(objects("r", 40), objects("r", 40)...)
	w.pages[paths[RiskyUser]] = 30
	g := collect(t, w.open(""), RiskyUser)
	if len(g.records) != 40 || g.figures("records_read", "") != 40 || len(g.errs) > 0 {
		t.Errorf("%d records, %d read, %v", len(g.records), g.figures("records_read", ""), g.errs)
	}
}

// Nothing of a secret enters a record of an application, wherever it stands and
// however it is written; everything else does.
func TestCredentials(t *testing.T) {
	app := `{"id":"a1","displayName":"key: hint", "key":"kept","passwordCredentials":[{"customKeyIdentifier":null,"displayName":"CI","endDateTime":"2027-01-01T00:00:00Z","hint":"Q4x","keyId":"k1","secretText":"Q4x~wholeSecret"},` +
		`{"h\u0069nt":"escapedHint","keyId":"k2"}],"keyCredentials":[{"key":"MIIDcertificate","keyId":"k3","type":"AsymmetricX509Cert","nested":{"key":"nestedKey","x":[{"hint":"deepHint"}]}}],"web":{"passwordCredentials":{"hint":"oddHint","keyId":"k4"}},"tags":["hint","key"]}`
	want := `{"id":"a1","displayName":"key: hint","key":"kept","passwordCredentials":[{"customKeyIdentifier":null,"displayName":"CI","endDateTime":"2027-01-01T00:00:00Z","keyId":"k1"},` +
		`{"keyId":"k2"}],"keyCredentials":[{"keyId":"k3","type":"AsymmetricX509Cert","nested":{"x":[{}]}}],"web":{"passwordCredentials":{"keyId":"k4"}},"tags":["hint","key"]}`
	w := newWorld(t)
	w.lists["/applications"], w.lists["/servicePrincipals"] = []string{app}, []string{app}
	g := collect(t, w.open(""), Application, ServicePrincipal)
	if len(g.records) != 2 || len(g.errs) > 0 {
		t.Fatalf("%d records, %v", len(g.records), g.errs)
	}
	for _, r := range g.records {
		if d := cmp.Diff(want, string(r.Body)); d != "" {
			t.Errorf("%s (-want +got):\n%s", r.Kind, d)
		}
		for _, part := range []string{"Q4x", "escapedHint", "MIID", "nestedKey", "deepHint", "oddHint"} {
			if strings.Contains(string(r.Body), part) {
				t.Errorf("%s has %s", r.Kind, part)
			}
		}
	}
	for _, a := range w.asked {
		if !strings.Contains(a, "keyCredentials,passwordCredentials") {
			t.Errorf("asked %s", a)
		}
	}
}

func FuzzWithoutSecrets(f *testing.F) {
	for _, s := range []string{
		`{"passwordCredentials":[{"hint":"x","keyId":"k"}]}`, `{"keyCredentials":null,"a":[1,2.50e1,"\u0000"]}`, `[]`, `{"passwordCredentials":{"passwordCredentials":[{"key":1}]}}`,
		`{"passwordCredentials":[{"hint":"x","hint":"y"}],"passwordCredentials":[{"hint":"z"}]}`, ` { "keyCredentials" : [ { "key" : { } , "x" : [ ] } ] } `, `{"key`, `"hint"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := withoutSecrets(raw)
		if err != nil {
			if gjson.ValidBytes(raw) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if !gjson.ValidBytes(got) {
			t.Fatalf("%q became %q, which is no JSON", raw, got)
		}
		again, err := withoutSecrets(got)
		if err != nil || string(again) != string(got) {
			t.Fatalf("%q, cleaned again: %q %v", got, again, err)
		}
		if leaks(gjson.ParseBytes(got), false) {
			t.Fatalf("%q became %q", raw, got)
		}
		if !strings.Contains(string(raw), "redentials") && !strings.Contains(string(raw), `\u`) && gjson.ParseBytes(raw).IsObject() && string(got) != minified(raw) {
			t.Fatalf("%q became %q without a need", raw, got)
		}
	})
}

// leaks looks for parts of secrets in another way than the code that takes them out.
func leaks(v gjson.Result, within bool) (found bool) {
	if !v.IsObject() && !v.IsArray() {
		return false
	}
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		found = found || v.IsObject() && within && (name == "hint" || name == "key" || name == "secretText") ||
			leaks(value, within || v.IsObject() && strings.HasSuffix(name, "Credentials") && (name == "passwordCredentials" || name == "keyCredentials"))
		return !found
	})
	return found
}

// minified removes white space outside of strings.
func minified(raw []byte) string {
	var out strings.Builder
	in, escaped := false, false
	for _, c := range raw {
		switch {
		case in:
			in = escaped || c != '"'
			escaped = c == '\\' && !escaped
		case c == '"':
			in = true
		case strings.ContainsRune(" \t\r\n", rune(c)):
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}
