package pdf

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestChapters begin below the one before where a good third of the page is left, and
// parts where they have room for what they begin with.
func TestChapters(t *testing.T) {
	for y, want := range map[float64]int{top: 1, top + 100: 1, bottom - 100: 2, bottom - 20: 2} {
		got := drawn(func(d *document) {
			d.y = y
			d.chapter("chapter", "key")
		})
		if got[0].page != want {
			t.Errorf("from %.0f mm: the chapter is on page %d, want %d", y, got[0].page, want)
		}
	}
}

// TestProse goes on below the same label: no line is lost, and none is below the page.
func TestProse(t *testing.T) {
	lines := make([]string, 200)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d", i)
	}
	for _, y := range []float64{top, bottom - 60, bottom - 10} {
		got := drawn(func(d *document) {
			d.y = y
			d.prose(fact{"label", d.text(strings.Join(lines, "\n"))})
		})
		var said []string
		labels, pages := 0, map[int]bool{}
		for _, l := range got {
			pages[l.page] = true
			if l.text == "label" {
				labels++
			} else {
				said = append(said, l.text)
			}
		}
		if !slices.Equal(said, lines) {
			t.Errorf("from %.0f mm: %d lines, want %d", y, len(said), len(lines))
		}
		if pages[1] != (y < bottom-proseRoom) || labels != len(pages) {
			t.Errorf("from %.0f mm: pages %v have %d labels", y, pages, labels)
		}
	}
}

// TestFoot: the line below a table is not alone on the next page.
func TestFoot(t *testing.T) {
	for y := bottom - 24; y < bottom; y++ {
		got := drawn(func(d *document) {
			d.y = y
			table := d.table(column{title: "title", width: 60})
			table.row(d.text("first"))
			table.foot = footRoom
			table.row(d.text("last"))
			d.y += 1.5
			d.flow("more", d.st.bold)
		})
		n := len(got)
		if got[n-2].text != "last" || got[n-1].text != "more" || got[n-2].page != got[n-1].page {
			t.Errorf("from %.1f mm: %v", y, got[n-2:])
		}
	}
}

// TestSamplesAreShort: of a long sample the first are listed, and more where items were
// replaced.
func TestSamplesAreShort(t *testing.T) {
	for replaced, want := range map[bool]int{false: maxDrawn, true: 30} {
		p := reportstest.Pack(reportstest.Options{})
		c := p.Sampled()[0]
		s := *c.Sample
		s.Population, s.Size, s.Drawn = 1000, 30, nil
		for i := range 30 {
			s.Drawn = append(s.Drawn, reports.DrawnItem{Item: reports.Item{ID: fmt.Sprintf("drawn-%d", i)}, State: reports.InSample})
		}
		if replaced {
			s.Drawn[29].State = reports.Replaced
		}
		c.Sample = &s
		n, said := 0, false
		for _, l := range drawn(func(d *document) { d.sample(c) }) {
			if strings.HasPrefix(l.text, "drawn-") {
				n++
			}
			said = said || l.text == fmt.Sprintf(words.FirstOfSample.JA, fmt.Sprint(maxDrawn), "30", words.Samples.JA)
		}
		if n != want || said == replaced {
			t.Errorf("replaced: %t: %d items, and the workbook is named: %t", replaced, n, said)
		}
	}
}

// TestLongValuesAreCut: a value that is as long as a paragraph says that the workbook has
// the rest.
func TestLongValuesAreCut(t *testing.T) {
	d := newDocument(reportstest.Pack(reportstest.Options{}), layout{})
	agent := strings.Repeat("あ", 160)
	if got := d.short(agent); got != agent {
		t.Errorf("a value of 160 characters is shown as %q", got)
	}
	if got := d.short(agent + "い"); got != agent+words.CutSeeExcel.JA {
		t.Errorf("a value of 161 characters is shown as %q", got)
	}
}
