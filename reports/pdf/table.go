package pdf

import (
	"math"

	"github.com/evidencepack/evidence/reports/internal/words"
)

// column is a table's column.
type column struct {
	title string
	width float64 // millimetres
	right bool    // of numbers
}

// table is drawn row by row. Rows are never cut by a page's end, and every page
// repeats the header.
type table struct {
	d       *document
	columns []column
	caption string  // above the header of the first page; may be empty
	padY    float64 // above and below a row's text
	foot    float64 // below the row that is drawn next, for what belongs to it
	started bool
	header  []set // the titles, once they are set
	high    float64
}

const (
	cellPadX = 1.6
	cellPadY = 0.65
	listPadY = 0.25 // of long lists of hashes
	// maxHead bounds a header, and the label of a fact.
	maxHead = 60.0
)

func (d *document) table(columns ...column) *table {
	return &table{d: d, columns: columns, padY: cellPadY}
}

// list is a table of many short rows.
func (d *document) list(columns ...column) *table {
	t := d.table(columns...)
	t.padY = listPadY
	return t
}

// headHeight is how high the header row is.
func (t *table) headHeight() float64 {
	if t.header == nil {
		d := t.d
		for _, c := range t.columns {
			title := box{paras: []para{{text: c.title, st: d.st.head}}, right: c.right}
			t.header = append(t.header, d.setBox(title, c.width-2*cellPadX, maxHead, ""))
			t.high = max(t.high, t.header[len(t.header)-1].height)
		}
		t.high += 2 * cellPadY
	}
	return t.high
}

// maxRow is how high the text of a row may be: as a page holds below the caption and
// the header. What is higher is cut with a note.
func (t *table) maxRow() float64 {
	room := bottom - top - t.headHeight() - 2*t.padY
	if t.caption != "" {
		room -= t.d.st.h3.lead + 0.5
	}
	return room
}

// head draws the header row.
func (t *table) head() {
	d := t.d
	if d.headed != nil {
		d.headed(t.columns)
	}
	t.paint(t.header, t.headHeight(), pale)
	d.SetDrawColor(accent.r, accent.g, accent.b)
	d.SetLineWidth(0.4)
	d.Line(left, d.y, left+t.width(), d.y)
}

func (t *table) width() float64 {
	w := 0.0
	for _, c := range t.columns {
		w += c.width
	}
	return w
}

// set breaks a row's boxes into lines; height is the row's.
func (t *table) set(boxes []box) (sets []set, height float64) {
	d := t.d
	for i, b := range boxes {
		b.right = b.right || t.columns[i].right
		sets = append(sets, d.setBox(b, t.columns[i].width-2*cellPadX, t.maxRow(), d.in(words.CutSeeExcel)))
		height = max(height, sets[i].height)
	}
	return sets, height + 2*t.padY
}

// together draws a heading and rows, on one page if a page holds them.
func (t *table) together(heading string, rows [][]box) {
	d := t.d
	height := headingGap + d.headingHeight(heading) + t.headHeight()
	for _, r := range rows {
		_, h := t.set(r)
		height += h
	}
	if height <= bottom-top {
		d.room(height)
	}
	d.heading(heading)
	for _, r := range rows {
		t.row(r...)
	}
}

// begin makes room for a row, below a header if it begins the table or a page. The
// caption and the header stay with the first row.
func (t *table) begin(height float64) {
	d := t.d
	switch {
	case !t.started:
		t.started = true
		if t.caption != "" {
			d.gap(captionGap)
			d.room(d.st.h3.lead + 0.5 + t.headHeight() + height)
			d.put(left, d.y, d.fit(d.line(t.caption), d.st.h3, bodyWidth), d.st.h3)
			d.y += d.st.h3.lead + 0.5
		}
		d.room(t.headHeight() + height)
		t.head()
	case d.y+height > bottom:
		d.page()
		t.head()
	}
}

// footRoom is what a line below a table takes, such as how many more rows there are.
const footRoom = 7.0

// captionGap is the white space above a caption.
const captionGap = 3.0

// row draws a row of one box a column.
func (t *table) row(boxes ...box) {
	d := t.d
	sets, height := t.set(boxes)
	t.begin(height + t.foot)
	t.paint(sets, height, color{})
	d.SetDrawColor(hairline.r, hairline.g, hairline.b)
	d.SetLineWidth(0.15)
	d.Line(left, d.y, left+t.width(), d.y)
}

// band draws a row that goes over all columns. One that heads others is not
// the last on its page.
func (t *table) band(b box, heads bool) {
	d := t.d
	s := d.setBox(b, t.width()-2*cellPadX, maxHead, d.in(words.CutSeeExcel))
	height := s.height + 2*t.padY
	need := height
	if heads {
		need += 3*d.st.cell.lead + 2*t.padY
	}
	t.begin(need)
	d.fill(left, d.y, t.width(), height, ground)
	d.draw(s, left+cellPadX, d.y+t.padY, t.width()-2*cellPadX)
	d.y += height
	d.SetDrawColor(hairline.r, hairline.g, hairline.b)
	d.SetLineWidth(0.15)
	d.Line(left, d.y, left+t.width(), d.y)
}

// paint draws a row's boxes and moves below it.
func (t *table) paint(sets []set, height float64, back color) {
	d := t.d
	x := left
	if back != (color{}) {
		d.fill(x, d.y, t.width(), height, back)
	}
	for i, s := range sets {
		w := t.columns[i].width
		if s.fill != (color{}) {
			d.fill(x, d.y, w, height, s.fill)
		}
		d.draw(s, x+cellPadX, d.y+t.padY, w-2*cellPadX)
		if s.draw != nil {
			s.draw(x+cellPadX, d.y, w-2*cellPadX, height)
		}
		x += w
	}
	d.y += height
}

// text is a cell of plain text.
func (d *document) text(s string) box { return box{paras: []para{{text: s, st: d.st.cell}}} }

// fine is a cell of the smaller text of long lists.
func (d *document) fine(s string) box { return box{paras: []para{{text: s, st: d.st.fine}}} }

// strong is a cell of bold text.
func (d *document) strong(s string) box { return box{paras: []para{{text: s, st: d.st.cellBold}}} }

// mono is a cell of a hash or an identifier.
func (d *document) mono(s string) box { return box{paras: []para{{text: s, st: d.st.mono}}} }

// monoFine is the same in the smaller text of long lists.
func (d *document) monoFine(s string) box { return box{paras: []para{{text: s, st: d.st.monoFine}}} }

// goTo is a cell that leads to an anchor.
func (d *document) goTo(s, key string) box {
	return box{paras: []para{{text: s, st: d.st.cell.with(linkBlue), link: key}}}
}

// facts draws labels and what belongs to them, as a table without a header.
func (d *document) facts(facts ...fact) {
	t := d.factTable()
	for _, f := range facts {
		if !f.value.empty() {
			t.fact(f)
		}
	}
	d.y += 1.5
}

func (d *document) factTable() *table {
	const label = 28.0
	t := d.table(column{width: label}, column{width: bodyWidth - label})
	t.started = true
	return t
}

// headedFacts draws a heading and facts, on one page if a page holds them.
func (d *document) headedFacts(heading string, facts ...fact) {
	t := d.factTable()
	height := headingGap + d.headingHeight(heading)
	for _, f := range facts {
		if !f.value.empty() {
			_, h := t.setFact(f)
			height += h
		}
	}
	if height <= bottom-top {
		d.room(height)
	}
	d.heading(heading)
	d.facts(facts...)
}

// prose draws a label and a text that goes on below the same label on the next page: it
// is read from its beginning to its end, as a row is not.
func (d *document) prose(f fact) {
	t := d.factTable()
	sets, height := t.setProse(f)
	for lines := sets[1].lines; len(lines) > 0; {
		if height > bottom-d.y {
			d.room(proseRoom)
		}
		head, n := sets[0], 0
		height = 2 * t.padY
		for n < len(lines) && d.y+height+lines[n].para.st.lead <= bottom {
			height += lines[n].para.st.lead
			n++
		}
		t.ruled([]set{head, {lines: lines[:n]}}, max(height, head.height+2*t.padY))
		lines = lines[n:]
		height = bottom // what is left did not fit
	}
}

// proseRoom is how much of a page a text needs that does not fit on it as a whole.
const proseRoom = 20.0

// setProse breaks a text into its lines, all of them.
func (t *table) setProse(f fact) (sets []set, height float64) {
	d := t.d
	label := d.setBox(d.strong(f.label), t.columns[0].width-2*cellPadX, maxHead, "")
	value := d.setBox(f.value, t.columns[1].width-2*cellPadX, math.Inf(1), "")
	return []set{label, value}, max(label.height, value.height) + 2*t.padY
}

// fact is a label with its value.
type fact struct {
	label string
	value box
}

func (b box) empty() bool {
	for _, p := range b.paras {
		if p.text != "" {
			return false
		}
	}
	return true
}

// setFact breaks a fact into lines: the whole text, if a page can hold it.
func (t *table) setFact(f fact) (sets []set, height float64) {
	d := t.d
	label := d.setBox(d.strong(f.label), t.columns[0].width-2*cellPadX, maxHead, "")
	value := d.setBox(f.value, t.columns[1].width-2*cellPadX, bottom-top-2*t.padY, d.in(words.CutSeeExcel))
	return []set{label, value}, max(label.height, value.height) + 2*t.padY
}

// fact draws a row of facts.
func (t *table) fact(f fact) {
	d := t.d
	sets, height := t.setFact(f)
	d.room(height)
	t.ruled(sets, height)
}

// ruled draws a label's ground, what is set upon it, and a line below.
func (t *table) ruled(sets []set, height float64) {
	d := t.d
	d.fill(left, d.y, t.columns[0].width, height, pale)
	t.paint(sets, height, color{})
	d.SetDrawColor(hairline.r, hairline.g, hairline.b)
	d.SetLineWidth(0.15)
	d.Line(left, d.y, right, d.y)
}
