package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// hostile are texts that somebody outside chose.
var hostile = []string{
	"plain", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠SUM(A1)", "'quoted", "''", "1=1", "日本語",
	"line one\nline two\r\nline three\r", `quote " and , comma`, "nul\x00 escape\x1b[31m \u202e", "[read](https://attacker.example/)", "]]></failure>", "",
}

// tried is a control whose items have those texts in every place.
var tried = &controls.Control{
	ID: "TRY-01", Reasons: map[string]evidence.Text{"bad": {JA: "{detail}", EN: "{detail}"}},
	Columns: []controls.Column{{Title: evidence.Text{JA: "値", EN: "Value"}}, {Title: evidence.Text{JA: "件数", EN: "Number"}, Type: controls.NumberColumn}},
}

func check() *Check { return &Check{Lang: evidence.English, Location: time.UTC} }

func attacked(text string) evaluation.Item {
	detail, _ := json.Marshal(text)
	return evaluation.Item{
		Kind: "test.record", ID: text, Label: text, Time: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Verdict: evidence.Exception, SHA256: "00", Link: text,
		Reasons: []controls.Reason{{Code: "bad", Detail: detail}}, Fields: []controls.Field{{Text: text, Set: true}, {Number: -1.5, Set: true}},
		Record: json.RawMessage(`{"n":1.0,"escaped":"\u003c<&\u2028"}`),
	}
}

func each(texts []string) iter.Seq2[evaluation.Item, error] {
	return func(yield func(evaluation.Item, error) bool) {
		for _, s := range texts {
			if !yield(attacked(s), nil) {
				return
			}
		}
	}
}

// TestCSV: no spreadsheet takes a text for a formula, and every text can be had again.
func TestCSV(t *testing.T) {
	for _, mark := range []bool{true, false} {
		var b bytes.Buffer
		if err := check().rows(&b, tried, each(hostile), mark); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(b.String(), "\ufeff")
		if marked != mark {
			t.Errorf("byte order mark: %v", marked)
		}
		rows := parseCSV(t, text)
		if len(rows) != len(hostile)+1 {
			t.Fatalf("%d rows of %d items", len(rows), len(hostile))
		}
		for i, want := range hostile {
			got := rows[i+1]
			if len(got) != len(rows[0]) || got[0] != "exception" || got[8] != "-1.5" {
				t.Errorf("row %d: %q", i, got)
			}
			for _, cell := range []int{1, 6, 7, 9, 10} { // reasons, label, value, ID, link
				if strings.IndexFunc(got[cell], func(r rune) bool { return strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) }) == 0 {
					t.Errorf("a spreadsheet obeys %q", got[cell])
				}
				if back := strings.TrimPrefix(got[cell], "'"); back != want {
					t.Errorf("%q becomes %q, and that %q", want, got[cell], back)
				}
			}
		}
	}
}

// parseCSV reads RFC 4180 to the letter; encoding/csv changes ends of lines.
func parseCSV(t *testing.T, s string) (rows [][]string) {
	t.Helper()
	var row []string
	for s != "" {
		var cell string
		if strings.HasPrefix(s, `"`) {
			s = s[1:]
			for {
				at := strings.IndexByte(s, '"')
				if at < 0 {
					t.Fatal("a quote is not closed")
				}
				cell, s = cell+s[:at], s[at+1:]
				if !strings.HasPrefix(s, `"`) {
					break
				}
				cell, s = cell+`"`, s[1:]
			}
		} else {
			at := strings.IndexAny(s, ",\r")
			cell, s = s[:at], s[at:]
		}
		row = append(row, cell)
		switch {
		case strings.HasPrefix(s, ","):
			s = s[1:]
		case strings.HasPrefix(s, "\r\n"):
			s, rows, row = s[2:], append(rows, row), nil
		default:
			t.Fatalf("after a cell stands %.20q", s)
		}
	}
	return rows
}

// TestJSONLines: a line has the record to the byte, and the texts as they are.
func TestJSONLines(t *testing.T) {
	var b bytes.Buffer
	if err := check().lines(&b, tried, each(hostile)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != len(hostile) {
		t.Fatalf("%d lines of %d items", len(lines), len(hostile))
	}
	for i, line := range lines {
		var got exported
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		want := attacked(hostile[i])
		if got.ID != want.ID || got.Kind != want.Kind || got.Verdict != "exception" || got.Reasons[0].Text != hostile[i] || got.Fields["Value"] != hostile[i] {
			t.Errorf("line %d: %+v", i, got)
		}
		if diff := cmp.Diff(string(want.Record), string(got.Record)); diff != "" {
			t.Errorf("the record (-item +line):\n%s", diff)
		}
	}
}

// TestStreamed: what is alive while a population is written does not grow with it.
func TestStreamed(t *testing.T) {
	const items, limit = 20_000, 8 << 20
	var live uint64
	population := func(yield func(evaluation.Item, error) bool) {
		for i := range items {
			item := attacked(fmt.Sprintf("item %d %s", i, strings.Repeat("x", 2000)))
			item.Record = fmt.Appendf(nil, `{"body":%q}`, strings.Repeat("y", 2000))
			if i%2000 == 0 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				live = max(live, m.HeapAlloc)
			}
			if !yield(item, nil) {
				return
			}
		}
	}
	for name, write := range map[string]func() error{
		"CSV":        func() error { return check().rows(io.Discard, tried, population, true) },
		"JSON Lines": func() error { return check().lines(io.Discard, tried, population) },
	} {
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		live = 0
		if err := write(); err != nil {
			t.Fatal(err)
		}
		if live > before.HeapAlloc+limit {
			t.Errorf("%s: %d MiB more alive while %d items are written", name, (live-before.HeapAlloc)>>20, items)
		}
	}
}
