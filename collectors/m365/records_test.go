package m365

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/collectors/internal/graph/graphtest"
)

// Servers that repeat, forget and lie.
func TestListsThatAreNotAsTheyShouldBe(t *testing.T) {
	twenty := sharing(1, 20)
	for _, c := range []struct {
		name    string
		entries []entry
		records func(w *world) func(rw http.ResponseWriter, n, page int, s *search) bool
		counted int // what Microsoft says; 0: what there is; -1: nothing
		want    []string
		gaps    []string
		notes   []string
	}{
		{name: "records that come twice", records: func(w *world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, page int, s *search) bool {
				if page > 0 {
					give(rw, s.found[3:], "")
				} else {
					give(rw, append(slices.Clone(s.found[:7]), s.found[:2]...), w.link("search-0", 1))
				}
				return true
			}
		}, want: ids(twenty)},
		{name: "empty pages", records: func(w *world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, page int, s *search) bool {
				switch {
				case page < 45:
					give(rw, nil, w.link("search-0", page+1))
				case page == 45:
					give(rw, s.found, w.link("search-0", page+1))
				default:
					give(rw, nil, "")
				}
				return true
			}
		}, want: ids(twenty)},
		{name: "records of another day", records: func(*world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, _ int, s *search) bool {
				give(rw, slices.Concat(sharing(2, 5), s.found, sharing(30, 1)), "")
				return true
			}
		}, want: ids(twenty)},
		{name: "records without identity or time", entries: []entry{
			{raw: `{"createdDateTime":"2026-10-01T00:00:00Z","operation":"SharingSet"}`}, {raw: `{"id":"x","operation":"SharingSet"}`}, {raw: `{"id":"y","createdDateTime":"yesterday"}`}, {raw: `7`},
			{raw: `{"id":"z","createdDateTime":"2026-10-01T00:00:00","operation":"SharingSet"}`},
		}, want: []string{"z"}, gaps: []string{"record_without_identity"}},
		{name: "a first reading that forgets", records: func(w *world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, _ int, s *search) bool {
				if w.pages == 1 {
					give(rw, s.found[5:], "")
					return true
				}
				return false
			}
		}, want: append(ids(twenty[5:]), ids(twenty[:5])...)},
		{name: "a little less than is counted", counted: 21, want: ids(twenty), notes: []string{"fewer_than_counted"}},
		{name: "much less than is counted", counted: 23, want: ids(twenty), gaps: []string{"fewer_than_counted"}},
		{name: "nothing of what is counted", records: func(*world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, _ int, _ *search) bool { give(rw, nil, ""); return true }
		}, gaps: []string{"fewer_than_counted"}},
		{name: "more than is counted", counted: 3, want: ids(twenty)},
		{name: "an answer that is no list, and no count", counted: -1, records: func(w *world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, _ int, _ *search) bool {
				if w.pages == 1 {
					graphtest.Write(rw, http.StatusOK, map[string]any{"@odata.context": "…"})
				}
				return w.pages == 1
			}
		}, want: ids(twenty)},
		{name: "links that end", records: func(w *world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, page int, _ *search) bool {
				if page == 2 && w.pages < 4 {
					graphtest.Fail(rw, http.StatusBadRequest, "BadRequest", "Skip token is invalid or has expired.")
					return true
				}
				return false
			}
		}, want: ids(twenty)},
		{name: "records that are not there yet", records: func(w *world) func(http.ResponseWriter, int, int, *search) bool {
			return func(rw http.ResponseWriter, _, _ int, _ *search) bool {
				if w.pages < 4 {
					graphtest.Fail(rw, http.StatusBadRequest, "BadRequest", "The audit log query has not completed.")
					return true
				}
				return false
			}
		}, want: ids(twenty)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.entries = twenty
			if c.entries != nil {
				w.entries = c.entries
			}
			if c.records != nil {
				w.records = c.records(w)
			}
			switch {
			case c.counted > 0:
				w.state = func(int, *search) map[string]any { return map[string]any{"approximateReturnedRecordCount": c.counted} }
			case c.counted < 0:
				w.state = func(int, *search) map[string]any { return map[string]any{"approximateReturnedRecordCount": nil} }
			}
			s := w.open("")
			u := w.day(s, 1)
			g := collect(t.Context(), s, u, nil)
			if diff := cmp.Diff(c.want, g.ids); diff != "" || g.err != nil {
				t.Errorf("%v, records (-want +got):\n%s", g.err, diff)
			}
			gaps, notes := g.findings()
			if diff := cmp.Diff([][]string{c.gaps, c.notes}, [][]string{gaps, notes}); diff != "" {
				t.Errorf("gaps and notes (-want +got):\n%s", diff)
			}
			if n := g.count("records_kept", ""); n != int64(len(c.want)) {
				t.Errorf("%d records are counted", n)
			}
			if len(w.searches) != 1 {
				t.Errorf("%d searches", len(w.searches))
			}
		})
	}
}

// A list that leads elsewhere, or nowhere, ends the unit with an error.
func TestListsThatEndInAnError(t *testing.T) {
	for _, c := range []struct {
		name string
		next func(w *world, page int) string
		want string
		most int // pages that are read
	}{
		{"another host", func(*world, int) string {
			return "https://graph.elsewhere.example/v1.0/security/auditLog/queries/search-0/records"
		}, "https://graph.elsewhere.example", 1},
		{"itself", func(w *world, _ int) string { return w.link("search-0", 1) }, "has no end", 2},
		{"a circle", func(w *world, page int) string { return w.link("search-0", 1+page%3) }, "has no end", 4},
		{"ever new pages", func(w *world, page int) string { return w.link("search-0", page+1) }, "has no end", 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.entries = sharing(1, 5)
			w.records = func(rw http.ResponseWriter, _, page int, s *search) bool {
				give(rw, s.found, c.next(w, page))
				return true
			}
			s := w.open("")
			s.mostPages = 50
			g := collect(t.Context(), s, w.day(s, 1), nil)
			if g.err == nil || !strings.Contains(g.err.Error(), c.want) || len(g.claims) > 0 || strings.Contains(g.err.Error(), tokenForm) {
				t.Errorf("ended with %v, claims %v", g.err, g.claims)
			}
			if w.pages > c.most {
				t.Errorf("%d pages were read", w.pages)
			}
		})
	}
}

// A unit that is broken off while its records are read for the second time reads them
// from the first page on: what the second reading is held against is not in the cursor.
func TestASecondReadingIsResumed(t *testing.T) {
	w := newWorld(t)
	w.entries = sharing(1, 20)
	w.state = func(int, *search) map[string]any { return map[string]any{"approximateReturnedRecordCount": 21} }
	u := w.day(w.open(""), 1)
	whole := collect(t.Context(), w.open(""), u, nil)
	for i, c := range whole.cursors[:len(whole.cursors)-1] {
		g := collect(t.Context(), w.open(""), u, c)
		if g.err != nil || g.count("records_kept", "") != 20 || g.count("records_read", "") != 20 {
			t.Errorf("cursor %d: %d kept of %d, %v", i, g.count("records_kept", ""), g.count("records_read", ""), g.err)
		}
	}
}
