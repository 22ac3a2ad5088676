package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/html"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// TestManagementsStatement: every format says who makes it, and of how many exceptions
// management has given its view; and that approval, if there is one, comes after.
func TestManagementsStatement(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		p := reportstest.Pack(reportstest.Options{Lang: lang})
		is, answers := words.Asserted(p)
		if !strings.Contains(is, p.Assertion.Signatory) || !strings.Contains(answers, format.Count(p.Answered())) || p.Answered() == 0 || p.Answered() == p.Exceptions() {
			t.Fatalf("%q %q", is, answers)
		}
		f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		plain := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		for format, text := range map[string]string{
			"page":     parsePage(t, render(t, html.Renderer{}, p)).text(),
			"workbook": strings.Join(flatten(rowsOf(t, f, words.Cover.In(lang))), ""),
			"document": strings.Join(flatten(pdfTexts(t, render(t, pdf.Renderer{}, p))), ""),
		} {
			want := []string{is, p.Assertion.Text, answers}
			if format != "workbook" { // there it stands in the sheet of the IPE
				for i := range p.Sources {
					if states := words.StatesAsOf(&p.Sources[i], p); states != "" {
						want = append(want, states)
					}
				}
			}
			if format == "document" {
				want = append(want, words.SignatureMeans.In(lang))
			} else {
				want = append(want, words.ApprovalIsElsewhere.In(lang))
			}
			for _, w := range want {
				if !strings.Contains(plain(text), plain(w)) {
					t.Errorf("%s: the %s does not say %q", lang, format, w)
				}
			}
		}
	}
}
