package m365

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

// What selections want is asked for, a second beyond the day on both sides; what the
// answer holds besides is left.
func TestASearchAsksForWhatIsWanted(t *testing.T) {
	w := newWorld(t)
	w.entries = append(sharing(1, 3), entry{id: "rule", at: october(1, 5, 0), operation: "New-InboxRule"}, entry{id: "login", at: october(1, 6, 0), operation: "UserLoggedIn"})
	u := w.day(w.open(""), 1,
		evidence.Selection{Kind: AuditRecord, For: "OPS-10", Where: evidence.Where{{"operation": {"SharingSet"}}}},
		evidence.Selection{Kind: AuditRecord, For: "OPS-11", Where: evidence.Where{{"operation": {"New-InboxRule", "Set-InboxRule"}, "service": {"Exchange"}}}})
	g := collect(t.Context(), w.open(""), u, nil)
	if diff := cmp.Diff(ids(sharing(1, 3)), g.ids); diff != "" || g.err != nil {
		t.Errorf("%v, records (-want +got):\n%s", g.err, diff)
	}
	want := `{"displayName":"evidence 2026-09-30T15:00:00Z/2026-10-01T15:00:00Z","filterEndDateTime":"2026-10-01T15:00:01Z","filterStartDateTime":"2026-09-30T14:59:59Z","operationFilters":["New-InboxRule","Set-InboxRule","SharingSet"]}`
	if len(w.searches) != 1 || w.searches[0].body != want {
		t.Errorf("asked %s, want %s", w.searches[0].body, want)
	}
	if g.count("records_read", "") != 4 || g.count("records_kept", "") != 3 || g.count("records_kept", "OPS-10") != 3 || g.count("records_kept", "OPS-11") != 0 {
		t.Errorf("claims %+v", g.claims)
	}
}

// The first day and the last one reach as far around the period as a selection wants,
// and not beyond what has settled. All of it is kept; the claim is for the day.
func TestASearchReachesAroundThePeriod(t *testing.T) {
	for _, c := range []struct {
		now  time.Time
		want []string
	}{
		{october(9, 12, 0), []string{"29-000", "30-000", "01-000", "02-000", "03-000"}},
		{october(3, 0, 30), []string{"29-000", "30-000", "01-000", "02-000"}},
	} {
		w := newWorld(t)
		w.now = func() time.Time { return c.now }
		for _, day := range []int{-2, -1, 0, 1, 2, 3, 4} {
			e := sharing(1, 1)[0]
			e.at = october(day, 0, 0)
			e.id = e.at.Format("02") + "-000"
			w.entries = append(w.entries, e)
		}
		want := []evidence.Selection{{Kind: AuditRecord, For: "OPS-11", Before: 48 * time.Hour, After: 48 * time.Hour}}
		g := collect(t.Context(), w.open(""), w.day(w.open(""), 1, want...), nil)
		if diff := cmp.Diff(c.want, g.ids); diff != "" || g.err != nil {
			t.Errorf("at %s: %v, records (-want +got):\n%s", c.now, g.err, diff)
		}
		if window := g.claims[0].Window; !window.Start.Equal(october(1, 0, 0)) || !window.End.Equal(october(2, 0, 0)) {
			t.Errorf("the claim is for %s", window)
		}
	}
}

// The reference shows a search within "value"; Graph gives it without.
func TestASearchWithinValue(t *testing.T) {
	w := newWorld(t)
	w.entries = sharing(1, 3)
	w.state = func(_ int, s *search) map[string]any {
		return map[string]any{"id": nil, "status": nil, "value": map[string]any{"id": "search-0", "status": "succeeded"}}
	}
	if g := collect(t.Context(), w.open(""), w.day(w.open(""), 1), nil); len(g.ids) != 3 || g.err != nil {
		t.Errorf("%d records, %v", len(g.ids), g.err)
	}
}

// A record is kept as Graph gave it.
func TestARecordIsKeptVerbatim(t *testing.T) {
	w := newWorld(t)
	w.entries = sharing(1, 1)
	for b, err := range w.open("beta: true\n").Collect(t.Context(), w.day(w.open(""), 1), nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			want := `{"@odata.type":"#microsoft.graph.security.auditLogRecord","id":"01-000","createdDateTime":"2026-09-30T15:00:00Z","auditLogRecordType":"SharePointSharingOperation","operation":"SharingSet","service":"SharePoint","userPrincipalName":"sales-01@example.co.jp","auditData":{"@odata.type":"#microsoft.graph.security.defaultAuditData","Id":"01-000","Operation":"SharingSet","fieldOfTomorrow":1.10}}`
			if string(r.Body) != want || !r.Time.Equal(october(1, 0, 0)) {
				t.Errorf("%s %s", r.Time, r.Body)
			}
			if o := b.Origins[r.Origin].Request; o != "GET /security/auditLog/queries/search-0/records page 1 (2026-09-30T15:00:00Z/2026-10-01T15:00:00Z)" {
				t.Errorf("origin %s", o)
			}
		}
	}
}

// A search that fails on Microsoft's side is created again, and not for ever.
func TestASearchThatFails(t *testing.T) {
	for _, status := range []string{"failed", "cancelled"} {
		w := newWorld(t)
		w.entries = sharing(1, 20)
		w.state = func(n int, _ *search) map[string]any {
			if n < 2 {
				return map[string]any{"status": status}
			}
			return nil
		}
		s := w.open("")
		u := w.day(s, 1)
		g := collect(t.Context(), s, u, nil)
		if diff := cmp.Diff(ids(w.entries), g.ids); diff != "" || g.err != nil || len(w.searches) != 3 {
			t.Errorf("%d searches, %v, records (-want +got):\n%s", len(w.searches), g.err, diff)
		}
		w.state = func(int, *search) map[string]any { return map[string]any{"status": status} }
		g = collect(t.Context(), s, u, nil)
		if g.err == nil || !strings.Contains(g.err.Error(), "Microsoft says "+status) || len(w.searches) != 3+tries {
			t.Errorf("%d searches, %v", len(w.searches), g.err)
		}
		w.state = nil
		if g = collect(t.Context(), s, u, g.cursors[len(g.cursors)-1]); g.err != nil || len(g.ids) != 20 {
			t.Errorf("the next run: %d records, %v", len(g.ids), g.err)
		}
	}
}

// A unit that was broken off goes on with the search that exists, wherever that was.
func TestAResumedUnitGoesOnWithItsSearch(t *testing.T) {
	w := newWorld(t)
	w.entries = sharing(1, 20)
	u := w.day(w.open(""), 1)
	whole := collect(t.Context(), w.open(""), u, nil)
	if whole.err != nil || len(whole.cursors) != 5 { // the search, three pages, the claim
		t.Fatalf("%d batches, %v", len(whole.cursors), whole.err)
	}
	for i, c := range whole.cursors {
		pages := w.pages
		g := collect(t.Context(), w.open(""), u, c)
		if g.err != nil || len(w.searches) != 1 {
			t.Errorf("cursor %d: %d searches, %v", i, len(w.searches), g.err)
		}
		if n, want := w.pages-pages, max(0, 3-i); n != want {
			t.Errorf("cursor %d: %d pages were read, want %d", i, n, want)
		}
	}
}

// A search that is gone is created again; what was handed over is not handed over
// twice by the same run.
func TestASearchThatIsGone(t *testing.T) {
	w := newWorld(t)
	w.entries = sharing(1, 20)
	w.records = func(rw http.ResponseWriter, n, page int, _ *search) bool {
		if n > 0 || page < 2 {
			return false
		}
		graphtest.Fail(rw, http.StatusNotFound, "UnknownError", "")
		return true
	}
	s := w.open("")
	u := w.day(s, 1)
	g := collect(t.Context(), s, u, nil)
	if diff := cmp.Diff(ids(w.entries), g.ids); diff != "" || g.err != nil || len(w.searches) != 2 || g.count("records_kept", "") != 20 {
		t.Errorf("%d searches, %v, %d counted, records (-want +got):\n%s", len(w.searches), g.err, g.count("records_kept", ""), diff)
	}
	// Gone when the next run looks for it.
	w.searches[1] = nil
	g = collect(t.Context(), w.open(""), u, g.cursors[len(g.cursors)-3])
	if len(g.ids) != 20 || g.err != nil || len(w.searches) != 3 || g.count("records_kept", "") != 20 {
		t.Errorf("%d searches, %d records, %d counted, %v", len(w.searches), len(g.ids), g.count("records_kept", ""), g.err)
	}
}

// A search from before the day had settled will not do after it has: it does not know
// what arrived since.
func TestAnOldSearchIsNotGoneOnWith(t *testing.T) {
	w := newWorld(t)
	late := entry{id: "late", at: october(1, 12, 0), operation: "SharingSet", arrives: october(4, 20, 0)}
	w.entries = append(sharing(1, 3), late)
	now := october(4, 12, 0)
	w.now = func() time.Time { return now }
	u := w.day(w.open(""), 1)
	before := collect(t.Context(), w.open(""), u, nil)
	now = october(4, 23, 0) // within 72 hours of the day's end
	if g := collect(t.Context(), w.open(""), u, before.cursors[0]); len(g.ids) != 3 || len(w.searches) != 1 {
		t.Errorf("before: %v, %d searches", g.ids, len(w.searches))
	}
	now = october(5, 0, 0)
	if g := collect(t.Context(), w.open(""), u, before.cursors[0]); len(g.ids) != 4 || len(w.searches) != 2 {
		t.Errorf("after: %v, %d searches", g.ids, len(w.searches))
	}
}

// More records than a search gives are asked for in parts.
func TestMoreThanASearchGives(t *testing.T) {
	limit := 6
	w := newWorld(t)
	w.entries = sharing(1, 20)
	w.state = func(_ int, s *search) map[string]any {
		return map[string]any{"isRecordCountLimitExceeded": len(s.found) > limit}
	}
	s := w.open("")
	u := w.day(s, 1)
	whole := collect(t.Context(), s, u, nil)
	if diff := cmp.Diff(ids(w.entries), whole.ids); diff != "" || whole.err != nil || len(w.searches) != 7 || whole.count("records_read", "") != 20 {
		t.Errorf("%d searches, %v, records (-want +got):\n%s", len(w.searches), whole.err, diff)
	}
	if gaps, _ := whole.findings(); len(gaps) > 0 {
		t.Errorf("gaps %v", gaps)
	}
	for i, c := range whole.cursors {
		g := collect(t.Context(), w.open(""), u, c)
		if g.count("records_read", "") != 20 && i < len(whole.cursors)-1 {
			t.Errorf("cursor %d: %d records were counted", i, g.count("records_read", ""))
		}
	}
	// A minute with too many.
	w.entries = nil
	for i := range 8 {
		w.entries = append(w.entries, entry{id: fmt.Sprint("burst ", i), at: october(1, 13, 7).Add(time.Duration(i) * time.Second), operation: "SharingSet"})
	}
	limit = 3
	g := collect(t.Context(), s, u, nil)
	if gaps, _ := g.findings(); !slices.Equal(gaps, []string{"more_than_a_search"}) || g.err != nil || g.claims[0].Satisfied() {
		t.Errorf("gaps %v, %v", gaps, g.err)
	}
	if f := g.claims[0].Gaps[0]; f.Window.End.Sub(f.Window.Start) > shortest || f.Window.Start.After(october(1, 13, 7)) {
		t.Errorf("the gap is at %v", f.Window)
	}
}

// What may not be read is a gap that names the permission, wherever Graph notices.
func TestWhatMayNotBeRead(t *testing.T) {
	deny := func(rw http.ResponseWriter) bool {
		graphtest.Fail(rw, http.StatusForbidden, "Forbidden", "Missing scope.")
		return true
	}
	for name, set := range map[string]func(w *world){
		"for want of a licence": func(w *world) {
			w.create = func(rw http.ResponseWriter) bool {
				graphtest.Fail(rw, http.StatusBadRequest, "Forbidden", "The tenant has no license for it.")
				return true
			}
		},
		"the search":  func(w *world) { w.create = deny },
		"its records": func(w *world) { w.records = func(rw http.ResponseWriter, _, _ int, _ *search) bool { return deny(rw) } },
		"a later page": func(w *world) {
			w.records = func(rw http.ResponseWriter, _, page int, _ *search) bool { return page > 0 && deny(rw) }
		},
	} {
		w := newWorld(t)
		w.entries = sharing(1, 20)
		set(w)
		g := collect(t.Context(), w.open(""), w.day(w.open(""), 1), nil)
		if g.err != nil || len(g.claims) != 1 || g.claims[0].Satisfied() || len(g.claims[0].Gaps) != 1 {
			t.Errorf("%s: %v, claims %+v", name, g.err, g.claims)
			continue
		}
		want := evidence.Finding{Code: "not_readable", Object: "audit log of tenant=" + graphtest.Tenant, Detail: "Forbidden: Missing scope.; needed: AuditLogsQuery.Read.All"}
		if name == "for want of a licence" {
			want.Detail = "Forbidden: The tenant has no license for it.; needed: AuditLogsQuery.Read.All"
		}
		if diff := cmp.Diff(want, g.claims[0].Gaps[0]); diff != "" {
			t.Errorf("%s: gap (-want +got):\n%s", name, diff)
		}
		if int64(len(g.ids)) != g.count("records_kept", "") {
			t.Errorf("%s: %d records, %d counted", name, len(g.ids), g.count("records_kept", ""))
		}
	}
}

// Permissions for some services hide the others without a word of Graph's: claims say it.
func TestNarrowPermissions(t *testing.T) {
	const exchange, sharePoint = "AuditLogsQuery-Exchange.Read.All", "AuditLogsQuery-SharePoint.Read.All"
	for _, c := range []struct {
		name     string
		roles    []string
		settings string
		gaps     []string
		notes    []string
	}{
		{"all", []string{"User.Read.All", everything}, "", nil, nil},
		{"all, though settings name some", []string{everything, exchange}, "services: [onedrive]\n", nil, nil},
		{"the token does not say", nil, "services: [onedrive]\n", nil, nil},
		{"none, which Graph will say", []string{"User.Read.All"}, "", nil, nil},
		{"some", []string{exchange, sharePoint}, "", []string{"not_readable audit records of services other than Exchange, SharePoint"}, nil},
		{"some, as settings say", []string{exchange, sharePoint}, "services: [sharepoint, exchange]\n", nil, []string{"some_services_only Exchange, SharePoint"}},
		{"fewer than settings say", []string{exchange}, "services: [exchange, onedrive]\n", []string{"not_readable audit records of OneDrive"}, []string{"some_services_only Exchange"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.entries = sharing(1, 2)
			w.srv.Roles = c.roles
			// A count that knows of the hidden records is no news.
			w.state = func(int, *search) map[string]any {
				if len(c.gaps)+len(c.notes) > 0 {
					return map[string]any{"approximateReturnedRecordCount": 500}
				}
				return nil
			}
			s := w.open(c.settings)
			g := collect(t.Context(), s, w.day(s, 1), nil)
			if g.err != nil || len(g.claims) != 1 {
				t.Fatalf("%v, claims %+v", g.err, g.claims)
			}
			var gaps, notes []string
			for _, f := range g.claims[0].Gaps {
				gaps = append(gaps, f.Code+" "+f.Object)
				if !strings.Contains(f.Detail, "; needed: AuditLogsQuery") {
					t.Errorf("%s does not say what is needed", f.Detail)
				}
			}
			for _, f := range g.claims[0].Notes {
				notes = append(notes, f.Code+" "+f.Object)
			}
			if diff := cmp.Diff([][]string{c.gaps, c.notes}, [][]string{gaps, notes}); diff != "" {
				t.Errorf("gaps and notes (-want +got):\n%s", diff)
			}
		})
	}
}

// What is older than the log is kept is a gap; nothing is asked of it.
func TestRetention(t *testing.T) {
	for _, c := range []struct {
		days     int
		gap      evidence.Period
		searches int
	}{
		{31, evidence.Period{}, 1},
		{30, evidence.Period{Start: october(1, 0, 0).UTC(), End: october(1, 12, 0).UTC()}, 1},
		{29, evidence.Period{Start: october(1, 0, 0).UTC(), End: october(2, 0, 0).UTC()}, 0},
	} {
		w := newWorld(t) // it is noon of the 31st
		s := w.open(fmt.Sprintf("retention_days: %d\n", c.days))
		g := collect(t.Context(), s, w.day(s, 1), nil)
		if g.err != nil || len(g.claims) != 1 || len(w.searches) != c.searches {
			t.Fatalf("%d days: %d searches, %v, claims %+v", c.days, len(w.searches), g.err, g.claims)
		}
		var gap evidence.Period
		for _, f := range g.claims[0].Gaps {
			if gap = f.Window; f.Code != "older_than_retained" {
				t.Errorf("%d days: gap %+v", c.days, f)
			}
		}
		if diff := cmp.Diff(c.gap, gap); diff != "" {
			t.Errorf("%d days: gap (-want +got):\n%s", c.days, diff)
		}
	}
}

// A search that takes too long ends the unit, which goes on with it later.
func TestASearchThatTakesTooLong(t *testing.T) {
	for _, status := range []string{"running", "unknownFutureValue"} {
		w := newWorld(t)
		w.entries = sharing(1, 3)
		w.state = func(int, *search) map[string]any { return map[string]any{"status": status} }
		var slept waits
		s := w.open("")
		s.sleep = slept.sleep
		u := w.day(s, 1)
		g := collect(t.Context(), s, u, nil)
		if g.err == nil || !strings.Contains(g.err.Error(), "the next run goes on with it") || len(g.cursors) != 1 {
			t.Fatalf("%d batches, %v", len(g.cursors), g.err)
		}
		var sum time.Duration
		for _, d := range slept.all {
			sum += d
		}
		if sum < patience || sum > patience+longestWait || slices.Max(slept.all) > longestWait {
			t.Errorf("waited %s, at most %s at a time", sum, slices.Max(slept.all))
		}
		w.state = nil
		if g = collect(t.Context(), s, u, g.cursors[0]); len(g.ids) != 3 || g.err != nil || len(w.searches) != 1 {
			t.Errorf("the next run: %d records, %d searches, %v", len(g.ids), len(w.searches), g.err)
		}
	}
}

func TestWaitingForASearchIsCancelled(t *testing.T) {
	w := newWorld(t)
	s := w.open("")
	u := w.day(s, 1)
	w.state = func(int, *search) map[string]any { return map[string]any{"status": "running"} }
	ctx, cancel := context.WithCancel(t.Context())
	s.sleep = func(ctx context.Context, _ time.Duration) error { cancel(); <-ctx.Done(); return ctx.Err() }
	if g := collect(ctx, s, u, nil); !errors.Is(g.err, context.Canceled) {
		t.Errorf("ended with %v", g.err)
	}
}

// A search whose name is no name is not asked for.
func TestASearchWithAWrongName(t *testing.T) {
	for _, name := range []string{"", "../../users", "a b", "{x}", "%2e%2e"} {
		w := newWorld(t)
		w.create = func(rw http.ResponseWriter) bool { graphtest.Write(rw, 201, map[string]any{"id": name}); return true }
		g := collect(t.Context(), w.open(""), w.day(w.open(""), 1), nil)
		if g.err == nil || !strings.Contains(g.err.Error(), "names no search") {
			t.Errorf("%q: %v", name, g.err)
		}
	}
}
