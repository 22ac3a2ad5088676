package securitygroup

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// world is the reference model: what AWS would do, and log.
type world struct {
	r       *rand.Rand
	n       int
	groups  map[string]*modelled
	records []evidence.Record
	ops     []op
	states  []map[string][]string // after ops[i]
	rules   []map[string][]modelRule
	ever    map[string]*modelled // those that are gone too
	quiet   bool                 // answers tell no rules, as before 2021
}

type modelled struct {
	id, name, vpc string
	rules         []modelRule
}

type modelRule struct {
	id, description string
	told            bool // the log or a snapshot has told the ID
	egress          bool
	protocol        string
	from, to        int
	source, target  string
}

// op is one event: on which groups it works, and rules by ID.
type op struct {
	record int
	name   string
	at     time.Time
	groups []string
	rules  []string
}

type object = map[string]any

func (w *world) id(kind string) string { w.n++; return fmt.Sprintf("%s-%06d", kind, w.n) }

func (m modelRule) same(o modelRule) bool {
	o.id, o.description, o.told = m.id, m.description, m.told
	return m == o
}

func (m modelRule) String() string {
	d := "ingress"
	if m.egress {
		d = "egress"
	}
	return fmt.Sprintf("%s %s %d-%d %s %s %q", d, m.protocol, m.from, m.to, m.source, m.target, m.description)
}

func (w *world) rule(egress bool) modelRule {
	r := w.r
	m := modelRule{egress: egress, protocol: []string{"tcp", "udp", "icmp", "all", "50"}[r.IntN(5)], from: -1, to: -1}
	if m.protocol == "tcp" || m.protocol == "udp" {
		m.from = 20 + r.IntN(2)
		m.to = m.from + r.IntN(2)
	}
	switch r.IntN(4) {
	case 0:
		m.source, m.target = "ipv4", []string{"10.0.0.0/16", "0.0.0.0/1"}[r.IntN(2)]
	case 1:
		m.source, m.target = "ipv6", []string{"2001:db8:1::/48", "2000::/3"}[r.IntN(2)]
	case 2:
		m.source, m.target = "prefix_list", "pl-1"
	case 3:
		m.source, m.target = "group", "sg-peer"
	}
	m.description = []string{"", "a", "b"}[r.IntN(3)]
	return m
}

// wire writes a rule as rule sets do; upper is the API's spelling.
func (m modelRule) wire(upper bool) object {
	o := object{"isEgress": m.egress, "ipProtocol": map[string]string{"all": "-1"}[m.protocol], "fromPort": m.from, "toPort": m.to}
	if m.protocol != "all" {
		o["ipProtocol"] = m.protocol
	}
	if m.id != "" {
		o["securityGroupRuleId"] = m.id
	}
	if m.description != "" {
		o["description"] = m.description
	}
	switch m.source {
	case "ipv4":
		o["cidrIpv4"] = m.target
	case "ipv6":
		o["cidrIpv6"] = m.target
	case "prefix_list":
		o["prefixListId"] = m.target
	case "group":
		o["referencedGroupInfo"] = object{"groupId": m.target}
		if upper {
			o["referencedGroupInfo"] = object{"GroupId": m.target}
		}
	}
	if !upper {
		return o
	}
	big := object{}
	for k, v := range o {
		big[strings.ToUpper(k[:1])+k[1:]] = v
	}
	return big
}

// permission writes a rule as requests do.
func (m modelRule) permission() object {
	p := object{"ipProtocol": m.wire(false)["ipProtocol"], "fromPort": m.from, "toPort": m.to, "groups": object{}, "ipRanges": object{}, "ipv6Ranges": object{}, "prefixListIds": object{}}
	list, name := "ipRanges", "cidrIp"
	switch m.source {
	case "ipv6":
		list, name = "ipv6Ranges", "cidrIpv6"
	case "prefix_list":
		list, name = "prefixListIds", "prefixListId"
	case "group":
		list, name = "groups", "groupId"
	}
	v := object{name: m.target}
	if m.description != "" {
		v["description"] = m.description
	}
	p[list] = object{"items": []any{v}}
	return p
}

func (w *world) log(at time.Time, name string, req, resp any, groups, rules []string) {
	reqRaw, _ := json.Marshal(req)
	respRaw, _ := json.Marshal(resp)
	w.ops = append(w.ops, op{len(w.records), name, at, groups, rules})
	w.records = append(w.records, event(len(w.records), at, name, string(reqRaw), string(respRaw)))
	state := map[string][]string{}
	for id, g := range w.groups {
		state[id] = g.state()
	}
	w.states = append(w.states, state)
	now := map[string][]modelRule{}
	for id, g := range w.groups {
		now[id], w.ever[id] = slices.Clone(g.rules), g
	}
	w.rules = append(w.rules, now)
}

func (g *modelled) state() []string {
	out := []string{}
	for _, m := range g.rules {
		out = append(out, m.String())
	}
	slices.Sort(out)
	return out
}

func (w *world) snapshot(at time.Time) {
	for _, id := range slices.Sorted(maps.Keys(w.groups)) {
		g := w.groups[id]
		rules := []object{}
		for i := range g.rules {
			g.rules[i].told = true
			rules = append(rules, g.rules[i].wire(true))
		}
		b, _ := json.Marshal(object{"AccountId": "111122223333", "Region": "us-east-1", "SecurityGroup": object{"GroupId": g.id, "GroupName": g.name, "VpcId": g.vpc}, "Rules": rules, "GroupsInRegion": len(w.groups)})
		w.records = append(w.records, evidence.Record{Kind: "securitygroup.snapshot", ID: g.id + "@" + at.String(), Time: at, Body: b})
	}
}

func (w *world) all(source, target string) modelRule {
	return modelRule{id: w.id("sgr"), egress: source != "group", protocol: "all", from: -1, to: -1, source: source, target: target}
}

// step does one call that succeeds.
func (w *world) step(at time.Time) {
	ids := slices.Sorted(maps.Keys(w.groups))
	g := w.groups[ids[w.r.IntN(len(ids))]]
	on := []string{g.id}
	direction, egress := "Ingress", w.r.IntN(2) == 0
	if egress {
		direction = "Egress"
	}
	of := func() int { // a rule of that direction
		fit := []int{}
		for i, m := range g.rules {
			if m.egress == egress {
				fit = append(fit, i)
			}
		}
		if len(fit) == 0 {
			return -1
		}
		return fit[w.r.IntN(len(fit))]
	}
	answer := func(set string, ms ...modelRule) object {
		if w.quiet || len(ms) == 0 {
			return object{"_return": true}
		}
		items := []object{}
		for _, m := range ms {
			items = append(items, m.wire(false))
		}
		return object{"_return": true, set: object{"items": items}}
	}
	fresh := func() (modelRule, bool) {
		m := w.rule(egress)
		return m, !slices.ContainsFunc(g.rules, m.same)
	}
	switch w.r.IntN(14) {
	case 0: // create a group
		n := &modelled{id: w.id("sg"), vpc: "vpc-1"}
		n.name, n.rules = "name-"+n.id, []modelRule{w.all("ipv4", "0.0.0.0/0")}
		w.groups[n.id] = n
		w.log(at, "CreateSecurityGroup", object{"groupName": n.name, "groupDescription": "x", "vpcId": n.vpc}, object{"groupId": n.id, "_return": true}, []string{n.id}, nil)
	case 1: // create a VPC
		n := &modelled{id: w.id("sg"), name: "default", vpc: w.id("vpc")}
		n.rules = []modelRule{w.all("ipv4", "0.0.0.0/0"), w.all("group", n.id)}
		w.groups[n.id] = n
		w.log(at, "CreateVpc", object{"cidrBlock": "10.0.0.0/16"}, object{"vpc": object{"vpcId": n.vpc}}, []string{n.id}, nil)
	case 2: // delete either
		switch {
		case len(ids) < 3 || g.vpc == "vpc-1" && g.name == "default":
			return
		case g.name == "default":
			delete(w.groups, g.id)
			w.log(at, "DeleteVpc", object{"vpcId": g.vpc}, object{"_return": true}, on, nil)
		default:
			delete(w.groups, g.id)
			w.log(at, "DeleteSecurityGroup", object{"groupId": g.id}, object{"_return": true}, on, nil)
		}
	case 3, 4, 5, 6: // authorize
		m, ok := fresh()
		if !ok {
			return
		}
		m.id, m.told = w.id("sgr"), !w.quiet
		g.rules = append(g.rules, m)
		asked := m
		asked.id = ""
		w.log(at, "AuthorizeSecurityGroup"+direction, object{"groupId": g.id, "ipPermissions": object{"items": []any{asked.permission()}}}, answer("securityGroupRuleSet", m), on, []string{m.id})
	case 7, 8, 9: // revoke
		i := of()
		if i < 0 {
			return
		}
		m := g.rules[i]
		req := object{"groupId": g.id, "ipPermissions": object{"items": []any{m.permission()}}}
		if m.told && w.r.IntN(2) == 0 {
			req = object{"groupId": g.id, "securityGroupRuleIds": object{"items": []any{object{"securityGroupRuleId": m.id}}}}
		}
		resp := object{"_return": true}
		if w.r.IntN(2) == 0 {
			resp = answer("revokedSecurityGroupRuleSet", m)
		}
		g.rules = slices.Delete(g.rules, i, i+1)
		w.log(at, "RevokeSecurityGroup"+direction, req, resp, on, []string{m.id})
	case 10, 11: // modify
		i := of()
		m, ok := fresh()
		if i < 0 || !ok || !g.rules[i].told {
			return
		}
		m.id, m.told = g.rules[i].id, true
		g.rules[i] = m
		asked := m.wire(true)
		delete(asked, "IsEgress")
		delete(asked, "SecurityGroupRuleId")
		delete(asked, "ReferencedGroupInfo")
		if m.source == "group" {
			asked["ReferencedGroupId"] = m.target
		}
		w.log(at, "ModifySecurityGroupRules", object{"ModifySecurityGroupRulesRequest": object{"GroupId": g.id, "SecurityGroupRule": object{"SecurityGroupRuleId": m.id, "tag": 1, "SecurityGroupRule": asked}}},
			object{"ModifySecurityGroupRulesResponse": object{"return": true}}, on, []string{m.id})
	default: // describe
		i := of()
		if i < 0 {
			return
		}
		g.rules[i].description += "x"
		m := g.rules[i]
		req := object{"groupId": g.id, "ipPermissions": object{"items": []any{m.permission()}}}
		if m.told && w.r.IntN(2) == 0 {
			req = object{"groupId": g.id, "securityGroupRuleDescriptions": object{"items": []any{object{"securityGroupRuleId": m.id, "description": m.description}}}}
		}
		w.log(at, "UpdateSecurityGroupRuleDescriptions"+direction, req, object{"_return": true}, on, []string{m.id})
	}
}

// history has a snapshot before the first call, if early, after the last, and between.
func history(seed uint64, early bool) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, 7)), groups: map[string]*modelled{}, ever: map[string]*modelled{}, quiet: seed%3 == 0}
	for _, name := range []string{"default", "web"} {
		g := &modelled{id: w.id("sg"), name: name, vpc: "vpc-1"}
		g.rules = []modelRule{w.all("ipv4", "0.0.0.0/0")}
		w.groups[g.id] = g
	}
	if early {
		w.snapshot(start.Add(-time.Hour))
	}
	for n := range 80 {
		at := start.Add(time.Duration(n) * time.Hour)
		w.step(at)
		if n%25 == 20 {
			w.snapshot(at.Add(30 * time.Minute))
		}
	}
	w.snapshot(start.Add(81 * time.Hour))
	return w
}

// observed replays the records; state tells what was rebuilt of a moment.
func observed(t *testing.T, records []evidence.Record) (changes []*change, state func(time.Time) map[string][]string) {
	t.Helper()
	type seen struct {
		id    string
		at    time.Time
		rules []string
		gone  bool
	}
	var log []seen
	e := newEngine()
	e.tell = func(err error) bool { t.Error(err); return true }
	e.emit = func(c *change) { changes = append(changes, c) }
	e.observe = func(g *group, at time.Time) {
		s := seen{id: g.id, at: at, rules: []string{}, gone: !g.gone.IsZero()}
		for _, r := range g.rules {
			if !r.ported {
				r.from, r.to = -1, -1
			}
			s.rules = append(s.rules, modelRule{"", r.description, false, r.egress, r.protocol(), int(r.from), int(r.to), r.source(), r.target()}.String())
		}
		slices.Sort(s.rules)
		log = append(log, s)
	}
	e.rebuild(t.Context(), input(records).Records)
	return changes, func(at time.Time) map[string][]string {
		out := map[string][]string{}
		for _, s := range log {
			if s.at.After(at) {
				continue
			}
			if out[s.id] = s.rules; s.gone {
				delete(out, s.id)
			}
		}
		return out
	}
}

func unobservedOf(changes []*change) map[string]int {
	out := map[string]int{}
	for _, c := range changes {
		if c.what == "unobserved" {
			out[c.g.id]++
		}
	}
	return out
}

// TestModel: the rules of every group at every moment are those of the model,
// and every change has its call.
func TestModel(t *testing.T) {
	for seed := range uint64(150) {
		w := history(seed, true)
		changes, state := observed(t, w.records)
		if n := unobservedOf(changes); len(n) > 0 {
			for _, c := range changes {
				if n[c.g.id] > 0 {
					t.Logf("%s %s %s %q", c.time, c.what, c.g.id, c.lines())
				}
			}
			t.Fatalf("seed %d: unobserved: %v", seed, n)
		}
		if len(changes) != len(w.ops) {
			vpcs := 0 // that came and went between snapshots
			for _, o := range w.ops {
				if strings.HasSuffix(o.name, "Vpc") {
					vpcs++
				}
			}
			if len(changes) > len(w.ops) || len(w.ops)-len(changes) > vpcs {
				t.Errorf("seed %d: %d changes of %d calls", seed, len(changes), len(w.ops))
			}
		}
		known := map[string]bool{}
		for id := range state(start.Add(1000 * time.Hour)) {
			known[id] = true
		}
		for i, o := range w.ops {
			got := state(o.at)
			for id, want := range w.states[i] {
				if known[id] && !slices.Equal(got[id], want) {
					t.Fatalf("seed %d: %s of %s at %s:\n%q\nwant\n%q", seed, o.name, id, o.at, got[id], want)
				}
			}
		}
		// Without the first snapshot the beginning is less well known, and still
		// nothing is said to be unobserved.
		w = history(seed, false)
		changes, _ = observed(t, w.records)
		if n := unobservedOf(changes); len(n) > 0 {
			t.Fatalf("seed %d, no first snapshot: unobserved: %v", seed, n)
		}
	}
}

// TestMissingCall leaves out one call after the other.
func TestMissingCall(t *testing.T) {
	for seed := range uint64(40) {
		w := history(seed, true)
		final := map[string][]string{}
		for id, g := range w.groups {
			final[id] = g.state()
		}
		for i, o := range w.ops {
			changes, state := observed(t, slices.Delete(slices.Clone(w.records), o.record, o.record+1))
			got := unobservedOf(changes)
			fail := func(format string, args ...any) {
				t.Errorf("seed %d without %s %v of %v at %s: %s", seed, o.name, o.rules, o.groups, o.at, fmt.Sprintf(format, args...))
				for _, c := range changes {
					if c.what == "unobserved" {
						t.Logf("%s %s %q", c.time, c.g.id, c.lines())
					}
				}
			}
			for id, n := range got {
				if !slices.Contains(o.groups, id) {
					fail("%d unobserved of %s", n, id)
				}
			}
			// What else was done to the group before the next snapshot?
			id, later, same := o.groups[0], false, false
			next := slices.IndexFunc(w.records[o.record:], func(r evidence.Record) bool { return r.Kind == "securitygroup.snapshot" }) + o.record
			for _, l := range w.ops[i+1:] {
				if l.record < next && slices.Contains(l.groups, id) {
					later = true
					same = same || strings.HasPrefix(l.name, "Delete") || slices.ContainsFunc(l.rules, func(r string) bool { return slices.Contains(o.rules, r) })
				}
			}
			unknown := slices.ContainsFunc(changes, func(c *change) bool { return c.g.id == id && len(c.unknown) > 0 })
			switch {
			case o.name == "DeleteVpc" && !slices.ContainsFunc(w.records, func(r evidence.Record) bool { return strings.HasPrefix(r.ID, id+"@") }): // nothing told which group was its default one
			case !later && got[id] != 1:
				fail("%d unobserved, want 1", got[id])
			case later && got[id] == 0 && !same:
				fail("not told")
			case got[id] == 0 && unknown: // a later call by an ID that may be of a rule without one
			case got[id] == 0 && same && strings.HasPrefix(o.name, "Authorize") && !strings.HasPrefix(lastOn(w.ops[i+1:], next, id), "Delete"):
				fail("not told, and a later call names the rule")
			}
			end := state(start.Add(1000 * time.Hour))
			for id, want := range final {
				if !slices.Equal(end[id], want) {
					fail("in the end %s has\n%q, want\n%q", id, end[id], want)
				}
			}
			if len(end) != len(final) {
				fail("in the end %d groups, want %d", len(end), len(final))
			}
			if t.Failed() {
				return
			}
		}
	}
}

// lastOn names the last call on a group before a snapshot.
func lastOn(ops []op, next int, id string) (name string) {
	for _, o := range ops {
		if o.record < next && slices.Contains(o.groups, id) {
			name = o.name
		}
	}
	return name
}
