package sign

import (
	"strings"

	"github.com/evidencepack/evidence"
)

// SamePerson reports whether two names are of one person: equal in either language,
// whatever their case and spaces. Whoever has no name is nobody's same.
func SamePerson(a, b evidence.Text) bool {
	same := func(x, y string) bool {
		plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
		return plain(x) != "" && plain(x) == plain(y)
	}
	return same(a.JA, b.JA) || same(a.EN, b.EN)
}
