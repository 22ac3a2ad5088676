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
	widths := []float64{7, 11, 26, 20, 40}
	heads := b.heads("#", b.in(words.Control), b.in(words.ControlTitle), b.zoned(b.in(words.When)), b.in(words.Reasons))
	widths = append(widths, 14, 44, 18, 18, 12, 16, 12)
	heads = append(heads, b.heads(b.in(words.ResponseKind), b.in(words.Response), b.in(words.ResponseOwner), b.in(words.Approver),
		b.in(words.ApprovedOn), b.in(words.Ticket), b.in(words.LastDay))...)
	widths = append(widths, 84)
	heads = append(heads, b.heads(b.in(words.KeyFields))...)
	if labelled { // beside the identity
		widths = append(widths, labelWidth)
		heads = append(heads, b.heads(b.in(words.ItemLabel))...)
	}
	widths = append(widths, 38, 12, 36)
	heads = append(heads, b.heads(b.in(words.ItemID), b.in(words.SourceLink), b.in(words.RecordHash))...)
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
				return b.closeExceptions(s, len(heads))
			}
			n++
			at := b.places[c.ID][k]
			k++
			cells := []cell{b.count(n), b.goTo(c.ID, b.names.byID[c.ID], 1), b.str(c.Title), b.when(item.Time), b.str(texts(item.Reasons))}
			cells = append(cells, b.response(item.Response)...)
			cells = append(cells, b.str(b.keyFields(c, item)))
			if labelled {
				cells = append(cells, b.str(item.Label))
			}
			s.add(append(cells, b.goTo(item.ID, at.sheet, at.row), b.source(item.Link, b.p.Exceptions() <= manyItems), b.mono(item.SHA256))...)
		}
		if k < len(b.places[c.ID]) {
			return fmt.Errorf("exceptions of %s: %d, and %d of its items are", c.ID, k, len(b.places[c.ID]))
		}
	}
	if n == 0 {
		s.add(b.str(""), b.word(words.NoExceptions))
	}
	return b.closeExceptions(s, len(heads))
}

// closeExceptions marks what is unanswered, and ends the sheet.
func (b *book) closeExceptions(s *sheet, columns int) error {
	s.shade(responseColumn, 2, `%s="`+b.in(words.Unanswered)+`"`, bad)
	s.filter(1, columns)
	return s.close()
}

// responseColumn is that of the kind of response.
const responseColumn = 6

// response is what management answered, a cell for each of the list's columns.
func (b *book) response(r *reports.Response) []cell {
	if r == nil {
		return []cell{b.word(words.Unanswered), b.str(""), b.str(""), b.str(""), b.str(""), b.str(""), b.str("")}
	}
	lastDay := b.str("")
	if !r.LastDay.IsZero() {
		lastDay = b.date(r.LastDay)
	}
	return []cell{b.str(r.Kind), b.str(r.Text), b.str(r.Owner), b.str(r.Approver), b.date(r.Approved), b.str(r.Ticket), lastDay}
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
