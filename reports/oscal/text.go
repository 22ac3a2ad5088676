package oscal

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/evidencepack/evidence/reports/internal/visible"
)

// line makes outside text a value of OSCAL's string datatype: one line that neither
// begins nor ends with white space. It may be empty, which that datatype is not.
func line(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(visible.Text(s, nil), "\n", " "))
}

// prose makes outside text a paragraph of Markdown that reads as the text does:
// OSCAL's markup is CommonMark, in which text could become a link or an element.
func prose(s string) string {
	s = line(s)
	var b strings.Builder
	for i, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>&~^\"|$#", r) || i == 0 && strings.ContainsRune("+-=", r) || i > 0 && (r == '.' || r == ')') && numbered(s[:i]) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// numbered reports whether s is what begins an item of a numbered list.
func numbered(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// paragraphs joins texts that are Markdown already.
func paragraphs(texts ...string) string { return strings.Join(texts, "\n\n") }

// tokens makes identifiers of OSCAL's token datatype: a letter or "_", then letters,
// digits, ".", "-" and "_". Each is given once.
type tokens map[string]bool

func (t tokens) of(s string) string {
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(s, "_"))
	if first := []rune(safe); len(first) == 0 || !unicode.IsLetter(first[0]) && first[0] != '_' {
		safe = "_" + safe
	}
	unique := safe
	for n := 2; t[unique]; n++ {
		unique = safe + "_" + strconv.Itoa(n)
	}
	t[unique] = true
	return unique
}
