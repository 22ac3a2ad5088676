package visible_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/reports/internal/visible"
)

func TestText(t *testing.T) {
	bmp := func(r rune) bool { return r <= 0xffff }
	tests := []struct{ name, in, want string }{
		{"plain", "承認者: 山田", "承認者: 山田"},
		{"empty", "", ""},
		{"line ends", "a\r\nb\rc\nd\u2028e", "a\nb\nc\nd\ne"},
		{"carriage return at the end", "a\r", "a\n"},
		{"tab", "a\tb", "a b"},
		{"right-to-left override", "exe.\u202egpj", "exe.[U+202E]gpj"},
		{"zero width", "a\u200bb\ufeff", "a[U+200B]b[U+FEFF]"},
		{"controls", "a\x00b\x1b[31m\x7f\u0085", "a[U+0000]b[U+001B][31m[U+007F][U+0085]"},
		{"not UTF-8", "a\xff\xc3b", "a[0xFF][0xC3]b"},
		{"the replacement character itself", "a\ufffdb", "a\ufffdb"},
		{"noncharacter", "a\uffffb\ufdd0", "a[U+FFFF]b[U+FDD0]"},
		{"not in the font", "承認👍", "承認[U+1F44D]"},
		{"ideographic space stays", "東京　都", "東京　都"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, visible.Text(tt.in, bmp)); diff != "" {
				t.Errorf("Text(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestLine(t *testing.T) {
	if got, want := visible.Line("  a\r\n\tb \u202e", nil), "a b [U+202E]"; got != want {
		t.Errorf("Line = %q, want %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\r\n\xff\u202e👍")
	f.Fuzz(func(t *testing.T, s string) {
		got := visible.Text(s, nil)
		if !utf8.ValidString(got) {
			t.Errorf("Text(%q) = %q is not UTF-8", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x202e }); i >= 0 {
			t.Errorf("Text(%q) = %q keeps a control at %d", s, got, i)
		}
		if again := visible.Text(got, nil); again != got {
			t.Errorf("Text is not stable: %q, then %q", got, again)
		}
	})
}

func TestAddress(t *testing.T) {
	tests := map[string]bool{
		"https://example.com/a?b=c#d": true, "http://example.com/": false, "javascript:alert(1)": false, "https:///path": false,
		"https://user:secret@example.com/": false, "file:///etc/passwd": false, "": false, "https://exa mple.com": false,
		"https://example.com/" + strings.Repeat("a", 3000): false, "=HYPERLINK(1)": false,
	}
	for in, want := range tests {
		if _, got := visible.Address(in); got != want {
			t.Errorf("Address(%.40q) = %v, want %v", in, got, want)
		}
	}
}
