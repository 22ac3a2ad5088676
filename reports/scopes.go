package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Dimension is a part that the scopes of a source's claims have, such as
// account or region, with all its values.
type Dimension struct {
	Name   string
	Values []string
}

// SplitScopes reads "account=… region=…" of all claims as the accounts and the
// regions. A scope that is not of that form is a value without a name. What was not read
// is not among them.
func SplitScopes(claims []Claim) []Dimension {
	var dims []Dimension
	for _, c := range claims {
		if c.Unread != nil {
			continue
		}
		dims = addScope(dims, c.Scope)
	}
	return dims
}

// addScope adds the values of one scope.
func addScope(dims []Dimension, scope string) []Dimension {
	for part := range strings.FieldsSeq(scope) {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			name, value = "", part
		}
		i := slices.IndexFunc(dims, func(d Dimension) bool { return d.Name == name })
		if i < 0 {
			i = len(dims)
			dims = append(dims, Dimension{Name: name})
		}
		if at, found := slices.BinarySearch(dims[i].Values, value); !found {
			dims[i].Values = slices.Insert(dims[i].Values, at, value)
		}
	}
	return dims
}

// Omission is a part of a source of which nothing was read, and by whose decision or
// state: the configuration leaves it out, or the source says that it is closed.
type Omission struct {
	Scope string
	Text  string // what kind of reason it is
	Why   string // the reason itself
	Kinds int    // of records that were not read
	Read  int    // of records that were read of the same scope, or of a part of it
}

// Omissions lists what the claims say was not read, by scope.
func Omissions(claims []Claim) []Omission {
	var list []Omission
	kinds := map[Omission]map[string]bool{}
	for _, c := range claims {
		if c.Unread == nil {
			continue
		}
		o := Omission{Scope: c.Scope, Text: c.Unread.Text, Why: c.Unread.Detail}
		if kinds[o] == nil {
			kinds[o] = map[string]bool{}
			list = append(list, o)
		}
		kinds[o][c.Kind] = true
	}
	if len(list) == 0 {
		return nil
	}
	read := scopesRead(claims)
	for i, o := range list {
		list[i].Kinds, list[i].Read = len(kinds[o]), read.kindsOf(o.Scope)
	}
	slices.SortFunc(list, func(a, b Omission) int {
		return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Text, b.Text), strings.Compare(a.Why, b.Why))
	})
	return list
}

// account is the dimension of scopes by which sources of one organisation are compared.
const account = "account"

// AbsentAccounts lists the accounts that other sources of the pack tell of, whether they were
// read or not, and of which the named source has nothing: what happened in them is in no
// population of it. Nil for a source that has no accounts.
func (p *Pack) AbsentAccounts(source string) []string {
	known, own := map[string]bool{}, map[string]bool{}
	for _, s := range p.Sources {
		for _, c := range s.Claims {
			for part := range strings.FieldsSeq(c.Scope) {
				if name, value, _ := strings.Cut(part, "="); name == account {
					known[value] = true
					if s.Name == source {
						own[value] = true
					}
				}
			}
		}
	}
	if len(own) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(maps.Collect(func(yield func(string, bool) bool) {
		for a := range known {
			if !own[a] && !yield(a, true) {
				return
			}
		}
	})))
}

// readScope is a scope that was read, by its parts, with the kinds that were read of it.
type readScope struct {
	parts []string
	kinds map[string]bool
}

type readScopes []readScope

func scopesRead(claims []Claim) readScopes {
	var all readScopes
	index := map[string]int{}
	for _, c := range claims {
		if c.Unread != nil {
			continue
		}
		i, ok := index[c.Scope]
		if !ok {
			i = len(all)
			index[c.Scope] = i
			all = append(all, readScope{strings.Fields(c.Scope), map[string]bool{}})
		}
		all[i].kinds[c.Kind] = true
	}
	return all
}

// kindsOf counts the kinds of records that were read of a scope, or of a part of it.
func (r readScopes) kindsOf(scope string) int {
	parts, kinds := strings.Fields(scope), map[string]bool{}
	for _, s := range r {
		if !slices.ContainsFunc(parts, func(part string) bool { return !slices.Contains(s.parts, part) }) {
			maps.Copy(kinds, s.kinds)
		}
	}
	return len(kinds)
}

// ScopeSet is scopes that have the same parts: every account with every region, say.
type ScopeSet struct {
	Names []string // in the order in which they were given
	// Dimensions are their parts, if the scopes are all the combinations of them and
	// more than one. Nil: some combination is not among them.
	Dimensions []Dimension
}

// SetsOfScopes puts distinct scopes together by the names of their parts.
func SetsOfScopes(names []string) []ScopeSet {
	var sets []ScopeSet
	index := map[string]int{}
	for _, name := range names {
		shape := ""
		for part := range strings.FieldsSeq(name) {
			dim, _, ok := strings.Cut(part, "=")
			if !ok {
				dim = ""
			}
			shape += dim + " "
		}
		i, ok := index[shape]
		if !ok {
			i = len(sets)
			index[shape] = i
			sets = append(sets, ScopeSet{})
		}
		sets[i].Names = append(sets[i].Names, name)
		sets[i].Dimensions = addScope(sets[i].Dimensions, name)
	}
	for i := range sets {
		if !sets[i].crossed() {
			sets[i].Dimensions = nil
		}
	}
	return sets
}

// crossed reports whether the scopes are all combinations of their parts. They are
// distinct and have the same parts, so that their number tells.
func (s *ScopeSet) crossed() bool {
	n := 1
	for _, d := range s.Dimensions {
		if n *= len(d.Values); d.Name == "" || n > len(s.Names) {
			return false
		}
	}
	return n == len(s.Names) && n > 1
}
