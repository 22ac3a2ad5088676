package html

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	parse "golang.org/x/net/html"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
)

func render(t *testing.T, p *reports.Pack) string {
	t.Helper()
	var b bytes.Buffer
	if err := (Renderer{}).Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements parses a page as a browser does.
func elements(t *testing.T, page string) (found []*parse.Node) {
	t.Helper()
	root, err := parse.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == parse.ElementNode {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *parse.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// hostile puts attack before every text that v holds, those of its items too.
func hostile(v reflect.Value, attack string) {
	switch v.Kind() {
	case reflect.Pointer:
		hostile(v.Elem(), attack)
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				hostile(field, attack)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			hostile(v.Index(i), attack)
		}
	case reflect.String:
		switch v.Interface().(type) {
		case evidence.Lang, evidence.Result, evidence.Verdict, reports.ColumnType, reports.DayState, reports.Presence: // our own words
		default:
			v.SetString(attack + v.String())
		}
	case reflect.Func:
		switch items := v.Interface().(type) {
		case func() iter.Seq2[reports.Item, error]:
			v.Set(reflect.ValueOf(hostileItems(items(), attack)))
		case func() iter.Seq2[reports.RegisterEntry, error]:
			v.Set(reflect.ValueOf(hostileItems(items(), attack)))
		}
	}
}

func hostileItems[T any](items iter.Seq2[T, error], attack string) func() iter.Seq2[T, error] {
	var list []T
	for item := range items {
		list = append(list, item)
	}
	for i := range list {
		hostile(reflect.ValueOf(&list[i]), attack)
	}
	return func() iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			for _, item := range list {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// TestHostileTexts: whatever every text of a pack holds, the page has no element,
// attribute or link but its own, and no character that a reader could not see.
func TestHostileTexts(t *testing.T) {
	plain := names(elements(t, render(t, reportstest.Pack(reportstest.Options{Lang: evidence.English}))))
	for _, attack := range append([]string{
		`"><script>alert(1)</script><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</script></style></title></textarea><script>alert(1)</script>`,
		"javascript:alert(1)//", `<!--`, `--><b>`, `]]>`, `&lt;script&gt;&#60;script>`, "\x00<\x00script>", "https://user:pw@attacker.example/\u202e", "{{.}}${x}",
	}, reportstest.Hostile...) {
		p := reportstest.Pack(reportstest.Options{Lang: evidence.English, Items: 40})
		hostile(reflect.ValueOf(&p.Registers), attack) // their entries are made of the controls
		registers := p.Registers
		p.Registers = nil
		hostile(reflect.ValueOf(p), attack)
		p.Registers = registers
		page := render(t, p)
		for i, r := range page {
			if r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) {
				t.Fatalf("%q: %U stands in the page: %q", attack, r, page[max(0, i-40):min(len(page), i+40)])
			}
		}
		found := elements(t, page)
		for name := range names(found) {
			if !plain[name] {
				t.Errorf("%q: the page has a %s", attack, name)
			}
		}
		checkLinks(t, found)
		checkSources(t, found)
	}
}

// names are the elements, each with every attribute that it may have.
func names(found []*parse.Node) map[string]bool {
	all := map[string]bool{}
	for _, n := range found {
		all["<"+n.Data+">"] = true
		for _, a := range n.Attr {
			all[n.Data+" "+a.Key] = true
		}
	}
	return all
}

// checkLinks: every link leads to a place of the page, or by https out of it and
// says nothing of where it came from.
func checkLinks(t *testing.T, found []*parse.Node) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range found {
		if id, ok := attribute(n, "id"); ok {
			if ids[id] {
				t.Errorf("two elements are called %q", id)
			}
			ids[id] = true
		}
	}
	for _, n := range found {
		for _, name := range []string{"src", "style", "action", "formaction", "srcdoc", "xlink:href"} {
			if v, ok := attribute(n, name); ok {
				t.Errorf("<%s %s=%q>", n.Data, name, v)
			}
		}
		if fill, ok := attribute(n, "fill"); ok {
			if name, ours := strings.CutPrefix(strings.TrimSuffix(fill, ")"), "url(#"); !ours || !ids[name] {
				t.Errorf("<%s fill=%q> is no fill of the page", n.Data, fill)
			}
		}
		to, ok := attribute(n, "href")
		switch rel, _ := attribute(n, "rel"); {
		case !ok:
		case strings.HasPrefix(to, "#"):
			if !ids[to[1:]] {
				t.Errorf("a link to %q, which is not there", to)
			}
		case !strings.HasPrefix(to, "https://") || rel != "noopener noreferrer":
			t.Errorf("a link to %q, rel %q", to, rel)
		}
	}
}

// checkSources: the page's only script and style are this package's, and its
// policy allows them.
func checkSources(t *testing.T, found []*parse.Node) {
	t.Helper()
	for tag, want := range map[string]source{"script": script, "style": style} {
		var got []string
		for _, n := range found {
			if n.Data == tag {
				got = append(got, n.FirstChild.Data)
			}
		}
		if !slices.Equal(got, []string{string(want)}) {
			t.Errorf("%d elements %s, or another text than ours", len(got), tag)
		}
	}
	for _, n := range found {
		if about, _ := attribute(n, "http-equiv"); about != "" {
			if content, _ := attribute(n, "content"); !strings.HasPrefix(content, "default-src 'none'; ") || !strings.Contains(content, sum(script)) || strings.Contains(content, "unsafe") {
				t.Errorf("policy %q", content)
			}
			return
		}
	}
	t.Error("no policy")
}

// TestSourcesAreWhole: nothing in them ends the element that they stand in, or
// would be read otherwise than it was hashed.
func TestSourcesAreWhole(t *testing.T) {
	for name, s := range map[string]source{"report.css": style, "report.js": script} {
		if s == "" || strings.Contains(string(s), "</") || strings.Contains(string(s), "<!--") || strings.ContainsAny(string(s), "\r\x00") {
			t.Errorf("%s is empty, or holds what a parser changes", name)
		}
		for _, loads := range []string{"url(", "@import", "fetch(", "XMLHttpRequest", "import(", "innerHTML", "eval(", "localStorage"} {
			if strings.Contains(string(s), loads) {
				t.Errorf("%s holds %q", name, loads)
			}
		}
	}
}

// TestNamesAreConstants: no text is made a name or a source, which are written as
// they are.
func TestNamesAreConstants(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		files++
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.Ident)
			if !ok || f.Name != "name" && f.Name != "source" {
				return true
			}
			if _, literal := call.Args[0].(*ast.BasicLit); !literal {
				t.Errorf("%s: %s of something that is not a literal", fset.Position(n.Pos()), f.Name)
			}
			return true
		})
	}
	if files < 10 {
		t.Errorf("only %d files were read", files)
	}
}

// TestHeadings: no level of headings is left out, and there is one of the first.
func TestHeadings(t *testing.T) {
	before, first := 0, 0
	for _, n := range elements(t, render(t, reportstest.Pack(reportstest.Options{}))) {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		level := int(n.Data[1] - '0')
		if level > before+1 {
			t.Errorf("<%s> follows level %d: %s", n.Data, before, n.FirstChild.Data)
		}
		if before = level; level == 1 {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d headings of the first level", first)
	}
}

// TestLanguages: the page says its language, and the glossary those of its words.
func TestLanguages(t *testing.T) {
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		found := elements(t, render(t, reportstest.Pack(reportstest.Options{Lang: lang})))
		if got, _ := attribute(found[0], "lang"); got != string(lang) {
			t.Errorf("the page is said to be in %q, and is in %q", got, lang)
		}
		said := map[string]int{}
		for _, n := range found[1:] {
			if l, ok := attribute(n, "lang"); ok {
				said[l]++
			}
		}
		if said["ja"] == 0 || said["ja"] != said["en"] {
			t.Errorf("words by language: %v", said)
		}
	}
}

// TestShare: few exceptions are all shown, many are shared out, and none of the
// controls that have some shows nothing.
func TestShare(t *testing.T) {
	for _, tt := range []struct {
		exceptions []int64
		want       int64
	}{
		{nil, maxListed}, {[]int64{0, 3, 100_000}, maxListed}, {[]int64{2000, 2000, 2000}, 2000}, {[]int64{2000, 2000, 2000, 1}, 1999},
		{[]int64{100, 5000, 5000, 5000, 5000}, 1475}, {slices.Repeat([]int64{10}, maxInAll), 1},
	} {
		var controls []reports.Control
		for _, n := range tt.exceptions {
			controls = append(controls, reports.Control{Counts: reports.Counts{Exceptions: n}})
		}
		if got := share(controls); got != tt.want {
			t.Errorf("share of %.40v = %d, want %d", tt.exceptions, got, tt.want)
		}
	}
}

// TestMuchIsLeftOut: a page of very many exceptions has as many rows as it says.
func TestMuchIsLeftOut(t *testing.T) {
	p := manyExceptions(5000)
	page := render(t, p)
	if n := strings.Count(page, `id="control-NET-02.e`); n != maxListed {
		t.Errorf("%d rows", n)
	}
	for _, want := range []string{"The first 2,000 of 5,000, in order of time.", "3,000 more are in the workbook&#39;s sheet &#34;NET-02&#34;."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// manyExceptions is a pack whose largest control takes exception to n items.
func manyExceptions(n int) *reports.Pack {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English, Items: n})
	i := slices.IndexFunc(p.Controls, func(c reports.Control) bool { return c.ID == "NET-02" })
	c := &p.Controls[i]
	items := c.Items
	c.Items = func() iter.Seq2[reports.Item, error] {
		return func(yield func(reports.Item, error) bool) {
			for item, err := range items() {
				item.Verdict = evidence.Exception
				if len(item.Reasons) == 0 {
					item.Reasons = []reports.Reason{{Code: "admin_port_open", Text: "It opened port 22 (SSH) to 0.0.0.0/0."}}
				}
				if !yield(item, err) {
					return
				}
			}
		}
	}
	c.Exceptions = c.Items
	c.Counts = reports.Counts{Total: c.Counts.Total, Exceptions: c.Counts.Total}
	return p
}

// TestItemsThatAreNotThere: a pack that counts more than it lists is refused, and
// what fails while it is read is said.
func TestItemsThatAreNotThere(t *testing.T) {
	broken := errors.New("spool cut off")
	for name, tt := range map[string]struct {
		change func(c *reports.Control, r *reports.Register)
		want   string
	}{
		"fewer exceptions": {func(c *reports.Control, _ *reports.Register) { c.Counts.Exceptions++ }, "exceptions of"},
		"an error": {func(c *reports.Control, _ *reports.Register) {
			c.Exceptions = func() iter.Seq2[reports.Item, error] {
				return func(yield func(reports.Item, error) bool) { yield(reports.Item{}, broken) }
			}
		}, "spool cut off"},
		"fewer without a verdict":  {func(c *reports.Control, _ *reports.Register) { c.Counts.Pending += 5 }, "items of"},
		"fewer entries":            {func(_ *reports.Control, r *reports.Register) { r.N++ }, "entries of"},
		"entries of other columns": {func(_ *reports.Control, r *reports.Register) { r.Totals[0]++; r.Totals[1]-- }, "entries of"},
		"an entry of no such column": {func(_ *reports.Control, r *reports.Register) {
			r.Entries = func() iter.Seq2[reports.RegisterEntry, error] {
				return func(yield func(reports.RegisterEntry, error) bool) { yield(reports.RegisterEntry{Column: 2}, nil) }
			}
		}, "one of column 2 of 2"},
	} {
		t.Run(name, func(t *testing.T) {
			p := reportstest.Pack(reportstest.Options{})
			i := slices.IndexFunc(p.Controls, func(c reports.Control) bool { return c.ID == "LOG-02" })
			tt.change(&p.Controls[i], &p.Registers[0])
			if err := (Renderer{}).Render(io.Discard, p); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// TestCut: what is too long is cut between characters, and says so.
func TestCut(t *testing.T) {
	d := newDocument(io.Discard, &reports.Pack{Lang: evidence.English})
	long := strings.Repeat("長", maxText+1)
	if got := d.cut(long); !strings.HasPrefix(got, long[:3*maxText]+"…") || !strings.Contains(got, "2,001 characters") {
		t.Errorf("cut to %q", got[len(got)-60:])
	}
	if s := long[3:]; d.cut(s) != s {
		t.Error("a text that fits is cut")
	}
}

// TestDiff: lines are told apart by element and sign, not by colour alone.
func TestDiff(t *testing.T) {
	var b bytes.Buffer
	d := newDocument(&b, &reports.Pack{Lang: evidence.English})
	d.diff("sg-1 <web>\n- ingress tcp 22 10.0.0.0/8\n+ingress tcp 443\n")
	if err := d.finish(); err != nil {
		t.Fatal(err)
	}
	want := `<ul class="diff"><li>sg-1 &lt;web&gt;</li><li><del><b>−</b> ingress tcp 22 10.0.0.0/8</del></li><li><ins><b>+</b> ingress tcp 443</ins></li><li></li></ul>`
	if got := strings.ReplaceAll(b.String(), "\n", ""); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestElementsAreClosed: a page whose elements do not match is refused.
func TestElementsAreClosed(t *testing.T) {
	for name, write := range map[string]func(*markup){
		"left open":    func(m *markup) { m.start("p") },
		"another":      func(m *markup) { m.start("p"); m.end("div") },
		"never opened": func(m *markup) { m.end("p") },
	} {
		m := newMarkup(io.Discard)
		write(m)
		if m.finish() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestRecordsOnDemand: the records of exceptions stand folded in the page as their source
// gave them, and no more of them than a page should hold.
func TestRecordsOnDemand(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English})
	want := 0
	for i := range p.Controls {
		for item := range p.Controls[i].Exceptions() {
			if item.Record != nil {
				want++
			}
		}
	}
	shown := func(p *reports.Pack) (bodies []string) {
		for _, n := range elements(t, render(t, p)) {
			if n.Data == "pre" {
				var compact bytes.Buffer
				if err := json.Compact(&compact, []byte(n.FirstChild.Data)); err != nil {
					t.Fatalf("%v: %q", err, n.FirstChild.Data)
				}
				bodies = append(bodies, compact.String())
			}
		}
		return bodies
	}
	bodies := shown(p)
	if len(bodies) != want || want == 0 {
		t.Fatalf("%d records, want %d", len(bodies), want)
	}
	for i := range p.Controls {
		for item := range p.Controls[i].Exceptions() {
			if item.Record != nil && !slices.Contains(bodies, string(item.Record)) {
				t.Errorf("no record %s", item.Record)
			}
		}
	}
	for i := range p.Controls {
		all := p.Controls[i].Exceptions
		p.Controls[i].Exceptions = func() iter.Seq2[reports.Item, error] {
			return func(yield func(reports.Item, error) bool) {
				for item, err := range all() {
					item.Record = []byte(`{"text":"` + strings.Repeat("x", maxRecords/10) + `"}`)
					if !yield(item, err) {
						return
					}
				}
			}
		}
	}
	if n := len(shown(p)); n != 9 {
		t.Errorf("%d records of a tenth of the bound are shown, want 9", n)
	}
}
