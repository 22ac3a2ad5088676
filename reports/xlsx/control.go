package xlsx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// manyItems is how many items, or else exceptions, of a control can be clicked
// on to open them in their source; where there are more they have their address
// as text.
const manyItems = 2000

// maxFrozen is how high a header block may be, in points, to stay in sight: on
// a small screen a higher one would leave no room for the items.
const maxFrozen = 330

// controlSheets writes a control's sheet, and further ones when it has more
// items than a sheet has rows. It remembers where each exception stands.
func (b *book) controlSheets(c *reports.Control) error {
	t := &itemTable{b: b, c: c, name: b.names.byID[c.ID], tally: reports.Counts{}}
	t.measure()
	t.open()
	for item, err := range c.Items() {
		if err != nil {
			return fmt.Errorf("read items: %w", err)
		}
		if t.s.row >= b.maxRows {
			if err := t.next(); err != nil {
				return err
			}
		}
		t.add(item)
		if t.s.err != nil {
			break
		}
	}
	if t.tally.Total == 0 {
		t.s.add(b.str(""), b.word(words.NoItems))
	}
	if err := t.close(); err != nil {
		return err
	}
	return t.check()
}

// itemTable is the table of a control's items.
type itemTable struct {
	b      *book
	c      *reports.Control
	s      *sheet
	name   string
	widths []float64
	heads  []cell
	first  int // the table's header row
	tally  reports.Counts
	places []place
}

// Columns before a control's own. Observations have one of their own, where the control
// makes any: they must not pass for reasons.
var (
	leadingWidths    = []float64{8, 15, 34, 20}
	observationWidth = 34.0
)

// Columns behind a control's own.
const (
	idWidth   = 22
	linkWidth = 12
	hashWidth = 36
)

// labelWidth is that of the column of labels, where items have labels.
const labelWidth = 28

func (t *itemTable) measure() {
	b := t.b
	t.widths = append(t.widths, leadingWidths...)
	t.heads = b.heads("#", b.in(words.Verdict), b.in(words.Reasons), b.zoned(b.in(words.When)))
	if t.observes() {
		const after = 3 // the reasons
		t.widths = slices.Insert(t.widths, after, observationWidth)
		t.heads = slices.Insert(t.heads, after, b.heads(b.in(words.Observations))...)
	}
	if t.c.Labelled {
		t.heads = append(t.heads, b.heads(b.in(words.ItemLabel))...)
		t.widths = append(t.widths, labelWidth)
	}
	for _, column := range t.c.Columns {
		title := column.Title
		if column.Type == reports.TimeColumn {
			title = b.zoned(title)
		}
		t.heads = append(t.heads, b.head(title))
		t.widths = append(t.widths, columnWidth(column, title))
	}
	t.heads = append(t.heads, b.heads(b.in(words.ItemID))...)
	t.widths = append(t.widths, idWidth)
	if t.c.Linked {
		t.heads = append(t.heads, b.heads(b.in(words.SourceLink))...)
		t.widths = append(t.widths, linkWidth)
	}
	t.heads = append(t.heads, b.heads(b.in(words.RecordHash))...)
	t.widths = append(t.widths, hashWidth)
}

func columnWidth(c reports.Column, title string) float64 {
	width := c.Width
	if width == 0 {
		width = map[reports.ColumnType]float64{reports.TextColumn: 22, reports.TimeColumn: 20, reports.NumberColumn: 12, reports.DiffColumn: 50}[c.Type]
	}
	// A filter's button covers the title's end.
	return min(max(width+1, columns(title)/2+6, 8), 80)
}

func (t *itemTable) observes() bool { return len(t.c.Observations) > 0 }

// open begins the sheet with the header block.
func (t *itemTable) open() {
	block := t.b.fitted(t.block())
	t.first = len(block) + 1
	o := setup{widths: t.widths, large: true, titles: t.first}
	if blockHeight(block) <= maxFrozen {
		o.frozen = t.first
	}
	t.s = t.b.open(t.name, o)
	for _, r := range block {
		t.s.addHigh(r.height, r.cells...)
	}
	t.s.add(t.heads...)
}

// next goes on in a further sheet, which stands after the one before.
func (t *itemTable) next() error {
	before := t.name
	if err := t.close(); err != nil {
		return err
	}
	t.name = t.b.names.take(before)
	if _, err := t.b.f.NewSheet(t.name); err != nil {
		return fmt.Errorf("sheet %q: %w", t.name, err)
	}
	t.open()
	return t.s.err
}

func (t *itemTable) close() error {
	t.s.filter(t.first, len(t.heads))
	return t.s.close()
}

// check refuses a pack whose items are not those it counts and lists.
func (t *itemTable) check() error {
	if t.tally != t.c.Counts {
		return fmt.Errorf("items add up to %+v, the pack says %+v", t.tally, t.c.Counts)
	}
	t.b.places[t.c.ID] = t.places
	return nil
}

func (t *itemTable) add(item reports.Item) {
	b := t.b
	t.tally.Add(item.Verdict)
	exception := item.Verdict == evidence.Exception
	cells := make([]cell, 0, len(t.heads))
	cells = append(cells, b.count(t.tally.Total),
		cell{value: item.Verdict.Mark() + " " + b.in(item.Verdict.Name()), style: b.styles.verdict[item.Verdict]},
		b.str(texts(item.Reasons)))
	if t.observes() {
		cells = append(cells, cell{value: b.text(texts(item.Observations)), style: b.styles.aside})
	}
	cells = append(cells, b.when(item.Time))
	if t.c.Labelled {
		cells = append(cells, b.str(item.Label))
	}
	for i, column := range t.c.Columns {
		cells = append(cells, b.field(column, item, i))
	}
	cells = append(cells, b.str(item.ID))
	if t.c.Linked {
		cells = append(cells, b.source(item.Link, t.clickable(exception)))
	}
	t.s.add(append(cells, b.mono(item.SHA256))...)
	if exception {
		t.places = append(t.places, place{t.name, t.s.row})
	}
}

// clickable: each external link of a workbook is looked for among all others
// when it is made, so that there must not be too many.
func (t *itemTable) clickable(exception bool) bool {
	return t.c.Counts.Total <= manyItems || exception && t.c.Counts.Exceptions <= manyItems
}

// field is a column's value as what it is: a date, a number or text.
func (b *book) field(column reports.Column, item reports.Item, i int) cell {
	if i >= len(item.Fields) || !item.Fields[i].Set {
		return cell{style: b.styles.cell}
	}
	f := item.Fields[i]
	switch column.Type {
	case reports.TimeColumn:
		return b.when(f.Time)
	case reports.NumberColumn:
		return cell{value: f.Number, style: b.styles.num}
	case reports.DiffColumn:
		return cell{value: f.Text, style: b.styles.cell, diff: true}
	}
	return b.str(f.Text)
}

// block is what stands above the items: texts, result and counts.
func (t *itemTable) block() []blockRow {
	b, c := t.b, t.c
	rows := b.blockHead(c.ID + "  " + c.Title)
	line := func(label evidence.Text, text string) { rows = append(rows, b.blockLine(t.widths, label, text)...) }
	line(words.Activity, c.Activity)
	line(words.Procedure, c.Procedure)
	if len(c.Added) > 0 {
		line(words.Added, words.AddedLines(c, b.p.Lang))
	}
	if len(c.Exemptions) > 0 {
		line(words.Exempted, words.ExemptionLines(c, b.p.Lang))
	}
	line(words.Population, c.Population.KindTitle+" ("+c.Population.Kind+")\n"+c.Population.Definition)
	if heading, lines := words.NotRead(c, b.p); heading != "" {
		line(words.Completeness, heading+"\n"+strings.Join(lines, "\n"))
	}
	result := blockRow{lineHeight + 3, []cell{{value: b.in(words.Result), style: b.styles.label, span: 2}, b.result(c.Result)}}
	rows = append(rows, result)
	line(words.Why, strings.Join(c.Why, "\n"))
	if len(c.NotApplicable) > 0 {
		line(words.WhyNotApplicable, t.counted(c.NotApplicable))
	}
	if t.observes() {
		line(words.Observations, t.observationCounts())
	}
	labels := []cell{{value: b.in(words.Counts), style: b.styles.label, span: 2}}
	counts := []cell{{style: b.styles.label, span: 2}}
	for _, n := range []struct {
		label evidence.Text
		n     int64
	}{
		{words.PopulationCount, c.Counts.Total}, {evidence.Pass.Name(), c.Counts.Passed}, {evidence.Exception.Name(), c.Counts.Exceptions},
		{evidence.NotApplicable.Name(), c.Counts.NotApplicable}, {evidence.Pending.Name(), c.Counts.Pending},
		{evidence.Undetermined.Name(), c.Counts.Undetermined},
	} {
		labels = append(labels, cell{value: b.in(n.label), style: b.styles.label})
		counts = append(counts, cell{value: n.n, style: b.styles.boldCount})
	}
	return append(rows, blockRow{lineHeight + 3, labels}, blockRow{lineHeight + 3, counts}, blockRow{height: 9})
}

// observationCounts says what observations are, and how many items have each.
func (t *itemTable) observationCounts() string {
	b := t.b
	return b.in(words.ObservationsChangeNothing) + "\n" + t.counted(t.c.Observations)
}

// counted says how many items each of the reasons has, one a line.
func (t *itemTable) counted(reasons []reports.ReasonCount) string {
	b := t.b
	lines := make([]string, 0, len(reasons))
	for _, r := range reasons {
		lines = append(lines, words.Counted(r.Text, r.N, b.p.Lang))
	}
	return strings.Join(lines, "\n")
}
