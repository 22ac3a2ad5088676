package reports_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/html"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// TestWindowsAgree compares the results by month, and the days of the whole
// examination, of every format with the pack.
func TestWindowsAgree(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	want := map[string][]string{} // by control: a mark a month
	for _, c := range p.Controls {
		for _, m := range p.Window.Months {
			mark := "—"
			if r, ok := m.Results[c.ID]; ok {
				mark = r.Mark()
			}
			want[c.ID] = append(want[c.ID], mark)
		}
	}
	t.Run("xlsx", func(t *testing.T) { workbookWindow(t, p, want) })
	t.Run("html", func(t *testing.T) { pageWindow(t, p, want) })
	t.Run("pdf", func(t *testing.T) { documentWindow(t, p, want) })
}

func workbookWindow(t *testing.T, p *reports.Pack, want map[string][]string) {
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := map[string][]string{}
	for _, r := range rowsOf(t, f, words.ResultsByMonth.EN)[3:] {
		if len(r) == 2+len(p.Window.Months) {
			for _, cell := range r[2:] {
				mark, _, _ := strings.Cut(cell, " ")
				got[r[0]] = append(got[r[0]], mark)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results by month (-pack +workbook):\n%s", diff)
	}
	rows := rowsOf(t, f, words.Coverage.EN)
	if len(rows)-1 != 365 {
		t.Errorf("the calendar has %d days, the window 365", len(rows)-1)
	}
	for i, src := range p.Sources {
		for n, d := range p.DaysOf(src) {
			want := d.State.Mark() + " " + d.State.Name().EN
			if got := rows[n+1][2+3*i]; got != want {
				t.Fatalf("%s %s: %q, want %q", src.Name, format.Date(d.Date, p.Location), got, want)
			}
		}
	}
}

func pageWindow(t *testing.T, p *reports.Pack, want map[string][]string) {
	page := parsePage(t, render(t, html.Renderer{}, p))
	got := map[string][]string{}
	for _, r := range page.table(t, words.ResultsByMonth.EN).rows() {
		for _, cell := range r[2:] {
			mark, _, _ := strings.Cut(cell, " ")
			got[r[0]] = append(got[r[0]], mark)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results by month (-pack +page):\n%s", diff)
	}
	for _, src := range p.Window.Sources {
		var days, wantDays []string
		for _, td := range page.table(t, words.CoverageCalendar.EN+" "+p.Window.Name+" "+src.Name).all("td", "") {
			if td.attr("title") != "" {
				days = append(days, td.attr("title")+" "+td.text())
			}
		}
		for _, d := range src.Days {
			wantDays = append(wantDays, format.Date(d.Date, p.Location)+" "+d.State.Name().EN+" "+d.State.Mark())
		}
		if diff := cmp.Diff(wantDays, days); diff != "" {
			t.Errorf("%s (-pack +page):\n%s", src.Name, diff)
		}
	}
}

func documentWindow(t *testing.T, p *reports.Pack, want map[string][]string) {
	var all []string
	for _, texts := range pdfTexts(t, render(t, pdf.Renderer{}, p)) {
		all = append(all, texts...)
	}
	for _, c := range p.Controls {
		found := false
		for i := range all {
			if all[i] != c.ID {
				continue
			}
			// The title may take several lines, which stand before the marks.
			for lines := 1; lines <= 4 && !found; lines++ {
				from := i + 1 + lines
				found = from+len(want[c.ID]) <= len(all) && slices.Equal(all[from:from+len(want[c.ID])], want[c.ID])
			}
		}
		if !found {
			t.Errorf("%s: the document has no row %v", c.ID, want[c.ID])
		}
	}
	for _, m := range p.Window.Months {
		if m.Pack != "" && !strings.Contains(strings.Join(all, ""), m.Pack) {
			t.Errorf("the document does not name the pack of %s", m.Name)
		}
	}
}
