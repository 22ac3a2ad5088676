package pdf

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// drawing is a line of text with the page that it stands on.
type drawing struct {
	page int
	text string
}

// drawn returns every line that draw puts on pages, without headers and footers.
func drawn(draw func(d *document)) []drawing {
	d := newDocument(reportstest.Pack(reportstest.Options{}), layout{})
	var list []drawing
	d.page()
	d.drawn = func(_, y, _, h float64, s string) {
		if y >= top && y+h <= bottom+0.01 {
			list = append(list, drawing{d.PageNo(), s})
		}
	}
	draw(d)
	return list
}

// TestRowsAreWhole: a row as long as a page is wrapped and not cut, stands on one
// page, and has the header above it.
func TestRowsAreWhole(t *testing.T) {
	lines := make([]string, 45)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d", i)
	}
	const rows = 4
	got := drawn(func(d *document) {
		table := d.table(column{title: "title", width: 60}, column{title: "other", width: 60})
		for n := range rows {
			table.row(d.text(fmt.Sprintf("row %d", n)), d.text(strings.Join(lines, "\n")))
		}
	})
	if i := slices.IndexFunc(got, func(l drawing) bool { return strings.Contains(l.text, words.CutSeeExcel.JA) }); i >= 0 {
		t.Errorf("page %d: a row is cut", got[i].page)
	}
	if want := rows * (len(lines) + 3); len(got) != want {
		t.Errorf("%d lines, want %d: each row's, and a header on each page", len(got), want)
	}
	on := map[string]int{}
	row := ""
	for _, l := range got {
		if strings.HasPrefix(l.text, "row ") {
			row = l.text
			on[row] = l.page
		}
		if strings.HasPrefix(l.text, "line ") && on[row] != l.page {
			t.Errorf("%s begins on page %d, and has %s on page %d", row, on[row], l.text, l.page)
		}
	}
}

// TestTogether: a heading and its rows begin a page where the page before has no
// room for all of them, unless no page has.
func TestTogether(t *testing.T) {
	for rows, want := range map[int]int{5: 2, 30: 2, 80: 1} {
		got := drawn(func(d *document) {
			d.y = bottom - 36
			var list [][]box
			for n := range rows {
				list = append(list, []box{d.text(fmt.Sprint(n))})
			}
			d.table(column{title: "title", width: 60}).together("heading", list)
		})
		if got[0].text != "heading" || got[0].page != want {
			t.Errorf("%d rows: %q on page %d, want the heading on page %d", rows, got[0].text, got[0].page, want)
		}
		if last := got[len(got)-1]; rows < 80 && last.page != want {
			t.Errorf("%d rows: the last is on page %d, and the heading on page %d", rows, last.page, want)
		}
	}
}

// TestHeadersAreNotCut: the columns of every table hold the words above them, in both languages.
func TestHeadersAreNotCut(t *testing.T) {
	for name, p := range archivePacks() {
		if name == "hostile" { // its titles are longer than any column
			continue
		}
		d := newDocument(p, layout{})
		tables := 0
		d.headed = func(columns []column) {
			tables++
			for _, c := range columns {
				lines := d.wrap(c.title, d.st.head, c.width-2*cellPadX)
				for i, l := range lines[:len(lines)-1] {
					end, _ := utf8.DecodeLastRuneInString(l)
					begin, _ := utf8.DecodeRuneInString(lines[i+1])
					if latin(end) && latin(begin) && !strings.Contains(c.title, l+" ") {
						t.Errorf("%s: %q is cut between %q and %q", name, c.title, l, lines[i+1])
					}
				}
			}
		}
		d.write()
		if tables == 0 {
			t.Errorf("%s: no table has a header", name)
		}
	}
}

func latin(r rune) bool { return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// TestCaptionStays: a caption and the header stay with the first row, however high it is.
func TestCaptionStays(t *testing.T) {
	lines := strings.TrimSuffix(strings.Repeat("line\n", 30), "\n")
	got := drawn(func(d *document) {
		d.y = bottom - 60
		table := d.table(column{title: "title", width: 60})
		table.caption = "caption"
		table.row(d.text(lines))
	})
	if len(got) != 32 || got[0].text != "caption" || got[1].text != "title" {
		t.Fatalf("drawn: %v", got)
	}
	for _, l := range got {
		if l.page != 2 {
			t.Errorf("%s is on page %d", l.text, l.page)
		}
	}
}
