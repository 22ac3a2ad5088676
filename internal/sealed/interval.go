package sealed

import (
	"slices"

	"github.com/evidencepack/evidence"
)

// subtract returns the parts of whole that no part covers, in order of time.
func subtract(whole evidence.Period, parts []evidence.Period) []evidence.Period {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b evidence.Period) int { return a.Start.Compare(b.Start) })
	var rest []evidence.Period
	at := whole.Start
	for _, p := range parts {
		if !p.End.After(at) {
			continue
		}
		if !p.Start.Before(whole.End) {
			break
		}
		if p.Start.After(at) {
			rest = append(rest, evidence.Period{Start: at, End: p.Start})
		}
		at = p.End
	}
	if at.Before(whole.End) {
		rest = append(rest, evidence.Period{Start: at, End: whole.End})
	}
	return rest
}

func subtractAll(wholes, parts []evidence.Period) []evidence.Period {
	var rest []evidence.Period
	for _, w := range wholes {
		rest = append(rest, subtract(w, parts)...)
	}
	return rest
}

func overlapsAny(p evidence.Period, others []evidence.Period) bool {
	return slices.ContainsFunc(others, p.Overlaps)
}
