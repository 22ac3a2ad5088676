package reports

import (
	"cmp"
	"slices"

	"github.com/evidencepack/evidence"
)

// ClaimGroup is the claims of one source that speak of the same thing for
// different windows, added up: a year of an account and region has hundreds of
// claims, and one line for a reader.
type ClaimGroup struct {
	Source, Kind, Method, Scope, Unit string

	Listed          bool            // read to the source's own end, without a count to match
	Unread          bool            // nothing of them was read
	Scopes          int             // how many scopes were added up: 1, or more after MergeScopes
	Window          evidence.Period // from the first claim's start to the last one's end
	Claims          int             // how many were added up
	Expected, Found int64
	Satisfied       bool // whether every one is
	Gaps, Notes     []Finding
}

// Basis is what the expected numbers of a source's claims rest on.
type Basis struct{ Method, Text string }

// Bases lists it for each method by which the claims were measured, each once, in the
// order of the methods' names.
func Bases(claims []Claim) []Basis {
	var list []Basis
	for _, c := range claims {
		if b := (Basis{c.Method, c.Basis}); c.Basis != "" && !slices.Contains(list, b) {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b Basis) int { return cmp.Compare(a.Method, b.Method) })
	return list
}

// Verdict is what the group's claims come to.
func (g *ClaimGroup) Verdict() ClaimVerdict { return verdictOf(g.Satisfied, g.Listed, g.Unread) }

// Verdict is what the claim comes to.
func (c *Claim) Verdict() ClaimVerdict { return verdictOf(c.Satisfied, c.Listed, c.Unread != nil) }

// ClaimVerdict is what a claim comes to, as readers are told.
type ClaimVerdict int

// The verdicts of claims.
const (
	ClaimGap    ClaimVerdict = iota // something is missing
	ClaimMatch                      // what was found is what there should be
	ClaimListed                     // every page was read, and there is no number to hold it against
	ClaimUnread                     // nothing was read, and so nothing compared
)

// ClaimVerdicts lists them.
var ClaimVerdicts = []ClaimVerdict{ClaimGap, ClaimMatch, ClaimListed, ClaimUnread}

func verdictOf(satisfied, listed, unread bool) ClaimVerdict {
	switch {
	case !satisfied:
		return ClaimGap
	case unread:
		return ClaimUnread
	case listed:
		return ClaimListed
	}
	return ClaimMatch
}

// Expects reports whether there is a number that what was found is held against: of a list
// that was read to its end there is none, and beside its own length it would look like one.
func (v ClaimVerdict) Expects() bool { return v == ClaimGap || v == ClaimMatch }

// Finds reports whether something was read that can be counted.
func (v ClaimVerdict) Finds() bool { return v != ClaimUnread }

// GroupClaims adds claims up by source, kind, method, scope, unit and whether anything was
// read, and orders the groups by these. No claim is dropped.
func GroupClaims(claims []Claim) []ClaimGroup {
	type key struct {
		source, kind, method, scope, unit string
		unread                            bool
	}
	index := map[key]int{}
	var groups []ClaimGroup
	for _, c := range claims {
		k := key{c.Source, c.Kind, c.Method, c.Scope, c.Unit, c.Unread != nil}
		i, ok := index[k]
		if !ok {
			i = len(groups)
			index[k] = i
			groups = append(groups, ClaimGroup{
				Source: c.Source, Kind: c.Kind, Method: c.Method, Listed: c.Listed, Unread: c.Unread != nil, Scope: c.Scope, Unit: c.Unit,
				Scopes: 1, Window: c.Window, Satisfied: true,
			})
		}
		groups[i].add(c)
	}
	slices.SortStableFunc(groups, func(a, b ClaimGroup) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Method, b.Method), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Unit, b.Unit))
	})
	return groups
}

// MergeScopes adds groups up once more, over all scopes of a source: one line
// for each source, kind, method and unit, and one for what was not read.
func MergeScopes(groups []ClaimGroup) []ClaimGroup {
	var merged []ClaimGroup
	for _, g := range groups {
		i := slices.IndexFunc(merged, func(m ClaimGroup) bool {
			return m.Source == g.Source && m.Kind == g.Kind && m.Method == g.Method && m.Unit == g.Unit && m.Unread == g.Unread
		})
		if i < 0 {
			g.Gaps, g.Notes = slices.Clone(g.Gaps), slices.Clone(g.Notes)
			merged = append(merged, g)
			continue
		}
		m := &merged[i]
		m.Scope = ""
		m.Scopes += g.Scopes
		m.Claims += g.Claims
		m.Expected += g.Expected
		m.Found += g.Found
		m.Satisfied = m.Satisfied && g.Satisfied
		m.Window = span(m.Window, g.Window)
		m.Gaps = append(m.Gaps, g.Gaps...)
		m.Notes = append(m.Notes, g.Notes...)
	}
	return merged
}

func (g *ClaimGroup) add(c Claim) {
	g.Claims++
	g.Expected += c.Expected
	g.Found += c.Found
	g.Satisfied = g.Satisfied && c.Satisfied
	g.Window = span(g.Window, c.Window)
	g.Gaps = append(g.Gaps, c.Gaps...)
	g.Notes = append(g.Notes, c.Notes...)
}

// SumFigures adds up the figures of several claims by code and by what they are
// for, in the order of their first appearance.
func SumFigures(claims []Claim) []Figure {
	type key struct{ code, of string }
	index := map[key]int{}
	var sums []Figure
	for _, c := range claims {
		for _, f := range c.Counts {
			k := key{f.Code, f.For}
			i, ok := index[k]
			if !ok {
				index[k] = len(sums)
				sums = append(sums, f)
				continue
			}
			sums[i].N += f.N
		}
	}
	return sums
}

// FigureTotal is a figure with its shares: what of it was for which control. Shares
// need not add up to it, as a record may be for several.
type FigureTotal struct {
	Figure
	Whole  bool // whether there is a figure of the whole: N is that
	Shares []Figure
}

// FiguresByCode puts figures of one code together, in the order of their first appearance.
func FiguresByCode(figures []Figure) []FigureTotal {
	var totals []FigureTotal
	for _, f := range figures {
		i := slices.IndexFunc(totals, func(t FigureTotal) bool { return t.Code == f.Code })
		if i < 0 {
			i = len(totals)
			totals = append(totals, FigureTotal{Figure: Figure{Code: f.Code, Name: f.Name}})
		}
		if f.For != "" {
			totals[i].Shares = append(totals[i].Shares, f)
			continue
		}
		totals[i].Whole = true
		totals[i].N += f.N
	}
	return totals
}

// span is the shortest period that holds both.
func span(a, b evidence.Period) evidence.Period {
	if b.Start.Before(a.Start) {
		a.Start = b.Start
	}
	if b.End.After(a.End) {
		a.End = b.End
	}
	return a
}

// ClaimedKinds lists the record kinds that claims speak of, in the order of their names.
func ClaimedKinds(claims []Claim) []string {
	var kinds []string
	for _, c := range claims {
		kinds = append(kinds, c.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// ClaimsOf keeps the claims of one kind.
func ClaimsOf(claims []Claim, kind string) []Claim {
	return slices.DeleteFunc(slices.Clone(claims), func(c Claim) bool { return c.Kind != kind })
}
