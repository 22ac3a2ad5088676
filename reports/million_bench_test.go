package reports_test

import (
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/heap/heaptest"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// millionRows is a population of the size at which workbooks are measured.
const millionRows = 1_000_000

// BenchmarkMillionRows writes the workbook of a population of a million items, and then all
// reports of a pack. The floor is excelize's own StreamWriter, given the same cells of the
// population in bare form (to hold: one and a half times as long); a peer is
// openpyxl's write-only mode, where that is installed (three times as fast, at least).
func BenchmarkMillionRows(b *testing.B) {
	defer heap.Tune()() // as the command line tool does
	for range b.N {
		p := population(millionRows)
		lap := heaptest.Laps(b)
		bare(b, p)
		floor := lap("floor")
		if err := (xlsx.Renderer{}).Render(io.Discard, p); err != nil {
			b.Fatal(err)
		}
		workbook := lap("xlsx")
		workbook.Over(b, "times_floor", floor)
		for _, r := range allRenderers {
			if err := r.Render(io.Discard, p); err != nil {
				b.Fatal(err)
			}
		}
		lap("reports")
		if peer, ok := openpyxl(b); ok {
			peer.Over(b, "openpyxl_times", workbook)
		}
	}
}

// population is a pack with one control, whose items have ten texts each, of which one in
// ten thousand is an exception.
func population(n int) *reports.Pack {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English, Items: 10})
	c := &p.Controls[len(p.Controls)-1]
	const texts = 8 // beside the verdict and the identity
	c.Columns, c.Labelled, c.Linked, c.Observations, c.NotApplicable = nil, false, false, nil, nil
	for i := range texts {
		c.Columns = append(c.Columns, reports.Column{Title: fmt.Sprintf("Column %d", i), Type: reports.TextColumn})
	}
	item := func(i int) reports.Item {
		item := reports.Item{ID: fmt.Sprintf("item-%08d", i), Time: p.Period.Start, Verdict: evidence.Pass, SHA256: reportstest.Hash("same")}
		if i%10_000 == 0 {
			item.Verdict, item.Reasons = evidence.Exception, []reports.Reason{{Code: "code", Text: "It is an exception."}}
		}
		for f := range texts {
			item.Fields = append(item.Fields, reports.Field{Text: fmt.Sprintf("text %d of item %d", f, i%5000), Set: true})
		}
		return item
	}
	all := func(yield func(reports.Item, error) bool) {
		for i := range n {
			if !yield(item(i), nil) {
				return
			}
		}
	}
	exceptions := func(yield func(reports.Item, error) bool) {
		for i := 0; i < n; i += 10_000 {
			if !yield(item(i), nil) {
				return
			}
		}
	}
	c.Items = func() iter.Seq2[reports.Item, error] { return all }
	c.Exceptions = func() iter.Seq2[reports.Item, error] { return exceptions }
	bad := int64((n + 9999) / 10_000)
	c.Counts = reports.Counts{Total: int64(n), Passed: int64(n) - bad, Exceptions: bad}
	c.Reasons = []reports.ReasonCount{{Code: "code", Text: "It is an exception.", N: bad}}
	c.Responses, c.Days, c.Sample, c.ExemptSample = nil, nil, nil, nil
	p.Controls = []reports.Control{*c}
	p.Registers, p.Sampling, p.Delta, p.Window = nil, reports.Sampling{}, nil, nil
	return p
}

// bare writes the cells of the population's table and nothing else.
func bare(b *testing.B, p *reports.Pack) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	row := 0
	for item, err := range p.Controls[0].Items() {
		if err != nil {
			b.Fatal(err)
		}
		row++
		cells := []any{row, item.Verdict.Mark() + " " + item.Verdict.Name().EN, "", item.Time}
		for _, field := range item.Fields {
			cells = append(cells, field.Text)
		}
		if err := w.SetRow(fmt.Sprintf("A%d", row), append(cells, item.ID, item.SHA256)); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Write(io.Discard); err != nil {
		b.Fatal(err)
	}
}

// openpyxl writes as many rows of as many cells by openpyxl; false, and said aloud, where
// there is none.
func openpyxl(b *testing.B) (heaptest.Lap, bool) {
	const script = `
import openpyxl, sys
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet()
texts = [["text %d of item %d" % (f, i) for f in range(8)] for i in range(5000)]
for i in range(int(sys.argv[1])):
    sheet.append([i + 1, "pass", "", "2026-10-01 00:00:00"] + texts[i % 5000] + ["item-%08d" % i, "f" * 64])
book.save(sys.argv[2])
`
	out := b.TempDir() + "/openpyxl.xlsx"
	cmd := exec.CommandContext(b.Context(), "python3", "-c", script, fmt.Sprint(millionRows), out)
	begun := time.Now()
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Logf("NOT COMPARED WITH OPENPYXL: %v: %s", err, text)
		return heaptest.Lap{}, false
	}
	l := heaptest.Lap{Elapsed: time.Since(begun), Processors: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if info, err := os.Stat(out); err != nil || info.Size() < millionRows {
		b.Errorf("openpyxl wrote %v, %v", info, err)
	}
	b.ReportMetric(l.Elapsed.Seconds(), "openpyxl_s")
	b.ReportMetric(l.Processors.Seconds(), "openpyxl_cpu_s")
	return l, true
}
