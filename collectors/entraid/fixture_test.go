package entraid

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

// world is a tenant, small enough to know by heart. Elements are JSON as it is sent,
// so that what arrives can be compared to the byte.
type world struct {
	t   *testing.T
	srv *graphtest.Server

	mu       sync.Mutex
	lists    map[string][]string           // by path below the version
	objects  map[string]string             // what is no list
	pages    map[string]int                // page size of a list where it is not $top
	refusals map[string]refusal            // by path; "members" refuses those of all groups
	expire   func(path string, n int) bool // whether the n-th link to a next page of the path has expired
	shuffle  func(path string, elements []string)
	answer   func(w http.ResponseWriter, r *http.Request, path string) bool
	before   func(path string, request int) // is told of each request before it is answered
	links    map[string]int
	asked    []string // paths with their queries, in the order of asking
	now      time.Time
	slept    []time.Duration
}

// refusal is an answer that Graph refuses something with.
type refusal struct {
	status        int
	code, message string
}

var (
	denied     = refusal{http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."}
	noPremium  = refusal{http.StatusForbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license"}
	noPIM      = refusal{http.StatusBadRequest, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."}
	noActivity = refusal{http.StatusForbidden, "Authentication_MSGraphPermissionMissing", "Calling principal does not have required MSGraph permissions AuditLog.Read.All"}
)

// jst is where October's days begin and end.
var jst = time.FixedZone("JST", 9*60*60)

// october is a moment of October 2026 in Japan.
func october(day, hour, minute int) time.Time {
	return time.Date(2026, 10, day, hour, minute, 0, 0, jst)
}

var octoberPeriod = evidence.Period{Start: october(1, 0, 0), End: october(1, 0, 0).AddDate(0, 1, 0)}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, lists: map[string][]string{}, objects: map[string]string{}, pages: map[string]int{}, refusals: map[string]refusal{}, links: map[string]int{},
		now: october(4, 3, 30), // the fourth of October
	}
	w.srv = graphtest.New(t, http.HandlerFunc(w.serve))
	return w
}

// signIn is one as it is sent: with white space, escapes and a time with seven
// fractional digits.
func signIn(id string, at time.Time, more string) string {
	return fmt.Sprintf(`{ "id": %q,"createdDateTime":%q , "userPrincipalName":"sre-01@example.co.jp","userDisplayName":"SRE\u0020<01> \ud83d\ude00 & \"x\"","status":{},"risk":1.50e2%s}`, id, sevenths(at), more)
}

func sevenths(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

func audit(id string, at time.Time) string {
	return fmt.Sprintf(`{"id":%q,"activityDateTime":%q,"activityDisplayName":"Add member to group","initiatedBy":{"app":null,"user":{"id":"u1"}}}`, id, sevenths(at))
}

func risk(id string, at time.Time) string {
	return fmt.Sprintf(`{"id":%q,"detectedDateTime":%q,"riskState":"atRisk"}`, id, sevenths(at))
}

func object(id string, more string) string {
	return fmt.Sprintf(`{"id":%q,"displayName":"name of %s"%s}`, id, id, more)
}

// objects are some with consecutive IDs.
func objects(prefix string, n int) []string {
	var list []string
	for i := range n {
		list = append(list, object(fmt.Sprintf("%s-%03d", prefix, i), ""))
	}
	return list
}

// minutely are sign-ins of the first three days, some minutes apart.
func (w *world) minutely(n int) {
	for i := range n {
		w.lists["/auditLogs/signIns"] = append(w.lists["/auditLogs/signIns"], signIn(fmt.Sprintf("s-%04d", i), october(1, 0, i*7).Add(time.Duration(i)*100*time.Nanosecond), ""))
	}
}

var comparison = regexp.MustCompile(`(\w+) (ge|le) (\S+)`)

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	version, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	path = "/" + path
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, "/"+version+path+"?"+unescaped(r.URL.RawQuery))
	if w.before != nil {
		w.before(path, len(w.asked))
	}
	if w.answer != nil && w.answer(rw, r, path) {
		return
	}
	if rf, ok := w.refusals[path]; ok {
		graphtest.Fail(rw, rf.status, rf.code, rf.message)
		return
	}
	if text, ok := w.objects[path]; ok {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(text))
		return
	}
	elements, ok := w.lists[path]
	if !ok {
		graphtest.Fail(rw, http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+path+"' does not exist")
		return
	}
	q := r.URL.Query()
	elements = selected(elements, q)
	if w.shuffle != nil {
		w.shuffle(path, elements)
	}
	offset := 0
	if token := q.Get("$skiptoken"); token != "" {
		w.links[path]++
		if w.expire != nil && w.expire(path, w.links[path]) {
			graphtest.Fail(rw, http.StatusBadRequest, "", "Invalid Skip Token")
			return
		}
		offset, _ = strconv.Atoi(token)
	}
	size := w.pages[path]
	if size == 0 {
		size, _ = strconv.Atoi(q.Get("$top"))
	}
	if size == 0 {
		size = 100
	}
	part := elements[min(offset, len(elements)):min(offset+size, len(elements))]
	var next string
	if offset+size < len(elements) {
		q.Set("$skiptoken", strconv.Itoa(offset+size))
		next = fmt.Sprintf("%q:%q,", "@odata.nextLink", w.srv.URL+r.URL.Path+"?"+q.Encode())
	}
	rw.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(rw, "{\n  \"@odata.context\": \"x\", %s\"value\": [\n%s\n]}", next, strings.Join(part, ",\n"))
}

func unescaped(s string) string {
	u, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return u
}

// selected applies $filter and $orderby.
func selected(elements []string, q url.Values) []string {
	elements = slices.Clone(elements)
	for _, c := range comparison.FindAllStringSubmatch(q.Get("$filter"), -1) {
		limit, err := time.Parse(time.RFC3339Nano, c[3])
		if err != nil {
			panic(err)
		}
		elements = slices.DeleteFunc(elements, func(e string) bool {
			t := instant(gjson.Get(e, c[1]))
			return c[2] == "ge" && t.Before(limit) || c[2] == "le" && t.After(limit)
		})
	}
	if !strings.Contains(q.Get("$filter"), "signInEventTypes/any") {
		elements = slices.DeleteFunc(elements, func(e string) bool {
			types := gjson.Get(e, "signInEventTypes")
			return types.Exists() && !strings.Contains(types.Raw, "\"interactiveUser\"")
		})
	}
	if by := q.Get("$orderby"); by != "" {
		slices.SortStableFunc(elements, func(a, b string) int { return instant(gjson.Get(a, by)).Compare(instant(gjson.Get(b, by))) })
	}
	return elements
}

// asks counts the requests whose path begins in one way.
func (w *world) asks(prefix string) (n int) {
	for _, a := range w.asked {
		if strings.HasPrefix(a, prefix) {
			n++
		}
	}
	return n
}

func (w *world) settings(more string) string {
	return w.srv.Settings() + "requests_per_10s: 10000\n" + more
}

func (w *world) env() collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Workers: 2, BaseDir: w.t.TempDir(), Now: func() time.Time { return w.now }}
}

func (w *world) open(more string) *source {
	w.t.Helper()
	s, err := open(w.env(), strict(w.settings(more)), func(ctx context.Context, d time.Duration) error {
		w.slept = append(w.slept, d)
		return ctx.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func strict(settings string) func(any) error {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(settings), yaml.Strict()).Decode(into) }
}

func wantKinds(kinds ...string) (list []evidence.Selection) {
	for _, k := range kinds {
		list = append(list, evidence.Selection{Kind: k, For: "ACC-01"})
	}
	return list
}

// gathered is what a collection came to.
type gathered struct {
	records []evidence.Record
	origins []evidence.Origin // of each record
	cursors []evidence.Cursor
	batches []evidence.Batch
	claims  []evidence.Claim
	errs    []error
}

func (s *source) gather(t *testing.T, g *gathered, u evidence.Unit, from evidence.Cursor) {
	t.Helper()
	for b, err := range s.Collect(t.Context(), u, from) {
		if err != nil {
			g.errs = append(g.errs, err)
			return
		}
		g.batches = append(g.batches, b)
		g.cursors = append(g.cursors, slices.Clone(b.Cursor))
		for _, r := range b.Records {
			g.records, g.origins = append(g.records, r), append(g.origins, b.Origins[r.Origin])
		}
		g.claims = append(g.claims, b.Claims...)
	}
}

// units plans some kinds.
func units(t *testing.T, s *source, kinds ...string) []evidence.Unit {
	t.Helper()
	return planned(t, s, wantKinds(kinds...))
}

func planned(t *testing.T, s *source, want []evidence.Selection) (list []evidence.Unit) {
	t.Helper()
	for u, err := range s.Plan(t.Context(), evidence.Query{Period: octoberPeriod, Want: want}) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, u)
	}
	return list
}

// collect plans and reads some kinds.
func collect(t *testing.T, s *source, kinds ...string) *gathered {
	t.Helper()
	g := &gathered{}
	for _, u := range units(t, s, kinds...) {
		s.gather(t, g, u, nil)
	}
	return g
}

func (g *gathered) ids() (list []string) {
	for _, r := range g.records {
		list = append(list, r.ID)
	}
	return list
}

// gaps writes those of all claims: "code object".
func (g *gathered) gaps() (list []string) {
	for _, c := range g.claims {
		for _, f := range c.Gaps {
			list = append(list, f.Code+" "+f.Object)
		}
	}
	return list
}

// notes writes those of all claims, without what every claim of a kind says.
func (g *gathered) notes() (list []string) {
	for _, c := range g.claims {
		for _, f := range c.Notes {
			if f.Code == "beta_endpoint" || f.Code == "interactive_only" {
				continue
			}
			list = append(list, f.Code+" "+f.Object)
		}
	}
	return list
}

func (g *gathered) satisfied() bool {
	return len(g.claims) > 0 && !slices.ContainsFunc(g.claims, func(c evidence.Claim) bool { return !c.Satisfied() })
}

// figures sums the counts of all claims.
func (g *gathered) figures(code, who string) (n int64) {
	for _, c := range g.claims {
		for _, f := range c.Counts {
			if f.Code == code && f.For == who {
				n += f.N
			}
		}
	}
	return n
}

// idsOf are the IDs of elements, in a list's order.
func idsOf(elements []string) (list []string) {
	for _, e := range elements {
		list = append(list, gjson.Get(e, "id").Str)
	}
	return list
}

func compact(t *testing.T, text string) string {
	t.Helper()
	r, err := evidence.NewRecord("k", "id", time.Unix(1, 0), 0, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return string(r.Body)
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
