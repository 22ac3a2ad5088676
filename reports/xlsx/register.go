package xlsx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// placeRegisters gives a sheet of its own to the list of each register whose
// counts are too many: the list's header must stay in sight.
func (b *book) placeRegisters() {
	for i := range b.p.Registers {
		if blockHeight(b.registerTable(i).block()) > maxFrozen {
			b.names.registers[i].list = b.names.takeWith(b.p.Registers[i].SheetName(), b.in(words.RegisterList))
		}
	}
}

// registerSheets writes a sheet for each register, and further ones where it has
// more counts or entries than go into one: what it lists, the counts by group
// and month, and then every entry.
func (b *book) registerSheets() error {
	for i := range b.p.Registers {
		t := b.registerTable(i)
		if err := t.write(); err != nil {
			return fmt.Errorf("register %s: %w", t.r.ID, err)
		}
	}
	return nil
}

// registerTable is the table of a register's entries.
type registerTable struct {
	b      *book
	r      *reports.Register
	s      *sheet
	at     registerSheet
	name   string // of the sheet that is being written
	widths []float64
	heads  []cell
	first  int // the table's header row
	totals []int64
	n      int64
}

// The counts stand above the list's narrow columns, from the fourth on. A column
// of counts beyond the list's own has its own width.
const (
	registerLead  = 3
	registerLabel = 7 // where the column of labels stands, if there are any
	countWidth    = 14
)

var registerWidths = []float64{8, 20, 30, 22, 14, 18, 14, 38, 76}

func (b *book) registerTable(i int) *registerTable {
	t := &registerTable{b: b, r: &b.p.Registers[i], at: b.names.registers[i], widths: slices.Clone(registerWidths)}
	t.totals = make([]int64, len(t.r.Columns))
	if t.r.Labelled {
		t.widths = slices.Insert(t.widths, registerLabel, labelWidth+8)
	}
	for len(t.widths) < registerLead+len(t.r.Columns) {
		t.widths = append(t.widths, countWidth)
	}
	t.heads = b.heads("#", b.zoned(b.in(words.When)), t.r.Group, b.in(words.EntrySort), b.in(words.Control), b.in(words.Verdict),
		b.in(words.SourceLink), b.in(words.ItemID), b.in(words.Detail))
	if t.r.Labelled {
		t.heads = slices.Insert(t.heads, registerLabel, b.heads(b.in(words.ItemLabel))...)
	}
	return t
}

func (t *registerTable) write() error {
	b := t.b
	if err := t.open(); err != nil {
		return err
	}
	for e, err := range t.r.Entries() {
		if err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		if t.s.row >= b.maxRows {
			if err := t.next(); err != nil {
				return err
			}
		}
		if err := t.add(e); err != nil {
			return err
		}
	}
	if t.n == 0 {
		t.s.add(b.str(""), b.word(words.NoItems))
	}
	if err := t.close(); err != nil {
		return err
	}
	if t.n != t.r.N || !slices.Equal(t.totals, t.r.Totals) {
		return fmt.Errorf("entries add up to %d %v, the pack says %d %v", t.n, t.totals, t.r.N, t.r.Totals)
	}
	return nil
}

// open writes what stands above the list, and the list's header.
func (t *registerTable) open() error {
	ofList := t.widths
	if t.at.list != "" { // the counts have a sheet to themselves, and columns as wide as they need
		t.widths = slices.Clone(ofList[:registerLead])
		for range max(len(t.r.Columns), 6) {
			t.widths = append(t.widths, countWidth+6)
		}
	}
	block := t.block()
	o := setup{widths: t.widths, large: true}
	if t.at.list == "" {
		t.first = len(block) + 1
		o.frozen, o.titles = t.first, t.first
	}
	t.name = t.at.counts
	t.s = t.b.open(t.name, o)
	for _, r := range block {
		t.s.addHigh(r.height, r.cells...)
	}
	if t.at.list == "" {
		t.s.add(t.heads...)
		return t.s.err
	}
	if err := t.s.close(); err != nil {
		return err
	}
	t.widths = ofList
	t.list(t.at.list)
	return t.s.err
}

// list begins a sheet that has the list alone.
func (t *registerTable) list(name string) {
	t.name, t.first = name, 1
	t.s = t.b.open(name, setup{widths: t.widths, large: true, frozen: 1, titles: 1})
	t.s.add(t.heads...)
}

// next goes on in a further sheet.
func (t *registerTable) next() error {
	before := t.name
	if err := t.close(); err != nil {
		return err
	}
	name := t.b.names.take(before)
	if _, err := t.b.f.NewSheet(name); err != nil {
		return fmt.Errorf("sheet %q: %w", name, err)
	}
	t.list(name)
	return t.s.err
}

func (t *registerTable) close() error {
	t.s.filter(t.first, len(t.heads))
	return t.s.close()
}

func (t *registerTable) add(e reports.RegisterEntry) error {
	b := t.b
	if e.Column < 0 || e.Column >= len(t.totals) {
		return fmt.Errorf("an entry of column %d of %d", e.Column, len(t.totals))
	}
	t.n++
	t.totals[e.Column]++
	clickable := t.r.N <= manyItems
	control := b.str(e.Control)
	if clickable {
		control = b.goTo(e.Control, b.names.byID[e.Control], 1)
	}
	cells := []cell{b.count(t.n), b.when(e.Time), b.str(e.Group), b.str(t.r.Columns[e.Column].Title), control,
		{value: e.Verdict.Mark() + " " + b.in(e.Verdict.Name()), style: b.styles.verdict[e.Verdict]},
		b.source(e.Link, clickable), b.str(e.ItemID), b.str(e.Text)}
	if t.r.Labelled {
		cells = slices.Insert(cells, registerLabel, b.str(e.Label))
	}
	t.s.add(cells...)
	return t.s.err
}

// block is what stands above the list: what the register is, what it may lack,
// and its counts.
func (t *registerTable) block() []blockRow {
	b, r := t.b, t.r
	rows := b.blockHead(r.Title)
	line := func(label evidence.Text, text string) { rows = append(rows, b.blockLine(t.widths, label, text)...) }
	line(words.AboutRegister, r.Text)
	line(words.Caution, strings.Join(words.RegisterCautions(r, b.p.Lang), "\n"))
	line(words.EntrySort, words.RegisterColumns(r, b.p.Lang))
	line(words.Counts, fmt.Sprintf(b.in(words.RegisterCounts), format.Count(r.N), r.Group, format.Count(r.Groups)))
	if t.at.list != "" {
		rows = append(rows, blockRow{lineHeight + 3, []cell{
			{value: b.in(words.EntriesHeading), style: b.styles.label, span: 2},
			{value: "→ " + t.at.list, style: b.styles.link, span: 2, to: reference(t.at.list, "A1")},
		}})
	}
	rows = append(rows, blockRow{height: 9})
	return append(append(rows, t.matrix()...), blockRow{height: 9})
}

// matrix has the counts by group and month, and their totals.
func (t *registerTable) matrix() []blockRow {
	b, r := t.b, t.r
	heads := []cell{{}, {value: b.in(words.Month), style: b.styles.header}, {value: b.text(r.Group), style: b.styles.header}}
	high := 1
	for i, c := range r.Columns {
		heads = append(heads, cell{value: b.text(c.Title), style: b.styles.header})
		high = max(high, lines(c.Title, t.widths[registerLead+i]))
	}
	rows := []blockRow{{float64(high)*lineHeight + 3, heads}}
	for _, row := range r.Rows {
		cells := []cell{{}, b.month(row.Month), b.str(row.Group)}
		cells = append(cells, t.counts(row.Counts, b.styles.count)...)
		height := float64(lines(b.text(row.Group), t.widths[2]))*lineHeight + 3
		rows = append(rows, blockRow{min(height, maxHeight), cells})
	}
	total := []cell{{}, {value: b.in(words.Total), style: b.styles.label}, {style: b.styles.label}}
	return append(rows, blockRow{lineHeight + 3, append(total, t.counts(r.Totals, b.styles.boldCount)...)})
}

// counts has no number where the pack has nothing to count: that is not none.
func (t *registerTable) counts(counts []int64, style int) []cell {
	cells := make([]cell, len(counts))
	for i, n := range counts {
		cells[i] = cell{value: n, style: style}
		if t.r.Columns[i].Missing() {
			cells[i].value = words.NoNumber
		}
	}
	return cells
}
