package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/html"
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
			heading, want := words.NotRead(&c, p)
			if heading != "" {
				want = append(want, heading)
			}
			for format, text := range map[string]string{"page": section(page, t, c.ID), "document": document} {
				if said := words.ResultSaid(&c, p); !strings.Contains(plain(text), plain(said)) {
					t.Errorf("%s %s: the %s does not say %q", lang, c.ID, format, said)
				}
			}
			section := section(page, t, c.ID)
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

func section(page element, t *testing.T, id string) string { return page.byID(t, "control-"+id).text() }

func plain(s string) string { return strings.ReplaceAll(s, " ", "") }
