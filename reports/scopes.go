package reports

import (
	"cmp"
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
// regions. A scope that is not of that form is a value without a name. What was left out
// of collection is not among them.
func SplitScopes(claims []Claim) []Dimension {
	var dims []Dimension
	for _, c := range claims {
		if c.leftOut() {
			continue
		}
		for part := range strings.FieldsSeq(c.Scope) {
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
	}
	return dims
}

func (c Claim) leftOut() bool {
	return slices.ContainsFunc(c.Notes, func(f Finding) bool { return f.Code == LeftOut })
}

// Omission is a part of a source that the configuration leaves out of collection.
type Omission struct {
	Scope string
	Why   string
	Kinds int // of records that were left out
}

// Omissions lists what the claims say was left out, by scope.
func Omissions(claims []Claim) []Omission {
	var list []Omission
	for _, c := range claims {
		for _, f := range c.Notes {
			if f.Code != LeftOut {
				continue
			}
			i, found := slices.BinarySearchFunc(list, Omission{Scope: c.Scope, Why: f.Detail}, func(a, b Omission) int {
				return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Why, b.Why))
			})
			if !found {
				list = slices.Insert(list, i, Omission{Scope: c.Scope, Why: f.Detail})
			}
			list[i].Kinds++
		}
	}
	return list
}
