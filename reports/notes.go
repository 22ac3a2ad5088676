package reports

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence"
)

// ScopedFinding is a finding with the scope that it belongs to.
type ScopedFinding struct {
	Scope   string
	Kinds   []string // the kinds of record that it is of, where several are told of at once
	Finding Finding
}

// SourceNotes gives the distinct notes of a source's groups, each once with the kinds
// that have it: that an account is closed is a note of every kind.
func SourceNotes(groups []ClaimGroup) []ScopedFinding {
	type key struct {
		scope, code, text, object, detail string
		window                            evidence.Period
	}
	seen := map[key]int{}
	var notes []ScopedFinding
	for _, g := range groups {
		for _, n := range DistinctNotes(g) {
			f := n.Finding
			k := key{n.Scope, f.Code, f.Text, f.Object, f.Detail, f.Window}
			i, ok := seen[k]
			if !ok {
				i = len(notes)
				seen[k] = i
				notes = append(notes, n)
			}
			if !slices.Contains(notes[i].Kinds, g.Kind) {
				notes[i].Kinds = append(notes[i].Kinds, g.Kind)
			}
		}
	}
	return notes
}

// Unsettled is a kind of which something was read while late records might still arrive.
type Unsettled struct {
	Kind  string
	Until time.Time // when none will arrive any more
}

// NotSettledUntil finds, among the notes of claims, until when each kind is not settled. What
// is complete by then may not be complete for good, which belongs beside its verdict.
func NotSettledUntil(groups []ClaimGroup) []Unsettled {
	var all []Unsettled
	for _, g := range groups {
		for _, n := range g.Notes {
			if n.Code != evidence.NotSettled {
				continue
			}
			i := slices.IndexFunc(all, func(u Unsettled) bool { return u.Kind == g.Kind })
			if i < 0 {
				i = len(all)
				all = append(all, Unsettled{Kind: g.Kind})
			}
			if n.Window.End.After(all[i].Until) {
				all[i].Until = n.Window.End
			}
		}
	}
	return all
}

// Provisional is until when the completeness of a part of the control's population is not
// final, the last of its kinds; zero: it is final.
func (c *Control) Provisional() (until time.Time) {
	for _, u := range NotSettledUntil(GroupClaims(c.Population.Claims)) {
		if u.Until.After(until) {
			until = u.Until
		}
	}
	return until
}

// ProvisionalControls are controls of which a part is not final until the same time.
type ProvisionalControls struct {
	Until time.Time
	IDs   []string
}

// Provisional lists the controls of which a part is not final, by until when, the soonest first.
func (p *Pack) Provisional() []ProvisionalControls {
	var list []ProvisionalControls
	for i := range p.Controls {
		at := p.Controls[i].Provisional()
		if at.IsZero() {
			continue
		}
		n := slices.IndexFunc(list, func(g ProvisionalControls) bool { return g.Until.Equal(at) })
		if n < 0 {
			n = len(list)
			list = append(list, ProvisionalControls{Until: at})
		}
		list[n].IDs = append(list[n].IDs, p.Controls[i].ID)
	}
	slices.SortFunc(list, func(a, b ProvisionalControls) int { return a.Until.Compare(b.Until) })
	return list
}

// ProvisionalDays are the first and the last day of a source's calendar that are provisional,
// and when the last of them can be collected for good; zero: there is none.
func (s *Source) ProvisionalDays() (first, last, until time.Time) {
	for _, d := range s.Days {
		if d.State != DayProvisional {
			continue
		}
		if first.IsZero() {
			first = d.Date
		}
		last = d.Date
		if d.Until.After(until) {
			until = d.Until
		}
	}
	return first, last, until
}

// DistinctNotes gives each note of a group once: a weaker method is a note of every
// claim. The time of a note that recurs is from its first to its last, or the group's
// where it has none of its own: until when something has not settled is a time of its own.
func DistinctNotes(g ClaimGroup) []ScopedFinding {
	type key struct{ code, text, object, detail string }
	seen := map[key]int{}
	var notes []ScopedFinding
	for _, n := range g.Notes {
		k := key{n.Code, n.Text, n.Object, n.Detail}
		if i, ok := seen[k]; ok {
			notes[i].Finding.Window = joinedWindow(notes[i].Finding.Window, n.Window, g.Window)
			continue
		}
		seen[k] = len(notes)
		notes = append(notes, ScopedFinding{Scope: g.Scope, Finding: n})
	}
	return notes
}

// joinedWindow reaches over two windows; whole where one of them is none.
func joinedWindow(a, b, whole evidence.Period) evidence.Period {
	if a.IsZero() || b.IsZero() {
		return whole
	}
	if b.Start.Before(a.Start) {
		a.Start = b.Start
	}
	if b.End.After(a.End) {
		a.End = b.End
	}
	return a
}
