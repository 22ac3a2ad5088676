package xlsx

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

func TestTextIsCutVisibly(t *testing.T) {
	b := &book{p: &reports.Pack{Lang: evidence.English}}
	fits := strings.Repeat("界", maxCell)
	if got := b.text(fits); got != fits {
		t.Errorf("a text of %d characters was changed", maxCell)
	}
	got := b.text(strings.Repeat("🏦", maxCell)) // two UTF-16 units each
	if n := lenUTF16(got); n > maxCell || n < maxCell-2 {
		t.Errorf("a longer text was cut to %d units, want %d", n, maxCell)
	}
	if want := " … (cut; 65,534 characters in all)"; !strings.HasSuffix(got, want) {
		t.Errorf("the cut text ends with %q, want %q", got[len(got)-50:], want)
	}
	if !utf8.ValidString(got) {
		t.Error("a character was cut in two")
	}
}

func TestSheetNames(t *testing.T) {
	p := &reports.Pack{Lang: evidence.English}
	for _, id := range []string{"CHG-01", "chg-01", "a/b\\c:d*e?f[g]'h", "", "History", "Cover", strings.Repeat("長", 40), strings.Repeat("長", 41), "x\x00y", "LOG-01"} {
		p.Controls = append(p.Controls, reports.Control{ID: id})
	}
	n := nameSheets(p)
	want := []string{"CHG-01", "chg-01 (2)", "a_b_c_d_e_f_g__h", "_", "History_", "Cover (2)", strings.Repeat("長", 31), strings.Repeat("長", 27) + " (2)", "x_U+0000_y", "LOG-01"}
	if diff := cmp.Diff(want, n.controls); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	f := excelize.NewFile()
	defer f.Close()
	for _, name := range n.order() {
		if _, err := f.NewSheet(name); err != nil {
			t.Errorf("Excel refuses %q: %v", name, err)
		}
	}
}

func TestSerial(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	tests := []struct {
		at   time.Time
		want float64
		ok   bool
	}{
		{time.Date(2026, 9, 30, 15, 0, 0, 0, time.UTC), 46296, true}, // midnight in Tokyo
		{time.Date(2026, 10, 1, 12, 0, 0, 999, tokyo), 46296.5, true},
		{time.Time{}, 0, false},
		{time.Date(1900, 1, 1, 0, 0, 0, 0, tokyo), 0, false},
	}
	for _, tt := range tests {
		got, ok := serial(tt.at, tokyo)
		if got != tt.want || ok != tt.ok {
			t.Errorf("serial(%v) = %v, %v; want %v, %v", tt.at, got, ok, tt.want, tt.ok)
		}
	}
}

func TestLines(t *testing.T) {
	tests := []struct {
		s     string
		width float64
		want  int
	}{
		{"", 10, 1}, {"abc", 10, 1}, {"日本語", 6, 2}, {"a\nb", 10, 2}, {strings.Repeat("漢", 50), 51.5, 2},
	}
	for _, tt := range tests {
		if got := lines(tt.s, tt.width); got != tt.want {
			t.Errorf("lines(%q, %v) = %d, want %d", tt.s, tt.width, got, tt.want)
		}
	}
}
