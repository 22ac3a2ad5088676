package reports_test

import (
	"bytes"
	"fmt"
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

// TestChangesAgree: a control that tells of changes shows the same of them in every
// format, by day and group, as many as each says that it does.
func TestChangesAgree(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English, Items: 1234})
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page := parsePage(t, render(t, html.Renderer{}, p))
	document := pdfTexts(t, render(t, pdf.Renderer{}, p))
	tested := 0
	for i := range p.Controls {
		c := &p.Controls[i]
		at := c.DiffColumn()
		if at < 0 || c.Counts.Total == 0 {
			continue
		}
		tested++
		var rows, headings []string // of the workbook, and of the page as far as it goes
		n := int64(0)
		for g, err := range p.Changes(c) {
			if err != nil {
				t.Fatal(err)
			}
			if n < 1000 {
				headings = append(headings, format.Date(g.Day, p.Location)+" "+reports.ChangeName(g.Items[0].Label, g.Group))
			}
			for _, item := range g.Items {
				n++
				rows = append(rows, g.Group+" "+item.Fields[at].Text+" "+item.Verdict.Mark()+" "+in(item.Verdict.Name()))
			}
		}
		if n != c.Counts.Total {
			t.Errorf("%s: %d changes of %d items", c.ID, n, c.Counts.Total)
		}
		var got []string
		for _, r := range rowsOf(t, f, c.ID+in(words.ChangesSheet))[4:] {
			got = append(got, r[1]+" "+r[3]+" "+r[4])
		}
		if diff := cmp.Diff(rows, got); diff != "" {
			t.Errorf("%s: rows of changes (-pack +workbook):\n%s", c.ID, diff)
		}
		section := page.byID(t, "control-"+c.ID).all("div", "changes")[0]
		if diff := cmp.Diff(headings, section.texts("h5", "")); diff != "" {
			t.Errorf("%s: days and groups (-pack +page):\n%s", c.ID, diff)
		}
		if got := int64(len(section.all("div", "change"))); got != min(n, 1000) {
			t.Errorf("%s: the page shows %d changes of %d", c.ID, got, n)
		}
		if first := fmt.Sprintf(in(words.FirstChanges), "1,000", format.Count(n), c.ID); (n > 1000) != strings.Contains(section.text(), first) {
			t.Errorf("%s: of %d changes the page does not say %q", c.ID, n, first)
		}
		if first := fmt.Sprintf(in(words.FirstChanges), "200", format.Count(n), c.ID); n > 200 && !slices.ContainsFunc(document, func(texts []string) bool { return strings.Contains(strings.Join(texts, " "), first) }) {
			t.Errorf("%s: of %d changes the document does not say %q", c.ID, n, first)
		}
	}
	if tested < 2 {
		t.Errorf("%d controls tell of changes", tested)
	}
}
