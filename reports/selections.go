package reports

import (
	"slices"
	"strings"
)

// SharedSelection is a selection that was pushed down to a source, and what for:
// several controls often ask for the same.
type SharedSelection struct {
	Text string
	For  []string // controls, or relations of controls, in the order in which they ask
}

// SharedSelections puts the written out selections of a source together that are the
// same, in the order of their first appearance.
func SharedSelections(requested []string) []SharedSelection {
	var shared []SharedSelection
	for _, r := range requested {
		of, text, found := strings.Cut(r, ": ")
		if !found {
			of, text = "", r
		}
		i := slices.IndexFunc(shared, func(s SharedSelection) bool { return s.Text == text })
		if i < 0 {
			i = len(shared)
			shared = append(shared, SharedSelection{Text: text})
		}
		if of != "" {
			shared[i].For = append(shared[i].For, of)
		}
	}
	return shared
}
