package sealed

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// Description is how one source's evidence of the period was obtained: what an
// IPE sheet tells.
type Description struct {
	Source
	Location   string               `json:"location,omitempty"`
	Identities []string             `json:"identities"` // as whom it was read
	Hosts      []string             `json:"hosts"`
	Tools      []string             `json:"tools"`
	From       time.Time            `json:"from,omitzero"` // first and last collection
	To         time.Time            `json:"to,omitzero"`
	Want       []evidence.Selection `json:"want"`       // what was asked of it, newest plan
	Requests   []Request            `json:"requests"`   // how: the first request of each kind, as it was sent
	Claims     []ClaimOf            `json:"claims"`     // of the latest readings
	Failures   []Failure            `json:"failures"`   // tries that were given up
	Unreadable []string             `json:"unreadable"` // parts that could not be planned, newest plan
	Days       []Day                `json:"days"`
}

// Request is a request as its origin tells of it, which holds no secret.
type Request struct {
	Kind    string `json:"kind"`
	Request string `json:"request"`
}

// ClaimOf is a claim with when its unit was collected.
type ClaimOf struct {
	Collected time.Time `json:"collected"`
	evidence.Claim
}

// Failure is a unit that was tried and given up.
type Failure struct {
	At     time.Time       `json:"at"`
	Scope  evidence.Scope  `json:"scope"`
	Window evidence.Period `json:"window"`
	Error  string          `json:"error"`
}

// Day is one day of a source's coverage calendar, in the zone of the period.
type Day struct {
	Date  time.Time `json:"date"`
	State DayState  `json:"state"`
	Units int       `json:"units"` // units that speak of the day
	Bad   int       `json:"bad"`   // of these, those with gaps or never completed

	// Covered is when the first readings that cover a complete day had been collected.
	// (Not part of ipe.json, from which packs of before must follow.)
	Covered time.Time `json:"-"`

	// Until is when a complete day can be collected for good, if it was read while late
	// records might still arrive; zero: it was read after that. (Not part of ipe.json either:
	// the notes of its claims say it.)
	Until time.Time `json:"-"`
}

// timely is how long after a day its evidence is to be collected: a month's run reads
// its first day after a month, and has two weeks for it. Until it is sealed, evidence
// can be altered where it lies.
const timely = 45 * 24 * time.Hour

// Due reports whether the day's evidence was to be collected by a time.
func (d Day) Due(by time.Time) bool { return !d.Date.AddDate(0, 0, 1).Add(timely).After(by) }

// Late reports whether the day is complete and was collected late.
func (d Day) Late() bool {
	return d.State == DayComplete && d.Due(d.Covered.Add(-1))
}

// DayState says what is held of a day.
type DayState string

const (
	DayComplete DayState = "complete" // every scope is covered by satisfied claims
	DayGap      DayState = "gap"      // something was collected, and something is missing
	DayMissing  DayState = "missing"  // nothing was collected
	DayAhead    DayState = "ahead"    // the day had not ended, or was not settled, when last collected
)

// Describe tells of every expected source, in the order given to Open.
func (v *View) Describe() []Description {
	var all []Description
	for _, s := range v.sources {
		all = append(all, v.held[s.Name].describe(v))
	}
	return all
}

func (h *holding) describe(v *View) Description {
	d := Description{Source: h.source, Identities: []string{}, Hosts: []string{}, Tools: []string{},
		Claims: []ClaimOf{}, Failures: []Failure{}, Unreadable: []string{}, Want: []evidence.Selection{}}
	for _, e := range v.entries {
		if m := e.Manifest; m.Source == h.source.Name && e.part == speaks {
			d.Identities = appendNew(d.Identities, m.Collected.Identity)
			d.Hosts = appendNew(d.Hosts, m.Collected.Host)
			d.Tools = appendNew(d.Tools, m.Collected.Tool)
			if d.From.IsZero() || m.Collected.At.Before(d.From) {
				d.From = m.Collected.At
			}
			if m.Collected.At.After(d.To) {
				d.To = m.Collected.At
			}
		}
	}
	if n := len(h.plans); n > 0 {
		newest := h.plans[n-1].manifest
		d.Location, d.Want = newest.Location, newest.Query.Want
		d.Unreadable = append(d.Unreadable, newest.Unreadable...)
	}
	for _, a := range h.attempts {
		if a.stands {
			for _, c := range a.claims {
				d.Claims = append(d.Claims, ClaimOf{a.collected(), c})
			}
		}
	}
	slices.SortStableFunc(d.Claims, func(a, b ClaimOf) int {
		if c := strings.Compare(a.Scope.String(), b.Scope.String()); c != 0 {
			return c
		}
		return a.Window.Start.Compare(b.Window.Start)
	})
	for _, m := range h.failures {
		d.Failures = append(d.Failures, Failure{m.Collected.At, m.Unit.Scope, m.Unit.Window, m.Error})
	}
	d.Requests = h.requests()
	d.Days = h.days(v)
	return d
}

// requests are, of the earliest batch with records of each kind, the first it came from.
func (h *holding) requests() []Request {
	first := map[string]locker.Manifest{}
	for _, a := range h.attempts {
		if !a.stands {
			continue
		}
		for _, m := range a.batches {
			if was, ok := first[m.Kind]; len(m.Origins) > 0 && m.Records > 0 && (!ok || m.Unit.Window.Start.Before(was.Unit.Window.Start)) {
				first[m.Kind] = m
			}
		}
	}
	list := []Request{}
	for _, kind := range slices.Sorted(maps.Keys(first)) {
		list = append(list, Request{kind, first[kind].Origins[0].Request})
	}
	return list
}

// days draws the coverage calendar: a day is complete when every scope that any
// plan knew is covered through the whole of it.
func (h *holding) days(v *View) []Day {
	var days []Day
	end := v.requiredEnd(h.plans)
	scopes := h.allScopes()
	for at := v.period.Start; at.Before(v.period.End); {
		next := at.AddDate(0, 0, 1)
		if next.After(v.period.End) {
			next = v.period.End
		}
		days = append(days, h.day(evidence.Period{Start: at, End: next}, scopes, end))
		at = next
	}
	return days
}

func (h *holding) day(p evidence.Period, scopes []evidence.Scope, end time.Time) Day {
	day := Day{Date: p.Start}
	good, touched := 0, 0
	for _, scope := range scopes {
		var sound []evidence.Period
		var covered time.Time
		for _, a := range h.byScope[scope.Key()] {
			if !a.unit.Window.Overlaps(p) {
				continue
			}
			if a.sound() && (covered.IsZero() || a.collected().Before(covered)) {
				covered = a.collected()
			}
			if !a.latest {
				continue
			}
			touched++
			day.Units++
			if a.sound() {
				sound = append(sound, a.unit.Window)
			} else {
				day.Bad++
			}
		}
		if len(subtract(p, sound)) == 0 {
			good++
		}
		if covered.After(day.Covered) {
			day.Covered = covered
		}
	}
	switch {
	case len(h.plans) == 0:
		day.State = DayMissing
	case len(scopes) > 0 && good == len(scopes):
		day.State, day.Until = DayComplete, h.provisional(p, scopes)
	case p.End.After(end):
		day.State = DayAhead
	case touched == 0:
		day.State = DayMissing
	default:
		day.State = DayGap
	}
	return day
}

// provisional is when the last of what speaks of a day settles, of what had not when it was read.
func (h *holding) provisional(day evidence.Period, scopes []evidence.Scope) (until time.Time) {
	for _, scope := range scopes {
		for _, a := range h.byScope[scope.Key()] {
			if !a.latest {
				continue
			}
			for _, c := range a.claims {
				if at := c.Provisional(day); at.After(until) {
					until = at
				}
			}
		}
	}
	return until
}

// sound reports whether the attempt is vouched for: it has claims, and all are satisfied.
func (a *attempt) sound() bool {
	return len(a.claims) > 0 && !slices.ContainsFunc(a.claims, func(c evidence.Claim) bool { return !c.Satisfied() })
}

func (h *holding) allScopes() []evidence.Scope {
	var scopes []evidence.Scope
	seen := map[string]bool{}
	for _, kind := range h.source.Kinds {
		for _, s := range h.scopes(h.plans, kind) {
			if name := s.String(); !seen[name] {
				seen[name] = true
				scopes = append(scopes, s)
			}
		}
	}
	return scopes
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
