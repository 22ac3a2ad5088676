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

// TestDeltaAgrees: every format gives the same counts of what changed.
func TestDeltaAgrees(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		p := reportstest.Pack(reportstest.Options{Lang: lang})
		t.Run(string(lang)+" xlsx", func(t *testing.T) { workbookDelta(t, p) })
		t.Run(string(lang)+" html", func(t *testing.T) { pageDelta(t, p) })
		t.Run(string(lang)+" pdf", func(t *testing.T) { documentDelta(t, p) })
	}
}

// presences counts the rows that a list of all exceptions must have.
func presences(p *reports.Pack) map[string]int {
	n := map[string]int{}
	for _, e := range p.Delta.AllExceptions() {
		n[e.Presence.Mark()+" "+e.Presence.Name().In(p.Lang)]++
	}
	return n
}

// extraordinary counts the rows that a list must have which leaves out those of which
// there is nothing to tell, and has a hundred at most.
func extraordinary(p *reports.Pack) (rows map[string]int, ordinary, more int64) {
	rows = map[string]int{}
	n := 0
	for _, e := range p.Delta.AllExceptions() {
		switch {
		case e.Ordinary():
			ordinary++
		case n == 100:
			more++
		default:
			n++
			rows[e.Presence.Mark()+" "+e.Presence.Name().In(p.Lang)]++
		}
	}
	return rows, ordinary, more
}

func workbookDelta(t *testing.T, p *reports.Pack) {
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	rows := rowsOf(t, f, in(words.DeltaSheet))
	if rows[1][0] != p.Delta.Sentence(p.Lang) {
		t.Errorf("the sheet begins with %q", rows[1][0])
	}
	at := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 2 && r[2] == in(words.BeforeResult) })
	for i := range p.Delta.Controls {
		c := &p.Delta.Controls[i]
		n, x := c.Before.Counts()
		m, y := c.After.Counts()
		want := []string{c.ID, c.Before.Text(p.Lang), c.After.Text(p.Lang), c.ThreeCounts(), c.Cause, n, m, x, y, c.Before.Share(), c.After.Share()}
		r := rows[at+1+i]
		if diff := cmp.Diff(want, []string{r[0], r[2], r[3], r[4], r[5], r[7], r[8], r[9], r[10], r[11], r[12]}); diff != "" {
			t.Errorf("%s (-pack +workbook):\n%s", c.ID, diff)
		}
	}
	list := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 2 && r[2] == in(words.Compared) })
	got := map[string]int{}
	for _, r := range rows[list+1:] {
		got[r[2]]++
	}
	if diff := cmp.Diff(presences(p), got); diff != "" {
		t.Errorf("exceptions (-pack +workbook):\n%s", diff)
	}
	if changes := rows[at+2+len(p.Delta.Controls) : list]; !slices.ContainsFunc(changes, func(r []string) bool {
		return len(r) > 6 && r[5] == reportstest.Hash("before") && r[6] == reportstest.Hash("after")
	}) {
		t.Errorf("no row of changed rules in %q", changes)
	}
	if summary := fmt.Sprint(rowsOf(t, f, in(words.Summary))); !strings.Contains(summary, p.Delta.Sentence(p.Lang)) {
		t.Error("the summary does not say what changed")
	}
}

func pageDelta(t *testing.T, p *reports.Pack) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	page := parsePage(t, render(t, html.Renderer{}, p))
	section := page.byID(t, "delta")
	told, same := p.Delta.Told()
	rows := section.table(t, in(words.DeltaControls)).rows()
	for i, c := range told {
		population, exceptions, shares := c.CountsFromTo()
		want := []string{c.ID, c.Before.Text(p.Lang), c.After.Text(p.Lang), population, exceptions + " " + shares, c.ThreeCounts()}
		if diff := cmp.Diff(want, rows[i][:6]); diff != "" {
			t.Errorf("%s (-pack +page):\n%s", c.ID, diff)
		}
	}
	if len(rows) != len(told) || len(same) == 0 || !strings.Contains(section.text(), fmt.Sprintf(in(words.DeltaSame), strings.Join(same, ", "))) {
		t.Errorf("%d rows of %d controls; %v without change", len(rows), len(told), same)
	}
	got := map[string]int{}
	for _, r := range section.table(t, in(words.DeltaExceptions)).rows() {
		got[r[1]]++
	}
	if diff := cmp.Diff(presences(p), got); diff != "" {
		t.Errorf("exceptions (-pack +page):\n%s", diff)
	}
	if n := len(section.table(t, in(words.DeltaRules)).rows()); n != 3 {
		t.Errorf("%d rows of changes", n)
	}
	if !strings.Contains(page.byID(t, "summary").text(), p.Delta.Sentence(p.Lang)) {
		t.Error("the summary does not say what changed")
	}
}

func documentDelta(t *testing.T, p *reports.Pack) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	pages := pdfTexts(t, render(t, pdf.Renderer{}, p))
	first := slices.IndexFunc(pages, func(texts []string) bool { return slices.Contains(texts, in(words.DeltaControls)) })
	if first < 0 {
		t.Fatal("no section")
	}
	all := slices.Concat(pages[first:]...)
	whole := strings.ReplaceAll(strings.Join(all, ""), " ", "")
	told, _ := p.Delta.Told()
	for _, c := range told {
		population, exceptions, shares := c.CountsFromTo()
		for _, want := range []string{population, exceptions, shares, c.ThreeCounts()} {
			if !slices.Contains(all, want) {
				t.Errorf("%s: the document does not give %q", c.ID, want)
			}
		}
	}
	got := map[string]int{}
	want, ordinary, more := extraordinary(p)
	if ordinary == 0 || more == 0 {
		t.Fatalf("of the exceptions %d are left out, and %d are more than the list holds", ordinary, more)
	}
	for _, text := range all {
		if want[text] > 0 {
			got[text]++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exceptions (-pack +document):\n%s", diff)
	}
	for _, said := range []string{
		fmt.Sprintf(in(words.MoreRowsInSheet), format.Count(more), in(words.DeltaSheet)),
		fmt.Sprintf(in(words.DeltaOrdinary), format.Count(ordinary), in(words.DeltaSheet)),
	} {
		if !strings.Contains(whole, strings.ReplaceAll(said, " ", "")) {
			t.Errorf("the document does not say %q", said)
		}
	}
	sentence := strings.ReplaceAll(p.Delta.Sentence(p.Lang), " ", "")
	if n := strings.Count(strings.ReplaceAll(strings.Join(slices.Concat(pages...), ""), " ", ""), sentence); n != 2 {
		t.Errorf("the document gives the sentence %d times: in the summary and in the section", n)
	}
}

// TestNoDelta: without anything to compare with, every format says so and for which one reason, and has no section.
func TestNoDelta(t *testing.T) {
	for _, why := range []reports.NoDelta{"", reports.NotAsked, reports.NoCopy, reports.NoEarlier} {
		t.Run(string(why), func(t *testing.T) { noDelta(t, why) })
	}
}

func noDelta(t *testing.T, why reports.NoDelta) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	p.Delta, p.NoDelta = nil, why
	said := words.NoDelta(why, p.Lang)
	if strings.Contains(said, " or ") || why != "" && !strings.Contains(said, ": ") {
		t.Errorf("it is not one reason: %s", said)
	}
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !strings.Contains(fmt.Sprint(rowsOf(t, f, words.Summary.In(p.Lang))), said) || slices.Contains(f.GetSheetList(), words.DeltaSheet.In(p.Lang)) {
		t.Errorf("sheets %q", f.GetSheetList())
	}
	page := parsePage(t, render(t, html.Renderer{}, p))
	if !strings.Contains(page.byID(t, "summary").text(), said) || strings.Contains(page.text(), words.DeltaControls.In(p.Lang)) {
		t.Error("the page does not say that nothing was compared")
	}
	document := strings.ReplaceAll(strings.Join(slices.Concat(pdfTexts(t, render(t, pdf.Renderer{}, p))...), ""), " ", "")
	if !strings.Contains(document, strings.ReplaceAll(said, " ", "")) {
		t.Error("the document does not say that nothing was compared")
	}
}

// TestDeltaThatDoesNotAddUp is refused by every renderer.
func TestDeltaThatDoesNotAddUp(t *testing.T) {
	for _, r := range renderers {
		p := reportstest.Pack(reportstest.Options{})
		p.Delta.Controls[0].New++
		if err := r.Render(&bytes.Buffer{}, p); err == nil || !strings.Contains(err.Error(), p.Delta.Controls[0].ID) {
			t.Errorf("%s: %v", r.Name(), err)
		}
	}
}
