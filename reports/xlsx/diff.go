package xlsx

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// Colours of a diff's lines: dark enough to be read in grey, where the signs tell.
const (
	addedColour   = "1B6B2F"
	removedColour = "B3261E"
)

// diff is the text of a cell with each added line in green and each removed one in
// red.
func (b *book) diff(text string) []excelize.RichTextRun {
	lines := strings.SplitAfter(b.text(text), "\n")
	runs := make([]excelize.RichTextRun, 0, len(lines))
	for _, line := range lines {
		if line == "" {
			continue
		}
		font := &excelize.Font{Family: monoFamily, Size: 9}
		switch line[0] {
		case '+':
			font.Color = addedColour
		case '-':
			font.Color = removedColour
		}
		runs = append(runs, excelize.RichTextRun{Font: font, Text: line})
	}
	return runs
}
