package pdf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// half is a typeface of half-width ASCII and full-width everything else.
func half(r rune) float64 {
	if r < 0x80 {
		return 0.5
	}
	return 1
}

func TestWrap(t *testing.T) {
	tests := []struct {
		name, in string
		width    float64
		want     []string
	}{
		{"fits", "統制", 2, []string{"統制"}},
		{"empty", "", 5, []string{""}},
		{"between kanji", "母集団の網羅性", 3, []string{"母集団", "の網羅", "性"}},
		{"no 。 at a line's beginning", "承認した。次", 4, []string{"承認し", "た。次"}},
		{"no ） or 、 at a line's beginning, no （ at an end", "変更（例）、以上", 5, []string{"変更", "（例）、以", "上"}},
		{"no 「 at a line's end", "手順「変更」", 3, []string{"手順", "「変", "更」"}},
		{"no small kana at a line's beginning", "アップデート", 3, []string{"アップ", "デート"}},
		{"English at spaces", "no exception was found", 6, []string{"no exception", "was found"}},
		{"spaces at an end take no room", "abcd    efgh", 2, []string{"abcd", "efgh"}},
		{"line ends are kept", "a\n\nb", 5, []string{"a", "", "b"}},
		{"a long word at its joints", "arn:aws:iam::1111:role/Admin", 6, []string{"arn:aws:", "iam::1111:", "role/Admin"}},
		{"a hash anywhere", "0123456789abcdef", 4, []string{"01234567", "89abcdef"}},
		{"a long word goes on where it stands", "By: arn:aws:iam::1111:role/Admin", 6, []string{"By: arn:aws:", "iam::1111:", "role/Admin"}},
		{"dates stay whole", "on 2026-10-31 it", 6, []string{"on", "2026-10-31", "it"}},
		{"narrower than a character", "漢字", 0.1, []string{"漢", "字"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := wrap(tt.in, tt.width, half)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("wrap(%q, %v) (-want +got):\n%s", tt.in, tt.width, diff)
			}
		})
	}
}

// FuzzWrap: no character is lost but spaces at breaks, and no line is longer
// than it may be, unless it is a single character or spaces that hang.
func FuzzWrap(f *testing.F) {
	f.Add("本番環境への変更は、「承認」されたもの（緊急を除く）だけ。 arn:aws:iam::111122223333:role/x", 7.0)
	f.Add("。。。。。。。。", 2.0)
	f.Add("a b  c", 0.0)
	f.Fuzz(func(t *testing.T, s string, width float64) {
		if !utf8.ValidString(s) || width < 0 || width > 1e6 {
			t.Skip()
		}
		lines := wrap(s, width, half)
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if diff := cmp.Diff(squeeze(s), squeeze(strings.Join(lines, ""))); diff != "" {
			t.Errorf("wrap(%q, %v) (-in +out):\n%s", s, width, diff)
		}
		for _, l := range lines {
			length := 0.0
			for _, r := range l {
				length += half(r)
			}
			if length > width+1e-6 && utf8.RuneCountInString(l) > 1 {
				t.Errorf("wrap(%q, %v): line %q is %v long", s, width, l, length)
			}
		}
	})
}
