package xlsx

import (
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// maxCell is the most UTF-16 code units that a cell can hold.
const maxCell = 32767

// text makes outside text safe for a cell: characters that XML forbids or that
// a reader could not see are shown, and what is too long is cut with a note.
func (b *book) text(s string) string {
	s = visible.Text(s, nil)
	total := lenUTF16(s)
	if total <= maxCell {
		return s
	}
	note := " " + fmt.Sprintf(b.in(words.CellCut), format.Count(int64(total)))
	return cutUTF16(s, maxCell-lenUTF16(note)) + note
}

// epoch is day 0 of Excel's calendar, from its 60th day on.
var epoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// serial is the wall clock of t in loc as Excel counts it: days since epoch.
// ok is false for times that Excel has no number for.
func serial(t time.Time, loc *time.Location) (days float64, ok bool) {
	if t.IsZero() {
		return 0, false
	}
	t = t.In(loc)
	y, m, d := t.Date()
	if y < 1901 || y > 9999 {
		return 0, false
	}
	date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
	return math.Round(date.Sub(epoch).Hours()/24) + clock.Seconds()/86400, true
}

// columns is how many columns of a character each the widest line of s takes:
// Japanese characters take two.
func columns(s string) float64 {
	widest := 0
	for line := range strings.SplitSeq(s, "\n") {
		widest = max(widest, lineColumns(line))
	}
	return float64(widest)
}

func lineColumns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r < 0x80 {
			continue
		}
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
			n++
		}
	}
	return n
}

// lines estimates how many lines s takes in a cell that is w characters wide.
// It rather says one too many: a row that is too low hides text.
func lines(s string, w float64) int {
	n := 0
	usable := math.Max(w-1.5, 1)
	for line := range strings.SplitSeq(s, "\n") {
		c := float64(lineColumns(line))
		l := int(math.Ceil(c / usable))
		if l > 1 && strings.Contains(line, " ") { // breaking at words wastes room
			l = int(math.Ceil(c * 1.12 / usable))
		}
		n += max(l, 1)
	}
	return n
}
