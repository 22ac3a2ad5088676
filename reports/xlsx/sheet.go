package xlsx

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// Heights of rows, in points.
const (
	lineHeight = 16.5
	maxHeight  = 400 // Excel's own limit is 409
)

// cell is one cell of a row: a string, an int64 or a float64, or nil for an
// empty one.
type cell struct {
	value any
	style int
	url   string // an https address that it links to
	to    string // a cell of the workbook that it links to
	span  int    // columns that it is merged over; never in rows of data
	note  string // shown to those who ask of the cell
	diff  bool   // lines that begin with + or -, in green and red
}

// setup is what must be known of a sheet before its first row.
type setup struct {
	widths   []float64 // of its columns, in characters
	frozen   int       // rows that stay in sight and, from titles on, repeat on paper
	titles   int       // the first of the rows that repeat on paper; 0: none
	portrait bool
	large    bool // prints on A3: a population has many columns
}

// sheet streams rows. Its first error sticks and is returned by close.
type sheet struct {
	b     *book
	name  string
	sw    *excelize.StreamWriter
	setup setup
	row   int // the row written last
	links int
	notes []excelize.Comment
	err   error
}

// maxLinks is how many links a sheet may have: excelize looks through them all
// for each new one, and Excel itself stops at 65,530.
const maxLinks = 10000

// open begins a sheet that exists.
func (b *book) open(name string, o setup) *sheet {
	s := &sheet{b: b, name: name, setup: o}
	s.page()
	if s.err == nil {
		s.sw, s.err = b.f.NewStreamWriter(name)
	}
	for i, w := range o.widths {
		if s.err == nil {
			s.err = s.sw.SetColWidth(i+1, i+1, w)
		}
	}
	if s.err == nil && o.frozen > 0 {
		s.err = s.sw.SetPanes(&excelize.Panes{
			Freeze: true, YSplit: o.frozen, TopLeftCell: fmt.Sprintf("A%d", o.frozen+1), ActivePane: "bottomLeft",
			Selection: []excelize.Selection{{SQRef: fmt.Sprintf("A%d", o.frozen+1), ActiveCell: fmt.Sprintf("A%d", o.frozen+1), Pane: "bottomLeft"}},
		})
	}
	return s
}

// page sets how the sheet prints and looks. It comes before the stream, whose
// beginning holds it.
func (s *sheet) page() {
	f, orientation, paper, width, height, fit, off := s.b.f, "landscape", 9 /* A4 */, 1, 0, true, false
	if s.setup.portrait {
		orientation = "portrait"
	}
	if s.setup.large {
		paper = 8 // A3
	}
	margin, edge := 0.5, 0.3
	do := func(err error) {
		if s.err == nil {
			s.err = err
		}
	}
	do(f.SetSheetDimension(s.name, "")) // excelize's own says one cell, and openpyxl's read-only mode believes it
	do(f.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	do(f.SetSheetView(s.name, 0, &excelize.ViewOptions{ShowGridLines: &off}))
	do(f.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: &paper, Orientation: &orientation, FitToWidth: &width, FitToHeight: &height}))
	do(f.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{Left: &margin, Right: &margin, Top: &margin, Bottom: &margin, Header: &edge, Footer: &edge}))
	do(f.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{OddFooter: s.footer()}))
	if s.setup.titles > 0 {
		do(f.SetDefinedName(&excelize.DefinedName{
			Name: "_xlnm.Print_Titles", Scope: s.name,
			RefersTo: reference(s.name, fmt.Sprintf("$%d:$%d", s.setup.titles, max(s.setup.titles, s.setup.frozen))),
		}))
	}
}

// footer names the pack on every printed page. Excel allows 255 characters,
// with each "&" of a text doubled.
func (s *sheet) footer() string {
	part := func(text string, n int) string {
		return strings.ReplaceAll(cutUTF16(visible.Line(text, nil), n), "&", "&&")
	}
	p := s.b.p
	mark := ""
	if p.Demo {
		mark = " · " + s.b.in(words.DemoMark)
	}
	return "&L&8" + part(p.Organisation+" · "+p.PeriodName+mark, 70) + "&C&8" + part(s.name, 31) + " &P / &N" +
		"&R&8" + s.b.in(words.Checkpoint) + " " + format.Short(p.Checkpoint.Root)
}

// add writes the next row, as high as its texts need.
func (s *sheet) add(cells ...cell) {
	height := 0.0
	column := 0
	for _, c := range cells {
		width := 0.0
		for i := range max(c.span, 1) {
			if column+i < len(s.setup.widths) {
				width += s.setup.widths[column+i]
			}
		}
		column += max(c.span, 1)
		if text, ok := c.value.(string); ok && width > 0 && c.style != s.b.styles.clipped {
			height = max(height, float64(lines(text, width))*lineHeight+3)
		}
	}
	s.addHigh(min(max(height, lineHeight+3), maxHeight), cells...)
}

// addHigh writes the next row with a height in points.
func (s *sheet) addHigh(height float64, cells ...cell) {
	if s.err != nil {
		return
	}
	s.row++
	values := make([]any, 0, len(s.setup.widths))
	for _, c := range cells {
		at, err := excelize.CoordinatesToCellName(len(values)+1, s.row)
		if err != nil {
			s.err = err
			return
		}
		if text, ok := c.value.(string); ok && c.diff {
			c.value = s.b.diff(text)
		}
		values = append(values, excelize.Cell{StyleID: c.style, Value: c.value})
		for i := 1; i < c.span; i++ {
			values = append(values, excelize.Cell{StyleID: c.style})
		}
		if c.span > 1 {
			end, err := excelize.CoordinatesToCellName(len(values), s.row)
			if err != nil {
				s.err = err
				return
			}
			s.err = s.sw.MergeCell(at, end)
		}
		s.link(at, c)
		if c.note != "" {
			s.notes = append(s.notes, excelize.Comment{Author: s.b.p.Tool, Cell: at, Text: c.note, Width: 320, Height: 120})
		}
	}
	if s.err == nil {
		s.err = s.sw.SetRow(fmt.Sprintf("A%d", s.row), values, excelize.RowOpts{Height: height})
	}
}

func (s *sheet) link(at string, c cell) {
	if s.err != nil || c.url == "" && c.to == "" || s.links >= maxLinks {
		return
	}
	s.links++
	if c.url != "" {
		s.err = s.b.f.SetCellHyperLink(s.name, at, c.url, "External")
		return
	}
	s.err = s.b.f.SetCellHyperLink(s.name, at, c.to, "Location")
}

// gap leaves a row empty.
func (s *sheet) gap() { s.addHigh(9) }

// filter puts a filter on the table whose header is row first and which has n columns.
func (s *sheet) filter(first, n int) {
	if s.err != nil {
		return
	}
	end, err := excelize.CoordinatesToCellName(n, max(s.row, first+1))
	if err != nil {
		s.err = err
		return
	}
	if s.err = s.b.f.AutoFilter(s.name, fmt.Sprintf("A%d:%s", first, end), nil); s.err == nil {
		s.err = s.b.define(s.name, first, end)
	}
}

// define names a table, from its header to its last row, for formulas and macros.
func (b *book) define(sheet string, first int, end string) error {
	column, row, err := excelize.SplitCellName(end)
	if err != nil {
		return err
	}
	name := "tbl_" + strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return '_'
	}, sheet)
	base := name
	for n := 2; b.tables[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	b.tables[strings.ToLower(name)] = true
	return b.f.SetDefinedName(&excelize.DefinedName{Name: name, RefersTo: reference(sheet, fmt.Sprintf("$A$%d:$%s$%d", first, column, row))})
}

// shade gives the cells of a column, from a row to the last, a fill where their value
// fulfils a formula about the first of them.
func (s *sheet) shade(column, first int, formula string, look palette) {
	if s.err != nil || s.row < first {
		return
	}
	from, err := excelize.CoordinatesToCellName(column, first)
	if err != nil {
		s.err = err
		return
	}
	to, err := excelize.CoordinatesToCellName(column, s.row)
	if err != nil {
		s.err = err
		return
	}
	style, err := s.b.f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: look.text}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{look.fill}}})
	if err != nil {
		s.err = err
		return
	}
	s.err = s.b.f.SetConditionalFormat(s.name, from+":"+to, []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: fmt.Sprintf(formula, from), Format: &style}})
}

// close ends the sheet.
func (s *sheet) close() error {
	for _, n := range s.notes {
		if s.err == nil {
			s.err = s.b.f.AddComment(s.name, n)
		}
	}
	if s.err == nil {
		s.err = s.sw.Flush()
	}
	if s.err != nil {
		return fmt.Errorf("sheet %q: %w", s.name, s.err)
	}
	return nil
}

func (b *book) in(t evidence.Text) string { return t.In(b.p.Lang) }

// str is a cell of outside text.
func (b *book) str(s string) cell { return cell{value: b.text(s), style: b.styles.cell} }

// word is a cell of our own wording.
func (b *book) word(t evidence.Text) cell { return cell{value: b.in(t), style: b.styles.cell} }

func (b *book) mono(s string) cell { return cell{value: b.text(s), style: b.styles.mono} }

func (b *book) count(n int64) cell { return cell{value: n, style: b.styles.count} }

// when is a time in the organisation's zone, as Excel's own kind of number.
func (b *book) when(t time.Time) cell {
	if days, ok := serial(t, b.p.Location); ok {
		return cell{value: days, style: b.styles.time}
	}
	return b.str(format.Time(t, b.p.Location))
}

// month is a month, as the date of its first day.
func (b *book) date(t time.Time) cell {
	if days, ok := serial(t, b.p.Location); ok {
		return cell{value: days, style: b.styles.date}
	}
	return b.str(format.Date(t, b.p.Location))
}

func (b *book) month(t time.Time) cell {
	if days, ok := serial(t, b.p.Location); ok {
		return cell{value: days, style: b.styles.month}
	}
	return b.str(format.Month(t, b.p.Location))
}

// goTo links a text to a cell of the workbook.
func (b *book) goTo(text, sheet string, row int) cell {
	return cell{value: b.text(text), style: b.styles.link, to: reference(sheet, fmt.Sprintf("A%d", row))}
}

// source links to an item in its source system. What may not be a link, and a
// link of a population that has too many of them, is the address as text.
func (b *book) source(link string, clickable bool) cell {
	if url, ok := visible.Address(link); ok && clickable {
		return cell{value: b.in(words.OpenSource), style: b.styles.link, url: url}
	}
	return cell{value: b.text(link), style: b.styles.clipped}
}

func (b *book) result(r evidence.Result) cell {
	return cell{value: r.Mark() + " " + b.in(r.Name()), style: b.styles.result[r]}
}

func (b *book) heads(titles ...string) []cell {
	cells := make([]cell, len(titles))
	for i, t := range titles {
		cells[i] = b.head(t)
		cells[i].note = b.noteOn(t)
	}
	return cells
}

// head is a heading without a note, of a control's own columns.
func (b *book) head(title string) cell { return cell{value: b.text(title), style: b.styles.header} }

// noteOn is the note on a column of this title, in both languages.
func (b *book) noteOn(title string) string {
	for _, n := range words.ColumnNotes {
		if heading := b.in(n.Heading); title == heading || title == b.zoned(heading) {
			return n.Text.JA + "\n\n" + n.Text.EN
		}
	}
	return ""
}

// zoned adds the zone's name to the title of a column of times.
func (b *book) zoned(title string) string {
	return title + " (" + b.p.Period.Start.In(b.p.Location).Format("MST") + ")"
}
