package pack

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

var (
	tokyo   = time.FixedZone("JST", 9*60*60)
	quarter = evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, tokyo), End: time.Date(2027, 1, 1, 0, 0, 0, 0, tokyo)}
)

// generated is an archive of n claims-free records of the kind, spread over the
// quarter, that holds none of them.
type generated struct {
	kind string
	n    int
	body func(i int) string
}

func (g generated) at(i int) time.Time {
	return quarter.Start.Add(time.Duration(i) * (quarter.Duration() / time.Duration(g.n)))
}

func (g generated) Entries(context.Context) iter.Seq2[locker.Entry, error] {
	u := locker.Planned(evidence.Unit{Kinds: []string{g.kind}, Scope: evidence.Scope{"account": "1"}, Window: quarter})
	m := locker.Manifest{
		Version: locker.Version, Source: "s", Driver: "d", Collected: locker.Collected{At: quarter.End.Add(time.Hour)},
		Type: locker.Batch, Unit: &u, Last: true, Kind: g.kind, Object: strings.Repeat("0", 64), Records: int64(g.n),
		Claims: []evidence.Claim{{Kind: g.kind, Method: evidence.PagesExhausted, Window: quarter, Expected: 1, Found: 1}},
	}
	return func(yield func(locker.Entry, error) bool) { yield(locker.Entry{Manifest: m}, nil) }
}

func (g generated) Records(context.Context, locker.Manifest) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for i := range g.n {
			if !yield(evidence.Record{Kind: g.kind, ID: fmt.Sprintf("%06d", i), Time: g.at(i), Body: []byte(g.body(i))}, nil) {
				return
			}
		}
	}
}

// library has two controls on one kind, and a register of them and of a third.
func library(t testing.TB) *controls.Library {
	t.Helper()
	control := func(id, more string) string {
		return "id: " + id + "\ntitle: {ja: 題, en: Title}\nactivity: {ja: 活動, en: Activity}\nprocedure: {ja: 手続, en: Procedure}\nowner: o\nfrequency: daily\n" +
			"population: {kind: test.item}\ngroup: repository.name\nreasons: {bad: {ja: '悪い {detail}', en: 'bad {detail}'}}\n" + more
	}
	layer := fstest.MapFS{}
	for name, text := range map[string]string{
		"schemas/test.item.json":   `{"type": "object"}`,
		"one/control.yaml":         control("ONE-01", "observations: {seen: {ja: '見 {detail}', en: 'seen {detail}'}}\nheadings: {seen: {ja: 確認, en: Seen}}\nlink: 'https://example.com/{n}'\nlabel: 'no. {n}'\n"),
		"one/policy.rego":          "package evidence.one_01\nexception contains {\"code\": \"bad\", \"detail\": \"x\"} if object.get(input.record, \"bad\", false)\nobservation contains {\"code\": \"seen\", \"detail\": by} if some by in object.get(input.record, \"seen\", [])\n",
		"two/control.yaml":         control("TWO-01", ""),
		"two/policy.rego":          "package evidence.two_01\nexception contains {\"code\": \"bad\", \"detail\": \"y\"} if object.get(input.record, \"worse\", false)\npending contains {\"until\": \"2027-02-01T00:00:00Z\", \"code\": \"bad\"} if object.get(input.record, \"wait\", false)\n",
		"three/control.yaml":       control("THR-01", ""),
		"three/policy.rego":        "package evidence.thr_01\nexception contains {\"code\": \"bad\"} if false\n",
		"registers/list.yaml":      "id: list\ntitle: {ja: 一覧, en: List}\ntext: {ja: 説明, en: About}\ngroup: {title: {ja: 群, en: Group}}\ncolumns:\n  - {title: {ja: 悪, en: Bad}, from: [{control: ONE-01, code: bad}, {control: TWO-01, code: bad}]}\n  - {title: {ja: 見, en: Seen}, from: [{control: ONE-01, code: seen}]}\n  - {title: {ja: 無, en: None}, from: [{control: THR-01, code: bad}]}\n",
		"registers/elsewhere.yaml": "id: elsewhere\ntitle: {ja: 他, en: Other}\ntext: {ja: 説明, en: About}\ngroup: {title: {ja: 群, en: Group}}\ncolumns: [{title: {ja: 無, en: None}, from: [{control: THR-01, code: bad}]}]\n",
	} {
		layer[name] = &fstest.MapFile{Data: []byte(text)}
	}
	lib, err := controls.Load(layer)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// evaluated are the contents of a pack of the first two controls.
func evaluated(t testing.TB, archive sealed.Archive) *contents {
	t.Helper()
	lib := library(t)
	view, err := sealed.Open(t.Context(), archive, quarter, []sealed.Source{{Name: "s", Driver: "d", Kinds: []string{"test.item"}, Methods: []evidence.Method{evidence.PagesExhausted}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { view.Close() })
	results, err := evaluation.Run(t.Context(), view, []*controls.Control{lib.Controls[0], lib.Controls[2]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { results.Close() })
	return &contents{manifest: &Manifest{Lang: evidence.English}, library: lib, results: results, location: tokyo}
}

func TestRegister(t *testing.T) {
	bodies := []string{
		`{"repository": {"name": "b"}, "n": 1, "bad": true, "seen": ["p", "q"]}`, // October 1
		`{"repository": {"name": "a"}, "n": 2, "worse": true}`,                   // October 24
		`{"repository": {"name": "b"}, "bad": true, "worse": true}`,              // November 16
		`{"repository": {"name": "quiet"}}`,
		`{"n": 5, "seen": ["p"], "wait": true}`, // no group; what is pending is not yet so
	}
	archive := generated{kind: "test.item", n: 5, body: func(i int) string { return bodies[i] }}
	c := evaluated(t, archive)
	list := registersOf(c.library, c.results)
	if len(list) != 1 || list[0].ID != "list" {
		t.Fatalf("registers %v", list)
	}
	got, err := c.register(list[0])
	if err != nil {
		t.Fatal(err)
	}
	var entries []reports.RegisterEntry
	for e, err := range got.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	got.Entries = nil
	month := func(m time.Month) time.Time { return time.Date(2026, m, 1, 0, 0, 0, 0, tokyo) }
	want := reports.Register{
		ID: "list", Title: "List", Text: "About", Group: "Group", Labelled: true,
		Columns: []reports.RegisterColumn{
			{Title: "Bad", From: []reports.RegisterSource{{Control: "ONE-01", Text: "bad …"}, {Control: "TWO-01", Text: "bad …"}}},
			{Title: "Seen", From: []reports.RegisterSource{{Control: "ONE-01", Text: "Seen"}}},
			{Title: "None", From: []reports.RegisterSource{{Control: "THR-01", Text: "bad", Missing: true}}},
		},
		Rows: []reports.RegisterRow{
			{Group: "(none)", Month: month(12), Counts: []int64{0, 1, 0}},
			{Group: "a", Month: month(10), Counts: []int64{1, 0, 0}},
			{Group: "b", Month: month(10), Counts: []int64{1, 1, 0}},
			{Group: "b", Month: month(11), Counts: []int64{2, 0, 0}},
		},
		Totals: []int64{4, 2, 0}, N: 6, Groups: 4, Missing: []string{"THR-01"}, NotEvaluable: []string{"ONE-01", "TWO-01"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	entry := func(i, column int, control, group string, v evidence.Verdict, text, n string) reports.RegisterEntry {
		e := reports.RegisterEntry{Time: archive.at(i), Group: group, Column: column, Control: control, ItemID: fmt.Sprintf("%06d", i), Verdict: v, Text: text}
		if n != "" {
			e.Label, e.Link = "no. "+n, "https://example.com/"+n
		}
		return e
	}
	wantEntries := []reports.RegisterEntry{
		entry(0, 0, "ONE-01", "b", evidence.Exception, "bad x", "1"),
		entry(0, 1, "ONE-01", "b", evidence.Exception, "seen p\nseen q", "1"),
		entry(1, 0, "TWO-01", "a", evidence.Exception, "bad y", ""),
		entry(2, 0, "ONE-01", "b", evidence.Exception, "bad x", ""),
		entry(2, 0, "TWO-01", "b", evidence.Exception, "bad y", ""),
		entry(4, 1, "ONE-01", "(none)", evidence.Pass, "seen p", "5"),
	}
	if d := cmp.Diff(wantEntries, entries); d != "" {
		t.Error(d)
	}
	for range got.Columns { // ending early leaves no reader behind
		for range c.entries(c.registered(list[0]), func(string) {}) {
			break
		}
	}
}

// TestRegisterMemory: counting and listing many entries holds none of them.
func TestRegisterMemory(t *testing.T) {
	const n, limit = 20_000, 16 << 20
	c := evaluated(t, generated{kind: "test.item", n: n, body: func(i int) string {
		return fmt.Sprintf(`{"repository": {"name": "r%d"}, "seen": [%q]}`, i%50, strings.Repeat("x", 1000))
	}})
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	r, err := c.register(registersOf(c.library, c.results)[0])
	if err != nil {
		t.Fatal(err)
	}
	read, peak := 0, uint64(0)
	for _, err := range r.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		if read++; read%4000 == 0 {
			peak = max(peak, live())
		}
	}
	if read != n || r.N != n || len(r.Rows) != 150 || !slices.Equal(r.Totals, []int64{0, n, 0}) {
		t.Errorf("%d entries, %d counted in %d rows, totals %v", read, r.N, len(r.Rows), r.Totals)
	}
	if peak > before+limit {
		t.Errorf("%d MiB more are alive while reading, want at most %d", (peak-before)>>20, limit>>20)
	}
}
