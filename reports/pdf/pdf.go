// Package pdf renders a pack as a PDF that an audit partner reads from its
// first page on: cover, contents, summary, scope and method, control matrix, one
// section a control and one a register, one IPE sheet a source, the coverage
// calendar, the samples, hashes and glossary.
//
// A document is drawn in passes: contents and matrix print the numbers of pages
// that come after them, so that passes are repeated until they agree. The same
// pack gives the same bytes.
//
// Long lists are cut with a note of how many more the workbook has, so that the
// document stays readable however large the populations are. Of outside text,
// characters that the font lacks are shown by number, and only https addresses
// become links.
package pdf

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/evidencepack/evidence/reports"
)

// Renderer renders report.pdf. Its zero value is ready for use.
type Renderer struct{}

var _ reports.Renderer = Renderer{}

// Name implements [reports.Renderer].
func (Renderer) Name() string { return "report.pdf" }

// maxPasses bounds how often a document is drawn. The second pass knows how long
// the contents are, the third where everything stands.
const maxPasses = 5

// Render implements [reports.Renderer].
func (Renderer) Render(w io.Writer, p *reports.Pack) error {
	var known layout
	for range maxPasses {
		d := newDocument(p, known)
		d.write()
		if err := d.Error(); err != nil {
			return fmt.Errorf("render report.pdf: %w", err)
		}
		d.now.total = d.PageCount()
		if !d.now.equal(known) {
			known = d.now
			continue
		}
		if err := d.archive(w); err != nil {
			return fmt.Errorf("render report.pdf: %w", err)
		}
		return nil
	}
	return fmt.Errorf("render report.pdf: page numbers do not settle in %d passes", maxPasses)
}

func (l layout) equal(o layout) bool {
	return l.total == o.total && slices.Equal(l.entries, o.entries) && maps.Equal(l.pages, o.pages)
}

// write draws the document from cover to glossary.
func (d *document) write() {
	d.cover()
	d.contents()
	d.assertion()
	d.summary()
	d.method()
	d.matrix()
	d.delta()
	for i := range d.p.Controls {
		d.control(&d.p.Controls[i])
	}
	for i := range d.p.Registers {
		d.register(&d.p.Registers[i])
	}
	for i := range d.p.Sources {
		d.ipe(i)
	}
	d.coverage()
	d.responses()
	d.samples()
	d.appendix()
}
