package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

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

// TestControlsNameWhatWasNotRead: a control that speaks of every account says beside its own
// result, in every format, of which accounts its population holds nothing.
func TestControlsNameWhatWasNotRead(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		p := reportstest.Pack(reportstest.Options{Lang: lang})
		page := parsePage(t, render(t, html.Renderer{}, p))
		f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		document := strings.ReplaceAll(strings.Join(flatten(pdfTexts(t, render(t, pdf.Renderer{}, p))), ""), " ", "")
		told := 0
		for _, c := range p.Controls {
			var want []string
			if not := reports.Omissions(c.Population.Claims); len(not) > 0 {
				want = append(want, fmt.Sprintf(words.ScopesNotRead.In(lang), format.Count(int64(len(not)))))
				for _, o := range not {
					want = append(want, words.Omitted(o, lang))
				}
			}
			section := page.byID(t, "control-"+c.ID).text()
			sheet := strings.Join(flatten(rowsOf(t, f, c.ID)), "\n")
			for _, text := range want {
				told++
				for format, has := range map[string]bool{"page": strings.Contains(section, text), "workbook": strings.Contains(sheet, text),
					"document": strings.Contains(document, strings.ReplaceAll(text, " ", ""))} {
					if !has {
						t.Errorf("%s %s: the %s does not say %q", lang, c.ID, format, text)
					}
				}
			}
		}
		if told == 0 {
			t.Error("no control's population leaves anything out: nothing was tested")
		}
	}
}

func flatten(rows [][]string) (all []string) {
	for _, r := range rows {
		all = append(all, r...)
	}
	return all
}
