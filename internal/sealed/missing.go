package sealed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
)

// Missing is one reason why the evidence for a control is not complete.
type Missing struct {
	Code   MissingCode     `json:"code"`
	Source string          `json:"source,omitempty"`
	Scope  evidence.Scope  `json:"scope,omitempty"`
	Window evidence.Period `json:"window,omitzero"`
	Claim  *evidence.Claim `json:"claim,omitempty"` // the claim whose gaps are the reason
	Detail string          `json:"detail,omitempty"`
}

// MissingCode says in what way evidence is missing.
type MissingCode string

const (
	NoSource     MissingCode = "no_source"     // no configured source yields the kind
	NotPlanned   MissingCode = "not_planned"   // the source was never read for this period and these records
	Unreadable   MissingCode = "unreadable"    // a part of the source could not even be planned
	NotCollected MissingCode = "not_collected" // a window of a scope was not collected
	Failed       MissingCode = "failed"        // it was tried, and the source gave an error
	Gap          MissingCode = "gap"           // it was collected, and a claim says what is missing
	NoClaim      MissingCode = "no_claim"      // it was collected, and nothing says how complete it is
	Conflict     MissingCode = "conflict"      // two different records under one identity
)

// Text says what the code means, in the words of a result that is not evaluable.
func (c MissingCode) Text() evidence.Text {
	switch c {
	case NoSource:
		return evidence.Text{JA: "この種類の証跡を提供する証跡元が設定されていない", EN: "no configured source yields this kind of evidence"}
	case NotPlanned:
		return evidence.Text{JA: "対象期間についてこの証跡元から必要な証跡が収集されていない", EN: "the source was not read for this period and these records"}
	case Unreadable:
		return evidence.Text{JA: "証跡元の一部が取得不可であった", EN: "a part of the source is not readable"}
	case NotCollected:
		return evidence.Text{JA: "対象期間の一部が収集されていない", EN: "a part of the period was not collected"}
	case Failed:
		return evidence.Text{JA: "収集が失敗した", EN: "collection failed"}
	case Gap:
		return evidence.Text{JA: "網羅性を確認できない", EN: "completeness is not shown"}
	case NoClaim:
		return evidence.Text{JA: "網羅性の裏付けがない", EN: "nothing shows how complete the records are"}
	case Conflict:
		return evidence.Text{JA: "同一の識別子に内容の異なる記録がある", EN: "two different records have one identity"}
	}
	return evidence.Text{JA: string(c), EN: string(c)}
}

// Missing tells why the evidence that the selections ask for is not complete;
// it is empty when every window of every scope of every source that yields the
// kinds is covered by satisfied claims, and no record contradicts another.
//
// What the selections reach around the period is not missed, since other
// periods' collections are not the period's: but what is held of it may not
// contradict itself either.
func (v *View) Missing(ctx context.Context, selections []evidence.Selection) ([]Missing, error) {
	var missing []Missing
	held := v.For(selections)
	for _, sel := range selections {
		if sel.Kind == ClaimKind {
			missing = append(missing, v.missingClaims(sel)...)
			continue
		}
		found := false
		for _, s := range v.sources {
			if !slices.Contains(s.Kinds, sel.Kind) {
				continue
			}
			found = true
			missing = append(missing, v.held[s.Name].missing(v, demandFor(sel))...)
		}
		if !found && !sel.Optional {
			missing = append(missing, Missing{Code: NoSource, Detail: sel.Kind})
		}
		p, err := held.population(ctx, sel.Kind)
		if err != nil {
			return nil, err
		}
		for _, c := range p.conflicts {
			missing = append(missing, Missing{Code: Conflict, Detail: c})
		}
	}
	return once(missing), nil
}

// once leaves out what was said already: a control that reads several kinds of one
// source misses them all for one reason.
func once(missing []Missing) []Missing {
	said := map[string]bool{}
	return slices.DeleteFunc(missing, func(m Missing) bool {
		key := m.String()
		if m.Claim != nil {
			key += m.Claim.Kind + string(m.Claim.Method)
		}
		again := said[key]
		said[key] = true
		return again
	})
}

// demand is what a population asks of a source.
type demand struct {
	kind  string
	asked func(want []evidence.Selection) bool // whether a plan with these selections asked for it
	short func(a *attempt) *Missing            // what a complete attempt lacks to answer for it; nil: nothing
}

func demandFor(sel evidence.Selection) demand {
	return demand{
		kind: sel.Kind,
		asked: func(want []evidence.Selection) bool {
			return slices.ContainsFunc(want, func(w evidence.Selection) bool { return w.Covers(sel) })
		},
		short: func(a *attempt) *Missing { return a.shortcoming(sel.Kind) },
	}
}

// demandForClaims asks for a claim that where accepts from every unit of the
// kind, whatever records the unit was asked for: none, if claims are all that
// any control wanted.
func demandForClaims(source, kind string, where evidence.Where) demand {
	return demand{
		kind:  kind,
		asked: func([]evidence.Selection) bool { return true },
		short: func(a *attempt) *Missing {
			for _, c := range a.claims {
				if where.Match(claimBody(source, a, c)) {
					return nil
				}
			}
			return &Missing{Code: NoClaim, Scope: a.unit.Scope, Window: a.unit.Window}
		},
	}
}

// missingClaims treats a population of claims: it is complete when every unit
// that should have made such a claim made one, satisfied or not: a claim with
// gaps is a member of the population, and for the control to judge.
func (v *View) missingClaims(sel evidence.Selection) []Missing {
	var missing []Missing
	found := false
	for _, s := range v.sources {
		if !slices.ContainsFunc(s.Methods, func(m evidence.Method) bool { return mayBe(sel.Where, "method", string(m)) }) {
			continue
		}
		found = true
		for _, kind := range s.Kinds {
			if !mayBe(sel.Where, "kind", kind) {
				continue // claims of other kinds are wanted
			}
			missing = append(missing, v.held[s.Name].missing(v, demandForClaims(s.Name, kind, sel.Where))...)
		}
	}
	if !found && !sel.Optional {
		missing = append(missing, Missing{Code: NoSource, Detail: sel.Kind})
	}
	return missing
}

// mayBe reports whether a claim with that value of a field may be among those
// that where accepts.
func mayBe(w evidence.Where, field, value string) bool {
	if len(w) == 0 {
		return true
	}
	return slices.ContainsFunc(w, func(c evidence.Clause) bool {
		accepted, ok := c[field]
		return !ok || slices.Contains(accepted, value)
	})
}

// shortcoming tells what a complete attempt lacks to vouch for records of a kind.
func (a *attempt) shortcoming(kind string) *Missing {
	m := Missing{Scope: a.unit.Scope, Window: a.unit.Window}
	claimed := false
	for i, c := range a.claims {
		if c.Kind != kind {
			continue
		}
		claimed = true
		if !c.Satisfied() {
			m.Code, m.Claim = Gap, &a.claims[i]
			return &m
		}
	}
	if !claimed {
		m.Code = NoClaim
		return &m
	}
	return nil
}

// missing finds what of the period the source does not answer for.
func (h *holding) missing(v *View, d demand) []Missing {
	plans := h.plansFor(d)
	if len(plans) == 0 {
		return []Missing{{Code: NotPlanned, Source: h.source.Name, Detail: d.kind}}
	}
	required := evidence.Period{Start: v.period.Start, End: v.requiredEnd(plans)}
	missing := h.unreadable(plans, required)
	scopes := h.scopes(plans, d.kind)
	if len(scopes) == 0 || !required.Start.Before(required.End) {
		return append(missing, Missing{Code: NotCollected, Source: h.source.Name, Window: v.period})
	}
	for _, scope := range scopes {
		for _, m := range h.missingOf(scope, d, required) {
			m.Source = h.source.Name
			missing = append(missing, m)
		}
	}
	return missing
}

// requiredEnd is how far evidence must reach: to the end of a period that has
// ended, and in an open one as far as the source was settled when it was last planned.
func (v *View) requiredEnd(plans []plan) time.Time {
	if !v.PeriodOpen() {
		return v.period.End
	}
	var end time.Time
	for _, p := range plans {
		for _, u := range p.manifest.Units {
			if u.Window.End.After(end) {
				end = u.Window.End
			}
		}
	}
	if end.After(v.period.End) {
		return v.period.End
	}
	return end
}

// plansFor lists the plans that asked for what is demanded.
func (h *holding) plansFor(d demand) []plan {
	var plans []plan
	for _, p := range h.plans {
		if d.asked(p.manifest.Query.Want) {
			plans = append(plans, p)
		}
	}
	return plans
}

// unreadable lists what plans could not plan, unless a later plan of the same
// time could.
func (h *holding) unreadable(plans []plan, required evidence.Period) []Missing {
	rest := []evidence.Period{required}
	var missing []Missing
	for _, p := range slices.Backward(plans) {
		if len(rest) == 0 {
			break
		}
		window := p.manifest.Query.Period
		if !overlapsAny(window, rest) {
			continue
		}
		for _, part := range p.manifest.Unreadable {
			missing = append(missing, Missing{Code: Unreadable, Source: h.source.Name, Window: window, Detail: part})
		}
		rest = subtractAll(rest, []evidence.Period{window})
	}
	return missing
}

// scopes lists every scope that any of the plans knew, so that an account or a
// region that vanished from the source is missed. One that was renamed is listed
// once, as the latest plan calls it.
func (h *holding) scopes(plans []plan, kind string) []evidence.Scope {
	var scopes []evidence.Scope
	at := map[string]int{}
	for _, p := range plans {
		for _, scope := range p.scopes[kind] {
			key := scope.Key()
			if i, ok := at[key]; ok {
				scopes[i] = scope
				continue
			}
			at[key] = len(scopes)
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// missingOf finds what of the required time one scope does not answer for. A
// window that one attempt left with gaps and another covered soundly is covered.
func (h *holding) missingOf(scope evidence.Scope, d demand, required evidence.Period) []Missing {
	var sound []evidence.Period
	var short []Missing
	for _, a := range h.byScope[scope.Key()] {
		if !a.latest || !slices.Contains(a.unit.Kinds, d.kind) || !d.asked(a.want) {
			continue
		}
		if m := d.short(a); m != nil {
			short = append(short, *m)
		} else {
			sound = append(sound, a.unit.Window)
		}
	}
	rest := subtract(required, sound)
	var missing []Missing
	var explained []evidence.Period
	for _, m := range short {
		if overlapsAny(m.Window, rest) {
			missing = append(missing, m)
			explained = append(explained, m.Window)
		}
	}
	for _, w := range subtractAll(rest, explained) {
		missing = append(missing, h.uncollected(scope, d.kind, w))
	}
	slices.SortStableFunc(missing, func(a, b Missing) int { return a.Window.Start.Compare(b.Window.Start) })
	return joined(missing)
}

// joined makes one of neighbouring windows that are missing for the same plain
// reason, so that a reader is told of a month once and not of its days.
func joined(sorted []Missing) []Missing {
	var out []Missing
	for _, m := range sorted {
		if n := len(out); n > 0 {
			last := &out[n-1]
			if last.Code == m.Code && last.Claim == nil && m.Claim == nil && last.Detail == m.Detail && last.Window.End.Equal(m.Window.Start) {
				last.Window.End = m.Window.End
				continue
			}
		}
		out = append(out, m)
	}
	return out
}

// uncollected explains a window of a kind that no complete attempt covers, by the
// error of the newest try if there was one.
func (h *holding) uncollected(scope evidence.Scope, kind string, w evidence.Period) Missing {
	name := scope.Key()
	i := lastIndex(h.failures, func(m locker.Manifest) bool {
		return m.Unit.Scope.Key() == name && slices.Contains(m.Unit.Kinds, kind) && m.Unit.Window.Overlaps(w)
	})
	if i < 0 {
		return Missing{Code: NotCollected, Scope: scope, Window: w}
	}
	return Missing{Code: Failed, Scope: scope, Window: w, Detail: h.failures[i].Error}
}

func lastIndex[T any](list []T, is func(T) bool) int {
	for i, x := range slices.Backward(list) {
		if is(x) {
			return i
		}
	}
	return -1
}

// String names what is missing on one line, in English, for logs and errors.
func (m Missing) String() string {
	s := string(m.Code)
	if m.Source != "" {
		s += " " + m.Source
	}
	if len(m.Scope) > 0 {
		s += " " + m.Scope.String()
	}
	if !m.Window.IsZero() {
		s += " " + m.Window.String()
	}
	if m.Claim != nil {
		s += fmt.Sprintf(" (%d gaps, %d of %d %s)", len(m.Claim.Gaps), m.Claim.Found, m.Claim.Expected, m.Claim.Unit)
	}
	if m.Detail != "" {
		s += ": " + m.Detail
	}
	return s
}
