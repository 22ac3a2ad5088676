package reports_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// exemptionCounts are the numbers of exemptions in the order in which all formats show them.
func exemptionCounts(n reports.ExemptionCounts, text func(...any) string) []string {
	return []string{text(n.Exemptions), text(n.Lapsed), text(n.Unapproved), text(n.Items), text(n.UnapprovedItems)}
}

func shownExemptions(n reports.ExemptionCounts) []string {
	return exemptionCounts(n, func(v ...any) string { return format.Count(v[0].(int64)) })
}

func assessedExemptions(got assessedProps) []string {
	return slices.Concat(got.of("exemptions"), got.of("exemptions-lapsed"), got.of("exemptions-unapproved"), got.of("items-exempt"), got.of("items-unapproved"))
}

func workbookExemptions(t *testing.T, rows [][]string, p *reports.Pack) {
	t.Helper()
	for _, text := range words.ExemptionTotals(p.ExemptionCounts(), p.Lang) {
		if !slices.ContainsFunc(rows, func(r []string) bool { return len(r) == 1 && r[0] == text }) {
			t.Errorf("the summary does not say %q", text)
		}
	}
	for _, c := range p.Exempting() {
		want := append([]string{c.ID, c.Title}, shownExemptions(c.ExemptionCounts())...)
		if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Equal(r, want) }) {
			t.Errorf("the summary has no row %q", want)
		}
	}
}

func documentExemptions(t *testing.T, all []string, p *reports.Pack) {
	t.Helper()
	unbroken := strings.ReplaceAll(strings.Join(all, ""), " ", "")
	for _, text := range words.ExemptionTotals(p.ExemptionCounts(), p.Lang) {
		if !strings.Contains(unbroken, strings.ReplaceAll(text, " ", "")) {
			t.Errorf("the document does not say %q", text)
		}
	}
	for _, c := range p.Exempting() {
		if want := shownExemptions(c.ExemptionCounts()); !follows(all, want...) {
			t.Errorf("%s: the document does not give %q", c.ID, want)
		}
	}
}

func pageExemptions(t *testing.T, page element, p *reports.Pack) {
	t.Helper()
	summary := page.byID(t, "summary")
	for _, text := range words.ExemptionTotals(p.ExemptionCounts(), p.Lang) {
		if !strings.Contains(summary.text(), text) {
			t.Errorf("the summary does not say %q", text)
		}
	}
	var want [][]string
	for _, c := range p.Exempting() {
		want = append(want, append([]string{c.ID, c.Title}, shownExemptions(c.ExemptionCounts())...))
	}
	if diff := cmp.Diff(want, summary.table(t, words.Exempted.In(p.Lang)).rows()); diff != "" {
		t.Errorf("exemptions (-pack +page):\n%s", diff)
	}
}

// TestExemptionCounts: those that were over before the period need no approver.
func TestExemptionCounts(t *testing.T) {
	p := reports.Pack{Controls: []reports.Control{
		{ID: "ONE-01", Counts: reports.Counts{NotApplicable: 9}, Exempt: 7, Unapproved: 4, Exemptions: []reports.Exemption{
			{What: "a"}, {What: "b", ApprovedBy: "x"}, {What: "c", Lapsed: true}, {What: "d", Lapsed: true, Over: true}, {What: "e", ApprovedBy: "x", Lapsed: true},
		}},
		{ID: "TWO-01", Counts: reports.Counts{NotApplicable: 1}},
		{ID: "THREE-01", Exempt: 1, Exemptions: []reports.Exemption{{What: "a"}}},
	}}
	want := reports.ExemptionCounts{Exemptions: 6, Lapsed: 3, Unapproved: 3, Items: 8, UnapprovedItems: 4}
	if got := p.ExemptionCounts(); got != want || len(p.Exempting()) != 2 {
		t.Errorf("%+v", got)
	}
}
