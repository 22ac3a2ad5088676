package xlsx

import (
	"fmt"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// RenderTestSheet writes a workbook of the pack's samples alone: how they were drawn,
// and the test sheet that an auditor fills in.
func RenderTestSheet(w io.Writer, p *reports.Pack) error {
	return renderBook(w, p, "test sheet", 0, (*book).buildTestSheet)
}

// buildTestSheet writes the two sheets on samples and no other.
func (b *book) buildTestSheet() error {
	b.names = sheetNames{taken: map[string]bool{}}
	b.names.nameSamples(b.p)
	b.alone = true
	if err := b.addSheets(); err != nil {
		return err
	}
	if err := b.samplingSheet(); err != nil {
		return err
	}
	return b.samplesSheet()
}

var samplingWidths = []float64{12, 44, 14, 14, 14, 14, 12, 44, 68}

// samplingSheet says how samples were drawn, and how many of each control.
func (b *book) samplingSheet() error {
	if b.names.sampling == "" {
		return nil
	}
	head := []blockRow{{26, []cell{{value: b.in(words.Sampling), style: b.styles.title}}}}
	line := func(label evidence.Text, text string) {
		head = append(head, b.blockLine(samplingWidths, label, text)...)
	}
	line(words.SamplingMethod, b.p.Sampling.Method)
	line(words.CheckpointRoot, b.p.Sampling.Root)
	line(words.CheckpointSize, format.Count(b.p.Sampling.Size))
	line(words.SampleNonce, words.Nonce(b.p.Sampling, b.p.Lang))
	for i, text := range words.SamplingTexts(b.p) {
		label := evidence.Text{}
		if i == 0 {
			label = words.AboutRegister
		}
		line(label, b.in(text))
	}
	head = append(head, blockRow{height: 9})
	s := b.open(b.names.sampling, setup{widths: samplingWidths, titles: len(head) + 1, large: true})
	for _, r := range head {
		s.addHigh(r.height, r.cells...)
	}
	heads := b.heads(b.in(words.Control), b.in(words.ControlTitle), b.in(words.Frequency), b.in(words.DrawnFrom), b.in(words.LeftOut), b.in(words.SampleSize),
		b.in(words.ReplacedCount), b.in(words.SizedBy), b.in(words.SampleSeed))
	s.add(heads...)
	for _, c := range b.p.Sampled() {
		if err := c.Sample.Check(); err != nil {
			return fmt.Errorf("sample of %s: %w", c.ID, err)
		}
		why := c.Sample.SizedBy
		if c.Result == evidence.NotEvaluable {
			why += "\n" + b.in(words.Incomplete)
		}
		s.add(b.control(c.Control), b.str(words.SampleTitle(c.Sample, c.Title, b.p.Lang)), b.str(c.Frequency), b.count(c.Sample.Population), b.count(c.Sample.NotApplicable), b.count(c.Sample.Size),
			b.count(c.Sample.CountDrawn(reports.Replaced)), b.str(why), b.mono(c.Sample.Seed))
	}
	if len(b.p.Sampled()) == 0 {
		s.add(b.str(""), b.word(words.NoSamples))
	}
	s.filter(len(head)+1, len(heads))
	return s.close()
}

// Where the auditor's cells stand in the test sheet.
const (
	auditorColumn  = 8 // counted from 1
	auditorColumns = 4
)

// testSheet is the sheet of the items that were drawn, being written.
type testSheet struct {
	b     *book
	s     *sheet
	heads []cell
}

var testSheetWidths = []float64{11, 8, 14, 20, 30, 60, 16, 18, 12, 14, 30, 36, 12, 36, 36, 36}

// samplesSheet is the test sheet: a row an item that was drawn.
func (b *book) samplesSheet() error {
	if b.names.samples == "" {
		return nil
	}
	t := &testSheet{b: b, heads: b.heads(b.in(words.Control), b.in(words.DrawnNumber), b.in(words.DrawnAs), b.zoned(b.in(words.When)), b.in(words.ItemLabel),
		b.in(words.KeyFields), b.in(words.Verdict), b.in(words.AuditorResult), b.in(words.AuditorInitials), b.in(words.AuditorDate), b.in(words.AuditorRemarks),
		b.in(words.ItemID), b.in(words.SourceLink), b.in(words.RecordHash), b.in(words.DrawnRank), b.in(words.WhyReplaced))}
	t.open(b.names.samples)
	for _, c := range b.p.Sampled() {
		for i, d := range c.Sample.Drawn {
			if t.s.row >= b.maxRows {
				if err := t.next(); err != nil {
					return err
				}
			}
			t.s.add(b.drawn(c, i, d, len(c.Sample.Drawn) <= manyItems)...)
		}
	}
	return t.close()
}

func (t *testSheet) open(name string) {
	t.s = t.b.open(name, setup{widths: testSheetWidths, frozen: 1, titles: 1, large: true})
	t.s.add(t.heads...)
}

// next goes on in a further sheet.
func (t *testSheet) next() error {
	if err := t.close(); err != nil {
		return err
	}
	name := t.b.names.take(t.b.names.samples)
	if _, err := t.b.f.NewSheet(name); err != nil {
		return fmt.Errorf("sheet %q: %w", name, err)
	}
	t.open(name)
	return t.s.err
}

func (t *testSheet) close() error {
	if t.s.row == 1 {
		t.s.add(t.b.str(""), t.b.word(words.NoSamples))
	} else {
		t.b.validate(t.s)
	}
	t.s.filter(1, len(t.heads))
	return t.s.close()
}

func (b *book) drawn(c reports.SampledControl, i int, d reports.DrawnItem, clickable bool) []cell {
	row := []cell{b.control(c.Control), b.count(int64(i + 1)), b.str(words.DrawnAsOf(c.Sample, d.State, b.p.Lang)), b.when(d.Time), b.str(d.Label), b.str(b.keyFields(c.Control, d.Item)),
		{value: d.Verdict.Mark() + " " + b.in(d.Verdict.Name()), style: b.styles.verdict[d.Verdict]}}
	for n := range auditorColumns {
		style := b.styles.input
		if n == 2 { // the date
			style = b.styles.inputDate
		}
		row = append(row, cell{style: style})
	}
	return append(row, b.str(d.ID), b.source(d.Link, clickable), b.mono(d.SHA256), b.mono(d.Rank), b.str(words.Replacement(d, b.p.Lang)))
}

// control names a control, and leads to its sheet where the workbook has one.
func (b *book) control(c *reports.Control) cell {
	if b.alone {
		return b.str(c.ID)
	}
	return b.goTo(c.ID, b.names.byID[c.ID], 1)
}

// validate bounds what can be filled in to what the columns are for.
func (b *book) validate(s *sheet) {
	column := func(n int) string {
		name, err := excelize.ColumnNumberToName(auditorColumn + n)
		if s.err == nil {
			s.err = err
		}
		return fmt.Sprintf("%s2:%s%d", name, name, s.row)
	}
	add := func(n int, message evidence.Text, rule func(*excelize.DataValidation) error) {
		v := excelize.NewDataValidation(true)
		v.SetSqref(column(n))
		v.SetError(excelize.DataValidationErrorStyleStop, b.in([]evidence.Text{words.AuditorResult, words.AuditorInitials, words.AuditorDate}[n]), b.in(message))
		if err := rule(v); err != nil && s.err == nil {
			s.err = err
		}
		if s.err == nil {
			s.err = b.f.AddDataValidation(s.name, v)
		}
	}
	var results []string
	for _, r := range words.AuditorResults {
		results = append(results, b.in(r))
	}
	add(0, words.WantResult, func(v *excelize.DataValidation) error { return v.SetDropList(slices.Clone(results)) })
	add(1, words.WantInitials, func(v *excelize.DataValidation) error {
		return v.SetRange(1, 20, excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorBetween)
	})
	s.shade(auditorColumn, 2, `%s="`+b.in(words.ResultException)+`"`, bad)
	first, _ := serial(b.p.Period.Start, b.p.Location)
	add(2, words.WantDate, func(v *excelize.DataValidation) error {
		return v.SetRange(first, first, excelize.DataValidationTypeDate, excelize.DataValidationOperatorGreaterThanOrEqual)
	})
}
