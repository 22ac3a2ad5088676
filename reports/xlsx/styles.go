package xlsx

import (
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// Yu Gothic comes with Windows and with Office for Mac, Consolas with Office.
const (
	fontFamily = "Yu Gothic"
	monoFamily = "Consolas"
)

// The one accent colour, and lines that stay behind the text.
const (
	accent    = "1F3864"
	hairline  = "BFBFBF"
	pale      = "EEF1F6"
	linkColor = "0B57A4"
)

// palette is how a result is told apart on screen and in grey: the fills go
// from white to nearly black.
type palette struct{ fill, text string }

var (
	good    = palette{"D5E8D4", "1B3A1D"} // light
	bad     = palette{"E8943A", "000000"} // middle
	none    = palette{"FFFFFF", "404040"} // white
	unknown = palette{"3F3A52", "FFFFFF"} // dark
)

var resultPalette = map[evidence.Result]palette{
	evidence.Effective:       good,
	evidence.ExceptionsNoted: bad,
	evidence.NoOccurrence:    none,
	evidence.NotEvaluable:    unknown,
}

var verdictPalette = map[evidence.Verdict]palette{
	evidence.Pass:          none,
	evidence.Exception:     bad,
	evidence.NotApplicable: none,
	evidence.Pending:       unknown,
	evidence.Undetermined:  unknown,
}

var dayPalette = map[reports.DayState]palette{
	reports.DayComplete:    good,
	reports.DayProvisional: good,
	reports.DayLate:        good,
	reports.DayGap:         bad,
	reports.DayMissing:     unknown,
	reports.DayAhead:       none,
}

var claimPalette = map[reports.ClaimVerdict]palette{
	reports.ClaimGap:    bad,
	reports.ClaimMatch:  good,
	reports.ClaimListed: good,
	reports.ClaimUnread: none,
}

// styles are the workbook's cell formats.
type styles struct {
	title, heading, label, text, note, banner int
	header, cell, aside, clipped, mono, link  int
	count, num                                int
	time, date, month, bold, boldCount        int
	input, inputDate                          int

	result  map[evidence.Result]int
	verdict map[evidence.Verdict]int
	day     map[reports.DayState]int
	claim   map[reports.ClaimVerdict]int
}

// styleMaker makes styles and keeps the first error.
type styleMaker struct {
	f   *excelize.File
	err error
}

func (m *styleMaker) make(s excelize.Style) int {
	if m.err != nil {
		return 0
	}
	id, err := m.f.NewStyle(&s)
	m.err = err
	return id
}

func newStyles(f *excelize.File) (styles, error) {
	m := &styleMaker{f: f}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	topRight := &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}
	topLeft := &excelize.Alignment{Vertical: "top", Horizontal: "left"}
	grid := border("left", "right", "top", "bottom")
	frame := slices.Clone(grid) // of what a reader fills in
	for i := range frame {
		frame[i].Color = accent
	}
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: fontFamily, Size: size, Bold: bold, Color: color}
	}
	times, dates, months, counts, numbers := "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "yyyy-mm", "#,##0", "#,##0.######"
	plain := font(10, false, "")

	s := styles{
		title:   m.make(excelize.Style{Font: font(16, true, accent), Alignment: &excelize.Alignment{Vertical: "center"}}),
		heading: m.make(excelize.Style{Font: font(12, true, accent), Alignment: &excelize.Alignment{Vertical: "center"}, Border: []excelize.Border{{Type: "bottom", Style: 2, Color: accent}}}),
		label:   m.make(excelize.Style{Font: font(10, true, accent), Alignment: top, Fill: fill(pale), Border: grid}),
		text:    m.make(excelize.Style{Font: plain, Alignment: top}),
		note:    m.make(excelize.Style{Font: font(9, false, "595959"), Alignment: &excelize.Alignment{Vertical: "top"}}),
		banner:  m.make(excelize.Style{Font: font(12, true, unknown.text), Fill: fill(unknown.fill), Alignment: &excelize.Alignment{Vertical: "center", WrapText: true, Indent: 1}}),

		header:  m.make(excelize.Style{Font: font(10, true, "FFFFFF"), Fill: fill(accent), Border: grid, Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "center", WrapText: true}}),
		cell:    m.make(excelize.Style{Font: plain, Alignment: top, Border: grid}),
		aside:   m.make(excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 10, Italic: true, Color: "595959"}, Alignment: top, Border: grid}),
		clipped: m.make(excelize.Style{Font: plain, Alignment: topLeft, Border: grid}),
		bold:    m.make(excelize.Style{Font: font(10, true, ""), Alignment: top, Border: grid}),
		mono:    m.make(excelize.Style{Font: &excelize.Font{Family: monoFamily, Size: 9}, Alignment: top, Border: grid}),
		link:    m.make(excelize.Style{Font: &excelize.Font{Family: fontFamily, Size: 10, Color: linkColor, Underline: "single"}, Alignment: top, Border: grid}),

		count:     m.make(excelize.Style{Font: plain, Alignment: topRight, Border: grid, CustomNumFmt: &counts}),
		boldCount: m.make(excelize.Style{Font: font(10, true, ""), Alignment: topRight, Border: grid, CustomNumFmt: &counts}),
		num:       m.make(excelize.Style{Font: plain, Alignment: topRight, Border: grid, CustomNumFmt: &numbers}),
		time:      m.make(excelize.Style{Font: plain, Alignment: topLeft, Border: grid, CustomNumFmt: &times}),
		date:      m.make(excelize.Style{Font: plain, Alignment: topLeft, Border: grid, CustomNumFmt: &dates}),
		month:     m.make(excelize.Style{Font: plain, Alignment: topLeft, Border: grid, CustomNumFmt: &months}),

		input:     m.make(excelize.Style{Font: plain, Alignment: top, Border: frame}),
		inputDate: m.make(excelize.Style{Font: plain, Alignment: topLeft, Border: frame, CustomNumFmt: &dates}),

		result:  map[evidence.Result]int{},
		verdict: map[evidence.Verdict]int{},
		day:     map[reports.DayState]int{},
		claim:   map[reports.ClaimVerdict]int{},
	}
	filled := func(p palette) int {
		return m.make(excelize.Style{Font: font(10, true, p.text), Fill: fill(p.fill), Border: grid, Alignment: top})
	}
	for _, r := range evidence.Results {
		s.result[r] = filled(resultPalette[r])
	}
	for _, v := range []evidence.Verdict{evidence.Pass, evidence.Exception, evidence.NotApplicable, evidence.Pending, evidence.Undetermined} {
		s.verdict[v] = filled(verdictPalette[v])
	}
	for _, d := range reports.DayStates {
		s.day[d] = filled(dayPalette[d])
	}
	for _, v := range reports.ClaimVerdicts {
		s.claim[v] = filled(claimPalette[v])
	}
	if m.err != nil {
		return styles{}, fmt.Errorf("styles: %w", m.err)
	}
	return s, nil
}

func fill(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

func border(sides ...string) []excelize.Border {
	var b []excelize.Border
	for _, side := range sides {
		b = append(b, excelize.Border{Type: side, Style: 1, Color: hairline})
	}
	return b
}
