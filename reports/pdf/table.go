package pdf

import "github.com/evidencepack/evidence/reports/internal/words"

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
	started bool
}

const (
	cellPadX = 1.6
	cellPadY = 1.1
	// maxRow bounds a row: a higher one is cut with a note.
	maxRow = 60.0
)

func (d *document) table(columns ...column) *table { return &table{d: d, columns: columns} }

// head draws the header row.
func (t *table) head() {
	d := t.d
	st := d.st.cellBold.with(accent)
	height := 0.0
	sets := make([]set, len(t.columns))
	for i, c := range t.columns {
		sets[i] = d.setBox(box{paras: []para{{text: c.title, st: st}}, right: c.right}, c.width-2*cellPadX, maxRow, "")
		height = max(height, sets[i].height)
	}
	height += 2 * cellPadY
	t.paint(sets, height, pale)
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

// row draws a row of one box a column.
func (t *table) row(boxes ...box) {
	d := t.d
	sets := make([]set, len(boxes))
	height := 0.0
	for i, b := range boxes {
		b.right = b.right || t.columns[i].right
		sets[i] = d.setBox(b, t.columns[i].width-2*cellPadX, maxRow, d.in(words.CutSeeExcel))
		height = max(height, sets[i].height)
	}
	height += 2 * cellPadY
	switch {
	case !t.started:
		// The header stays with its first row.
		d.room(d.st.cellBold.lead*2 + 2*cellPadY + height)
		t.started = true
		t.head()
	case d.y+height > bottom:
		d.page()
		t.head()
	}
	t.paint(sets, height, color{})
	d.SetDrawColor(hairline.r, hairline.g, hairline.b)
	d.SetLineWidth(0.15)
	d.Line(left, d.y, left+t.width(), d.y)
}

// band draws a row that goes over all columns. One that heads others is not
// the last on its page.
func (t *table) band(b box, heads bool) {
	d := t.d
	s := d.setBox(b, t.width()-2*cellPadX, maxRow, d.in(words.CutSeeExcel))
	height := s.height + 2*cellPadY
	need := height
	if heads {
		need += 3*d.st.cell.lead + 2*cellPadY
	}
	switch {
	case !t.started:
		d.room(d.st.cellBold.lead*2 + 2*cellPadY + need)
		t.started = true
		t.head()
	case d.y+need > bottom:
		d.page()
		t.head()
	}
	d.fill(left, d.y, t.width(), height, ground)
	d.draw(s, left+cellPadX, d.y+cellPadY, t.width()-2*cellPadX)
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
		d.draw(s, x+cellPadX, d.y+cellPadY, w-2*cellPadX)
		x += w
	}
	d.y += height
}

// text is a cell of plain text.
func (d *document) text(s string) box { return box{paras: []para{{text: s, st: d.st.cell}}} }

// strong is a cell of bold text.
func (d *document) strong(s string) box { return box{paras: []para{{text: s, st: d.st.cellBold}}} }

// mono is a cell of a hash or an identifier.
func (d *document) mono(s string) box { return box{paras: []para{{text: s, st: d.st.mono}}} }

// goTo is a cell that leads to an anchor.
func (d *document) goTo(s, key string) box {
	return box{paras: []para{{text: s, st: d.st.cell.with(linkBlue), link: key}}}
}

// facts draws labels and what belongs to them, as a table without a header.
func (d *document) facts(facts ...fact) {
	const label = 38.0
	t := d.table(column{width: label}, column{width: bodyWidth - label})
	t.started = true
	for _, f := range facts {
		if f.value.empty() {
			continue
		}
		t.fact(d.strong(f.label), f.value)
	}
	d.y += 1.5
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

// fact draws a row of facts: the whole text, if a page can hold it.
func (t *table) fact(label, value box) {
	d := t.d
	l := d.setBox(label, t.columns[0].width-2*cellPadX, maxRow, "")
	v := d.setBox(value, t.columns[1].width-2*cellPadX, bottom-top-10, d.in(words.CutSeeExcel))
	height := max(l.height, v.height) + 2*cellPadY
	d.room(height)
	d.fill(left, d.y, t.columns[0].width, height, pale)
	t.paint([]set{l, v}, height, color{})
	d.SetDrawColor(hairline.r, hairline.g, hairline.b)
	d.SetLineWidth(0.15)
	d.Line(left, d.y, right, d.y)
}
