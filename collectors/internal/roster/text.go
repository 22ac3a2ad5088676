package roster

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes one of the ways in which Japanese systems write the same thing:
// full-width digits, letters, signs and spaces become half-width ones (Unicode
// NFKC), and what surrounds it is cut off. It is for comparing and reading; what
// a source said is recorded as it said it.
func Fold(s string) string {
	return strings.TrimFunc(norm.NFKC.String(s), func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b'
	})
}

// Number normalises an employee number. Spreadsheets take the zeros from the
// front of a number; width puts them back: what consists of fewer digits, and of
// nothing else, is filled up. Zero leaves all as it is.
func Number(s string, width int) string {
	n := Fold(s)
	if n == "" || len(n) >= width || strings.ContainsFunc(n, func(r rune) bool { return r < '0' || r > '9' }) {
		return n
	}
	return strings.Repeat("0", width-len(n)) + n
}

// Emails reads cells that hold e-mail addresses, each none, one or several. It
// returns each address once, in small letters, and how many words there were that
// are no address.
func Emails(cells ...string) (list []string, others int) {
	seen := map[string]bool{}
	for _, cell := range cells {
		for _, word := range strings.FieldsFunc(Fold(cell), separates) {
			address := strings.ToLower(word)
			switch {
			case !isAddress(address):
				others++
			case !seen[address]:
				seen[address] = true
				list = append(list, address)
			}
		}
	}
	return list, others
}

func separates(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' || r == '、' }

func isAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Trim(domain, ".") != "" && !strings.ContainsAny(domain, "@<>") && !strings.ContainsAny(local, "<>")
}
