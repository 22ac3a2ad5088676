package reports_test

import (
	"bytes"
	"iter"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// TestLabels: where an item has a label both formats show it; the identity stays.
func TestLabels(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	i := slices.IndexFunc(p.Controls, func(c reports.Control) bool { return c.ID == "LOG-01" })
	c := &p.Controls[i]
	labels := func(items func() iter.Seq2[reports.Item, error]) func() iter.Seq2[reports.Item, error] {
		return func() iter.Seq2[reports.Item, error] {
			return func(yield func(reports.Item, error) bool) {
				for item, err := range items() {
					item.Label = "called " + item.ID[:8]
					if !yield(item, err) {
						return
					}
				}
			}
		}
	}
	c.Labelled, c.Items, c.Exceptions = true, labels(c.Items), labels(c.Exceptions)

	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var texts []string
	for _, page := range pdfTexts(t, render(t, pdf.Renderer{}, p)) {
		texts = append(texts, page...)
	}
	n := 0
	for item := range c.Exceptions() {
		n++
		for _, sheet := range []string{c.ID, words.ExceptionList.In(p.Lang)} {
			if !hasRow(rowsOf(t, f, sheet), item) {
				t.Errorf("sheet %s has no row with %q and %q in columns of their own", sheet, item.Label, item.ID)
			}
		}
		if !slices.Contains(texts, item.Label) {
			t.Errorf("the document does not show %q", item.Label)
		}
	}
	if n == 0 {
		t.Fatal("no exceptions: this tests nothing")
	}
	// Controls without labels keep their columns.
	for _, row := range rowsOf(t, f, "NET-02") {
		if slices.Contains(row, words.ItemLabel.In(p.Lang)) {
			t.Errorf("a column of labels that there are none of: %q", row)
		}
	}
}

// hasRow looks for the item under the headings of its label and identity.
func hasRow(rows [][]string, item reports.Item) bool {
	label, id := -1, -1
	for _, row := range rows {
		if at := slices.Index(row, words.ItemLabel.EN); at >= 0 && slices.Contains(row, words.ItemID.EN) {
			label, id = at, slices.Index(row, words.ItemID.EN)
			continue
		}
		if label >= 0 && len(row) > max(label, id) && row[label] == item.Label && row[id] == item.ID {
			return true
		}
	}
	return false
}
