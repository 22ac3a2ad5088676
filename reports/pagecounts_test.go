package reports_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/html"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/visible"
	"github.com/evidencepack/evidence/reports/internal/words"
)

// pageOrder is the order in which the page shows counts by verdict.
var pageOrder = []evidence.Verdict{evidence.Exception, evidence.Pass, evidence.NotApplicable, evidence.Pending, evidence.Undetermined}

// pageCounts compares every count of the page with the pack.
func pageCounts(t *testing.T, p *reports.Pack) {
	page := parsePage(t, render(t, html.Renderer{}, p))
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	tiles := page.all("ul", "tiles")[0].texts("li", "")
	for i, rc := range p.ResultCounts() {
		if want := format.Count(rc.N) + " " + rc.Result.Mark() + " " + in(rc.Result.Name()); tiles[i] != want {
			t.Errorf("tile %d says %q, want %q", i, tiles[i], want)
		}
	}
	pageSummary(t, page, p)
	for i := range p.Controls {
		pageControl(t, page, p, &p.Controls[i])
	}
	for i := range p.Registers {
		pageRegister(t, page.byID(t, fmt.Sprintf("register-%d", i+1)), p, &p.Registers[i])
	}
	pageSources(t, page, p)
	pageSamples(t, page, p)
	pageExemptions(t, page, p)
}

func pageSummary(t *testing.T, page element, p *reports.Pack) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	rows := page.table(t, in(words.ResultsByControl)).rows()
	matrix := page.table(t, in(words.ControlMatrix)).rows()
	for _, c := range p.Controls {
		result := c.Result.Mark() + " " + in(c.Result.Name())
		want := append([]string{c.ID, result, c.Title}, counts(c, pageOrder...)...)
		want = append(want, format.Count(c.Answered()), format.Count(c.Unanswered()))
		if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Equal(r, want) }) {
			t.Errorf("results by control: no row %q", want)
		}
		want = append([]string{c.ID, result, c.Title, c.Owner}, counts(c, evidence.Exception, evidence.Pending)...)
		if n := served(p, c.ID); len(slices.DeleteFunc(slices.Clone(matrix), func(r []string) bool { return !slices.Equal(r, want) })) != n {
			t.Errorf("matrix: not %d rows %q", n, want)
		}
	}
	items := page.table(t, in(words.ResultsByItem)).rows()
	if len(items) != len(p.Framework.Items) {
		t.Errorf("results by item: %d rows of %d items", len(items), len(p.Framework.Items))
	}
	for _, item := range p.Framework.Items {
		want := "—"
		if r, ok := p.ItemResult(item); ok {
			want = r.Mark() + " " + in(r.Name())
		}
		if !slices.ContainsFunc(items, func(r []string) bool { return r[0] == item.ID && r[1] == want }) {
			t.Errorf("results by item: %s is not %q", item.ID, want)
		}
	}
}

// served is how often the matrix shows a control.
func served(p *reports.Pack, id string) (n int) {
	for _, item := range p.Framework.Items {
		for _, c := range p.Serving(item) {
			if c.ID == id {
				n++
			}
		}
	}
	return n
}

func pageControl(t *testing.T, page element, p *reports.Pack, c *reports.Control) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	section := page.byID(t, "control-"+c.ID)
	if diff := cmp.Diff(counts(*c, pageOrder...), section.all("dl", "counts")[0].texts("dd", "")); diff != "" {
		t.Errorf("%s: counts (-pack +page):\n%s", c.ID, diff)
	}
	if got := section.texts("span", "result")[0]; got != c.Result.Mark()+" "+in(c.Result.Name()) {
		t.Errorf("%s: the section's result is %q", c.ID, got)
	}
	for _, why := range c.Why {
		if !strings.Contains(section.text(), why) {
			t.Errorf("%s: the section does not say why: %q", c.ID, why)
		}
	}
	for _, n := range c.NotApplicable {
		if want := words.Counted(n.Text, n.N, p.Lang); !strings.Contains(section.text(), want) {
			t.Errorf("%s: the section does not say %q", c.ID, want)
		}
	}
	for line := range strings.SplitSeq(words.ExemptionLines(c, p.Lang), "\n") {
		if !strings.Contains(section.text(), visible.Line(line, nil)) {
			t.Errorf("%s: the section does not say %q", c.ID, line)
		}
	}
	reasonRows(t, section, c.ID, in(words.Reasons), c.Reasons)
	reasonRows(t, section, c.ID, in(words.Observations), c.Observations)
	pageDays(t, section, p, c)
	pageCharts(t, section, p, c)
	listed := min(c.Counts.Exceptions, 2000)
	pageItems(t, section, p, c, "e", words.ExceptionsHeading, listed, func(i reports.Item) bool { return i.Verdict == evidence.Exception })
	if more := c.Counts.Exceptions - listed; more > 0 && !strings.Contains(section.text(), fmt.Sprintf(in(words.MoreInSheet), format.Count(more), c.ID)) {
		t.Errorf("%s: the page does not say that %d more exceptions are in the workbook", c.ID, more)
	}
	pageItems(t, section, p, c, "u", words.UndecidedHeading, c.Counts.Pending+c.Counts.Undetermined, func(i reports.Item) bool {
		return i.Verdict == evidence.Pending || i.Verdict == evidence.Undetermined
	})
}

func reasonRows(t *testing.T, section element, control, name string, want []reports.ReasonCount) {
	t.Helper()
	if len(want) == 0 {
		return
	}
	var rows [][]string
	for _, r := range want {
		rows = append(rows, []string{r.Text, format.Count(r.N)})
	}
	if diff := cmp.Diff(rows, section.table(t, name).rows()); diff != "" {
		t.Errorf("%s: %s (-pack +page):\n%s", control, name, diff)
	}
}

// pageDays: the figures below the chart, of the days that have items.
func pageDays(t *testing.T, section element, p *reports.Pack, c *reports.Control) {
	if c.Counts.Total == 0 || c.ByDay() {
		return
	}
	var want [][]string
	for _, day := range c.Days {
		if day.Counts.Total > 0 {
			want = append(want, append([]string{format.Date(day.Date, p.Location)}, counts(reports.Control{Counts: day.Counts}, pageOrder...)...))
		}
	}
	if diff := cmp.Diff(want, section.table(t, words.ItemsByDay.In(p.Lang)).rows()); diff != "" {
		t.Errorf("%s: figures by day (-pack +page):\n%s", c.ID, diff)
	}
	if got := len(section.all("svg", "chart")[0].all("g", "")); got != len(want) {
		t.Errorf("%s: the chart has %d bars, want %d", c.ID, got, len(want))
	}
}

// pageCharts compares the charts that a control declares with the pack: the figures of
// the whole period, by day and by group, and that each drawing says the same in words.
func pageCharts(t *testing.T, section element, p *reports.Pack, c *reports.Control) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	for i := range c.Charts {
		chart := &c.Charts[i]
		title := func(form evidence.Text, values ...any) string {
			return visible.Line(fmt.Sprintf(in(form), values...), nil)
		}
		var parts [][]string
		var n []int64
		for _, part := range chart.Parts {
			parts = append(parts, []string{visible.Line(words.PartTitle(part), nil), format.Count(part.N), format.Share(part.N, chart.Total())})
			n = append(n, part.N)
		}
		parts = append(parts, []string{in(words.ChartTotal), format.Count(chart.Total()), "100.0%"})
		if diff := cmp.Diff(parts, section.table(t, visible.Line(chart.Title, nil)).rows()); diff != "" {
			t.Errorf("%s: parts (-pack +page):\n%s", c.ID, diff)
		}
		if said := visible.Line(words.ChartSaid(chart, n, p.Lang), nil); !slices.Contains(section.texts("desc", ""), said) {
			t.Errorf("%s: no drawing says %q", c.ID, said)
		}
		rows := func(title string, rows []reports.ChartRow, named func(i int) string, blanks int) {
			var want [][]string
			for i, row := range rows {
				if row.Total() == 0 {
					continue
				}
				cells := append([]string{visible.Line(named(i), nil), format.Count(row.Total())}, make([]string, blanks)...)
				for _, n := range row.N {
					cells = append(cells, format.Count(n)+" ("+format.Share(n, row.Total())+")")
				}
				want = append(want, cells)
			}
			got := section.table(t, title)
			for _, svg := range got.all("svg", "") {
				svg.Parent.RemoveChild(svg.Node)
			}
			if diff := cmp.Diff(want, got.rows()); diff != "" {
				t.Errorf("%s: %s (-pack +page):\n%s", c.ID, title, diff)
			}
		}
		if len(chart.Days) > 0 {
			rows(title(words.ChartByDay, chart.Title), chart.Days, func(i int) string { return format.Date(chart.Days[i].Date, p.Location) }, 0)
		}
		if len(chart.Groups) > 0 {
			rows(title(words.ChartByGroup, chart.Title, chart.Group), chart.Groups, func(i int) string { return words.GroupTitle(chart, i, p.Lang) }, 1)
		}
	}
}

// pageItems compares a list with the first n of the items that belong in it.
func pageItems(t *testing.T, section element, p *reports.Pack, c *reports.Control, list string, heading evidence.Text, n int64, belongs func(reports.Item) bool) {
	t.Helper()
	if n == 0 {
		return
	}
	rows := section.table(t, c.ID+" "+heading.In(p.Lang)).all("tbody", "")[0].all("tr", "")
	if int64(len(rows)) != n {
		t.Fatalf("%s: %d rows of %s, want %d", c.ID, len(rows), heading.EN, n)
	}
	i := 0
	for item, err := range c.Items() {
		if err != nil {
			t.Fatal(err)
		}
		if !belongs(item) || int64(i) == n {
			continue
		}
		row := rows[i]
		i++
		if got := row.attr("id"); got != fmt.Sprintf("control-%s.%s%d", c.ID, list, i) || row.attr("data-verdict") != string(item.Verdict) {
			t.Errorf("%s: row %d is %q of %q", c.ID, i, got, row.attr("data-verdict"))
		}
		text := row.text()
		for _, want := range []string{format.Time(item.Time, p.Location), item.ID, item.Label, item.SHA256} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: row %d does not say %q", c.ID, i, want)
			}
		}
		for _, r := range slices.Concat(item.Reasons, item.Observations) {
			if !strings.Contains(text, r.Text) {
				t.Errorf("%s: row %d does not say %q", c.ID, i, r.Text)
			}
		}
	}
}

func pageRegister(t *testing.T, section element, p *reports.Pack, r *reports.Register) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	var want [][]string
	for _, row := range r.Rows {
		want = append(want, append([]string{row.Group, format.Month(row.Month, p.Location)}, shownCounts(r, row.Counts)...))
	}
	want = append(want, append([]string{in(words.Total), ""}, shownCounts(r, r.Totals)...))
	if diff := cmp.Diff(want, section.table(t, fmt.Sprintf(in(words.CountsByMonth), r.Group)).rows()); diff != "" {
		t.Errorf("%s: counts by month (-pack +page):\n%s", r.ID, diff)
	}
	if got := int64(len(section.table(t, r.Title).rows())); got != min(r.N, 2000) {
		t.Errorf("%s: %d entries, want %d", r.ID, got, r.N)
	}
	for _, text := range append(words.RegisterCautions(r, p.Lang), fmt.Sprintf(in(words.RegisterCounts), format.Count(r.N), r.Group, format.Count(r.Groups))) {
		if !strings.Contains(section.text(), text) {
			t.Errorf("%s: the section does not say %q", r.ID, text)
		}
	}
}

func pageSources(t *testing.T, page element, p *reports.Pack) {
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	for _, src := range p.Sources {
		section := page.byID(t, "source-"+src.Name)
		for _, b := range reports.Bases(src.Claims) {
			if !strings.Contains(section.text(), b.Method+" "+b.Text) {
				t.Errorf("%s: the page does not say what %q rests on", src.Name, b.Method)
			}
		}
		var want [][]string
		for _, n := range src.Records {
			want = append(want, []string{n.Kind, format.Count(n.Sealed), format.Count(n.Again), format.Count(n.Earlier), format.Count(n.Distinct)})
		}
		if len(want) > 0 {
			if diff := cmp.Diff(want, section.table(t, in(words.RecordsByKind)).rows()); diff != "" {
				t.Errorf("%s: records (-pack +page):\n%s", src.Name, diff)
			}
		}
		want = nil
		for _, g := range reports.GroupClaims(src.Claims) {
			v := g.Verdict()
			verdict := words.ClaimMark(v) + " " + in(words.ClaimVerdict(v))
			expected, found := format.Count(g.Expected), format.Count(g.Found)
			if !v.Expects() {
				expected = words.NoNumber
			}
			if !v.Finds() {
				found = words.NoNumber
			}
			want = append(want, []string{g.Scope + " " + g.Kind, format.Window(g.Window, p.Location), g.Unit, expected, found, verdict})
		}
		if diff := cmp.Diff(want, section.table(t, in(words.ByScope)).rows()); diff != "" {
			t.Errorf("%s: claims by scope (-pack +page):\n%s", src.Name, diff)
		}
		want = nil
		for _, kind := range reports.ClaimedKinds(src.Claims) {
			for _, f := range reports.SumFigures(reports.ClaimsOf(src.Claims, kind)) {
				want = append(want, []string{kind, f.Name, f.For, format.Count(f.N)})
			}
		}
		if diff := cmp.Diff(want, section.table(t, in(words.TotalOfClaims)).rows()); diff != "" {
			t.Errorf("%s: figures (-pack +page):\n%s", src.Name, diff)
		}
		calendar := page.table(t, in(words.CoverageCalendar)+" "+src.Name)
		var days, wantDays []string
		for _, td := range calendar.all("td", "") {
			if td.attr("title") != "" {
				days = append(days, td.attr("title")+" "+td.text())
			}
		}
		for _, d := range src.Days {
			wantDays = append(wantDays, format.Date(d.Date, p.Location)+" "+in(d.State.Name())+" "+d.State.Mark())
		}
		if diff := cmp.Diff(wantDays, days); diff != "" {
			t.Errorf("%s: calendar (-pack +page):\n%s", src.Name, diff)
		}
	}
	for _, f := range p.Files {
		if want := []string{f.Path, format.Count(f.Size), f.SHA256}; !slices.ContainsFunc(page.table(t, in(words.FileHashes)).rows(), func(r []string) bool { return slices.Equal(r, want) }) {
			t.Errorf("files: no row %q", want)
		}
	}
}
