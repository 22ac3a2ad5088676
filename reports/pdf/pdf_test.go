package pdf

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestFontsHaveOurWords: no text of ours needs to be shown by number.
func TestFontsHaveOurWords(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	d := newDocument(p, layout{})
	for _, s := range []string{
		evidence.Effective.Mark() + evidence.ExceptionsNoted.Mark() + evidence.NoOccurrence.Mark() + evidence.NotEvaluable.Mark(),
		evidence.Pending.Mark() + reports.DayMissing.Mark(), "…–·—↗", words.CutSeeExcel.JA, words.Conclusion.JA, words.VerifyIntro.EN,
	} {
		if got := d.clean(s); got != s {
			t.Errorf("%q is shown as %q", s, got)
		}
		for _, r := range s {
			if !d.faces.bold.has(r) {
				t.Errorf("the bold face lacks %c", r)
			}
		}
	}
}

func TestWhatTheFontLacksIsShown(t *testing.T) {
	d := newDocument(reportstest.Pack(reportstest.Options{}), layout{})
	tests := map[string]string{
		"emoji 🚨": "emoji [U+1F6A8]", "𠮷野家": "[U+20BB7]野家", "عر": "[U+0639][U+0631]", "a\u202eb": "a[U+202E]b", "髙﨑": "髙﨑", "bad \xff": "bad [0xFF]",
	}
	for in, want := range tests {
		if diff := cmp.Diff(want, d.clean(in)); diff != "" {
			t.Errorf("clean(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func TestOnlyHTTPSIsLinked(t *testing.T) {
	var b bytes.Buffer
	if err := (Renderer{}).Render(&b, reportstest.Pack(reportstest.Options{})); err != nil {
		t.Fatal(err)
	}
	uris := regexp.MustCompile(`/URI \(([^)]*)`).FindAllSubmatch(b.Bytes(), -1)
	if len(uris) == 0 {
		t.Fatal("the document links to no source system")
	}
	for _, u := range uris {
		if !strings.HasPrefix(string(u[1]), "https://") {
			t.Errorf("the document links to %q", u[1])
		}
	}
}

// TestEveryLinkLeadsSomewhere: fpdf writes a link that is never set as one to
// a page that does not exist.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	for name, p := range packs() {
		t.Run(name, func(t *testing.T) {
			d := newDocument(p, layout{})
			d.write()
			d = newDocument(p, d.now)
			d.write()
			for key := range d.links {
				if d.now.pages[key] == 0 {
					t.Errorf("links lead to %q, which stands on no page", key)
				}
			}
		})
	}
}

// packs are the shapes that a document must survive.
func packs() map[string]*reports.Pack {
	packs := map[string]*reports.Pack{
		"usual": reportstest.Pack(reportstest.Options{Demo: true, Open: true}),
		"empty": {Period: reportstest.Period, Location: reportstest.Location, Lang: evidence.English},
	}
	hostile := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	long := reportstest.LongText + reportstest.LongHash
	hostile.Organisation, hostile.Framework.Title, hostile.PreparedBy, hostile.Signer.Name = long, long, long, long
	c := &hostile.Controls[0]
	c.Title, c.Activity, c.Procedure, c.Owner, c.Population.Definition = long, long+long+long, long, long, long
	c.Why = []string{long}
	for i := range 40 {
		hostile.Framework.Items = append(hostile.Framework.Items, reports.FrameworkItem{ID: fmt.Sprintf("A.%d", i), Title: reportstest.Hostile[i%len(reportstest.Hostile)], Controls: []string{c.ID}})
		hostile.Controls = append(hostile.Controls, hostile.Controls[1])
		hostile.Controls[len(hostile.Controls)-1].ID = fmt.Sprintf("X-%d", i)
	}
	for i := range hostile.Sources {
		hostile.Sources[i].Name, hostile.Sources[i].Location = long, long
	}
	r := &hostile.Registers[1]
	r.Title, r.Text, r.Group = long, long, long
	for i := range r.Columns {
		r.Columns[i].Title = long
	}
	for i := range r.Rows {
		r.Rows[i].Group = reportstest.Hostile[i]
	}
	wide := hostile.Registers[0]
	wide.ID, wide.Rows = "wide", slices.Clone(wide.Rows)
	wide.Columns, wide.Totals = slices.Repeat(wide.Columns, 7), slices.Repeat(wide.Totals, 7)
	for i := range wide.Rows {
		wide.Rows[i].Counts = slices.Repeat(wide.Rows[i].Counts, 7)
	}
	hostile.Registers = append(hostile.Registers, wide)
	packs["hostile"] = hostile
	return packs
}

func TestEveryShapeIsRendered(t *testing.T) {
	for name, p := range packs() {
		t.Run(name, func(t *testing.T) {
			if err := (Renderer{}).Render(io.Discard, p); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPagesDoNotGrowWithItems: a population of any size gives the same pages.
func TestPagesDoNotGrowWithItems(t *testing.T) {
	pages := func(items int, changes bool) int {
		p := reportstest.Pack(reportstest.Options{Items: items})
		for i := range p.Controls {
			if at := p.Controls[i].DiffColumn(); at >= 0 && !changes {
				p.Controls[i].Columns[at].Type = reports.TextColumn
			}
		}
		d := newDocument(p, layout{})
		d.write()
		return d.PageCount()
	}
	few := pages(1000, false)
	if many := pages(20_000, false); few != many {
		t.Errorf("1,000 items take %d pages, 20,000 take %d", few, many)
	}
	// Among the first exceptions of still more items are others, whose texts fill a page more.
	if most := pages(50_000, false); most < few || most > few+1 {
		t.Errorf("1,000 items take %d pages, 50,000 take %d", few, most)
	}
	// Of changes others are shown, with texts of other lengths, but no more of them.
	if few, many := pages(1000, true), pages(50_000, true); many > few || few <= pages(1000, false) {
		t.Errorf("1,000 changes take %d pages, 50,000 take %d", few, many)
	}
}

// TestNothingLeavesThePage checks every text that is drawn against the margins.
func TestNothingLeavesThePage(t *testing.T) {
	for name, p := range packs() {
		t.Run(name, func(t *testing.T) {
			d := newDocument(p, layout{total: 999})
			d.drawn = func(x, y, w, h float64, s string) {
				if s == d.in(words.DemoWatermark) {
					return // it is turned, and goes from corner to corner
				}
				if x < left-0.5 || x+w > right+1.5 || y < 0 || y+h > pageHeight-5 {
					t.Errorf("page %d: %.60q is drawn from %.1f,%.1f to %.1f,%.1f", d.PageNo(), s, x, y, x+w, y+h)
				}
			}
			d.write()
		})
	}
}
