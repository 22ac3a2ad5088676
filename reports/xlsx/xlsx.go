// Package xlsx renders a pack as an Excel workbook: a cover, a summary, the
// control matrix, every exception, the registers, the IPE sheets as one list, the
// coverage calendar, the samples with cells for an auditor's results, one sheet a control with its whole population, and the hashes.
//
// Populations are streamed, so that memory does not grow with their items. The
// same pack gives the same bytes: the workbook's dates are the pack's, and its
// parts are zipped in the order of their names.
//
// Text that came from outside is only ever the text of a cell. Nothing in the
// workbook is a formula, and only https addresses are links.
package xlsx

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// Renderer renders report.xlsx. Its zero value is ready for use.
type Renderer struct {
	// maxRows is the most rows a sheet may have; 0: as many as Excel can hold.
	// Tests lower it.
	maxRows int
}

var _ reports.Renderer = Renderer{}

// Name implements [reports.Renderer].
func (Renderer) Name() string { return "report.xlsx" }

// Render implements [reports.Renderer]. It fails when a control's items do not
// add up to the counts that the pack gives for it.
func (r Renderer) Render(w io.Writer, p *reports.Pack) error {
	return renderBook(w, p, "report.xlsx", r.maxRows, (*book).build)
}

func renderBook(w io.Writer, p *reports.Pack, name string, maxRows int, build func(*book) error) (err error) {
	b := &book{f: excelize.NewFile(), p: p, maxRows: excelize.TotalRows, tables: map[string]bool{}}
	if maxRows > 0 {
		b.maxRows = maxRows
	}
	// Only temporary files of a population being streamed can fail to close; they are of no more use.
	defer func() { _ = b.f.Close() }()
	if err := b.write(build); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	z := newSortedZip(w, p.Checkpoint.SealedAt)
	defer func() { err = errors.Join(err, z.discard()) }()
	b.f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	if _, err := b.f.WriteToBuffer(); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return nil
}

// book is a workbook being written.
type book struct {
	f       *excelize.File
	p       *reports.Pack
	styles  styles
	names   sheetNames
	maxRows int

	alone  bool               // the test sheet without the rest of the pack
	tables map[string]bool    // the names of tables that are taken, in lower case
	places map[string][]place // control → where its exceptions stand, in their order
}

// place is a row of a sheet.
type place struct {
	sheet string
	row   int
}

// write writes the sheets that build is for.
func (b *book) write(build func(*book) error) error {
	if err := b.f.SetDefaultFont(fontFamily); err != nil {
		return err
	}
	var err error
	if b.styles, err = newStyles(b.f); err != nil {
		return err
	}
	if err := build(b); err != nil {
		return err
	}
	return b.properties()
}

// build writes every sheet. Sheets stand in the order in which a reader wants
// them; they are written in the order in which they learn of each other's rows.
func (b *book) build() error {
	b.names = nameSheets(b.p)
	b.placeRegisters()
	if err := b.addSheets(); err != nil {
		return err
	}
	b.places = map[string][]place{}
	for i := range b.p.Controls {
		if err := b.controlSheets(&b.p.Controls[i]); err != nil {
			return fmt.Errorf("control %s: %w", b.p.Controls[i].ID, err)
		}
		if err := b.changesSheet(&b.p.Controls[i]); err != nil {
			return fmt.Errorf("changes of %s: %w", b.p.Controls[i].ID, err)
		}
	}
	for _, write := range []func() error{
		b.coverSheet, b.summarySheet, b.matrixSheet, b.exceptionsSheet, b.deltaSheet, b.registerSheets, b.ipeSheet, b.coverageSheet, b.monthsSheet,
		b.samplingSheet, b.samplesSheet, b.redactionSheet, b.hashesSheet,
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// addSheets creates the sheets in the reader's order.
func (b *book) addSheets() error {
	for i, name := range b.names.order() {
		if i == 0 {
			if err := b.f.SetSheetName("Sheet1", name); err != nil {
				return err
			}
			continue
		}
		if _, err := b.f.NewSheet(name); err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	b.f.SetActiveSheet(0)
	return nil
}

// properties sets the workbook's own description, with dates of the pack and
// none of the clock.
func (b *book) properties() error {
	sealed := b.p.Checkpoint.SealedAt.UTC().Format(time.RFC3339)
	line := func(s string) string { return visible.Line(s, nil) }
	return b.f.SetDocProps(&excelize.DocProperties{
		Title:          line(b.in(words.PackTitle) + " " + b.p.Organisation + " " + b.p.PeriodName),
		Subject:        line(b.p.Framework.Title),
		Creator:        line(b.p.Tool),
		LastModifiedBy: line(b.p.Tool),
		Created:        sealed,
		Modified:       sealed,
		Language:       string(b.p.Lang),
	})
}
