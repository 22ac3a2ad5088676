package xlsx

import (
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// blockRow is a row of the block above a table, with its height.
type blockRow struct {
	height float64
	cells  []cell
}

// blockHead begins a block: the sheet's title, and the way back.
func (b *book) blockHead(title string) []blockRow {
	return []blockRow{
		{26, []cell{{value: b.text(title), style: b.styles.title}}},
		{18, []cell{{value: b.in(words.BackToMatrix), style: b.styles.link, span: 2, to: reference(b.names.matrix, "A1")}}},
	}
}

// blockLine is a label with its text, over as many of the sheet's columns as a
// screen shows beside the label; nothing for an empty text.
func (b *book) blockLine(widths []float64, label evidence.Text, text string) []blockRow {
	if text == "" {
		return nil
	}
	span, width := 0, 0.0
	for _, w := range widths[2:] {
		if width >= 130 {
			break
		}
		span++
		width += w
	}
	text = b.text(text)
	return []blockRow{{
		min(float64(lines(text, width))*lineHeight+3, maxHeight),
		[]cell{{value: b.in(label), style: b.styles.label, span: 2}, {value: text, style: b.styles.cell, span: span}},
	}}
}

// fitted lowers the rows of a block with long texts until it may stay in sight above its
// table, and says so: the header of the table is needed all the time, and a text is
// shown whole where its cell is selected, and in the other reports.
func (b *book) fitted(rows []blockRow) []blockRow {
	if blockHeight(rows) <= maxFrozen {
		return rows
	}
	const head = 2 // the rows of blockHead
	fitted := slices.Clone(rows)
	for most := maxFrozen / lineHeight; most >= 1 && blockHeight(fitted) > maxFrozen; most-- {
		for i := head; i < len(rows); i++ {
			fitted[i].height = min(rows[i].height, most*lineHeight+3)
		}
	}
	if blockHeight(fitted) > maxFrozen {
		return rows // nothing is gained by hiding texts
	}
	fitted[head-1].cells = append(slices.Clone(fitted[head-1].cells), cell{value: b.in(words.BlockLowered), style: b.styles.aside, span: 6})
	return fitted
}

// blockHeight is how high rows are together, in points.
func blockHeight(rows []blockRow) float64 {
	height := 0.0
	for _, r := range rows {
		height += r.height
	}
	return height
}
