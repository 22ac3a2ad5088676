package reports

import (
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
// regions. A scope that is not of that form is a value without a name.
func SplitScopes(claims []Claim) []Dimension {
	var dims []Dimension
	for _, c := range claims {
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
