package pipeline

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/demo"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/heap"
	"github.com/evidencepack/evidence/internal/heap/heaptest"
	"github.com/evidencepack/evidence/internal/pack"
)

// oneControl is a framework whose packs have the population of one control.
const oneControl = `id: sign-ins
title: {ja: サインイン, en: Sign-ins}
items:
  - {id: S1, group: {ja: アクセス, en: Access}, title: {ja: 認証, en: Authentication}, controls: [ACC-01]}
`

// BenchmarkMillionPack makes the whole pack of a control whose population is a million
// sign-ins, out of the sealed locker, and verifies it. Figures to hold: less than 60 s
// on two processors, and less than 400 MB.
//
// What is measured as the pack is what the command does: reading the sealed batches and
// proving them to be those that were sealed, judging, samples, all reports with the signatures
// of documents, manifest and signature, and the zip. The floor is excelize's own StreamWriter, given the cells of
// the population in bare form, out of the same results.
//
// SIGN_INS in the environment is another number of them.
func BenchmarkMillionPack(b *testing.B) {
	defer heap.Tune()() // as the command line tool does
	s := signIns{n: signInsWanted(b), users: 5000, period: demo.Period(), seed: 1}
	server := s.graph()
	defer server.Close()
	for b.Loop() {
		packSignIns(b, s, server.URL)
	}
}

func packSignIns(b *testing.B, s signIns, base string) {
	r, list := signInRun(b, base, s.period.End.Add(96*time.Hour))
	serveOneControl(b, r)
	certified(b, r) // so that the documents are signed too
	lap := heaptest.Laps(b)
	if _, err := r.Collect(b.Context(), s.period, list); err != nil {
		b.Fatal(err)
	}
	cp, err := r.Seal(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	lap("collect")
	results, view, _, err := r.Evaluate(b.Context(), s.period, only(list, "ACC-01"))
	if err != nil {
		b.Fatal(err)
	}
	paths, err := r.Pack(b.Context(), s.period, results, view, cp, []string{"sign-ins"}, "")
	if err != nil {
		b.Fatal(err)
	}
	made := lap("pack")
	tested := &results.Controls[0]
	if tested.Result != evidence.ExceptionsNoted || tested.Counts.Total != int64(s.n) {
		b.Errorf("%s: %s %+v %s: %v", tested.ID, tested.Result, tested.Counts, tested.Error, tested.Missing)
	}
	verification := pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English, Report: func(c pack.Check) {
		if c.State != pack.OK {
			b.Logf("%s %s: %s", c.State, c.Name, c.Detail)
		}
	}}
	if err := pack.Verify(b.Context(), paths[0], verification); err != nil {
		b.Fatal(err)
	}
	lap("verify")
	bareWorkbook(b, tested)
	floor := lap("floor")
	made.Over(b, "times_floor", floor)
	if err := errors.Join(results.Close(), view.Close()); err != nil {
		b.Fatal(err)
	}
	countRows(b, paths[0], s.n)
}

// serveOneControl gives a run the framework, and a place for its packs.
func serveOneControl(b *testing.B, r *Run) {
	dir := b.TempDir()
	path := filepath.Join(dir, "frameworks", "sign-ins.yaml")
	if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(oneControl), 0o600)); err != nil {
		b.Fatal(err)
	}
	r.Config.Overlay, r.Config.Packs = dir, filepath.Join(b.TempDir(), "packs")
	lib, err := Library(r.Config)
	if err != nil {
		b.Fatal(err)
	}
	r.Library = lib
}

// only is the control of that ID.
func only(list []*controls.Control, id string) []*controls.Control {
	for _, c := range list {
		if c.ID == id {
			return []*controls.Control{c}
		}
	}
	return nil
}

// bareWorkbook writes the cells of a control's items and nothing else.
func bareWorkbook(b *testing.B, c *evaluation.Control) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	row := 0
	for item, err := range c.Items() {
		if err != nil {
			b.Fatal(err)
		}
		row++
		cells := []any{row, string(item.Verdict), "", item.Time, item.Label}
		for _, field := range item.Fields[1:] { // the first repeats the time
			cells = append(cells, field.Text)
		}
		if err := w.SetRow(fmt.Sprintf("A%d", row), append(cells, item.ID, item.SHA256)); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), f.Write(io.Discard)); err != nil {
		b.Fatal(err)
	}
}

// countRows counts the rows in the sheets of the pack's workbook: there are as many as
// items, at least.
func countRows(b *testing.B, path string, want int) {
	z, err := zip.OpenReader(path)
	if err != nil {
		b.Fatal(err)
	}
	defer z.Close()
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == "report.xlsx" })
	at, err := z.File[i].DataOffset() // members are stored
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	book, err := zip.NewReader(io.NewSectionReader(f, at, int64(z.File[i].UncompressedSize64)), int64(z.File[i].UncompressedSize64))
	if err != nil {
		b.Fatal(err)
	}
	rows := 0
	for _, part := range book.File {
		if strings.HasPrefix(part.Name, "xl/worksheets/sheet") {
			rows += countIn(b, part, "</row>")
		}
	}
	if rows < want {
		b.Errorf("%d rows in the workbook, for %d items", rows, want)
	}
	b.ReportMetric(float64(z.File[i].UncompressedSize64)/1e6, "xlsx_MB")
}

// countIn counts a text in a part of a workbook.
func countIn(b *testing.B, part *zip.File, text string) int {
	r, err := part.Open()
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	n := 0
	buf := make([]byte, 1<<20)
	kept := 0 // of the chunk before, which the text may begin in
	for {
		got, err := io.ReadFull(r, buf[kept:])
		n += bytes.Count(buf[:kept+got], []byte(text))
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				b.Fatal(err)
			}
			return n
		}
		kept = copy(buf, buf[len(buf)-len(text)+1:])
	}
}
