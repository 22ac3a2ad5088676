package securitygroup

import (
	"slices"
)

// What a logged call does to the groups of its region.

func (e *engine) possible(c *call) bool {
	switch c.name {
	case "CreateSecurityGroup", "CreateVpc", "CreateDefaultVpc", "AssociateVpcCidrBlock":
		return true
	}
	g := e.find(c)
	if c.name == "DeleteSecurityGroup" || c.name == "DeleteVpc" {
		return false
	}
	if g == nil || !g.known {
		return g != nil
	}
	for _, r := range c.add {
		if g.index(r.key) >= 0 {
			return false
		}
	}
	for _, r := range c.remove {
		if g.index(r.key) < 0 {
			return false
		}
	}
	for _, ids := range [][]string{c.removeIDs, c.modifyIDs, c.describeIDs} {
		for _, id := range ids {
			if g.byID(id) < 0 {
				return false
			}
		}
	}
	for n, id := range c.modifyIDs {
		after := c.modify[n]
		i := g.byID(id)
		after.egress = g.rules[i].egress
		if j := g.index(after.key); j >= 0 && j != i {
			return false
		}
	}
	return true
}

// find finds the group that a call names, by ID or, as in default VPCs, by name.
func (e *engine) find(c *call) *group {
	reg := e.region(c.place)
	if c.group != "" {
		return reg.groups[c.group]
	}
	var found *group
	for _, g := range reg.groups {
		if g.name == c.groupName && g.gone.IsZero() {
			if found != nil { // a name is unique within a VPC only
				return nil
			}
			found = g
		}
	}
	return found
}

func (e *engine) apply(c *call) {
	reg := e.region(c.place)
	switch c.name {
	case "CreateVpc", "CreateDefaultVpc":
		reg.vpcs[c.vpc] = c
		return
	case "AssociateVpcCidrBlock":
		reg.ipv6[c.vpc] = c
		return
	case "DeleteVpc":
		if reg.vpcs[c.vpc] != nil {
			delete(reg.vpcs, c.vpc)
			reg.lost = true
		}
		for _, g := range reg.sorted() {
			if g.vpc == c.vpc && g.name == "default" && g.gone.IsZero() {
				e.delete(g, c)
			}
		}
		return
	case "CreateSecurityGroup":
		g := &group{id: c.group, name: c.groupName, vpc: c.vpc, place: c.place, known: true, made: c.time}
		if c.vpc != "" { // groups outside a VPC have no egress rules
			g.rules = []rule{allowAll("ipv4", "0.0.0.0/0")}
		}
		reg.groups[g.id] = g
		e.emit(&change{g: g, call: c, time: c.time, what: "created", born: true, added: slices.Clone(g.rules)})
		e.observe(g, c.time)
		return
	}
	g := e.find(c)
	if g == nil {
		if c.group == "" {
			e.unresolved(reg, c)
			return
		}
		g = &group{id: c.group, name: c.groupName, place: c.place}
		reg.groups[g.id] = g
	}
	if c.name == "DeleteSecurityGroup" {
		e.delete(g, c)
		return
	}
	if !g.known {
		g.pending = append(g.pending, c)
		return
	}
	e.change(g, c)
}

var everywhere6 = allowAll("ipv6", "::/0").key

func allowAll(source, target string) rule {
	return rule{key: key{egress: true}.with("all", source, target)}
}

// delete ends a group. Rules of other groups that refer to it stay: AWS refuses
// the call while there are any in its VPC, and keeps them as stale elsewhere.
func (e *engine) delete(g *group, c *call) {
	e.begin(g, nil, c)
	e.emit(&change{g: g, call: c, time: c.time, what: "deleted", died: true, removed: g.rules})
	g.rules, g.gone = nil, c.time
	e.observe(g, c.time)
}

// change applies a call to a group whose rules are known. AWS refuses a call that
// adds what is there or names what is not: that it succeeded shows a change
// that no call explains. After a call on a rule that nobody told of, the rules
// are not known well enough to say that.
func (e *engine) change(g *group, c *call) {
	defer func() { c.edit = nil }()
	ch := &change{g: g, call: c, time: c.time, what: "rules"}
	miss := &change{g: g, by: c, time: c.time, what: "unobserved"}
	sure := len(g.unknown) == 0 && g.gone.IsZero() && !e.region(g.place).doubtful(g)
	unexplained := func(k key) { miss.from = latest(miss.from, g.knownAt(k)) }
	take := func(i int) rule {
		r := g.rules[i]
		g.touch(c.time, r.key)
		g.rules = slices.Delete(slices.Clone(g.rules), i, i+1)
		return r
	}
	unknown := func(id string, gone bool) {
		ch.unknown = append(ch.unknown, id)
		named := !slices.ContainsFunc(g.rules, func(r rule) bool { return r.id == "" })
		if sure && named && !g.replayed {
			miss.unknown = append(miss.unknown, id)
			miss.from = latest(miss.from, latest(g.synced, g.made))
		}
		if !gone || !named {
			g.mark(id)
		}
	}
	for _, r := range c.add {
		ch.added = append(ch.added, r)
		if i := g.index(r.key); i >= 0 {
			if sure {
				unexplained(r.key)
				miss.removed = append(miss.removed, g.rules[i])
			}
			take(i)
		}
		g.touch(c.time, r.key)
		g.rules = with(g.rules, r)
	}
	for _, r := range c.remove {
		i, j := g.index(r.key), -1
		if r.id != "" {
			j = g.byID(r.id)
		}
		switch {
		case i >= 0:
			ch.removed = append(ch.removed, take(i))
			continue
		case sure && j >= 0: // it was another rule
			unexplained(r.key)
			miss.changed = append(miss.changed, [2]rule{g.rules[j], r})
			take(j)
		case sure && !g.given(e.region(g.place), r.key, c.time):
			unexplained(r.key)
			miss.added = append(miss.added, r)
		}
		g.touch(c.time, r.key)
		ch.removed = append(ch.removed, r)
	}
	for _, id := range c.removeIDs {
		if i := g.byID(id); i >= 0 {
			ch.removed = append(ch.removed, take(i))
		} else {
			unknown(id, true)
		}
	}
	for n, id := range c.modifyIDs {
		after := c.modify[n]
		i := g.byID(id)
		switch {
		case i < 0 && c.placed[id]: // a snapshot tells its direction, and nothing what it was
			ch.unknown = append(ch.unknown, id)
			ch.added = append(ch.added, after)
			g.touch(c.time, after.key)
			g.rules = append(g.rules, after)
			continue
		case i < 0:
			unknown(id, false)
			ch.perhaps = append(ch.perhaps, after)
			continue
		}
		before := g.rules[i]
		after.egress = before.egress
		if j := g.index(after.key); j >= 0 && j != i {
			if sure {
				unexplained(after.key)
				miss.removed = append(miss.removed, g.rules[j])
			}
			take(j)
			i = g.byID(id)
		}
		g.touch(c.time, before.key)
		g.touch(c.time, after.key)
		g.rules[i] = after
		ch.changed = append(ch.changed, [2]rule{before, after})
	}
	describe := func(i int, text string) {
		before := g.rules[i]
		g.rules[i].description = text
		g.touch(c.time, before.key)
		ch.changed = append(ch.changed, [2]rule{before, g.rules[i]})
	}
	if len(c.describe)+len(c.describeIDs) > 0 {
		ch.what = "description"
	}
	for _, r := range c.describe {
		i := g.index(r.key)
		if i < 0 && sure {
			unexplained(r.key)
			was := rule{key: r.key} // and its description, which nothing tells
			miss.added = append(miss.added, was)
			i, g.rules = len(g.rules), append(g.rules, was)
		}
		if i >= 0 {
			describe(i, r.description)
		}
	}
	for n, id := range c.describeIDs {
		if i := g.byID(id); i >= 0 {
			describe(i, c.descriptions[n])
		} else {
			unknown(id, false)
		}
	}
	if len(miss.added)+len(miss.removed)+len(miss.changed)+len(miss.unknown) > 0 {
		e.emit(miss)
	}
	if len(ch.added)+len(ch.removed)+len(ch.changed)+len(ch.unknown) == 0 {
		return
	}
	e.emit(ch)
	e.observe(g, c.time)
}

// with adds a rule and leaves no room for more: there are many sets, and few grow twice.
func with(rules []rule, r rule) []rule {
	out := make([]rule, len(rules)+1)
	out[copy(out, rules)] = r
	return out
}
