package pdf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/words"
	"github.com/evidencepack/evidence/reports/reportstest"
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
		{"a hash keeps what follows it", "0123456789、次", 5, []string{"012345678", "9、次"}},
		{"a hash does not begin a line with what follows its end", "(0123456789)", 5, []string{"(012345678", "9)"}},
		{"no half-width ｰ or ｡ at a line's beginning", "ｶｰﾄﾞ｡", 1, []string{"ｶ", "ｰ", "ﾄ", "ﾞ", "｡"}},
		{"half-width kana", "ｱｱｶｰﾄﾞ", 3, []string{"ｱｱ", "ｶｰ", "ﾄﾞ"}},
		{"a dash of two", "例――次の", 2, []string{"例", "――", "次の"}},
		{"wide spaces at breaks", "項目：値　　次：値", 4, []string{"項目：値", "次：値"}},
		{"a wide space at a paragraph's beginning", "　変更", 5, []string{"　変更"}},
		{"English within Japanese stays whole", "承認はPullRequestによる", 7, []string{"承認は", "PullRequestに", "よる"}},
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
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "　", "", "\n", "").Replace(s) }
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

// TestProhibitions breaks the texts of a pack and of ours at many widths: no line
// begins or ends with what it must not, and no English word is cut that a line holds.
func TestProhibitions(t *testing.T) {
	var texts []string
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		for _, c := range reportstest.Pack(reportstest.Options{Lang: lang}).Controls {
			texts = append(texts, c.Title, c.Activity, c.Procedure, c.Population.Definition)
		}
		for _, term := range words.Terms {
			texts = append(texts, term.Meaning.In(lang))
		}
		for _, s := range words.VerifySteps {
			texts = append(texts, s.In(lang))
		}
	}
	length := func(s string) (n float64) {
		for _, r := range s {
			n += half(r)
		}
		return n
	}
	broken := 0
	for _, s := range texts {
		for width := 12.0; width < 60; width += 0.5 {
			lines := wrap(s, width, half)
			at := 0
			for i, l := range lines {
				at += strings.Index(s[at:], l) + len(l)
				if i+1 == len(lines) || l == "" || lines[i+1] == "" || s[at] == '\n' {
					continue
				}
				broken++
				end, _ := utf8.DecodeLastRuneInString(l)
				begin, _ := utf8.DecodeRuneInString(lines[i+1])
				other := func(r rune) bool { return space(r) || ideographic(r) }
				word := "" // what the break is within, if it is within a word
				if before, after := strings.FieldsFunc(s[:at], other), strings.FieldsFunc(s[at:], other); len(before) > 0 && len(after) > 0 {
					word = before[len(before)-1] + after[0]
				}
				switch {
				case strings.ContainsRune(noStart, begin):
					t.Errorf("width %v: %q begins a line", width, lines[i+1])
				case strings.ContainsRune(noEnd, end):
					t.Errorf("width %v: %q ends a line", width, l)
				case !space(rune(s[at])) && latin(end) && latin(begin) && length(word) <= width:
					t.Errorf("width %v: a word is cut between %q and %q", width, l, lines[i+1])
				}
			}
		}
	}
	if broken < 1000 {
		t.Errorf("only %d lines were broken", broken)
	}
}
