package securitygroup

import (
	"maps"
	"slices"
	"time"
)

// What a snapshot shows, held against what the calls tell.

// settle compares a run with what the events tell. That the region was read at
// all shows by any group of it: every VPC has a default group.
func (e *engine) settle(r *run) {
	reg := e.region(r.place)
	listed := make(map[string]bool, len(r.shots))
	first, whole := r.shots[0].record, true
	for _, s := range r.shots {
		listed[s.group] = true
		whole = whole && s.kind == "securitygroup.snapshot" && s.of == r.shots[0].of
	}
	whole = whole && len(listed) == r.shots[0].of
	for i, s := range r.shots {
		if s.gone {
			e.end(reg, s)
		} else {
			e.compare(reg, s)
		}
		r.shots[i] = nil
	}
	if !whole {
		r.shots = nil
		return
	}
	for _, g := range reg.sorted() {
		if listed[g.id] || !g.gone.IsZero() || close(g.made, r.time) || g.made.After(r.time) {
			continue
		}
		if n := len(g.pending); n > 0 && !g.pending[0].time.Before(r.time.Add(-skew)) {
			continue // all that is known of it is later
		}
		came := g.known || !reg.lost
		e.begin(g, nil, nil)
		if u := reg.explain(g, r.time, (*unresolved).deletes); u != nil {
			came = false
			for _, x := range g.rules {
				e.resolved(g, u.call, x, false)
			}
		}
		if came { // else it may be the default group of a VPC that was deleted
			e.emit(&change{g: g, shot: first, kind: r.kind, time: r.time, from: g.seenAt(), what: "unobserved", died: true, removed: g.rules})
		}
		g.rules, g.gone = nil, r.time
		e.observe(g, r.time)
	}
	r.shots = nil
	reg.lastRun, reg.lost = r.time, false
	e.lapse(r.place, r.time.Add(-skew), r.time, first)
	reg.open = slices.DeleteFunc(reg.open, func(u *unresolved) bool { return u.call.time.Before(r.time.Add(-skew)) })
	maps.DeleteFunc(reg.vpcs, func(_ string, c *call) bool { return c.time.Before(r.time.Add(-skew)) })
}

func (e *engine) compare(reg *region, s *shot) {
	g := reg.groups[s.group]
	if g == nil {
		g = &group{id: s.group, place: s.place}
		reg.groups[s.group] = g
	}
	g.name, g.vpc = s.name, s.vpc
	away := g.gone // it is there again, which nobody was seen doing
	if !away.IsZero() {
		if s.mayLack(away) {
			return
		}
		g.gone, g.rules = time.Time{}, nil
	}
	if !g.known {
		switch c := reg.vpcs[s.vpc]; {
		case c != nil && s.name == "default" && !c.time.After(s.time.Add(skew)):
			// The group came with its VPC; its rules are AWS's.
			rules := []rule{allowAll("ipv4", "0.0.0.0/0"), {key: key{}.with("all", "group", s.group)}}
			if v6 := allowAll("ipv6", "::/0"); slices.ContainsFunc(s.rules, func(r rule) bool { return r.key == v6.key }) {
				rules = append(rules, v6)
			}
			g.made = c.time
			delete(reg.vpcs, s.vpc)
			e.emit(&change{g: g, call: c, time: c.time, what: "created", born: true, added: slices.Clone(rules)})
			e.start(g, rules, c.time)
		case reg.lastRun.IsZero() || len(g.pending) > 0:
			e.begin(g, s, nil)
		default:
			g.known, g.rules = true, slices.Clone(s.rules)
			e.emit(&change{g: g, shot: s.record, kind: s.kind, time: s.time, from: reg.lastRun, what: "unobserved", born: true, added: s.rules})
			e.observe(g, s.time)
		}
	}
	ch := &change{g: g, shot: s.record, kind: s.kind, time: s.time, from: latest(latest(g.synced, g.made), away), what: "unobserved", born: !away.IsZero()}
	was := slices.Clone(g.rules)
	moved := false
	for _, r := range s.rules {
		i := g.index(r.key)
		switch {
		case i >= 0:
			before := g.rules[i]
			if before.id != r.id && r.id != "" {
				g.rules[i].id = r.id
			}
			if before.description != r.description && r.description != untold && !g.near(s, r.key) {
				g.rules[i].description, moved = r.description, true
				if before.description != untold && !g.unknown[r.id] && reg.explain(g, s.time, func(u *unresolved) bool { return u.describes(r) }) == nil {
					ch.changed = append(ch.changed, [2]rule{before, r})
				}
			}
		case g.near(s, r.key):
		default:
			if j := g.byID(r.id); r.id != "" && j >= 0 && !g.near(s, g.rules[j].key) { // the same rule, modified
				ch.changed = append(ch.changed, [2]rule{g.rules[j], r})
				g.rules[j], moved = r, true
				continue
			}
			given := g.given(reg, r.key, s.time)
			g.rules, moved = append(g.rules, r), true
			if c := reg.ipv6[g.vpc]; given && !g.synced.IsZero() {
				e.emit(&change{g: g, call: c, time: c.time, what: "rules", added: []rule{r}})
			}
			if given || g.unknown[r.id] || r.id == "" && len(g.unknown) > 0 {
				continue
			}
			if u := reg.explain(g, s.time, func(u *unresolved) bool { return u.adds(r) }); u != nil {
				e.resolved(g, u.call, r, true)
				continue
			}
			ch.added = append(ch.added, r)
		}
	}
	for _, r := range was {
		i := g.index(r.key)
		if i < 0 || g.near(s, r.key) || slices.ContainsFunc(s.rules, func(x rule) bool { return x.key == r.key }) {
			continue
		}
		g.rules, moved = slices.Delete(g.rules, i, i+1), true
		// A rule without an ID may be one that a call removed by an ID nobody had told.
		if r.id == "" && len(g.unknown) > 0 {
			continue
		}
		if u := reg.explain(g, s.time, func(u *unresolved) bool { return u.removes(r) }); u != nil {
			e.resolved(g, u.call, r, false)
			continue
		}
		ch.removed = append(ch.removed, r)
	}
	moved = moved || len(g.unknown) > 0
	ch.from = latest(ch.from, g.allKnownAt(ch))
	e.shown, e.before = s, latest(g.synced, g.made)
	defer func() { e.shown = nil }()
	g.synced = s.time
	if s.kind != "config.item" { // which has no IDs
		g.unknown = nil
	}
	if g.touched = slices.DeleteFunc(g.touched, func(t touch) bool { return t.at.Before(s.time.Add(-lag)) }); len(g.touched) == 0 {
		g.touched = nil
	}
	if ch.born || len(ch.added)+len(ch.removed)+len(ch.changed) > 0 {
		e.emit(ch)
	}
	if moved {
		e.observe(g, s.time)
	}
}

// end takes it that a group is gone, as AWS Config recorded.
func (e *engine) end(reg *region, s *shot) {
	g := reg.groups[s.group]
	if g == nil {
		if reg.lost { // it may be the default group of a VPC that was deleted
			return
		}
		g = &group{id: s.group, name: s.name, vpc: s.vpc, place: s.place, known: true}
		reg.groups[s.group] = g
	}
	if !g.gone.IsZero() || s.mayLack(g.made) || g.made.After(s.time) {
		return
	}
	e.begin(g, nil, nil)
	if u := reg.explain(g, s.time, (*unresolved).deletes); u != nil {
		for _, x := range g.rules {
			e.resolved(g, u.call, x, false)
		}
	} else {
		e.emit(&change{g: g, shot: s.record, kind: s.kind, time: s.time, from: latest(g.seenAt(), reg.lastRun), what: "unobserved", died: true, removed: g.rules})
	}
	g.rules, g.gone = nil, s.time
	e.observe(g, s.time)
}
