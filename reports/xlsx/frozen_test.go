package xlsx

import (
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestHeadersStayInSight: the header of every control's items does, however long the
// control's texts are, and no text is cut.
func TestHeadersStayInSight(t *testing.T) {
	for _, long := range []bool{false, true} {
		p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
		for i := range p.Controls {
			if long {
				p.Controls[i].Procedure = strings.Repeat("Every item of the period is examined one by one. ", 80) + "The end."
			}
		}
		f := open(t, render(t, Renderer{}, p))
		for _, c := range p.Controls {
			panes, err := f.GetPanes(c.ID)
			if err != nil {
				t.Fatal(err)
			}
			r := rows(t, f, c.ID)
			header := slices.IndexFunc(r, func(r []string) bool { return slices.Contains(r, words.RecordHash.EN) })
			if header < 0 || !panes.Freeze || panes.YSplit != header+1 {
				t.Errorf("%s: the header is row %d, and %d rows stay in sight", c.ID, header+1, panes.YSplit)
			}
			height := 0.0
			for n := range header {
				h, err := f.GetRowHeight(c.ID, n+1)
				if err != nil {
					t.Fatal(err)
				}
				height += h
			}
			if height > maxFrozen+1 {
				t.Errorf("%s: %.0f points are always in sight", c.ID, height)
			}
			if !slices.ContainsFunc(r[:header], func(r []string) bool { return len(r) > 2 && r[2] == c.Procedure }) {
				t.Errorf("%s: the procedure is not there as a whole", c.ID)
			}
			if said := slices.Contains(r[1], words.BlockLowered.EN); long && !said {
				t.Errorf("%s: nothing says that rows are lowered: %q", c.ID, r[1])
			}
		}
	}
}
