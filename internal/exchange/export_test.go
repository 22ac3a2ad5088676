package exchange

import (
	"bytes"
	"testing"
)

// TestInert: no spreadsheet takes a text for a formula, and the text can be had again.
func TestInert(t *testing.T) {
	for _, s := range []string{"", "plain", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'quoted", "''", "1=1", "日本語", "＝1"} {
		got := inert(s)
		if got != "" && bytes.ContainsAny([]byte(got[:1]), "=+-@\t\r") {
			t.Errorf("%q becomes %q", s, got)
		}
		back := got
		if back != "" && back[0] == '\'' {
			back = back[1:]
		}
		if back != s {
			t.Errorf("%q becomes %q, and that %q", s, got, back)
		}
	}
}
