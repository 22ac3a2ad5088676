package reports_test

import (
	"bytes"
	"encoding/json"
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
	"github.com/evidencepack/evidence/reports/oscal"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// TestRedaction: every format of an auditor's copy gives how much each rule replaced, and marks
// what redaction added to parameters; what it added is no exemption that anybody wrote.
func TestRedaction(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		t.Run(string(lang), func(t *testing.T) {
			p := reportstest.Pack(reportstest.Options{Lang: lang})
			before := p.ExemptionCounts()
			reportstest.Redact(p)
			if after := p.ExemptionCounts(); after != before {
				t.Errorf("%+v exemptions became %+v", before, after)
			}
			redactedWorkbook(t, p)
			redactedPage(t, p)
			redactedDocument(t, p)
			redactedAssessment(t, p)
		})
	}
}

// marks are what is said of the values that redaction added.
func marks(t *testing.T, p *reports.Pack) []string {
	t.Helper()
	i := slices.IndexFunc(p.Controls, func(c reports.Control) bool { return len(c.Added) > 0 })
	c := &p.Controls[i]
	texts := []string{words.AddedLines(c, p.Lang), words.Exemptions(c.Exemptions[len(c.Exemptions)-1:], p.Lang)}
	for _, text := range texts {
		if !strings.Contains(text, "ci-*") || !strings.Contains(text, "anon-service-abcdefgh") || !strings.Contains(text, evidence.Text{JA: "秘匿化により追加", EN: "added by redaction"}.In(p.Lang)) {
			t.Errorf("it is not marked: %s", text)
		}
	}
	return texts
}

func ruleRow(x reports.RedactionRule) []string {
	return []string{x.Kind, x.Field, x.Level, x.As, format.Count(x.Values), format.Count(x.Occurrences)}
}

func redactedWorkbook(t *testing.T, p *reports.Pack) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := rowsOf(t, f, words.Redaction.In(p.Lang))
	for i, x := range p.Redaction.Rules {
		if diff := cmp.Diff(ruleRow(x), rows[i+1]); diff != "" {
			t.Errorf("the sheet's rule (-pack +sheet):\n%s", diff)
		}
	}
	block := fmt.Sprint(rowsOf(t, f, "ACC-08"))
	for _, text := range marks(t, p) {
		if !strings.Contains(block, text) {
			t.Errorf("the sheet does not say %q", text)
		}
	}
}

func redactedPage(t *testing.T, p *reports.Pack) {
	t.Helper()
	page := parsePage(t, render(t, html.Renderer{}, p))
	var want [][]string
	for _, x := range p.Redaction.Rules {
		want = append(want, ruleRow(x))
	}
	if diff := cmp.Diff(want, page.table(t, words.RedactionHeading.In(p.Lang)).rows()); diff != "" {
		t.Errorf("rules (-pack +page):\n%s", diff)
	}
	for _, text := range marks(t, p) {
		if !strings.Contains(page.text(), strings.Join(strings.Fields(text), " ")) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

func redactedDocument(t *testing.T, p *reports.Pack) {
	t.Helper()
	texts := slices.Concat(pdfTexts(t, render(t, pdf.Renderer{}, p))...)
	for _, x := range p.Redaction.Rules {
		if !follows(texts, ruleRow(x)...) {
			t.Errorf("the document does not give %q", ruleRow(x))
		}
	}
	unbroken := strings.ReplaceAll(strings.Join(texts, ""), " ", "")
	for _, text := range marks(t, p) {
		if !strings.Contains(unbroken, strings.ReplaceAll(text, " ", "")) {
			t.Errorf("the document does not say %q", text)
		}
	}
}

func redactedAssessment(t *testing.T, p *reports.Pack) {
	t.Helper()
	var doc struct {
		Results struct{ Metadata struct{ Props assessedProps } } `json:"assessment-results"`
	}
	text := render(t, oscal.Renderer{}, p)
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var values, places []string
	for _, x := range p.Redaction.Rules {
		values, places = append(values, fmt.Sprint(x.Values)), append(places, fmt.Sprint(x.Occurrences))
	}
	got := doc.Results.Metadata.Props
	last := func(all []string) []string { // without the rules' names before them
		for i, s := range all {
			all[i] = s[strings.LastIndex(s, " ")+1:]
		}
		return all
	}
	if !slices.Equal(last(got.of("redaction-values")), values) || !slices.Equal(last(got.of("redaction-occurrences")), places) {
		t.Errorf("%q values, %q places", got.of("redaction-values"), got.of("redaction-occurrences"))
	}
	if !bytes.Contains(text, []byte(`"parameters-added-by-redaction"`)) {
		t.Error("it does not tell of what redaction added")
	}
}
