package securitygroup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/tidwall/gjson"
)

// configType is what AWS Config calls security groups.
const configType = "AWS::EC2::SecurityGroup"

// itemOf reads what AWS Config recorded of a group. A nil shot without an error tells
// nothing of one.
func (e *engine) itemOf(r evidence.Record) (*shot, error) {
	b := membersOf(gjson.ParseBytes(r.Body))
	item := b.get("ConfigurationItem")
	if item.Get("resourceType").String() != configType || r.Time.Before(e.since) {
		return nil, nil
	}
	s := &shot{record: r.ID, kind: r.Kind, time: r.Time, place: place{e.intern(b.text("AccountId")), e.intern(b.text("Region"))},
		group: e.intern(item.Get("resourceId").String()), name: e.intern(item.Get("resourceName").String())}
	if s.group == "" || s.place.account == "" || s.place.region == "" {
		return nil, fmt.Errorf("%s %q: account, region or group is missing", r.Kind, r.ID)
	}
	switch status := item.Get("configurationItemStatus").String(); status {
	case "ResourceDeleted", "ResourceDeletedNotRecorded":
		s.gone = true
		return s, nil
	case "ResourceNotRecorded":
		return nil, nil
	case "OK", "ResourceDiscovered":
	default:
		return nil, fmt.Errorf("%s %q: status %q is not understood", r.Kind, r.ID, status)
	}
	c := item.Get("configuration")
	if c.Type == gjson.String { // as the API gives it; elsewhere it is an object
		if !gjson.Valid(c.Str) {
			return nil, fmt.Errorf("%s %q: its configuration is not valid JSON", r.Kind, r.ID)
		}
		c = gjson.Parse(c.Str)
	}
	group := membersOf(c)
	in, out := group.get("ipPermissions", "IpPermissions"), group.get("ipPermissionsEgress", "IpPermissionsEgress")
	if !in.IsArray() {
		return nil, fmt.Errorf("%s %q: its configuration has no rules", r.Kind, r.ID)
	}
	if name := group.text("groupName", "GroupName"); name != "" {
		s.name = e.intern(name)
	}
	s.vpc = e.intern(group.text("vpcId", "VpcId"))
	for _, list := range []struct {
		of     gjson.Result
		egress bool
	}{{in, false}, {out, true}} {
		for _, p := range list.of.Array() {
			rules, ok := e.recorded(p, list.egress)
			if !ok {
				return nil, fmt.Errorf("%s %q: a rule is not understood", r.Kind, r.ID)
			}
			for _, x := range rules {
				if !slices.ContainsFunc(s.rules, func(y rule) bool { return y.key == x.key }) {
					s.rules = append(s.rules, x)
				}
			}
		}
	}
	return s, nil
}

// recorded reads the rules of a permission as AWS Config writes it: its sources are
// objects, or in older items, and beside them in newer ones, strings.
func (e *engine) recorded(perm gjson.Result, egress bool) (rules []rule, ok bool) {
	ok = true
	p := membersOf(perm)
	protocol, from, to := p.get("ipProtocol", "IpProtocol"), p.get("fromPort", "FromPort"), p.get("toPort", "ToPort")
	add := func(source, target string, v members) {
		k, good := newKey(egress, protocol, from, to, source, target)
		if ok = ok && good; good {
			text := v.text("description", "Description")
			if text == "" {
				text = untold // older items have none
			}
			rules = append(rules, e.own(rule{key: k, description: text}))
		}
	}
	for _, of := range []struct{ list, source, name string }{
		{"ipv4Ranges", "ipv4", "cidrIp"}, {"ipRanges", "ipv4", "cidrIp"}, {"ipv6Ranges", "ipv6", "cidrIpv6"}, {"prefixListIds", "prefix_list", "prefixListId"},
	} {
		for _, x := range p.get(of.list, capital(of.list)).Array() {
			v, target := membersOf(x), x.String()
			if x.IsObject() {
				target = v.text(of.name, capital(of.name))
			}
			add(of.source, target, v)
		}
	}
	for _, x := range p.get("userIdGroupPairs", "UserIdGroupPairs").Array() {
		v := membersOf(x)
		target := v.text("groupId", "GroupId")
		if target == "" {
			target = classicName(v.text("userId", "UserId"), v.text("groupName", "GroupName"))
		}
		add("group", target, v)
	}
	return rules, ok
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
