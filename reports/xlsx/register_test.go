package xlsx

import (
	"fmt"
	"iter"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestRegisterGoesOnInFurtherSheets: every entry has a row, in order, below a
// header that stays in sight and filters.
func TestRegisterGoesOnInFurtherSheets(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	r := &p.Registers[1]
	b := render(t, Renderer{maxRows: 100}, p)
	f := open(t, b)
	var want, got []string
	for e, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, e.ItemID+" "+r.Columns[e.Column].Title)
	}
	sheets := 0
	for _, name := range f.GetSheetList() {
		if !strings.HasPrefix(name, "Self-merges") {
			continue
		}
		sheets++
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > 100 {
			t.Errorf("%s has %d rows, want at most 100", name, len(rows))
		}
		for _, row := range rows {
			if len(row) > 8 && strings.Count(row[8], "-") == 4 {
				got = append(got, row[8]+" "+row[3])
			}
		}
		if panes, err := f.GetPanes(name); err != nil || panes.Freeze == (name == r.Title) {
			t.Errorf("%s: the list's header stays in sight, and the counts scroll: %v, %v", name, panes.Freeze, err)
		}
	}
	if sheets != 4 {
		t.Errorf("%d sheets, want one of counts and three of the list", sheets)
	}
	if panes, err := f.GetPanes(p.Registers[0].Title); err != nil || !panes.Freeze {
		t.Errorf("few counts and the list share a sheet: its header does not stay in sight: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-pack +workbook):\n%s", diff)
	}
	filters := 0
	for name, part := range parts(t, b) {
		if strings.HasPrefix(name, "xl/worksheets/") && strings.Contains(part, ">Unapproved merge<") && strings.Contains(part, "<autoFilter") {
			filters++
		}
	}
	if filters != sheets-1 {
		t.Errorf("%d sheets with a filter", filters)
	}
}

// TestRegisterDatesAndLinks: times and months are dates, items lead to their source.
func TestRegisterDatesAndLinks(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	r := &p.Registers[1]
	b := render(t, Renderer{}, p)
	f := open(t, b)
	sheet := r.Title[:len("Self-merges and bypasse")] + " - items" // a sheet's name has at most 31 characters
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if len(row) < 8 || row[0] != "1" {
			continue
		}
		at := fmt.Sprintf("B%d", i+1)
		if v, err := f.GetCellValue(sheet, at); err != nil || v != "2026-10-01 01:41:27" {
			t.Errorf("time %q, %v", v, err)
		}
		if linked, to, err := f.GetCellHyperLink(sheet, fmt.Sprintf("G%d", i+1)); err != nil || !linked || !strings.HasPrefix(to, "https://github.example/minamo/") {
			t.Errorf("link %q, %v, %v", to, linked, err)
		}
		return
	}
	t.Fatal("no first entry")
}

// TestRegisterTextsAreNotObeyed: what items say is the text of cells.
func TestRegisterTextsAreNotObeyed(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	r := &p.Registers[1]
	entries := r.Entries
	r.Entries = func() iter.Seq2[reports.RegisterEntry, error] {
		return func(yield func(reports.RegisterEntry, error) bool) {
			i := 0
			for e, err := range entries() {
				e.Group, e.Text, e.ItemID = reportstest.Hostile[i%len(reportstest.Hostile)], reportstest.Hostile[i%len(reportstest.Hostile)], reportstest.Hostile[i%len(reportstest.Hostile)]
				e.Link = "javascript:alert(1)"
				i++
				if !yield(e, err) {
					return
				}
			}
		}
	}
	for i := range r.Rows {
		r.Rows[i].Group = reportstest.Hostile[i]
	}
	formula := regexp.MustCompile(`<f[ >/]`)
	for name, content := range parts(t, render(t, Renderer{}, p)) {
		if formula.MatchString(content) || strings.Contains(content, `Target="javascript:`) {
			t.Errorf("%s holds a formula or a link to a script", name)
		}
	}
}
