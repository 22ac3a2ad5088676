package evidence

import (
	"slices"
	"sort"
	"strings"
)

// Scope names the part of a source that something speaks of, such as
// {"account": "123456789012", "region": "ap-northeast-1"}. A part that can be
// renamed, such as a repository, has the source's own identity of it as "id".
type Scope map[string]string

// String lists the scope's parts in the order of their names, without the "id",
// which tells people nothing where there is a name.
func (s Scope) String() string {
	names := make([]string, 0, len(s))
	for n := range s {
		if n != "id" || len(s) == 1 {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	for i, n := range names {
		names[i] = n + "=" + s[n]
	}
	return strings.Join(names, " ")
}

// Key tells scopes apart: two with the same "id" and the same names of parts are
// one, whatever it is called by now.
func (s Scope) Key() string {
	id, ok := s["id"]
	if !ok {
		return s.String()
	}
	names := make([]string, 0, len(s))
	for n := range s {
		names = append(names, n)
	}
	slices.Sort(names)
	return strings.Join(names, " ") + " " + id
}
