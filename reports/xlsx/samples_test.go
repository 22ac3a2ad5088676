package xlsx

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

func openBook(t *testing.T, write func(*bytes.Buffer) error) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestTestSheet: it has the same rows as the pack's workbook, twice the same bytes,
// and each of the auditor's cells takes what its column is for.
func TestTestSheet(t *testing.T) {
	for _, l := range []evidence.Lang{evidence.Japanese, evidence.English} {
		p := reportstest.Pack(reportstest.Options{Lang: l})
		var first, second bytes.Buffer
		if err := RenderTestSheet(&first, p); err != nil {
			t.Fatal(err)
		}
		if err := RenderTestSheet(&second, p); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("two renderings differ, or %v", err)
		}
		f := openBook(t, func(b *bytes.Buffer) error { return RenderTestSheet(b, p) })
		whole := openBook(t, func(b *bytes.Buffer) error { return Renderer{}.Render(b, p) })
		if d := cmp.Diff([]string{words.Sampling.In(l), words.Samples.In(l)}, f.GetSheetList()); d != "" {
			t.Error(d)
		}
		for _, name := range f.GetSheetList() {
			if d := cmp.Diff(rows(t, whole, name), rows(t, f, name)); d != "" {
				t.Errorf("%s (-pack's workbook +test sheet):\n%s", name, d)
			}
		}
		last := len(rows(t, f, words.Samples.In(l)))
		rules, err := f.GetDataValidations(words.Samples.In(l))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rules {
			got = append(got, fmt.Sprintf("%s %s %s", r.Sqref, r.Type, r.Formula1))
		}
		list := map[evidence.Lang]string{evidence.Japanese: `"適正,例外,該当なし,差替え"`, evidence.English: `"no exception,exception,not applicable,to be replaced"`}[l]
		want := []string{fmt.Sprintf("H2:H%d list %s", last, list), fmt.Sprintf("I2:I%d textLength 1", last), fmt.Sprintf("J2:J%d date 46296", last)}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func rows(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	r, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSamplesGoOnInFurtherSheets where there are more than a sheet holds.
func TestSamplesGoOnInFurtherSheets(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	f := openBook(t, func(b *bytes.Buffer) error {
		return renderBook(b, p, "test sheet", 40, (*book).buildTestSheet)
	})
	var got []string
	for _, name := range f.GetSheetList() {
		if name == words.Sampling.JA {
			continue
		}
		for _, r := range rows(t, f, name)[1:] {
			got = append(got, r[0]+" "+r[14])
		}
	}
	var want []string
	for _, c := range p.Sampled() {
		for _, d := range c.Sample.Drawn {
			want = append(want, c.ID+" "+d.Rank)
		}
	}
	if d := cmp.Diff(want, got); d != "" || len(f.GetSheetList()) < 4 {
		t.Errorf("%v: %s", f.GetSheetList(), d)
	}
}

// TestNothingDrawn says so, in both sheets.
func TestNothingDrawn(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	p.Controls = slices.DeleteFunc(p.Controls, func(c reports.Control) bool { return c.Sample != nil || c.ExemptSample != nil })
	f := openBook(t, func(b *bytes.Buffer) error { return RenderTestSheet(b, p) })
	for _, name := range f.GetSheetList() {
		r := rows(t, f, name)
		if last := r[len(r)-1]; last[1] != words.NoSamples.JA {
			t.Errorf("%s ends with %q", name, last)
		}
	}
}
