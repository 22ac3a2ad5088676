package demo

import (
	"fmt"
	"slices"
	"time"
)

// exposed is an inbound rule that is open to the world at some time of the month.
type exposed struct {
	item    string // what NET-02 knows it by
	since   time.Time
	expects expectation
}

// exposures are the rules that the story opens to the world, each source by itself, as
// far as they stand in the month, and those that were there before.
func exposures() []exposed {
	calls := slices.DeleteFunc(story(), func(p planted) bool { return p.effect == nil })
	slices.SortStableFunc(calls, func(x, y planted) int { return x.event.EventTime.Compare(y.event.EventTime) })
	var all []exposed
	for i, p := range calls {
		if !p.event.EventTime.Before(Period().End) {
			continue
		}
		verdict := slices.IndexFunc(p.expects, func(e expectation) bool { return e.control == "NET-02" })
		for _, r := range p.effect.adds {
			for _, part := range r.parts() {
				if part.isOfWorld() && !closedBefore(Period().Start, p.effect.group, part, calls[i+1:]) {
					all = append(all, part.exposed(p.place, p.effect.group, p.event.EventTime.UTC().Format(time.RFC3339)+" "+p.event.EventID, p.event.EventTime, p.expects[verdict]))
				}
			}
		}
	}
	for _, g := range groups {
		for _, r := range g.before {
			if r.isOfWorld() {
				all = append(all, r.exposed(g.place, g.id(), "the beginning", Period().Start, exception("NET-02",
					"期間前から、5900番ポート(VNC)が全世界に開放されたままであり、開放した操作はログにない。",
					"Port 5900 (VNC) had been open to the world since before the month, and no call in the logs opened it.", "admin_port_found_open")))
			}
		}
	}
	return all
}

// exposed is the rule of a group that stands since a call, or since what else that names.
func (r rule) exposed(where place, group, since string, at time.Time, e expectation) exposed {
	if start := Period().Start; at.Before(start) {
		at = start
	}
	line := "ingress all " + r.v4 + r.v6
	switch {
	case r.isAll():
	case r.from == r.to:
		line = fmt.Sprintf("ingress %s %d %s", r.protocol, r.from, r.v4+r.v6)
	default:
		line = fmt.Sprintf("ingress %s %d-%d %s", r.protocol, r.from, r.to, r.v4+r.v6)
	}
	return exposed{where.account + "/" + where.region + "/" + group + "/" + line + " since " + since, at, e}
}

func (r rule) isOfWorld() bool { return r.v4 == world || r.v6 == world6 }

// closedBefore says whether a later call of the story closes the rule before a time.
func closedBefore(at time.Time, group string, r rule, later []planted) bool {
	return slices.ContainsFunc(later, func(p planted) bool {
		return p.event.EventTime.Before(at) && p.effect.group == group &&
			slices.ContainsFunc(p.effect.removes, func(x rule) bool { return x.key() == r.key() })
	})
}
