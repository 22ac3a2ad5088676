// Package visible makes outside text safe to print: what a reader could not
// see, or what would make text read differently from what it is, is shown
// instead of obeyed.
package visible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s for showing to a reader. Line ends become "\n" and tabs one
// space. Control and format characters (bidirectional overrides, zero-width
// spaces), and characters that can does not accept, become their number in
// brackets, "[U+202E]"; a byte that is not UTF-8 becomes "[0xFF]". A nil can
// accepts everything.
func Text(s string, can func(rune) bool) string {
	if plain(s, can) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "[0x%02X]", s[i])
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b.WriteByte('\n')
			}
		case r == '\n', r == '\u2028', r == '\u2029':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case hidden(r) || can != nil && !can(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// Line is Text on one line: ends of lines become spaces.
func Line(s string, can func(rune) bool) string {
	return strings.Join(strings.Fields(Text(s, can)), " ")
}

// plain reports whether s needs no change, which is nearly always so.
func plain(s string, can func(rune) bool) bool {
	for i, r := range s {
		if r >= ' ' && r < 0x7f {
			continue
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if r != '\n' && (hidden(r) || can != nil && !can(r)) {
			return false
		}
	}
	return true
}

// hidden reports characters that have no shape of their own: controls, format
// characters, the two separators and Unicode's noncharacters.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) ||
		r&0xfffe == 0xfffe || (r >= 0xfdd0 && r <= 0xfdef)
}
