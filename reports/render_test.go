package reports_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/html"
	"github.com/evidencepack/evidence/reports/internal/format"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/oscal"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// renderers are those whose files people read; machines read the other's.
var renderers = []reports.Renderer{xlsx.Renderer{}, pdf.Renderer{}, html.Renderer{}}

var allRenderers = append(slices.Clone(renderers), oscal.Renderer{}, oscal.Catalog{})

func render(t *testing.T, r reports.Renderer, p *reports.Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLook writes every renderer's files into the folder that EVIDENCE_LOOK
// names, for looking at.
func TestLook(t *testing.T) {
	dir := os.Getenv("EVIDENCE_LOOK")
	if dir == "" {
		t.Skip("EVIDENCE_LOOK names no folder to write reports to")
	}
	for name, o := range map[string]reportstest.Options{
		"ja-": {Lang: evidence.Japanese, Demo: true}, "en-": {Lang: evidence.English, Open: true},
	} {
		for _, r := range renderers {
			if err := os.WriteFile(filepath.Join(dir, name+r.Name()), render(t, r, reportstest.Pack(o)), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
}

// hashes renders the same pack with every renderer, twice, and gives a line of
// hash for each.
func hashes(t *testing.T) string {
	var lines []string
	for _, r := range allRenderers {
		first := render(t, r, reportstest.Pack(reportstest.Options{Demo: true, Open: true}))
		if again := render(t, r, reportstest.Pack(reportstest.Options{Demo: true, Open: true})); !bytes.Equal(first, again) {
			at := 0
			for at < min(len(first), len(again)) && first[at] == again[at] {
				at++
			}
			t.Errorf("%s: two renderings of a pack differ from byte %d of %d and %d on:\n%q\n%q", r.Name(), at, len(first), len(again),
				first[max(at-80, 0):min(at+80, len(first))], again[max(at-80, 0):min(at+80, len(again))])
		}
		sum := sha256.Sum256(first)
		lines = append(lines, r.Name()+" "+hex.EncodeToString(sum[:]))
	}
	return strings.Join(lines, "\n")
}

// TestSameBytes renders in this process and in another, whose maps are seeded
// otherwise.
func TestSameBytes(t *testing.T) {
	const child = "EVIDENCE_RENDER_TO"
	if file := os.Getenv(child); file != "" {
		if err := os.WriteFile(file, []byte(hashes(t)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	here := hashes(t)
	file := filepath.Join(t.TempDir(), "hashes")
	cmd := exec.Command(os.Args[0], "-test.run=^TestSameBytes$")
	cmd.Env = append(os.Environ(), child+"="+file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("render in another process: %v\n%s", err, out)
	}
	there, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(here, string(there)); diff != "" {
		t.Errorf("another process renders other bytes (-here +there):\n%s", diff)
	}
}

// TestCountsAgree compares every count of the workbook, the document and the page with
// the pack.
func TestCountsAgree(t *testing.T) {
	for _, o := range []reportstest.Options{
		{Lang: evidence.Japanese, Demo: true}, {Lang: evidence.English, Open: true, Items: 1234},
	} {
		t.Run(string(o.Lang), func(t *testing.T) {
			p := reportstest.Pack(o)
			t.Run("xlsx", func(t *testing.T) { workbookCounts(t, p) })
			t.Run("pdf", func(t *testing.T) { documentCounts(t, p) })
			t.Run("html", func(t *testing.T) { pageCounts(t, p) })
			t.Run("oscal", func(t *testing.T) { assessmentCounts(t, p) })
		})
	}
}

// counts lists a control's counts in the order in which both formats show them.
func counts(c reports.Control, order ...evidence.Verdict) []string {
	of := map[evidence.Verdict]int64{
		evidence.Pass: c.Counts.Passed, evidence.Exception: c.Counts.Exceptions,
		evidence.NotApplicable: c.Counts.NotApplicable, evidence.Pending: c.Counts.Pending, evidence.Undetermined: c.Counts.Undetermined,
	}
	texts := []string{format.Count(c.Counts.Total)}
	for _, v := range order {
		texts = append(texts, format.Count(of[v]))
	}
	return texts
}

func workbookCounts(t *testing.T, p *reports.Pack) {
	f, err := excelize.OpenReader(bytes.NewReader(render(t, xlsx.Renderer{}, p)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	for _, c := range p.Controls {
		rows := rowsOf(t, f, c.ID)
		at := slices.IndexFunc(rows, func(r []string) bool { return len(r) > 3 && r[2] == in(words.PopulationCount) })
		if at < 0 {
			t.Fatalf("%s: no row of counts", c.ID)
		}
		want := counts(c, evidence.Pass, evidence.Exception, evidence.NotApplicable, evidence.Pending, evidence.Undetermined)
		if diff := cmp.Diff(want, rows[at+1][2:8]); diff != "" {
			t.Errorf("%s: counts in the header block (-pack +workbook):\n%s", c.ID, diff)
		}
		block := fmt.Sprint(rows[:at])
		for _, n := range c.NotApplicable {
			if want := words.Counted(n.Text, n.N, p.Lang); !strings.Contains(block, want) {
				t.Errorf("%s: the header block does not say %q", c.ID, want)
			}
		}
		if want := words.ExemptionLines(&c, p.Lang); !strings.Contains(block, want) {
			t.Errorf("%s: the header block does not say %q", c.ID, want)
		}
		for _, o := range c.Observations {
			if want := words.Counted(o.Text, o.N, p.Lang); !strings.Contains(block, want) {
				t.Errorf("%s: the header block does not say %q", c.ID, want)
			}
		}
		observed := slices.Index(rows[at+3], in(words.Observations))
		if (observed >= 0) != (len(c.Observations) > 0) {
			t.Errorf("%s: the column of observations is number %d", c.ID, observed)
		}
		if n := observedItems(t, &c); observed >= 0 {
			for _, r := range rows[at+4:] {
				if r[observed] != "" {
					n--
				}
			}
			if n != 0 {
				t.Errorf("%s: %d items with observations are missing", c.ID, n)
			}
		}
		items := map[string]int64{}
		for _, r := range rows[at+4:] {
			if len(r) > 1 && r[0] != "" {
				items[r[1]]++
			}
		}
		wantItems := map[string]int64{}
		for _, v := range []struct {
			v evidence.Verdict
			n int64
		}{{evidence.Pass, c.Counts.Passed}, {evidence.Exception, c.Counts.Exceptions}, {evidence.NotApplicable, c.Counts.NotApplicable}, {evidence.Pending, c.Counts.Pending}, {evidence.Undetermined, c.Counts.Undetermined}} {
			if v.n > 0 {
				wantItems[v.v.Mark()+" "+in(v.v.Name())] = v.n
			}
		}
		if diff := cmp.Diff(wantItems, items); diff != "" {
			t.Errorf("%s: rows by verdict (-pack +workbook):\n%s", c.ID, diff)
		}
	}
	exceptions := rowsOf(t, f, in(words.ExceptionList))
	if got, want := int64(len(exceptions)-1), p.Exceptions(); got != want {
		t.Errorf("the sheet of exceptions has %d rows, the pack %d exceptions", got, want)
	}
	kind := slices.Index(exceptions[0], in(words.ResponseKind))
	unanswered := slices.DeleteFunc(slices.Clone(exceptions[1:]), func(r []string) bool { return r[kind] != in(words.Unanswered) })
	if got, want := int64(len(unanswered)), p.Exceptions()-p.Answered(); got != want || want == p.Exceptions() {
		t.Errorf("the sheet of exceptions has %d without a response, the pack %d of %d", got, want, p.Exceptions())
	}
	for i := range p.Registers {
		workbookRegister(t, f, p, &p.Registers[i])
	}
	workbookSamples(t, f, p)
	workbookExemptions(t, rowsOf(t, f, in(words.Summary)), p)
	summaryCounts(t, p, rowsOf(t, f, in(words.Summary)))
	matrixCounts(t, p, rowsOf(t, f, in(words.ControlMatrix)))
	ipeCounts(t, p, rowsOf(t, f, in(words.IPE)))
}

// observedItems counts the items that have an observation.
func observedItems(t *testing.T, c *reports.Control) (n int) {
	t.Helper()
	for item, err := range c.Items() {
		if err != nil {
			t.Fatal(err)
		}
		if len(item.Observations) > 0 {
			n++
		}
	}
	return n
}

func rowsOf(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func summaryCounts(t *testing.T, p *reports.Pack, rows [][]string) {
	for _, rc := range p.ResultCounts() {
		mark := rc.Result.Mark() + " " + rc.Result.Name().In(p.Lang)
		if !slices.ContainsFunc(rows, func(r []string) bool { return len(r) == 3 && r[0] == mark && r[2] == format.Count(rc.N) }) {
			t.Errorf("summary: no row gives %q %d controls", mark, rc.N)
		}
	}
	for _, c := range p.Controls {
		want := counts(c, evidence.Exception, evidence.Pass, evidence.NotApplicable, evidence.Pending, evidence.Undetermined)
		want = slices.Insert(want, 2, format.Count(c.Answered()), format.Count(c.Unanswered()))
		if !slices.ContainsFunc(rows, func(r []string) bool { return len(r) == 12 && r[0] == c.ID && slices.Equal(r[4:], want) }) {
			t.Errorf("summary: no row gives %s with %v", c.ID, want)
		}
	}
}

func matrixCounts(t *testing.T, p *reports.Pack, rows [][]string) {
	n := 1
	for _, item := range p.Framework.Items {
		n += max(len(p.Serving(item)), 1)
		for _, c := range p.Serving(item) {
			want := counts(*c, evidence.Exception, evidence.Pending)
			if !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == item.ID && r[3] == c.ID && slices.Equal(r[8:11], want) }) {
				t.Errorf("matrix: no row gives %s %s with %v", item.ID, c.ID, want)
			}
		}
	}
	if len(rows) != n {
		t.Errorf("matrix has %d rows, want %d", len(rows), n)
	}
}

func ipeCounts(t *testing.T, p *reports.Pack, rows [][]string) {
	type sums struct{ expected, found, claims int64 }
	got, want := map[string]sums{}, map[string]sums{}
	for _, r := range rows {
		if len(r) == 11 && r[10] != "" && r[4] != "" && r[0] != words.Source.In(p.Lang) {
			s := got[r[0]]
			if r[8] != words.NoNumber {
				s.expected += number(t, r[8])
			}
			if r[9] != words.NoNumber {
				s.found += number(t, r[9])
			}
			s.claims++
			got[r[0]] = s
		}
	}
	for _, src := range p.Sources {
		for _, c := range src.Claims {
			s := want[src.Name]
			s.claims++
			if v := c.Verdict(); v.Expects() {
				s.expected += c.Expected
			}
			if v := c.Verdict(); v.Finds() {
				s.found += c.Found
			}
			want[src.Name] = s
		}
	}
	if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
		t.Errorf("IPE: claims by source (-pack +workbook):\n%s", diff)
	}
	for _, src := range p.Sources {
		for _, b := range reports.Bases(src.Claims) {
			if !slices.ContainsFunc(rows, func(r []string) bool {
				return len(r) > 3 && r[0] == src.Name && r[2] == words.ExpectedRests.In(p.Lang) && r[3] == b.Method+"\n"+b.Text
			}) {
				t.Errorf("IPE: no row says what %s of %s rests on", b.Method, src.Name)
			}
		}
		for _, n := range src.Records {
			if n.Sealed != n.Again+n.Earlier+n.Distinct {
				t.Errorf("the pack's records of %s do not add up: %+v", n.Kind, n)
			}
			for label, want := range map[evidence.Text]int64{
				words.RecordsSealed: n.Sealed, words.RecordsAgain: n.Again, words.RecordsEarlier: n.Earlier, words.RecordsDistinct: n.Distinct,
			} {
				if !slices.ContainsFunc(rows, func(r []string) bool {
					return len(r) == 10 && r[0] == src.Name && r[3] == n.Kind+"\n"+label.In(p.Lang) && r[9] == format.Count(want)
				}) {
					t.Errorf("IPE: no row gives %s %s with %d", n.Kind, label.EN, want)
				}
			}
		}
	}
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	var n int64
	if _, err := fmt.Sscan(strings.ReplaceAll(s, ",", ""), &n); err != nil {
		t.Fatalf("count %q: %v", s, err)
	}
	return n
}

// documentCharts: the figures of the charts that a control declares.
func documentCharts(t *testing.T, all []string, p *reports.Pack, c *reports.Control) {
	t.Helper()
	for i := range c.Charts {
		chart := &c.Charts[i]
		for _, part := range chart.Parts {
			if !follows(all, format.Count(part.N), format.Share(part.N, chart.Total())) {
				t.Errorf("%s: the chart %q does not give %q %d", c.ID, chart.Title, part.Title, part.N)
			}
		}
		for _, row := range chart.Groups {
			want := append([]string{format.Count(row.Total())}, words.PartsSaid(chart, row.N, p.Lang)...)
			if !follows(all, want...) {
				t.Errorf("%s: the chart %q has no row of %q with %q", c.ID, chart.Title, row.Group, want)
			}
		}
	}
}

func documentCounts(t *testing.T, p *reports.Pack) {
	pages := pdfTexts(t, render(t, pdf.Renderer{}, p))
	in := func(x evidence.Text) string { return x.In(p.Lang) }
	var all []string
	for _, texts := range pages {
		all = append(all, texts...)
	}
	unbroken := strings.ReplaceAll(strings.Join(all, ""), " ", "")
	for _, c := range p.Controls {
		documentCharts(t, all, p, &c)
		for line := range strings.SplitSeq(words.ExemptionLines(&c, p.Lang), "\n") {
			if !strings.Contains(unbroken, strings.ReplaceAll(line, " ", "")) {
				t.Errorf("%s: the document does not say %q", c.ID, line)
			}
		}
	}
	documentExemptions(t, all, p)
	for _, src := range p.Sources {
		for _, b := range reports.Bases(src.Claims) {
			if !strings.Contains(unbroken, strings.ReplaceAll(b.Text, " ", "")) {
				t.Errorf("IPE: nothing says what %s of %s rests on", b.Method, src.Name)
			}
		}
		for _, n := range src.Records {
			if want := []string{format.Count(n.Sealed), format.Count(n.Again), format.Count(n.Earlier), format.Count(n.Distinct)}; !follows(all, want...) {
				t.Errorf("IPE: no row gives %s with %v", n.Kind, want)
			}
		}
	}
	for _, rc := range p.ResultCounts() {
		if want := rc.Result.Mark() + " " + in(rc.Result.Name()); !slices.ContainsFunc(all, func(s string) bool {
			return s == fmt.Sprintf(in(words.ResultN), want, format.Count(rc.N))
		}) {
			t.Errorf("legend of the bar does not give %s %d", rc.Result, rc.N)
		}
	}
	for _, c := range p.Controls {
		at := slices.IndexFunc(pages, func(texts []string) bool {
			return slices.Contains(texts, c.ID+"  "+c.Title) && slices.Contains(texts, in(words.Activity))
		})
		if at < 0 {
			t.Fatalf("%s has no section", c.ID)
		}
		want := []string{in(words.PopulationCount)}
		order := []evidence.Verdict{evidence.Exception, evidence.Pass, evidence.NotApplicable, evidence.Pending, evidence.Undetermined}
		for _, v := range order {
			want = append(want, v.Mark()+" "+in(v.Name()))
		}
		for _, n := range c.NotApplicable {
			if want := fmt.Sprintf(in(words.ItemsN), format.Count(n.N)); !strings.Contains(strings.Join(all, ""), strings.TrimRight(n.Text, ".。")) || !strings.Contains(strings.Join(all, ""), want) {
				t.Errorf("%s: nothing says %q of %s", c.ID, n.Text, want)
			}
		}
		if want = append(want, counts(c, order...)...); !follows(pages[at], want...) {
			t.Errorf("%s: the section's counts are not %v", c.ID, want)
		}
		result := c.Result.Mark() + " " + in(c.Result.Name())
		if !follows(all, format.Count(c.Counts.Total), format.Count(c.Counts.Exceptions), format.Count(c.Answered()), format.Count(c.Unanswered()), result) {
			t.Errorf("%s: the summary lacks %v, %d answered, with %s", c.ID, c.Counts, c.Answered(), result)
		}
		if !follows(all, format.Count(c.Counts.Total), format.Count(c.Counts.Exceptions), result) {
			t.Errorf("%s: the matrix lacks %v with %s", c.ID, c.Counts, result)
		}
		for _, r := range c.Reasons {
			if !follows(all, r.Text, format.Count(r.N)) {
				t.Errorf("%s: reason %s is not given with %d", c.ID, r.Code, r.N)
			}
		}
		for _, o := range c.Observations {
			if !follows(all, o.Text, format.Count(o.N)) {
				t.Errorf("%s: observation %s is not given with %d", c.ID, o.Code, o.N)
			}
		}
		if more := c.Counts.Exceptions - 50; more > 0 && !slices.Contains(all, fmt.Sprintf(in(words.MoreInSheet), format.Count(more), c.ID)) {
			t.Errorf("%s: the document does not say that %d more exceptions are in the workbook", c.ID, more)
		}
	}
	for i := range p.Registers {
		documentRegister(t, pages, p, &p.Registers[i])
	}
	documentSamples(t, pages, p)
	for _, src := range p.Sources {
		for _, g := range reports.Alike(reports.GroupClaims(src.Claims)) {
			want := []string{g.Unit, format.Count(g.Expected), format.Count(g.Found)}
			if len(g.ScopeNames)*len(g.Kinds) > 1 {
				want[1], want[2] = fmt.Sprintf(in(words.EachCount), want[1]), fmt.Sprintf(in(words.EachCount), want[2])
			}
			if v := g.Verdict(); !v.Expects() {
				want[1] = words.NoNumber
			}
			if v := g.Verdict(); !v.Finds() {
				want[2] = words.NoNumber
			}
			if !follows(all, want...) {
				t.Errorf("%s %s: the document does not give %d expected and %d found", src.Name, g.ScopeNames, g.Expected, g.Found)
			}
			parts := strings.FieldsFunc(strings.Join(g.ScopeNames, " "), func(r rune) bool { return r == ' ' || r == '=' })
			for _, name := range slices.Concat(parts, g.Kinds) {
				if !strings.Contains(unbroken, strings.ReplaceAll(name, " ", "")) {
					t.Errorf("%s: the document does not name %s", src.Name, name)
				}
			}
		}
		for _, f := range reports.SumFigures(src.Claims) {
			want := f.For + format.Count(f.N)
			if f.For == "" && !slices.Contains(all, want) || !strings.Contains(unbroken, want) {
				t.Errorf("%s: figure %s %s %d is missing", src.Name, f.Code, f.For, f.N)
			}
		}
	}
}

// follows reports whether the texts were drawn one after the other.
func follows(texts []string, want ...string) bool {
	for i := range texts {
		if i+len(want) <= len(texts) && slices.Equal(texts[i:i+len(want)], want) {
			return true
		}
	}
	return false
}

// TestMemory renders a large pack and measures what stays alive: populations
// are streamed, so that it is far below what the items would take.
func TestMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector keeps memory of its own")
	}
	const items, limit = 20_000, 48 << 20
	for _, r := range allRenderers {
		t.Run(r.Name(), func(t *testing.T) {
			p := reportstest.Pack(reportstest.Options{Items: items})
			m := &peak{}
			for i := range p.Controls {
				p.Controls[i].Items = m.watch(p.Controls[i].Items)
			}
			if err := r.Render(m, p); err != nil {
				t.Fatal(err)
			}
			if m.live > limit {
				t.Errorf("%d MiB alive while rendering %d items, want at most %d MiB", m.live>>20, items, limit>>20)
			}
		})
	}
}

// BenchmarkRender renders a hundred thousand items and reports how much is
// alive at most.
func BenchmarkRender(b *testing.B) {
	for _, r := range renderers {
		b.Run(r.Name(), func(b *testing.B) {
			p := reportstest.Pack(reportstest.Options{Items: 100_000})
			m := &peak{}
			for i := range p.Controls {
				p.Controls[i].Items = m.watch(p.Controls[i].Items)
			}
			for b.Loop() {
				if err := r.Render(m, p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(m.live)/(1<<20), "MiB-live")
		})
	}
}
