package reports_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// shownCounts are a register's counts as both formats show them: none where the
// pack has nothing to count.
func shownCounts(r *reports.Register, counts []int64) []string {
	texts := make([]string, len(counts))
	for i, n := range counts {
		texts[i] = format.Count(n)
		if r.Columns[i].Missing() {
			texts[i] = words.NoNumber
		}
	}
	return texts
}

// workbookRegister compares a register's sheet with the pack: its counts, its
// totals, and the entries that it lists.
func workbookRegister(t *testing.T, f *excelize.File, p *reports.Pack, r *reports.Register) {
	t.Helper()
	rows := rowsOf(t, f, r.Title)
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	at := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 2 && row[1] == in(words.Month) && row[2] == r.Group })
	if at < 0 {
		t.Fatalf("%s: no table of counts", r.ID)
	}
	columns := 3 + len(r.Columns)
	for i, want := range r.Rows {
		line := append([]string{"", format.Month(want.Month, p.Location), want.Group}, shownCounts(r, want.Counts)...)
		if diff := cmp.Diff(line, rows[at+1+i][:columns]); diff != "" {
			t.Errorf("%s: row %d of the counts (-pack +workbook):\n%s", r.ID, i, diff)
		}
	}
	total := rows[at+1+len(r.Rows)]
	if diff := cmp.Diff(append([]string{"", in(words.Total), ""}, shownCounts(r, r.Totals)...), total[:columns]); diff != "" {
		t.Errorf("%s: totals (-pack +workbook):\n%s", r.ID, diff)
	}
	listed := map[string]int64{}
	list := rows[at+2+len(r.Rows):]
	// The list may have a sheet of its own, which stands after the counts.
	if next := f.GetSheetList()[slices.Index(f.GetSheetList(), r.Title)+1]; strings.HasSuffix(next, in(words.RegisterList)) {
		list = rowsOf(t, f, next)
	}
	header := slices.IndexFunc(list, func(row []string) bool { return len(row) > 3 && row[3] == in(words.EntrySort) })
	if header < 0 {
		t.Fatalf("%s: no list", r.ID)
	}
	for _, row := range list[header+1:] {
		if len(row) > 3 && row[0] != "" {
			listed[row[3]]++
		}
	}
	want := map[string]int64{}
	for i, c := range r.Columns {
		if r.Totals[i] > 0 {
			want[c.Title] = r.Totals[i]
		}
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("%s: listed entries by column (-pack +workbook):\n%s", r.ID, diff)
	}
	block := fmt.Sprint(rows[:at])
	for _, text := range append(words.RegisterCautions(r, p.Lang), fmt.Sprintf(in(words.RegisterCounts), format.Count(r.N), r.Group, format.Count(r.Groups))) {
		if !strings.Contains(block, text) {
			t.Errorf("%s: the header block does not say %q", r.ID, text)
		}
	}
}

// documentRegister compares a register's section with the pack.
func documentRegister(t *testing.T, pages [][]string, p *reports.Pack, r *reports.Register) {
	t.Helper()
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	first := slices.IndexFunc(pages, func(texts []string) bool {
		return slices.Contains(texts, r.Title) && slices.Contains(texts, in(words.EntriesHeading))
	})
	if first < 0 {
		t.Fatalf("%s has no section", r.ID)
	}
	all := slices.Concat(pages[first:]...)
	follows := func(want ...string) bool {
		for i := range all {
			if i+len(want) <= len(all) && slices.Equal(all[i:i+len(want)], want) {
				return true
			}
		}
		return false
	}
	for _, row := range r.Rows {
		if want := append([]string{row.Group, format.Month(row.Month, p.Location)}, shownCounts(r, row.Counts)...); !follows(want...) {
			t.Errorf("%s: the document does not give %v", r.ID, want)
		}
	}
	if want := append([]string{in(words.Total)}, shownCounts(r, r.Totals)...); !follows(want...) {
		t.Errorf("%s: the document does not give the totals %v", r.ID, want)
	}
	if more := r.N - 50; more > 0 && !follows(fmt.Sprintf(in(words.MoreInSheets), format.Count(more), r.SheetName())) {
		t.Errorf("%s: the document does not say that %d more entries are in the workbook", r.ID, more)
	}
	if whole := strings.Join(all, ""); !strings.Contains(strings.ReplaceAll(whole, " ", ""),
		strings.ReplaceAll(strings.Join(words.RegisterCautions(r, p.Lang), ""), " ", "")) {
		t.Errorf("%s: the document does not say what the list may lack", r.ID)
	}
}
