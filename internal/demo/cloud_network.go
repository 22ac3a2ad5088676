package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// group is a security group of the company.
type group struct {
	name string
	place
	before []rule // its ingress rules before the month
}

func (g group) id() string { return resourceID("sg", g.name) }

// groups are the company's security groups: those of production, and what every VPC has.
var groups = []group{
	{name: "bastion", place: production, before: []rule{{protocol: "tcp", from: 22, to: 22, v4: "10.1.0.0/24", description: "jump"}}},
	{name: "batch", place: production}, {name: "legacy", place: production}, {name: "alb", place: production},
	{name: "september", place: production}, {name: "november", place: production},
	{name: "restore", place: productionBack},
	{name: "appliance", place: productionBack, before: []rule{{protocol: "tcp", from: 5900, to: 5900, v4: world, description: "vendor"}}},
	{name: services[0], place: production}, {name: services[1], place: production}, {name: services[2], place: production},
	{name: services[3], place: production}, {name: services[4], place: production},
	{name: "default", place: production}, {name: "default-osaka", place: productionBack}, {name: "default-virginia", place: productionWorld},
	{name: "default-audit", place: audit}, {name: "default-audit-osaka", place: auditBack}, {name: "default-audit-virginia", place: auditWorld},
}

// effect is what a call does to the ingress rules of a group.
type effect struct {
	group         string // its ID
	adds, removes []rule
	modifies      string // the ID of a rule that becomes the first of adds
}

// parts are a rule's sources one by one, as AWS keeps them.
func (r rule) parts() []rule {
	if r.v4 == "" || r.v6 == "" {
		return []rule{r}
	}
	a, b := r, r
	a.v6, b.v4 = "", ""
	return []rule{a, b}
}

// ruleID is the ID that a rule of a group has.
func ruleID(group string, r rule) string { return resourceID("sgr", group, fmt.Sprint(r)) }

// modifiedRule is the ID of the bastion's rule that the month changes.
func modifiedRule(group string) string {
	for _, g := range groups {
		if g.id() == group && len(g.before) > 0 {
			return ruleID(group, g.before[0])
		}
	}
	return ruleID(group, rule{})
}

// groupStandings are the groups with the rules that calls before a time left them with,
// but for what the story has changed behind everybody's back by the end of the month.
func groupStandings(at time.Time) []standing {
	rules := map[string]map[string]rule{} // by group and rule ID
	for _, g := range groups {
		rules[g.id()] = map[string]rule{}
		for _, r := range g.before {
			rules[g.id()][ruleID(g.id(), r)] = r
		}
	}
	calls := slices.DeleteFunc(story(), func(p planted) bool { return p.effect == nil })
	slices.SortStableFunc(calls, func(x, y planted) int { return x.event.EventTime.Compare(y.event.EventTime) })
	for _, p := range calls {
		if p.event.EventTime.Before(at) {
			p.effect.apply(rules)
		}
	}
	if !at.Before(Period().End) {
		vanished.apply(rules)
	}
	var all []standing
	for _, g := range groups {
		all = append(all, g.standing(rules[g.id()]))
	}
	return all
}

func (e *effect) apply(rules map[string]map[string]rule) {
	of, ok := rules[e.group]
	if !ok {
		panic("demo: a call changes a security group that the company does not have: " + e.group)
	}
	for _, r := range e.removes {
		for id, was := range of {
			if was.key() == r.key() {
				delete(of, id)
			}
		}
	}
	if e.modifies != "" {
		if _, ok := of[e.modifies]; !ok {
			panic("demo: a call modifies a rule that is not there: " + e.modifies)
		}
		of[e.modifies] = e.adds[0]
		return
	}
	for _, r := range e.adds {
		for _, part := range r.parts() {
			for _, was := range of {
				if was.key() == part.key() {
					panic(fmt.Sprintf("demo: AWS refuses a rule that is there already: %s %v", e.group, part))
				}
			}
			of[ruleID(e.group, part)] = part
		}
	}
}

// key is what AWS tells rules apart by.
func (r rule) key() rule { r.description = ""; return r }

// standing is the group in AWS's two forms: its permissions, and its rules by their IDs.
func (g group) standing(rules map[string]rule) standing {
	name, vpc := g.name, resourceID("vpc", "prod", g.account, g.region)
	if g.isDefault() {
		name = "default"
	}
	shown := aws.SecurityGroup{OwnerID: g.account, GroupID: g.id(), Name: name, Description: name + " of " + g.account, VpcID: vpc,
		Egress: []aws.IPPermission{{Protocol: "-1", IPv4: []aws.IPRange{{CIDR: world}}}},
		ARN:    "arn:aws:ec2:" + g.region + ":" + g.account + ":security-group/" + g.id()}
	s := stands(g.place, g.id(), aws.SecurityGroups, nil)
	all := rule{protocol: "-1", from: -1, to: -1, v4: world}
	s.resources = append(s.resources, resource{aws.SecurityGroupRules, all.standing(g, resourceID("sgr", g.id(), "egress"), true)})
	for _, id := range slices.SortedFunc(maps.Keys(rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(rules[a].from, rules[b].from), cmp.Compare(a, b))
	}) {
		r := rules[id]
		shown.Ingress = append(shown.Ingress, r.permission())
		s.resources = append(s.resources, resource{aws.SecurityGroupRules, r.standing(g, id, false)})
	}
	s.resources[0].thing = shown
	return s
}

func (g group) isDefault() bool { return len(g.name) >= 7 && g.name[:7] == "default" }

func (r rule) permission() aws.IPPermission {
	p := aws.IPPermission{Protocol: r.protocol}
	if !r.isAll() {
		p.FromPort, p.ToPort = &r.from, &r.to
	}
	if r.v4 != "" {
		p.IPv4 = []aws.IPRange{{CIDR: r.v4, Description: r.description}}
	} else {
		p.IPv6 = []aws.IPv6Range{{CIDR: r.v6, Description: r.description}}
	}
	return p
}

func (r rule) standing(g group, id string, egress bool) aws.SecurityGroupRule {
	from, to := r.from, r.to
	if r.isAll() {
		from, to = -1, -1
	}
	return aws.SecurityGroupRule{ID: id, GroupID: g.id(), OwnerID: g.account, Egress: egress, Protocol: r.protocol, FromPort: from, ToPort: to,
		IPv4: r.v4, IPv6: r.v6, Description: r.description}
}
