// Package html renders a pack as one HTML file that a browser opens from the
// zip: it loads nothing, and a policy within it forbids that it could.
//
// Everything is readable without JavaScript. The script, which is part of this
// package, adds a search over the items that the file shows and nothing else.
//
// A file must open, however large the populations are. So it shows exceptions,
// items without a verdict and the first items with notes, up to a number that
// the file says, and points to the workbook for the rest. Counts are always of
// the whole.
package html

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
)

// Renderer renders report.html. Its zero value is ready for use.
type Renderer struct{}

var _ reports.Renderer = Renderer{}

// Name implements [reports.Renderer].
func (Renderer) Name() string { return "report.html" }

// Render implements [reports.Renderer].
func (Renderer) Render(w io.Writer, p *reports.Pack) error {
	d := newDocument(w, p)
	d.write()
	if err := d.finish(); err != nil {
		return fmt.Errorf("render report.html: %w", err)
	}
	return nil
}

// document is the file being written from top to bottom.
type document struct {
	*markup
	p        *reports.Pack
	controls map[string]string // control ID → id of its section
	sources  map[string]string // source name → id of its section
	records  int               // bytes of raw records so far
	listed   int64             // how many exceptions of a control are shown at most
}

func newDocument(w io.Writer, p *reports.Pack) *document {
	d := &document{markup: newMarkup(w), p: p, controls: map[string]string{}, sources: map[string]string{}}
	taken := map[string]bool{}
	for _, c := range p.Controls {
		d.controls[c.ID] = anchor("control-"+c.ID, taken)
	}
	for _, s := range p.Sources {
		if d.sources[s.Name] == "" {
			d.sources[s.Name] = anchor("source-"+s.Name, taken)
		}
	}
	d.listed = share(p.Controls)
	return d
}

// anchor makes an id that a link can name out of s, and no id twice.
func anchor(s string, taken map[string]bool) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, s)
	unique := safe
	for n := 2; taken[unique]; n++ {
		unique = safe + "_" + strconv.Itoa(n)
	}
	taken[unique] = true
	return unique
}

// write is the file's order.
func (d *document) write() {
	d.raw("<!DOCTYPE html>")
	d.start("html", attr{"lang", string(d.p.Lang)})
	d.head()
	d.start("body")
	d.cover()
	d.side()
	d.fills()
	d.start("main", id("main"))
	d.assertion()
	d.summary()
	d.matrix()
	d.delta()
	d.controlSections()
	for i := range d.p.Registers {
		d.register(i)
	}
	d.method()
	d.ipeSheets()
	d.coverage()
	d.samples()
	d.appendix()
	d.end("main")
	d.footer()
	d.verbatim("script", script)
	d.end("body")
	d.end("html")
	d.raw("\n")
}

func (d *document) in(t evidence.Text) string { return t.In(d.p.Lang) }

func (d *document) say(t evidence.Text, values ...any) string { return fmt.Sprintf(d.in(t), values...) }

func (d *document) time(t time.Time) string { return format.Time(t, d.p.Location) }
