package graph

import (
	"slices"
	"time"
)

// Group is a security group, or a Microsoft 365 group.
type Group struct {
	t *Tenant
	*history

	ID, Name string
	unified  bool
	members  membership
	owners   membership
}

// Principal is who can be in a group or have a role: a *User, a *Group or a
// *ServicePrincipal.
type Principal interface {
	// asMember is the principal as members, owners and principals show it; nil when it is gone.
	asMember(now time.Time) Object
	// target is the principal as the target of an audit.
	target(changed ...Object) Object
	principal() (id, name, kind string)
}

// membership is who came and went, and when.
type membership []stay

type stay struct {
	who        Principal
	from, till time.Time
}

func (m membership) at(now time.Time) []Principal {
	var out []Principal
	for _, s := range m {
		if !now.Before(s.from) && (s.till.IsZero() || now.Before(s.till)) {
			out = append(out, s.who)
		}
	}
	return out
}

// leave ends the latest stay that began before a time.
func (m membership) leave(who Principal, at time.Time) {
	for i := len(m) - 1; i >= 0; i-- {
		if m[i].who == who && m[i].till.IsZero() && !m[i].from.After(at) {
			m[i].till = at
			return
		}
	}
	panic("graph: somebody leaves who has not come")
}

// Group adds a security group with those who were in it from the beginning.
func (t *Tenant) Group(name string, created time.Time, members ...Principal) *Group {
	g := &Group{t: t, ID: t.id("group", name), Name: name}
	g.history = t.begin(created, Object{
		"id": g.ID, "displayName": name, "description": nil, "createdDateTime": stamp(created), "deletedDateTime": nil, "renewedDateTime": stamp(created),
		"expirationDateTime": nil, "groupTypes": list[string](), "securityEnabled": true, "mailEnabled": false, "mail": nil, "mailNickname": g.ID[:8],
		"isAssignableToRole": nil, "membershipRule": nil, "membershipRuleProcessingState": nil, "visibility": nil, "classification": nil,
		"onPremisesSyncEnabled": nil, "preferredLanguage": nil, "preferredDataLocation": nil, "theme": nil, "securityIdentifier": nil,
		"proxyAddresses": list[string](),
	})
	for _, who := range members {
		g.members = append(g.members, stay{who: who, from: created})
	}
	t.groups = append(t.groups, g)
	return g
}

// Unified makes it a Microsoft 365 group.
func (g *Group) Unified(mail string) *Group {
	g.unified = true
	for name, value := range (Object{"groupTypes": list("Unified"), "mailEnabled": true, "mail": mail, "visibility": "Private", "proxyAddresses": list("SMTP:" + mail)}) {
		g.began[name] = value
	}
	return g
}

// Dynamic makes the members follow a rule.
func (g *Group) Dynamic(rule string) *Group {
	g.began["groupTypes"], g.began["membershipRule"], g.began["membershipRuleProcessingState"] = list("DynamicMembership"), rule, "On"
	return g
}

// RoleAssignable lets directory roles be given to the group.
func (g *Group) RoleAssignable() *Group {
	g.began["isAssignableToRole"] = true
	return g
}

// Owned gives the group an owner from its beginning.
func (g *Group) Owned(by Principal) *Group {
	g.owners = append(g.owners, stay{who: by, from: g.born})
	return g
}

func (g *Group) principal() (id, name, kind string) { return g.ID, g.Name, "Group" }

func (g *Group) target(changed ...Object) Object {
	o := target("Group", g.ID, g.Name, changed...)
	o["groupType"] = "azureAD"
	if g.unified {
		o["groupType"] = "unifiedGroups"
	}
	return o
}

func (g *Group) asMember(now time.Time) Object {
	o := g.at(now)
	if o != nil {
		o["@odata.type"] = "#microsoft.graph.group"
	}
	return o
}

// Add makes somebody a member.
func (g *Group) Add(by Actor, at time.Time, who Principal) Change {
	c := g.moved("Add member to group", by, at, who, true)
	g.members = append(g.members, stay{who: who, from: c.At})
	return c
}

// AddRefused is an attempt to make somebody a member.
func (g *Group) AddRefused(by Actor, at time.Time, who Principal) Change {
	c := g.moved("Add member to group", by, at, who, true)
	last := g.t.told[len(g.t.told)-1]
	last["result"], last["resultReason"] = "failure", "Microsoft.Online.DirectoryServices.DirectoryAuthorizationException"
	return c
}

// Remove ends a membership.
func (g *Group) Remove(by Actor, at time.Time, who Principal) Change {
	c := g.moved("Remove member from group", by, at, who, false)
	g.members.leave(who, c.At)
	return c
}

// AddOwner makes somebody an owner.
func (g *Group) AddOwner(by Actor, at time.Time, who Principal) Change {
	c := g.moved("Add owner to group", by, at, who, true)
	g.owners = append(g.owners, stay{who: who, from: c.At})
	return c
}

// moved logs that somebody came or went: the member first, with what it became a
// member of, then the group.
func (g *Group) moved(activity string, by Actor, at time.Time, who Principal, came bool) Change {
	id, _, _ := who.principal()
	c := g.t.change(at, activity, g.ID, id)
	value := func(v any) (before, after any) {
		if came {
			return nil, v
		}
		return v, nil
	}
	property := func(name string, v any) Object {
		before, after := value(v)
		return modified(name, before, after)
	}
	g.t.tell(c.log(audit{activity: activity, by: by, targets: []Object{
		who.target(property("Group.ObjectID", g.ID), property("Group.DisplayName", g.Name), modified("Group.WellKnownObjectName", nil, nil)),
		g.target(),
	}}))
	return c
}

// Set changes a property of the group.
func (g *Group) Set(by Actor, at time.Time, property string, value any) Change {
	c := g.t.change(at, "update group", g.ID, property)
	name := auditName(property)
	g.change(c.At, func(o Object) { o[property] = value }, func(before, _ Object) []Object {
		return []Object{c.log(audit{activity: "Update group", by: by, targets: []Object{g.target(modified(name, values(before[property]), values(value)), updated(name))}})}
	})
	return c
}

// Added logs that the group was made.
func (g *Group) Added(by Actor) Change {
	c := g.t.change(g.born, "add group", g.ID)
	g.t.tell(c.log(audit{activity: "Add group", by: by, targets: []Object{g.target(
		modified("DisplayName", list[string](), list(g.Name)), modified("MailEnabled", list[bool](), list(g.unified)), modified("SecurityEnabled", list[bool](), list(true)),
		updated("DisplayName", "MailEnabled", "SecurityEnabled"),
	)}}))
	return c
}

// Delete removes the group.
func (g *Group) Delete(by Actor, at time.Time) Change {
	c := g.t.change(at, "delete group", g.ID)
	g.end(c.At, func(Object, Object) []Object {
		return []Object{c.log(audit{activity: "Delete group", by: by, targets: []Object{g.target()}})}
	})
	return c
}

// groupsAt are the groups that there are.
func (t *Tenant) groupsAt(now time.Time) []Object {
	out := []Object{}
	for _, g := range t.groups {
		if o := g.at(now); o != nil {
			out = append(out, o)
		}
	}
	return out
}

// group is a group by its id; nil when there is none.
func (t *Tenant) group(id string, now time.Time) *Group {
	i := slices.IndexFunc(t.groups, func(g *Group) bool { return g.ID == id && g.at(now) != nil })
	if i < 0 {
		return nil
	}
	return t.groups[i]
}

// objects are principals as members show them.
func objects(of []Principal, now time.Time) []Object {
	out := []Object{}
	for _, p := range of {
		if o := p.asMember(now); o != nil {
			out = append(out, o)
		}
	}
	return out
}
