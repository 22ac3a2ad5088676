package entraid

import (
	"maps"
	"slices"

	"github.com/evidencepack/evidence"
)

// finish hands over the claim of the unit's kind.
func (r *run) finish() error {
	b := r.batch()
	b.Claims = []evidence.Claim{r.claim()}
	r.at.Done = true
	return b.flush()
}

// standing is what there is to be said of each claim of a kind: where it was read
// from, if that decides what can be in it or how far it can be relied on.
func (r *run) standing() []evidence.Finding {
	tenant := r.unit.Scope.String()
	switch {
	case r.kind.name == SignIn && r.spec.Beta:
		return []evidence.Finding{{Code: "beta_endpoint", Object: tenant}}
	case r.kind.name == SignIn:
		return []evidence.Finding{{Code: "interactive_only", Object: tenant}}
	case r.kind.name == PIMRequest:
		return []evidence.Finding{{Code: "identity_may_write", Object: askAssignments + ", " + askEligibilities}}
	case r.kind.name == Group:
		return []evidence.Finding{{Code: "beta_endpoint", Object: "members and owners of groups"}}
	}
	return nil
}

// claim says that the lists were read to their ends, or what of them was not.
func (r *run) claim() evidence.Claim {
	t := &r.at.Tally
	c := evidence.Claim{
		Kind: r.kind.name, Method: evidence.PagesExhausted, Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "lists_read", Expected: 1, Found: 1,
		Counts: []evidence.Count{{Code: "records_read", N: t.Read}, {Code: "records_kept", N: t.Kept}},
		Gaps:   append([]evidence.Finding{}, t.Gaps...),
		Notes:  append(r.standing(), t.Notes...),
	}
	if len(c.Gaps) > 0 {
		c.Found = 0
	}
	for _, code := range slices.Sorted(maps.Keys(t.Counts)) {
		c.Counts = append(c.Counts, evidence.Count{Code: code, N: t.Counts[code]})
	}
	var fors []string
	for _, s := range r.unit.Want {
		fors = append(fors, s.For)
	}
	slices.Sort(fors)
	for _, f := range slices.Compact(fors) {
		c.Counts = append(c.Counts, evidence.Count{Code: "records_kept", For: f, N: t.KeptFor[f]})
	}
	return c
}
