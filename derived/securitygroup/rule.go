package securitygroup

import (
	"net/netip"
	"strconv"
	"strings"
	"unique"

	"github.com/tidwall/gjson"
)

// Rule is one permission of a security group in its normal form: protocols by
// one name, addresses without host bits, ports only where the protocol has them.
type Rule struct {
	RuleID      string `json:"RuleId,omitempty"`
	Direction   string `json:"Direction"` // "ingress" or "egress"
	Protocol    string `json:"Protocol"`  // "tcp", "udp", "icmp", "icmpv6", "all" or a number
	FromPort    *int   `json:"FromPort,omitempty"`
	ToPort      *int   `json:"ToPort,omitempty"`
	Source      Source `json:"Source"`
	Description string `json:"Description,omitempty"`
}

// Source is the other end of a rule: for egress, where traffic may go.
type Source struct {
	Type  string `json:"Type"`  // "ipv4", "ipv6", "prefix_list" or "group"
	Value string `json:"Value"` // a CIDR, a prefix list's or a group's ID; "account/name" for a group named in EC2-Classic's way
}

// key is what AWS tells rules of one group apart by.
type key struct {
	egress   bool
	ported   bool
	from, to int32
	ends     unique.Handle[ends] // few in number, and in a great many rules
}

type ends struct{ protocol, source, target string }

func (k key) protocol() string { return k.ends.Value().protocol }
func (k key) source() string   { return k.ends.Value().source }
func (k key) target() string   { return k.ends.Value().target }

func (k key) with(protocol, source, target string) key {
	k.ends = unique.Make(ends{protocol, source, target})
	return k
}

type rule struct {
	key
	id, description string
}

// untold is the description of a rule of which it is not known whether it has any.
const untold = "\x00"

func (r rule) text() string {
	if r.description == untold {
		return ""
	}
	return r.description
}

func (r rule) export() Rule {
	out := Rule{RuleID: r.id, Direction: "ingress", Protocol: r.protocol(), Source: Source{r.source(), r.target()}, Description: r.text()}
	if r.egress {
		out.Direction = "egress"
	}
	if r.ported {
		from, to := int(r.from), int(r.to)
		out.FromPort, out.ToPort = &from, &to
	}
	return out
}

func export(rules []rule) []Rule {
	out := make([]Rule, 0, len(rules))
	for _, r := range rules {
		out = append(out, r.export())
	}
	return out
}

var protocolNames = map[string]string{"-1": "all", "all": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}

// newKey gives the normal form; ok is false if a value cannot be what it should.
func newKey(egress bool, protocol, from, to gjson.Result, source, target string) (k key, ok bool) {
	k = key{egress: egress}
	p := strings.ToLower(protocol.String())
	if name, is := protocolNames[p]; is {
		p = name
	}
	switch p {
	case "tcp", "udp", "icmp", "icmpv6":
		var fromOK, toOK bool
		k.from, fromOK = port(from)
		k.to, toOK = port(to)
		if !fromOK || !toOK {
			return k, false
		}
		k.ported = true
	case "all":
	default:
		// AWS ignores the ports of protocols that have none.
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || n > 255 {
			return k, false
		}
		p = strconv.Itoa(n)
	}
	switch source {
	case "ipv4", "ipv6":
		prefix, err := netip.ParsePrefix(target)
		if err != nil {
			addr, err := netip.ParseAddr(target)
			if err != nil || addr.Zone() != "" {
				return k, false
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		if prefix.Addr().Is4() != (source == "ipv4") {
			return k, false
		}
		target = prefix.Masked().String()
	default:
		if target == "" {
			return k, false
		}
	}
	return k.with(p, source, target), true
}

// port reads a port or an ICMP type or code; absent stands for any, which AWS writes -1.
func port(v gjson.Result) (int32, bool) {
	if !v.Exists() || v.Type == gjson.Null {
		return -1, true
	}
	n, err := strconv.ParseInt(v.String(), 10, 32)
	return int32(n), err == nil && n >= -1 && n <= 65535
}

// ruleOf reads a rule as the rule sets of CloudTrail (lower-case names) and the
// API (upper-case names) give it.
func (e *engine) ruleOf(v gjson.Result, egress bool) (rule, bool) {
	if !v.IsObject() {
		return rule{}, false
	}
	var source, target string
	var protocol, from, to, id, description gjson.Result
	v.ForEach(func(name, x gjson.Result) bool {
		kind := ""
		switch name.Str {
		case "isEgress", "IsEgress":
			if x.Type != gjson.Null {
				egress = x.Bool()
			}
		case "ipProtocol", "IpProtocol":
			protocol = x
		case "fromPort", "FromPort":
			from = x
		case "toPort", "ToPort":
			to = x
		case "securityGroupRuleId", "SecurityGroupRuleId":
			id = x
		case "description", "Description":
			description = x
		case "cidrIpv4", "CidrIpv4":
			kind = "ipv4"
		case "cidrIpv6", "CidrIpv6":
			kind = "ipv6"
		case "prefixListId", "PrefixListId":
			kind = "prefix_list"
		case "referencedGroupInfo", "ReferencedGroupInfo":
			kind, x = "group", membersOf(x).get("groupId", "GroupId")
		case "referencedGroupId", "ReferencedGroupId":
			kind = "group"
		}
		if kind != "" && x.Type == gjson.String && x.Str != "" {
			source, target = kind, x.Str
		}
		return true
	})
	k, ok := newKey(egress, protocol, from, to, source, target)
	if source == "" || !ok {
		return rule{}, false
	}
	return e.own(rule{key: k, id: id.String(), description: description.String()}), true
}

// permissions reads the rules of a request: ipPermissions, or the one rule that
// older clients write at the top.
func (e *engine) permissions(req members, egress bool) (rules []rule, ok bool) {
	perms := items(req.get("ipPermissions", "IpPermissions"))
	if len(perms) == 0 && (req.get("ipProtocol").Exists() || req.get("sourceSecurityGroupName").Exists() || req.get("cidrIp").Exists()) {
		p := req.get("ipProtocol")
		if !p.Exists() {
			p = gjson.Result{Type: gjson.String, Str: "-1"}
		}
		source, target := "ipv4", req.text("cidrIp")
		if g := req.get("sourceSecurityGroupName"); g.Exists() {
			source, target = "group", classicName(req.text("sourceSecurityGroupOwnerId"), g.String())
		}
		k, good := newKey(egress, p, req.get("fromPort"), req.get("toPort"), source, target)
		if !good {
			return nil, false
		}
		return []rule{e.own(rule{key: k})}, true
	}
	ok = true
	for _, perm := range perms {
		p := membersOf(perm)
		protocol, from, to := p.get("ipProtocol", "IpProtocol"), p.get("fromPort", "FromPort"), p.get("toPort", "ToPort")
		add := func(source, target string, v members) {
			k, good := newKey(egress, protocol, from, to, source, target)
			if !good {
				ok = false
				return
			}
			rules = append(rules, e.own(rule{key: k, description: v.text("description", "Description")}))
		}
		for _, of := range []struct{ source, lower, upper, name, capital string }{
			{"ipv4", "ipRanges", "IpRanges", "cidrIp", "CidrIp"},
			{"ipv6", "ipv6Ranges", "Ipv6Ranges", "cidrIpv6", "CidrIpv6"},
			{"prefix_list", "prefixListIds", "PrefixListIds", "prefixListId", "PrefixListId"},
		} {
			for _, x := range items(p.get(of.lower, of.upper)) {
				v := membersOf(x)
				add(of.source, v.text(of.name, of.capital), v)
			}
		}
		for _, x := range items(p.get("groups", "UserIdGroupPairs")) {
			v := membersOf(x)
			target := v.text("groupId", "GroupId")
			if target == "" {
				target = classicName(v.text("userId", "UserId"), v.text("groupName", "GroupName"))
			}
			add("group", target, v)
		}
	}
	return rules, ok
}

func classicName(owner, name string) string {
	if name == "" {
		return ""
	}
	return owner + "/" + name
}

// own cuts a rule's strings loose from the body they were read from.
func (e *engine) own(r rule) rule {
	r.id, r.description = strings.Clone(r.id), e.intern(r.description)
	return r
}

func (e *engine) intern(s string) string {
	if t, ok := e.strings[s]; ok {
		return t
	}
	s = strings.Clone(s)
	e.strings[s] = s
	return s
}
