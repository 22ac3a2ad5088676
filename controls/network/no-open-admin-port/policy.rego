# NET-02: one call that opens a security group's inbound ports.
package evidence.net_02

exception contains {"code": "admin_port_open", "detail": {
	"by": by, "group": group, "source": rule.source,
	"protocol": rule.protocol, "from": rule.from, "to": rule.to, "ports": ports,
}} if {
	some rule in opened
	rule.protocol != "all"
	ports := sort([port | some port in input.params.admin_ports; rule.from <= port; port <= rule.to])
	count(ports) > 0
}

exception contains {"code": "all_traffic_open", "detail": {"by": by, "group": group, "source": rule.source}} if {
	some rule in opened
	rule.protocol == "all"
}

# opened: what the call opened to the world, in one form for every shape in
# which CloudTrail writes it. Request and response say the same twice; a set
# holds it once.
opened contains rule(p.ipProtocol, object.get(p, "fromPort", null), object.get(p, "toPort", null), source) if {
	changed
	some p in permissions
	some source in sources(p)
	open_to_the_world(source)
}

# A permission without a protocol would open everything.
opened contains rule(null, null, null, source) if {
	changed
	some p in permissions
	not p.ipProtocol
	some source in sources(p)
	open_to_the_world(source)
}

# permissions in the request: ipPermissions.items[]
permissions contains p if {
	items := input.record.requestParameters.ipPermissions.items
	is_array(items)
	some p in items
}

permissions contains items if {
	items := input.record.requestParameters.ipPermissions.items
	is_object(items)
}

# permissions in the request: the older fields at its top
permissions contains {
	"ipProtocol": object.get(input.record.requestParameters, "ipProtocol", null),
	"fromPort": object.get(input.record.requestParameters, "fromPort", null),
	"toPort": object.get(input.record.requestParameters, "toPort", null),
	"cidr": cidr,
} if {
	some field in {"cidrIp", "cidrIpv6"}
	cidr := input.record.requestParameters[field]
	is_string(cidr)
}

# permissions in the response: securityGroupRuleSet.items[]
permissions contains {
	"ipProtocol": object.get(item, "ipProtocol", null),
	"fromPort": object.get(item, "fromPort", null),
	"toPort": object.get(item, "toPort", null),
	"cidr": cidr,
} if {
	some item in response_rules
	not object.get(item, "isEgress", false) in {true, "true"}
	some field in {"cidrIpv4", "cidrIpv6"}
	cidr := item[field]
	is_string(cidr)
}

# permissions in ModifySecurityGroupRules. The request does not say whether the
# rule is an inbound one: it is taken for one.
permissions contains {
	"ipProtocol": object.get(update.SecurityGroupRule, "IpProtocol", null),
	"fromPort": object.get(update.SecurityGroupRule, "FromPort", null),
	"toPort": object.get(update.SecurityGroupRule, "ToPort", null),
	"cidr": cidr,
} if {
	some update in rule_updates
	some field in {"CidrIpv4", "CidrIpv6"}
	cidr := update.SecurityGroupRule[field]
	is_string(cidr)
}

response_rules contains item if {
	items := input.record.responseElements.securityGroupRuleSet.items
	is_array(items)
	some item in items
}

response_rules contains items if {
	items := input.record.responseElements.securityGroupRuleSet.items
	is_object(items)
}

rule_updates contains update if {
	updates := input.record.requestParameters.ModifySecurityGroupRulesRequest.SecurityGroupRule
	is_array(updates)
	some update in updates
}

rule_updates contains updates if {
	updates := input.record.requestParameters.ModifySecurityGroupRulesRequest.SecurityGroupRule
	is_object(updates)
}

# sources of a permission: its one cidr, or its ipRanges and ipv6Ranges
sources(p) := {source |
	some source in array.concat(
		array.concat([object.get(p, "cidr", null)], [r.cidrIp | some r in members(object.get(p, ["ipRanges", "items"], []))]),
		[r.cidrIpv6 | some r in members(object.get(p, ["ipv6Ranges", "items"], []))],
	)
	is_string(source)
}

# members of a list that is given as its one member when it has but one
members(items) := items if is_array(items)

members(items) := [items] if is_object(items)

# rule in one form. A port that is absent, null, negative or no number bounds nothing.
rule(protocol, from, to, source) := {
	"protocol": name,
	"from": port(from, 0),
	"to": port(to, 65535),
	"source": source,
} if {
	name := object.get(protocols, lower(sprintf("%v", [protocol])), "none")
	name != "none"
}

# protocols that have ports; through the others no administrative port is reached
protocols := {
	"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp",
	"-1": "all", "all": "all", "null": "all", "": "all",
}

port(value, _) := to_number(value) if regex.match(`^[0-9]{1,5}$`, sprintf("%v", [value]))

port(value, unbounded) := unbounded if not regex.match(`^[0-9]{1,5}$`, sprintf("%v", [value]))

# A prefix that is as short as the parameter, however its address is written.
open_to_the_world(cidr) if {
	not contains(cidr, ":")
	prefix_length(cidr) <= input.params.open_prefix_ipv4
}

open_to_the_world(cidr) if {
	contains(cidr, ":")
	prefix_length(cidr) <= input.params.open_prefix_ipv6
}

prefix_length(cidr) := n if {
	digits := regex.find_n(`/ *[0-9]{1,9} *$`, cidr, 1)[0]
	stripped := trim_left(trim(digits, "/ "), "0")
	n := to_number(concat("", [stripped, zero_if_empty(stripped)]))
}

zero_if_empty(s) := "0" if s == ""

zero_if_empty(s) := "" if s != ""

# A failed call and a dry run changed nothing. A null or empty error is none.
changed if {
	object.get(input.record, "errorCode", null) in {null, ""}
	not dry_run
}

dry_run if input.record.requestParameters.dryRun in {true, "true"}

dry_run if input.record.requestParameters.ModifySecurityGroupRulesRequest.DryRun in {true, "true"}

group := concat(" ", [name |
	some path in [["groupId"], ["ModifySecurityGroupRulesRequest", "GroupId"], ["groupName"]]
	name := object.get(input.record.requestParameters, path, null)
	is_string(name)
])

by := object.get(input.record.userIdentity, "arn", object.get(input.record.userIdentity, "principalId", input.record.userIdentity.type))
