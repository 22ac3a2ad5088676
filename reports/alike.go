package reports

import "slices"

// AlikeClaims is claim groups that say the same of several kinds and scopes: one
// group for each of the kinds with each of the scopes.
type AlikeClaims struct {
	ClaimGroup          // of each: its Kind and Scope are the first ones; without gaps and notes
	Kinds      []string // in order
	ScopeNames []string // in the order of the groups; an empty one where groups are merged over scopes
}

// Each reports whether the counts are those of each of several groups.
func (a *AlikeClaims) Each() bool { return len(a.Kinds)*len(a.ScopeNames) > 1 }

// Alike puts groups together that say the same: kinds that have the same scopes with
// the same figures, and among these the scopes with the same figures. A source with
// twenty kinds in ten accounts gives a few rows for a reader instead of two hundred.
// No group is dropped.
func Alike(groups []ClaimGroup) []AlikeClaims {
	var all []AlikeClaims
	for _, of := range alikeKinds(groups) {
		first := len(all)
		for _, g := range of.groups {
			i := slices.IndexFunc(all[first:], func(a AlikeClaims) bool { return a.says(g) })
			if i < 0 {
				a := AlikeClaims{ClaimGroup: g, Kinds: of.kinds, ScopeNames: []string{g.Scope}}
				a.Gaps, a.Notes = nil, nil
				all = append(all, a)
				continue
			}
			all[first+i].ScopeNames = append(all[first+i].ScopeNames, g.Scope)
		}
	}
	return all
}

// says reports whether the row says of its scopes what the group, which is of one
// of its kinds, says of its own.
func (a *AlikeClaims) says(g ClaimGroup) bool {
	b := g
	b.Kind, b.Scope = a.Kind, a.Scope
	return sameClaims(a.ClaimGroup, b)
}

// sameClaims compares groups but for their gaps and notes.
func sameClaims(a, b ClaimGroup) bool {
	return a.Source == b.Source && a.Kind == b.Kind && a.Method == b.Method && a.Scope == b.Scope && a.Unit == b.Unit && a.Listed == b.Listed &&
		a.Scopes == b.Scopes && a.Window.Start.Equal(b.Window.Start) && a.Window.End.Equal(b.Window.End) && a.Claims == b.Claims &&
		a.Expected == b.Expected && a.Found == b.Found && a.Satisfied == b.Satisfied
}

// kindGroups is kinds whose groups are the same, and the groups of the first of them.
type kindGroups struct {
	kinds  []string
	groups []ClaimGroup
}

func alikeKinds(groups []ClaimGroup) []kindGroups {
	var byKind []kindGroups
	for _, g := range groups {
		i := slices.IndexFunc(byKind, func(k kindGroups) bool { return k.kinds[0] == g.Kind && k.groups[0].Source == g.Source })
		if i < 0 {
			i = len(byKind)
			byKind = append(byKind, kindGroups{kinds: []string{g.Kind}})
		}
		byKind[i].groups = append(byKind[i].groups, g)
	}
	var alike []kindGroups
	for _, k := range byKind {
		i := slices.IndexFunc(alike, func(a kindGroups) bool {
			return slices.EqualFunc(a.groups, k.groups, func(x, y ClaimGroup) bool {
				y.Kind = x.Kind
				return sameClaims(x, y)
			})
		})
		if i < 0 {
			alike = append(alike, k)
			continue
		}
		alike[i].kinds = append(alike[i].kinds, k.kinds...)
	}
	return alike
}
