package html

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// column is the heading of a table's column.
type column struct {
	title string
	look  name // "n" for counts; may be empty
}

// cell is a cell of a table, or what is said of a fact.
type cell struct {
	look  name
	write func() // nil: nothing is said
}

// table opens a table that scrolls within itself where it is too wide.
func (d *document) table(about string, columns ...column) {
	d.start("div", class("scroll"))
	d.start("table", label(about))
	d.start("thead")
	d.start("tr")
	for _, c := range columns {
		attrs := []attr{{"scope", "col"}}
		if c.look != "" {
			attrs = append(attrs, class(c.look))
		}
		d.leaf("th", c.title, attrs...)
	}
	d.end("tr")
	d.end("thead")
	d.start("tbody")
}

func (d *document) endTable() {
	d.end("tbody")
	d.end("table")
	d.end("div")
}

func (d *document) row(cells ...cell) { d.rowOf(nil, cells...) }

// rowOf writes a row whose element has attributes.
func (d *document) rowOf(attrs []attr, cells ...cell) {
	d.start("tr", attrs...)
	for _, c := range cells {
		var look []attr
		if c.look != "" {
			look = []attr{class(c.look)}
		}
		d.start("td", look...)
		if c.write != nil {
			c.write()
		}
		d.end("td")
	}
	d.end("tr")
}

// band is a row across the whole table.
func (d *document) band(columns int, s string) {
	d.start("tr", class("band"))
	d.start("th", attr{"colspan", strconv.Itoa(columns)}, attr{"scope", "colgroup"})
	d.leaf("span", s)
	d.end("th")
	d.end("tr")
}

// lines is text in one or more lines; nothing for an empty one.
func (d *document) lines(s string) cell {
	if s == "" {
		return cell{}
	}
	return cell{write: func() { d.text(d.cut(s)) }}
}

func (d *document) strong(s string) cell {
	return cell{write: func() { d.leaf("b", d.cut(s)) }}
}

// number is a count.
func (d *document) number(n int64) cell {
	return cell{"n", func() { d.text(format.Count(n)) }}
}

func (d *document) strongNumber(n int64) cell {
	return cell{"n", func() { d.leaf("b", format.Count(n)) }}
}

// code is what a machine reads: hashes, queries, addresses.
func (d *document) code(s string) cell {
	if s == "" {
		return cell{}
	}
	return cell{write: func() { d.leaf("code", d.cut(s)) }}
}

// codes are several, a line each.
func (d *document) codes(list []string) cell {
	if len(list) == 0 {
		return cell{}
	}
	return cell{write: func() {
		for i, s := range list {
			if i > 0 {
				d.void("br")
			}
			d.leaf("code", d.cut(s))
		}
	}}
}

func (d *document) result(r evidence.Result) cell { return cell{write: func() { d.badge(r) }} }

// controlLink leads to a control's section, where the pack has the control.
func (d *document) controlLink(id string) cell {
	return cell{"id", func() { d.toControl(id) }}
}

func (d *document) toControl(id string) {
	if to, ok := d.controls[id]; ok {
		d.leaf("a", id, within(to))
		return
	}
	d.text(id)
}

// controlLinks are several, with their results' marks.
func (d *document) controlLinks(controls []*reports.Control) cell {
	return cell{write: func() {
		d.start("div", class("chips"))
		for _, c := range controls {
			d.start("span")
			d.mark(c.Result)
			d.toControl(c.ID)
			d.end("span")
		}
		d.end("div")
	}}
}

// sourceLink leads to a source's IPE sheet, if the pack has that source.
func (d *document) sourceLink(name string) {
	if to, ok := d.sources[name]; ok {
		d.leaf("a", name, within(to))
		return
	}
	d.text(name)
}

// external leads out of the file, where that is safe; nothing otherwise.
func (d *document) external(link, text string) {
	address, ok := visible.Address(link)
	if !ok {
		return
	}
	d.leaf("a", text, class("out"), attr{"href", address}, attr{"title", address}, attr{"rel", "noopener noreferrer"}, attr{"target", "_blank"})
}

// fact is a label with what is said of it.
type fact struct {
	label evidence.Text
	said  cell
}

// facts lists those of which something is said.
func (d *document) facts(facts ...fact) {
	d.start("dl", class("facts"))
	for _, f := range facts {
		if f.said.write == nil {
			continue
		}
		d.start("div")
		d.leaf("dt", d.in(f.label))
		d.start("dd")
		f.said.write()
		d.end("dd")
		d.end("div")
	}
	d.end("dl")
}

// more says that something was left out here, and where it is.
func (d *document) more(s string) { d.leaf("p", s, class("more")) }

// cut shortens a text that no page has room for, and says so.
func (d *document) cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := utf8.RuneCountInString(s)
	if n <= maxText {
		return s
	}
	kept := 0
	for at := range s {
		if kept == maxText {
			return s[:at] + d.say(words.CellCut, format.Count(int64(n)))
		}
		kept++
	}
	return s
}

// paragraphs writes a text with a paragraph a line.
func (d *document) paragraphs(s string, attrs ...attr) {
	for line := range strings.SplitSeq(s, "\n") {
		d.leaf("p", line, attrs...)
	}
}

// fieldText is a column's value as text.
func (d *document) fieldText(c reports.Column, f reports.Field) string {
	switch c.Type {
	case reports.TimeColumn:
		return d.time(f.Time)
	case reports.NumberColumn:
		return format.Number(f.Number)
	}
	return f.Text
}

func itemID(control string, list name, n int64) string {
	return fmt.Sprintf("%s.%s%d", control, list, n)
}
