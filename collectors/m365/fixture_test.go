package m365

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
)

// tokenForm is how every token of the test server begins.
const tokenForm = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"

var tokyo = time.FixedZone("JST", 9*60*60)

// october is a moment of the month, by the clock of Tokyo.
func october(day, hour, minute int) time.Time {
	return time.Date(2026, 10, day, hour, minute, 0, 0, tokyo)
}

// entry is a record of the world.
type entry struct {
	id        string
	at        time.Time
	operation string
	arrives   time.Time // when searches find it; zero: always
	raw       string    // instead of all that
}

func (e entry) json() string {
	if e.raw != "" {
		return e.raw
	}
	return fmt.Sprintf(`{ "@odata.type":"#microsoft.graph.security.auditLogRecord", "id":%q, "createdDateTime":%q, "auditLogRecordType":"SharePointSharingOperation", "operation":%q, "service":"SharePoint", "userPrincipalName":"sales-01@example.co.jp", "auditData":{"@odata.type":"#microsoft.graph.security.defaultAuditData","Id":%q,"Operation":%q,"fieldOfTomorrow":1.10} }`,
		e.id, e.at.UTC().Format(time.RFC3339), e.operation, e.id, e.operation)
}

// search is one that was created.
type search struct {
	from, to   time.Time
	operations []string
	body       string
	looks      int // how often its state was asked for
	found      []entry
}

// world is an audit log behind the API. Its zero value finds everything at the second
// look.
type world struct {
	t        *testing.T
	now      func() time.Time
	entries  []entry
	pageSize int

	// What the API does besides; each may be nil.
	create  func(w http.ResponseWriter) bool                         // answers a POST
	state   func(n int, s *search) map[string]any                    // a search's state beyond id and status; its "status" stands
	records func(w http.ResponseWriter, n, page int, s *search) bool // answers for a page

	mu       sync.Mutex
	searches []*search
	pages    int
	srv      *graphtest.Server
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, pageSize: 7, now: func() time.Time { return october(31, 12, 0) }}
	mux := http.NewServeMux()
	for _, version := range []string{"v1.0", "beta"} {
		mux.HandleFunc("POST /"+version+queries, w.post)
		mux.HandleFunc("GET /"+version+queries+"/{id}", w.look)
		mux.HandleFunc("GET /"+version+queries+"/{id}/records", w.list)
	}
	w.srv = graphtest.New(t, mux)
	return w
}

func (w *world) post(rw http.ResponseWriter, r *http.Request) {
	if w.create != nil && w.create(rw) {
		return
	}
	var body map[string]json.RawMessage
	var raw json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&raw); err != nil {
		graphtest.Fail(rw, http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	s := &search{body: string(raw)}
	err := json.Unmarshal(raw, &body)
	for name, into := range map[string]any{"filterStartDateTime": &s.from, "filterEndDateTime": &s.to, "operationFilters": &s.operations} {
		if body[name] != nil && err == nil {
			err = json.Unmarshal(body[name], into)
		}
	}
	if err != nil || !s.from.Before(s.to) {
		graphtest.Fail(rw, http.StatusBadRequest, "BadRequest", fmt.Sprint("invalid query ", err))
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.entries {
		within := e.raw != "" || !e.at.Before(s.from) && e.at.Before(s.to)
		if within && !e.arrives.After(w.now()) && (len(s.operations) == 0 || slices.Contains(s.operations, e.operation)) {
			s.found = append(s.found, e)
		}
	}
	w.searches = append(w.searches, s)
	graphtest.Write(rw, http.StatusCreated, map[string]any{"id": fmt.Sprintf("search-%d", len(w.searches)-1), "status": "notStarted"})
}

func (w *world) search(r *http.Request) (int, *search) {
	n, err := strconv.Atoi(strings.TrimPrefix(r.PathValue("id"), "search-"))
	if err != nil || n >= len(w.searches) || w.searches[n] == nil {
		return 0, nil
	}
	return n, w.searches[n]
}

func (w *world) look(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, s := w.search(r)
	if s == nil {
		graphtest.Fail(rw, http.StatusNotFound, "UnknownError", "")
		return
	}
	s.looks++
	state := map[string]any{"id": r.PathValue("id"), "status": "running", "approximateReturnedRecordCount": len(s.found), "isRecordCountLimitExceeded": false}
	if s.looks > 1 {
		state["status"] = "succeeded"
	}
	if w.state != nil {
		for k, v := range w.state(n, s) {
			state[k] = v
		}
	}
	graphtest.Write(rw, http.StatusOK, state)
}

func (w *world) list(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages++
	n, s := w.search(r)
	if s == nil {
		graphtest.Fail(rw, http.StatusNotFound, "UnknownError", "")
		return
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
	if page == 0 && r.URL.Query().Get("$top") != strconv.Itoa(pageSize) {
		w.t.Errorf("$top is %q", r.URL.Query().Get("$top"))
	}
	if w.records != nil && w.records(rw, n, page, s) {
		return
	}
	lo, hi := min(page*w.pageSize, len(s.found)), min((page+1)*w.pageSize, len(s.found))
	next := ""
	if hi < len(s.found) {
		next = w.link(r.PathValue("id"), page+1)
	}
	give(rw, s.found[lo:hi], next)
}

// link leads to a page.
func (w *world) link(search string, page int) string {
	return fmt.Sprintf("%s/v1.0%s/%s/records?$skiptoken=%d", w.srv.URL, queries, search, page)
}

// give answers with a page of records.
func give(rw http.ResponseWriter, list []entry, next string) {
	var values []string
	for _, e := range list {
		values = append(values, e.json())
	}
	link := ""
	if next != "" {
		link = fmt.Sprintf(`"@odata.nextLink":%q,`, next)
	}
	fmt.Fprintf(rw, `{"@odata.context":"…",%s"value":[%s]}`, link, strings.Join(values, ","))
}

// waits keeps how long a collector wanted to wait.
type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *waits) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	s.all = append(s.all, d)
	s.mu.Unlock()
	return httpclient.Sleep(ctx, time.Millisecond/4)
}

func (w *world) env() collectors.Env {
	return collectors.Env{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now() }, Workers: 2, BaseDir: w.t.TempDir()}
}

// open makes a collector of the world.
func (w *world) open(more string) *source {
	w.t.Helper()
	s, err := open(w.env(), func(into any) error {
		return yaml.UnmarshalWithOptions([]byte(w.srv.Settings()+"requests_per_10s: 10000\n"+more), into, yaml.Strict())
	}, (&waits{}).sleep)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// day is the plan's only unit for one day of October, of all records or of some.
func (w *world) day(s *source, day int, want ...evidence.Selection) evidence.Unit {
	w.t.Helper()
	if len(want) == 0 {
		want = all
	}
	var list []evidence.Unit
	for u, err := range s.Plan(w.t.Context(), evidence.Query{Period: evidence.Period{Start: october(day, 0, 0), End: october(day+1, 0, 0)}, Want: want}) {
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, u)
	}
	if len(list) != 1 {
		w.t.Fatalf("%d units", len(list))
	}
	return list[0]
}

var all = []evidence.Selection{{Kind: AuditRecord, For: "OPS-10"}}

// got is what a collection handed over.
type got struct {
	ids     []string
	cursors []evidence.Cursor
	claims  []evidence.Claim
	err     error
}

func collect(ctx context.Context, s *source, u evidence.Unit, from evidence.Cursor) got {
	var g got
	for b, err := range s.Collect(ctx, u, from) {
		if err != nil {
			g.err = err
			break
		}
		for _, r := range b.Records {
			g.ids = append(g.ids, r.ID)
		}
		g.cursors = append(g.cursors, b.Cursor)
		g.claims = append(g.claims, b.Claims...)
	}
	return g
}

// findings are the codes of the gaps, and those of the notes.
func (g got) findings() (gaps, notes []string) {
	for _, c := range g.claims {
		for _, f := range c.Gaps {
			gaps = append(gaps, f.Code)
		}
		for _, f := range c.Notes {
			notes = append(notes, f.Code)
		}
	}
	return gaps, notes
}

// count is a figure of the claim.
func (g got) count(code, who string) int64 {
	for _, c := range g.claims {
		for _, n := range c.Counts {
			if n.Code == code && n.For == who {
				return n.N
			}
		}
	}
	return -1
}

// sharing makes some records of a day, an hour apart.
func sharing(day, n int) []entry {
	var list []entry
	for i := range n {
		list = append(list, entry{id: fmt.Sprintf("%02d-%03d", day, i), at: october(day, 0, 0).Add(time.Duration(i) * 24 * time.Hour / time.Duration(n)), operation: "SharingSet"})
	}
	return list
}

func ids(list []entry) []string {
	var names []string
	for _, e := range list {
		names = append(names, e.id)
	}
	return names
}
