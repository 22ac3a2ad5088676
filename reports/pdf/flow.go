package pdf

import (
	"strings"

	"github.com/evidencepack/evidence/reports/internal/visible"
)

// cutAt is how much of a text is looked at, in characters: more than a page holds.
const cutAt = 12_000

// section begins a chapter on a new page.
func (d *document) section(title, key string) {
	d.page()
	d.title(title, key)
}

// chapter begins a chapter below the one before, if a good third of the page is left.
func (d *document) chapter(title, key string) { d.part(title, key, (bottom-top)*0.4) }

// partRoom is how much of a page a part needs to begin on it: its title, and the
// first of what it has.
const partRoom = 88.0

// part begins a chapter of which there are many, such as a control's: below the one
// before, if enough of the page is left.
func (d *document) part(title, key string, need float64) {
	if d.y+need > bottom {
		d.page()
	} else {
		d.gap(7)
	}
	d.title(title, key)
}

func (d *document) title(title, key string) {
	d.outline(0, title, key)
	d.flow(title, d.st.h1)
	d.SetDrawColor(accent.r, accent.g, accent.b)
	d.SetLineWidth(0.5)
	d.Line(left, d.y+1, right, d.y+1)
	d.y += 5
}

// heading begins a part of a chapter; it is never the last thing on a page.
func (d *document) heading(title string) {
	d.gap(headingGap)
	d.room(d.st.h2.lead + 22)
	d.flow(title, d.st.h2)
	d.y += 1
}

// headingGap is the white space above a heading.
const headingGap = 3.4

// headingHeight is how high a heading is, without the space above it.
func (d *document) headingHeight(title string) float64 {
	return float64(len(d.wrap(d.clean(title), d.st.h2, bodyWidth)))*d.st.h2.lead + 1
}

// high is how high a text is over the whole width, or half a page if it is higher.
func (d *document) high(s string, st style) float64 {
	return min(float64(len(d.wrap(d.clean(s), st, bodyWidth)))*st.lead, (bottom-top)/2)
}

// headedText sets a heading and a text, on one page unless the text is long.
func (d *document) headedText(heading, s string) {
	d.room(headingGap + d.headingHeight(heading) + d.high(s, d.st.body))
	d.heading(heading)
	d.flow(s, d.st.body)
}

// flow sets a text over the whole width, over as many pages as it takes.
func (d *document) flow(s string, st style) { d.flowAt(left, bodyWidth, s, st) }

func (d *document) flowAt(x, w float64, s string, st style) {
	for _, l := range d.wrap(d.clean(s), st, w) {
		d.room(st.lead)
		d.put(x, d.y, l, st)
		d.y += st.lead
	}
}

// bullet sets a text beside a dot.
func (d *document) bullet(s string, st style) {
	lines := len(d.wrap(d.clean(s), st, bodyWidth-5))
	d.room(float64(min(lines, 6)) * st.lead)
	d.fill(left+1.2, d.y+st.lead/2-0.5, 1, 1, accent)
	d.flowAt(left+5, bodyWidth-5, s, st)
	d.y += 0.8
}

// para is a text of a cell with its looks and where it leads.
type para struct {
	text string
	st   style
	link string // an anchor
	url  string // an address; anything but https is left out

	// words are links within the text: words of it by the anchors that they lead to.
	words map[string]string
}

// box is a cell: paragraphs one below the other, on a fill.
type box struct {
	paras []para
	fill  color // the zero color: none
	right bool  // set at the right edge: numbers

	// draw, when set, draws into the cell, whose place and size it is given.
	draw func(x, y, w, h float64)
}

// set is a box broken into lines.
type set struct {
	lines  []setLine
	height float64
	fill   color
	right  bool
	draw   func(x, y, w, h float64)
}

type setLine struct {
	text string
	para para
}

// setBox breaks a box's paragraphs so that they are no wider than w. A box
// higher than limit is cut, and the last line says that it is.
func (d *document) setBox(b box, w, limit float64, cutNote string) set {
	s := set{fill: b.fill, right: b.right, draw: b.draw}
	for _, p := range b.paras {
		p = d.readable(p)
		text := d.clean(p.text)
		if r := []rune(text); len(r) > cutAt {
			text = string(r[:cutAt])
		}
		for _, l := range d.wrap(text, p.st, w) {
			if s.height+p.st.lead+d.st.tiny.lead > limit {
				note := d.st.tiny
				s.lines = append(s.lines, setLine{d.fit(cutNote, note, w), para{st: note}})
				s.height += note.lead
				return s
			}
			s.lines = append(s.lines, setLine{l, p})
			s.height += p.st.lead
		}
	}
	return s
}

// readable takes the monospaced face, which is ASCII alone, off a text that
// has more.
func (d *document) readable(p para) para {
	if p.st.face != d.faces.mono {
		return p
	}
	for _, r := range d.clean(p.text) {
		if !d.faces.mono.has(r) {
			p.st.face = d.faces.regular
			break
		}
	}
	return p
}

// draw paints a set box into a cell whose left, top and width are given.
func (d *document) draw(s set, x, y, w float64) {
	for _, l := range s.lines {
		lx := x
		length := d.length(l.text, l.para.st)
		if s.right {
			lx = x + w - length
		}
		d.put(lx, y, l.text, l.para.st)
		d.linkWords(l, lx, y)
		if l.para.link != "" {
			d.Link(lx, y, length, l.para.st.lead, d.link(l.para.link))
		} else if address, ok := visible.Address(l.para.url); ok {
			d.LinkString(lx, y, length, l.para.st.lead, address)
		}
		y += l.para.st.lead
	}
}

// linkWords makes the words of a line lead where they do. They stand between
// spaces and commas.
func (d *document) linkWords(l setLine, x, y float64) {
	if l.para.words == nil {
		return
	}
	at := 0
	for word := range strings.FieldsFuncSeq(l.text, func(r rune) bool { return r == ' ' || r == ',' }) {
		at += strings.Index(l.text[at:], word)
		if key, ok := l.para.words[word]; ok {
			d.Link(x+d.length(l.text[:at], l.para.st), y, d.length(word, l.para.st), l.para.st.lead, d.link(key))
		}
		at += len(word)
	}
}
