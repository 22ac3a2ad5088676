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
		rows := map[said]int{}
		for _, g := range of.groups {
			what := saidBy(g)
			i, ok := rows[what]
			if !ok {
				i = len(all)
				rows[what] = i
				g.Gaps, g.Notes = nil, nil
				all = append(all, AlikeClaims{ClaimGroup: g, Kinds: of.kinds})
			}
			all[i].ScopeNames = append(all[i].ScopeNames, g.Scope)
		}
	}
	return all
}

// said is what a group says of its kind and scope, apart from gaps and notes.
type said struct {
	source, method, unit        string
	listed, satisfied, unread   bool
	scopes, claims              int
	start, end, expected, found int64
}

func saidBy(g ClaimGroup) said {
	return said{
		g.Source, g.Method, g.Unit, g.Listed, g.Satisfied, g.Unread, g.Scopes, g.Claims,
		g.Window.Start.UnixNano(), g.Window.End.UnixNano(), g.Expected, g.Found,
	}
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
				return x.Scope == y.Scope && saidBy(x) == saidBy(y)
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
