package pdf

import (
	"strconv"
	"strings"

	"github.com/evidencepack/evidence/reports/internal/words"
)

// contents lists the chapters and sections with their pages.
func (d *document) contents() {
	d.page()
	d.SetFont("ui", "", 9)
	d.Bookmark(d.in(words.Contents), 0, 0)
	d.flow(d.in(words.Contents), d.st.h1)
	d.y += 3
	for _, e := range d.before.entries {
		st, indent, above := d.st.body, 6.0, 0.0
		if e.level == 0 {
			st, indent, above = d.st.bold, 0, 1.6
		}
		d.gap(above)
		d.room(st.lead)
		number := strconv.Itoa(e.page)
		at := right - d.length(number, st)
		title := d.fit(e.title, st, at-left-indent-12)
		d.put(left+indent, d.y, title, st)
		d.put(at, d.y, number, st)
		d.leader(left+indent+d.length(title, st)+2, right-10)
		d.Link(left, d.y, bodyWidth, st.lead, d.link(e.key))
		d.y += st.lead
	}
}

// leader leads the eye from a title to its page.
func (d *document) leader(from, to float64) {
	st := d.st.tiny.with(hairline)
	const step = 2.0
	// Dots of all lines stand below each other.
	first := float64(int(from/step)+1) * step
	if n := int((to - first) / step); n > 0 {
		for i := range n {
			d.put(first+float64(i)*step, d.y+0.8, ".", st)
		}
	}
}

// numbered joins a section's number and title.
func numbered(parts ...string) string { return strings.Join(parts, "  ") }
