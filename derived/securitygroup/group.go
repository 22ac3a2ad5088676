package securitygroup

import (
	"slices"
	"time"
)

// A group: which rules it has, and how far they are known.

type group struct {
	id, name, vpc string
	place         place
	rules         []rule
	replayed      bool    // while waiting calls are applied: rules lacks those that later calls name by ID only
	known         bool    // rules is the whole set; until then calls wait in pending
	pending       []*call // before anything tells the whole set
	touched       []touch // by calls since the last snapshot, which may or may not have it
	unknown       map[string]bool
	made, gone    time.Time // by a call or a snapshot that lacks it
	synced        time.Time // the last snapshot that has it
}

type touch struct {
	key key
	at  time.Time
}

func (g *group) index(k key) int {
	return slices.IndexFunc(g.rules, func(r rule) bool { return r.key == k })
}

func (g *group) byID(id string) int {
	return slices.IndexFunc(g.rules, func(r rule) bool { return r.id == id })
}

func (g *group) touch(at time.Time, k key) {
	for i := range g.touched {
		if g.touched[i].key == k {
			g.touched[i].at = at
			return
		}
	}
	g.touched = append(g.touched, touch{k, at})
}

func (g *group) touchedAt(k key) time.Time {
	for _, t := range g.touched {
		if t.key == k {
			return t.at
		}
	}
	return time.Time{}
}

func (g *group) near(s *shot, k key) bool { return s.mayLack(g.touchedAt(k)) }

// knownAt is when a rule was last known to be there or not.
func (g *group) knownAt(k key) time.Time {
	return latest(latest(g.synced, g.made), g.touchedAt(k))
}

// allKnownAt is when each of the rules that a change speaks of was known to be otherwise:
// the change came after the earliest of these times.
func (g *group) allKnownAt(c *change) time.Time {
	var at time.Time
	first := true
	each := func(k key) {
		if known := g.knownAt(k); first || known.Before(at) {
			at, first = known, false
		}
	}
	for _, r := range c.added {
		each(r.key)
	}
	for _, r := range c.removed {
		each(r.key)
	}
	for _, pair := range c.changed {
		each(pair[0].key)
	}
	return at
}

// seenAt is when the group was last known to be there.
func (g *group) seenAt() time.Time {
	at := latest(g.synced, g.made)
	for _, t := range g.touched {
		at = latest(at, t.at)
	}
	return at
}

func close(a, b time.Time) bool { return !a.IsZero() && a.Sub(b).Abs() <= skew }

// given says whether AWS itself gave a group the rule: all traffic to IPv6, to
// groups made in a VPC that has such addresses, and to default groups once it gets them.
func (g *group) given(reg *region, k key, by time.Time) bool {
	if k != everywhere6 {
		return false
	}
	if g.synced.IsZero() && !g.made.IsZero() && g.touchedAt(k).IsZero() {
		return true
	}
	c := reg.ipv6[g.vpc]
	return c != nil && g.name == "default" && !c.time.Before(g.synced.Add(-skew)) && !c.time.After(by.Add(skew))
}

func (g *group) mark(id string) {
	if g.unknown == nil {
		g.unknown = map[string]bool{}
	}
	g.unknown[id] = true
}

// begin makes a group known: it undoes the waiting calls from the first snapshot
// (nil: there is none), and applies them again from there. A group that the last
// reading of its region did not have came into being unseen before the first
// call on it: first, unless calls wait; nil if a snapshot tells.
func (e *engine) begin(g *group, s *shot, first *call) {
	if g.known {
		return
	}
	base := &group{}
	if s != nil {
		base.rules = slices.Clone(s.rules)
		for _, c := range g.pending { // the snapshot may have been read before these
			if s.mayLack(c.time) || c.time.After(s.time) {
				base.do(c.add, c.remove)
			}
		}
	}
	for _, c := range slices.Backward(g.pending) {
		base.do(c.remove, c.add)
		for n, id := range c.modifyIDs {
			after := c.modify[n].key
			i := slices.IndexFunc(base.rules, func(r rule) bool {
				after.egress = r.egress
				return r.id == id || r.id == "" && r.key == after
			})
			if i >= 0 {
				if c.placed == nil {
					c.placed = map[string]bool{}
				}
				c.placed[id], c.modify[n].egress = true, base.rules[i].egress
				base.rules = slices.Delete(base.rules, i, i+1)
			}
		}
		for _, r := range c.describe {
			if i := base.index(r.key); i >= 0 {
				base.rules[i].description = ""
			} else {
				base.rules = append(base.rules, rule{key: r.key})
			}
		}
		for _, id := range c.describeIDs {
			if i := base.byID(id); i >= 0 {
				base.rules[i].description = ""
			}
		}
	}
	if len(g.pending) > 0 {
		first = g.pending[0]
	}
	at := time.Time{}
	if reg := e.region(g.place); !reg.lastRun.IsZero() && first != nil && !(s == nil && reg.unnamed(first.time)) {
		at = first.time
		from := reg.lastRun
		if !from.Before(at) {
			from = time.Time{}
		}
		g.made = at
		e.emit(&change{g: g, by: first, time: at, from: from, what: "unobserved", born: true, added: slices.Clone(base.rules)})
	}
	e.start(g, base.rules, at)
}

// start replays the waiting calls on rules that a group had at first.
func (e *engine) start(g *group, rules []rule, at time.Time) {
	g.known, g.rules = true, rules
	e.observe(g, at)
	pending := g.pending
	g.pending, g.replayed = nil, true
	for _, c := range pending {
		e.change(g, c)
	}
	g.replayed = false
}

func (g *group) do(add, remove []rule) {
	for _, r := range add {
		if g.index(r.key) < 0 {
			g.rules = append(g.rules, r)
		}
	}
	for _, r := range remove {
		if i := g.index(r.key); i >= 0 {
			g.rules = slices.Delete(g.rules, i, i+1)
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
