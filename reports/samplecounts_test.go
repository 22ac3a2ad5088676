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

// sampleCounts are a control's numbers as all formats show them.
func sampleCounts(c reports.SampledControl) []string {
	s := c.Sample
	return []string{format.Count(s.Population), format.Count(s.NotApplicable), format.Count(s.Size), format.Count(s.CountDrawn(reports.Replaced))}
}

// sampleTexts are what all formats say of how samples were drawn.
func sampleTexts(p *reports.Pack) []string {
	texts := []string{p.Sampling.Method, p.Sampling.Root, format.Count(p.Sampling.Size), words.Nonce(p.Sampling, p.Lang)}
	for _, text := range words.SamplingTexts(p) {
		texts = append(texts, text.In(p.Lang))
	}
	return texts
}

// workbookSamples compares the two sheets on samples with the pack, item by item.
func workbookSamples(t *testing.T, f *excelize.File, p *reports.Pack) {
	t.Helper()
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	rows := rowsOf(t, f, in(words.Sampling))
	all := fmt.Sprint(rows)
	for _, text := range sampleTexts(p) {
		if !strings.Contains(all, text) {
			t.Errorf("the sheet on sampling does not say %q", text)
		}
	}
	var want [][]string
	for _, c := range p.Sampled() {
		if !slices.ContainsFunc(rows, func(r []string) bool {
			return len(r) == 9 && r[0] == c.ID && r[1] == words.SampleTitle(c.Sample, c.Title, p.Lang) && slices.Equal(r[3:7], sampleCounts(c)) && strings.HasPrefix(r[7], c.Sample.SizedBy) && r[8] == c.Sample.Seed
		}) {
			t.Errorf("the sheet on sampling has no row of %s with %v", c.ID, sampleCounts(c))
		}
		for i, d := range c.Sample.Drawn {
			want = append(want, []string{c.ID, format.Count(int64(i + 1)), words.DrawnAsOf(c.Sample, d.State, p.Lang), d.Verdict.Mark() + " " + in(d.Verdict.Name()),
				"", "", "", "", d.SHA256, d.Rank})
		}
	}
	var got [][]string
	for _, r := range rowsOf(t, f, in(words.Samples))[1:] {
		got = append(got, []string{r[0], r[1], r[2], r[6], r[7], r[8], r[9], r[10], r[13], r[14]})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("test sheet (-pack +workbook):\n%s", diff)
	}
}

// documentSamples compares the chapter on samples with the pack.
func documentSamples(t *testing.T, pages [][]string, p *reports.Pack) {
	t.Helper()
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	first := slices.IndexFunc(pages, func(texts []string) bool {
		return slices.Contains(texts, in(words.Sampling)) && slices.Contains(texts, p.Sampling.Method)
	})
	if first < 0 {
		t.Fatal("the document has no chapter on samples")
	}
	all := slices.Concat(pages[first:]...)
	plain := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	whole := plain(strings.Join(all, ""))
	for _, text := range sampleTexts(p) {
		if !strings.Contains(whole, plain(text)) {
			t.Errorf("the document does not say %q", text)
		}
	}
	for _, c := range p.Sampled() {
		if !follows(all, sampleCounts(c)...) {
			t.Errorf("the document does not give %s with %v", c.ID, sampleCounts(c))
		}
		if title := words.SampleTitle(c.Sample, c.ID+"  "+c.Title, p.Lang); c.Sample.Exempt && !strings.Contains(whole, plain(title)) {
			t.Errorf("the document has no heading %q", title)
		}
		if !strings.Contains(whole, c.Sample.Seed) {
			t.Errorf("the document does not give the seed of %s", c.ID)
		}
		if c.Sample.Whole() {
			if !strings.Contains(whole, plain(fmt.Sprintf(in(words.SampleIsWhole), in(words.Samples)))) {
				t.Errorf("the document does not say that the sample of %s is all of it", c.ID)
			}
			continue
		}
		for i, d := range c.Sample.Drawn {
			// A row begins with its number and what became of it; the ID follows.
			at := slices.Index(all, d.ID)
			if at < 0 || !strings.Contains(strings.Join(all[max(at-30, 0):at], "\n"), format.Count(int64(i+1))+"\n"+in(words.DrawnName(d.State))) {
				t.Errorf("%s: the document does not give number %d, %s", c.ID, i+1, d.ID)
			}
		}
	}
}

// pageSamples compares the section on samples with the pack.
func pageSamples(t *testing.T, page element, p *reports.Pack) {
	t.Helper()
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	section := page.byID(t, "samples")
	for _, text := range sampleTexts(p) {
		if !strings.Contains(section.text(), text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	var want [][]string
	for _, c := range p.Sampled() {
		want = append(want, slices.Concat([]string{c.ID, words.SampleTitle(c.Sample, c.Title, p.Lang)}, sampleCounts(c), []string{c.Sample.SizedBy}))
		rows := section.table(t, words.SampleTitle(c.Sample, c.ID+" "+in(words.Samples), p.Lang)).rows()
		if len(rows) != len(c.Sample.Drawn) {
			t.Errorf("%s: %d rows, want %d", c.ID, len(rows), len(c.Sample.Drawn))
			continue
		}
		for i, d := range c.Sample.Drawn {
			if r := rows[i]; !strings.HasPrefix(r[0], format.Count(int64(i+1))+" ") || !strings.Contains(r[0], d.ID) || !strings.Contains(r[0], d.SHA256) ||
				!strings.HasPrefix(r[1], words.DrawnAsOf(c.Sample, d.State, p.Lang)) || !strings.Contains(r[1], words.Replacement(d, p.Lang)) ||
				!strings.HasPrefix(r[2], d.Verdict.Mark()+" "+in(d.Verdict.Name())) {
				t.Errorf("%s: row %d is %q", c.ID, i, r)
			}
		}
	}
	if diff := cmp.Diff(want, section.table(t, in(words.Sampling)).rows()); diff != "" {
		t.Errorf("samples by control (-pack +page):\n%s", diff)
	}
}

// TestSummaryWithoutNonce: each summary says that the auditor gave none, and what that
// means, beside the page on samples; one with a nonce says nothing of it.
func TestSummaryWithoutNonce(t *testing.T) {
	for _, l := range []evidence.Lang{evidence.Japanese, evidence.English} {
		for _, nonce := range []string{"", "a nonce"} {
			p := reportstest.Pack(reportstest.Options{Lang: l})
			p.Sampling.Nonce = nonce
			said := words.NoNonce.In(l)
			f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(fmt.Sprint(rowsOf(t, f, words.Summary.In(l))), said); got != (nonce == "") {
				t.Errorf("%s %q: the workbook's summary says so: %t", l, nonce, got)
			}
			if got := strings.Contains(parsePage(t, render(t, html.Renderer{}, p)).byID(t, "summary").text(), said); got != (nonce == "") {
				t.Errorf("%s %q: the page's summary says so: %t", l, nonce, got)
			}
			pages := strings.ReplaceAll(strings.Join(slices.Concat(pdfTexts(t, render(t, pdf.Renderer{}, p))...), ""), " ", "")
			if got := strings.Count(pages, strings.ReplaceAll(said, " ", "")); got != map[string]int{"": 2, "a nonce": 0}[nonce] {
				t.Errorf("%s %q: the document says so %d times", l, nonce, got)
			}
			f.Close()
		}
	}
}

// TestSampleThatIsNotItsSize is refused by every renderer.
func TestSampleThatIsNotItsSize(t *testing.T) {
	for _, r := range renderers {
		p := reportstest.Pack(reportstest.Options{})
		p.Sampled()[0].Sample.Size++
		if err := r.Render(new(strings.Builder), p); err == nil || !strings.Contains(err.Error(), "sample of "+p.Sampled()[0].ID) {
			t.Errorf("%s: %v", r.Name(), err)
		}
	}
}

// TestPackWithoutSamples: packs from before there were samples say nothing of them.
func TestPackWithoutSamples(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	p.Sampling = reports.Sampling{}
	for i := range p.Controls {
		p.Controls[i].Sample, p.Controls[i].ExemptSample = nil, nil
	}
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if sheets := f.GetSheetList(); slices.Contains(sheets, words.Samples.JA) || slices.Contains(sheets, words.Sampling.JA) {
		t.Errorf("the workbook has %v", sheets)
	}
	if pages := pdfTexts(t, render(t, pdf.Renderer{}, p)); slices.Contains(slices.Concat(pages...), words.Sampling.JA) {
		t.Error("the document has a chapter on samples")
	}
	if page := parsePage(t, render(t, html.Renderer{}, p)); slices.Contains(page.texts("a", ""), words.Samples.JA) || slices.Contains(page.texts("h2", ""), words.Samples.JA) {
		t.Error("the page has a section on samples")
	}
}
