package pdf

import (
	"slices"
	"strings"

	"github.com/evidencepack/evidence/reports"
)

// dimension is a part that the scopes of a source's claims have, such as
// account or region, with all its values.
type dimension struct {
	name   string
	values []string
}

// splitScopes reads "account=… region=…" of all claims as the accounts and the
// regions. A scope that is not of that form is a value without a name.
func splitScopes(claims []reports.Claim) []dimension {
	var dims []dimension
	for _, c := range claims {
		for part := range strings.FieldsSeq(c.Scope) {
			name, value, ok := strings.Cut(part, "=")
			if !ok {
				name, value = "", part
			}
			i := slices.IndexFunc(dims, func(d dimension) bool { return d.name == name })
			if i < 0 {
				i = len(dims)
				dims = append(dims, dimension{name: name})
			}
			if at, found := slices.BinarySearch(dims[i].values, value); !found {
				dims[i].values = slices.Insert(dims[i].values, at, value)
			}
		}
	}
	return dims
}
