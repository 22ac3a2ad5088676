package securitygroup

import (
	"slices"
	"time"
)

// Calls that name their group by its name. A name is unique within a VPC only, and
// the log does not tell of which VPC: the account's default one.

// unresolved is a call that several groups of the name may be meant by, or one that no
// snapshot told the name of. Which one it was may show later: what a snapshot finds
// changed, and the call would explain, is not held against nobody.
type unresolved struct {
	call       *call
	said       edit
	candidates []string
	group      string // the one that a snapshot showed it to have changed
}

// unresolved tells of a call as it is, and changes no group.
func (e *engine) unresolved(reg *region, c *call) {
	u := &unresolved{call: c, said: *c.edit}
	for _, g := range reg.sorted() {
		if g.gone.IsZero() && (g.name == c.groupName || g.name == "") {
			u.candidates = append(u.candidates, g.id)
		}
	}
	reg.open = append(reg.open, u)
	ch := &change{g: &group{name: c.groupName, place: c.place}, call: c, time: c.time, what: "unresolved", candidates: u.candidates,
		added: c.add, removed: c.remove, unknown: slices.Concat(c.removeIDs, c.modifyIDs, c.describeIDs)}
	for _, r := range c.describe {
		ch.changed = append(ch.changed, [2]rule{{key: r.key}, r})
	}
	c.edit = nil
	e.emit(ch)
}

// doubtful says whether a group may have been changed by a call that did not tell
// which group it was for, so that its rules are not known well enough to say that
// another call could not have succeeded.
func (reg *region) doubtful(g *group) bool {
	return slices.ContainsFunc(reg.open, func(u *unresolved) bool { return u.may(g) })
}

// may says whether the call may have been for the group. A call is for one group.
func (u *unresolved) may(g *group) bool {
	if u.group != "" {
		return u.group == g.id
	}
	return (g.name == u.said.groupName || g.name == "") && !g.made.After(u.call.time)
}

// explain finds the unresolved call that made a difference which shows by a time; the
// call is then known to have been for this group.
func (reg *region) explain(g *group, by time.Time, did func(*unresolved) bool) *unresolved {
	for _, u := range reg.open {
		if u.may(g) && !u.call.time.After(by.Add(skew)) && did(u) {
			u.group = g.id
			return u
		}
	}
	return nil
}

func (u *unresolved) adds(r rule) bool {
	return slices.ContainsFunc(u.said.add, func(x rule) bool { return x.key == r.key }) || slices.Contains(u.said.modifyIDs, r.id)
}

func (u *unresolved) removes(r rule) bool {
	return slices.ContainsFunc(u.said.remove, func(x rule) bool { return x.key == r.key }) || slices.Contains(u.said.removeIDs, r.id) || slices.Contains(u.said.modifyIDs, r.id)
}

func (u *unresolved) describes(r rule) bool {
	return slices.ContainsFunc(u.said.describe, func(x rule) bool { return x.key == r.key }) || slices.Contains(u.said.describeIDs, r.id)
}

func (u *unresolved) deletes() bool { return u.call.name == "DeleteSecurityGroup" }
