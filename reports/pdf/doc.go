package pdf

import (
	"fmt"
	"time"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// The page, in millimetres: A4 portrait.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	left       = 15.0
	right      = pageWidth - 15.0
	bodyWidth  = right - left
	top        = 20.0
	bottom     = pageHeight - 17.0
)

// color is a colour of the page.
type color struct{ r, g, b int }

// One accent, greys, and the fills of results, which go from white to nearly
// black when printed in grey.
var (
	black    = color{26, 26, 26}
	grey     = color{97, 97, 97}
	hairline = color{200, 204, 210}
	accent   = color{31, 56, 100}
	pale     = color{238, 241, 246}
	ground   = color{247, 248, 250}
	linkBlue = color{11, 87, 164}
	white    = color{255, 255, 255}

	addedGreen = color{27, 107, 47}
	removedRed = color{179, 38, 30}

	goodFill    = color{205, 228, 205}
	lateFill    = color{255, 243, 205}
	badFill     = color{232, 148, 58}
	unknownFill = color{63, 58, 82}
)

// style is how a text is set.
type style struct {
	face  *face
	size  float64 // points
	lead  float64 // from line to line, in millimetres
	color color
}

func (s style) with(c color) style { s.color = c; return s }

// em is the size in millimetres.
func (s style) em() float64 { return s.size * 25.4 / 72 }

// styles of the document.
type styles struct {
	display, h1, h2, h3, body, bold, small, cell, cellBold, head, fine, tiny, mono, monoFine, monoTiny style
}

func newStyles(t typefaces) styles {
	return styles{
		display:  style{t.bold, 24, 11, accent},
		h1:       style{t.bold, 14, 7, accent},
		h2:       style{t.bold, 10.5, 5.4, accent},
		h3:       style{t.bold, 9, 4.8, black},
		body:     style{t.regular, 9, 4.6, black},
		bold:     style{t.bold, 9, 4.6, black},
		small:    style{t.regular, 8, 3.8, grey},
		cell:     style{t.regular, 8, 3.75, black},
		cellBold: style{t.bold, 8, 3.75, black},
		head:     style{t.bold, 7.2, 3.35, accent},
		fine:     style{t.regular, 7.2, 3.35, black},
		tiny:     style{t.regular, 6.8, 3.1, grey},
		mono:     style{t.mono, 8, 3.75, black},
		monoFine: style{t.mono, 7.2, 3.35, black},
		monoTiny: style{t.mono, 6.3, 2.9, grey},
	}
}

// entry is a line of the contents page.
type entry struct {
	level int
	title string
	key   string
	page  int
}

// layout is what one pass over the document learns and the next one prints:
// where everything stands.
type layout struct {
	entries []entry
	pages   map[string]int // anchor → page
	total   int
}

// document is a PDF being written from top to bottom.
type document struct {
	*fpdf.Fpdf
	p      *reports.Pack
	st     styles
	faces  typefaces
	before layout // what the pass before learnt
	now    layout
	links  map[string]int // anchor → fpdf's link
	y      float64        // where the next thing begins
	bare   bool           // a page without header and footer: the cover
	fields []signatureField

	// drawn, when set, is told of every line of text and the room it takes.
	drawn func(x, y, w, h float64, s string)
	// headed, when set, is told of the columns of every header.
	headed func(columns []column)
}

func newDocument(p *reports.Pack, before layout) *document {
	t := faces()
	d := &document{
		Fpdf: fpdf.New("P", "mm", "A4", ""), p: p, st: newStyles(t), faces: t,
		before: before, now: layout{pages: map[string]int{}}, links: map[string]int{},
	}
	registerFonts(d.Fpdf)
	d.SetAutoPageBreak(false, 0)
	d.SetMargins(left, top, pageWidth-right)
	d.SetCellMargin(0)
	d.SetCatalogSort(true)
	d.SetCompression(true)
	d.SetLang(string(p.Lang))
	d.SetDisplayMode("fullpage", "continuous")
	return d
}

func (d *document) in(t evidence.Text) string { return t.In(d.p.Lang) }

// say fills in a text of ours.
func (d *document) say(t evidence.Text, args ...any) string { return fmt.Sprintf(d.in(t), args...) }

// clean makes outside text printable: what the font lacks is shown by number.
func (d *document) clean(s string) string { return visible.Text(s, d.faces.regular.has) }

func (d *document) line(s string) string { return visible.Line(s, d.faces.regular.has) }

func (d *document) time(t time.Time) string { return format.Time(t, d.p.Location) }

// page begins a new page.
func (d *document) page() {
	d.AddPage()
	d.y = top
	if d.bare {
		return
	}
	d.header()
	d.footer()
}

// header names organisation, framework and period, and what must not be overlooked.
func (d *document) header() {
	st := d.st.tiny
	period := d.p.PeriodName
	mark := ""
	if d.p.Demo {
		mark += "  " + d.in(words.DemoMark)
	}
	if d.p.Open {
		mark += "  " + d.in(words.OpenMark)
	}
	text := d.fit(d.line(d.p.Organisation+"  ·  "+d.p.Framework.Title), st, bodyWidth-d.length(period+mark, st)-6)
	d.put(left, 12, text, st)
	x := right - d.length(period, st)
	d.put(x, 12, period, st)
	if mark != "" {
		bold := style{d.faces.bold, st.size, st.lead, accent}
		d.put(x-d.length(mark, bold)-3, 12, mark, bold)
	}
	d.rule(16.5, hairline)
}

// footer gives the page's number and ties it to the checkpoint.
func (d *document) footer() {
	st := d.st.tiny
	d.rule(pageHeight-15, hairline)
	d.put(left, pageHeight-13, d.in(words.Checkpoint)+" ", st)
	mono := d.st.monoTiny
	d.put(left+d.length(d.in(words.Checkpoint)+" ", st), pageHeight-13, format.Short(d.p.Checkpoint.Root), mono)
	number := d.say(words.PageOf, d.PageNo(), d.before.total)
	d.put(right-d.length(number, st), pageHeight-13, number, st)
}

func (d *document) rule(y float64, c color) {
	d.SetDrawColor(c.r, c.g, c.b)
	d.SetLineWidth(0.2)
	d.Line(left, y, right, y)
}

// room makes sure that h millimetres are left on the page.
func (d *document) room(h float64) {
	if d.y+h > bottom {
		d.page()
	}
}

// gap leaves white space, but none at a page's top.
func (d *document) gap(h float64) {
	if d.y > top {
		d.y += h
	}
}

// put sets one line whose top is y.
func (d *document) put(x, y float64, s string, st style) {
	if s == "" {
		return
	}
	d.SetFont(st.face.family, st.face.style, st.size)
	d.SetTextColor(st.color.r, st.color.g, st.color.b)
	if d.drawn != nil {
		d.drawn(x, y, d.length(s, st), st.lead, s)
	}
	// Capitals, kana and kanji sit about the line's middle.
	d.Text(x, y+st.lead/2+st.em()*0.37, s)
}

// length is how long a line of s is, in millimetres.
func (d *document) length(s string, st style) float64 { return st.face.width(s) * st.em() }

// fit cuts s so that it is no longer than w, and marks that.
func (d *document) fit(s string, st style, w float64) string {
	const ellipsis = "…"
	room := w/st.em() - st.face.width(ellipsis)
	length, cut := 0.0, 0 // cut: how much of s leaves room for the ellipsis
	for i, r := range s {
		length += st.face.rune(r)
		if length <= room {
			cut = i + utf8.RuneLen(r)
		}
		if length*st.em() > w {
			return s[:cut] + ellipsis
		}
	}
	return s
}

// wrap breaks s into lines of at most w millimetres.
func (d *document) wrap(s string, st style, w float64) []string {
	em := st.em()
	return wrap(s, w, func(r rune) float64 { return st.face.rune(r) * em })
}

// fill paints a rectangle.
func (d *document) fill(x, y, w, h float64, c color) {
	d.SetFillColor(c.r, c.g, c.b)
	d.Rect(x, y, w, h, "F")
}

// frame draws a rectangle's outline.
func (d *document) frame(x, y, w, h float64, c color) {
	d.SetDrawColor(c.r, c.g, c.b)
	d.SetLineWidth(0.2)
	d.Rect(x, y, w, h, "D")
}

// link is fpdf's link to an anchor that the document sets somewhere.
func (d *document) link(key string) int {
	id, ok := d.links[key]
	if !ok {
		id = d.AddLink()
		d.links[key] = id
	}
	return id
}

// anchor makes this place the target of links to key.
func (d *document) anchor(key string) {
	d.SetLink(d.link(key), max(d.y-4, 0), -1)
	d.now.pages[key] = d.PageNo()
}

// pageOf is the page that an anchor stands on, as the pass before found it.
func (d *document) pageOf(key string) int { return d.before.pages[key] }

// outline puts this place into the bookmarks and the contents, and makes it an anchor.
func (d *document) outline(level int, title, key string) {
	title = d.line(title)
	d.SetFont("ui", "", 9)
	d.Bookmark(title, level, max(d.y-4, 0))
	d.anchor(key)
	d.now.entries = append(d.now.entries, entry{level, title, key, d.PageNo()})
}
