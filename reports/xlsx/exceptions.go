package xlsx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// exceptionsSheet lists the exceptions of all controls, each linked to its row
// in the control's sheet. Should there be more than a sheet holds, it says so:
// the controls' sheets have them all.
func (b *book) exceptionsSheet() error {
	labelled := slices.ContainsFunc(b.p.Controls, func(c reports.Control) bool { return c.Labelled })
	widths := []float64{7, 11, 26, 20, 40, 84, 38, 12, 36}
	heads := b.heads("#", b.in(words.Control), b.in(words.ControlTitle), b.zoned(b.in(words.When)), b.in(words.Reasons), b.in(words.KeyFields),
		b.in(words.ItemID), b.in(words.SourceLink), b.in(words.RecordHash))
	if labelled { // beside the identity
		widths = slices.Insert(widths, 6, labelWidth)
		heads = slices.Insert(heads, 6, b.heads(b.in(words.ItemLabel))...)
	}
	s := b.open(b.names.exceptions, setup{widths: widths, frozen: 1, titles: 1, large: true})
	s.add(heads...)
	n := int64(0)
	for i := range b.p.Controls {
		c := &b.p.Controls[i]
		k := 0
		for item, err := range c.Exceptions() {
			if err != nil {
				return fmt.Errorf("exceptions of %s: %w", c.ID, err)
			}
			if k == len(b.places[c.ID]) {
				return fmt.Errorf("exceptions of %s: more than its items have", c.ID)
			}
			if s.row >= b.maxRows-1 {
				s.add(b.str(fmt.Sprintf(b.in(words.MoreInControlSheets), format.Count(b.p.Exceptions()-n))))
				s.filter(1, len(heads))
				return s.close()
			}
			n++
			at := b.places[c.ID][k]
			k++
			cells := []cell{b.count(n), b.goTo(c.ID, b.names.byID[c.ID], 1), b.str(c.Title), b.when(item.Time), b.str(texts(item.Reasons)), b.str(b.keyFields(c, item)),
				b.goTo(item.ID, at.sheet, at.row), b.source(item.Link, b.p.Exceptions() <= manyItems), b.mono(item.SHA256)}
			if labelled {
				cells = slices.Insert(cells, 6, b.str(item.Label))
			}
			s.add(cells...)
		}
		if k < len(b.places[c.ID]) {
			return fmt.Errorf("exceptions of %s: %d, and %d of its items are", c.ID, k, len(b.places[c.ID]))
		}
	}
	if n == 0 {
		s.add(b.str(""), b.word(words.NoExceptions))
	}
	s.filter(1, len(heads))
	return s.close()
}

// texts writes an item's reasons, or what was observed of it, one a line.
func texts(reasons []reports.Reason) string {
	lines := make([]string, len(reasons))
	for i, r := range reasons {
		lines[i] = r.Text
	}
	return strings.Join(lines, "\n")
}

// keyFields writes the fields that an item has, each with its title:
// controls differ in their columns, and this list holds items of all.
func (b *book) keyFields(c *reports.Control, item reports.Item) string {
	var fields []string
	for i, column := range c.Columns {
		if i >= len(item.Fields) || !item.Fields[i].Set {
			continue
		}
		value := item.Fields[i].Text
		switch column.Type {
		case reports.TimeColumn:
			value = format.Time(item.Fields[i].Time, b.p.Location)
		case reports.NumberColumn:
			value = format.Number(item.Fields[i].Number)
		}
		fields = append(fields, column.Title+": "+value)
	}
	return strings.Join(fields, " / ")
}
