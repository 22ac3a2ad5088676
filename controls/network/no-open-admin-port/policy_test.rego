package evidence.net_02_test

import data.evidence.net_02

invictus := data.testdata.invictus

stratus := data.testdata.stratus

reasons(record) := found if {
	found := net_02.exception with input as {"record": record, "params": data.params}
}

codes(record) := {e.code | some e in reasons(record)}

ports(record) := {port | some e in reasons(record); some port in e.detail.ports}

# authorize is a call with nothing but a request, as events had before 2021.
authorize(parameters) := object.union(
	object.remove(invictus.https_to_the_world, ["requestParameters", "responseElements"]),
	{"requestParameters": object.union({"groupId": "sg-1"}, parameters), "responseElements": {"_return": true}},
)

# permission of the common shape, from a source of IPv4
permission(fields, cidr) := {"ipPermissions": {"items": [object.union(
	{"groups": {}, "ipRanges": {"items": [{"cidrIp": cidr}]}, "ipv6Ranges": {}, "prefixListIds": {}},
	fields,
)]}}

ssh := {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}

# response is a call of which only the response says what it opened.
response(rules) := object.union(
	object.remove(invictus.https_to_the_world, ["requestParameters", "responseElements"]),
	{"requestParameters": {"groupId": "sg-1", "ipPermissions": {}}, "responseElements": {"_return": true, "securityGroupRuleSet": {"items": rules}}},
)

# modify is a ModifySecurityGroupRules with the updates.
modify(updates) := object.union(
	object.remove(invictus.https_to_the_world, ["requestParameters", "responseElements"]),
	{
		"eventName": "ModifySecurityGroupRules",
		"requestParameters": {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1", "SecurityGroupRule": updates}},
		"responseElements": {"ModifySecurityGroupRulesResponse": {"return": true}},
	},
)

update(fields) := {"SecurityGroupRuleId": "sgr-1", "tag": 1, "SecurityGroupRule": object.union(
	{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22},
	fields,
)}

test_https_is_no_administrative_port if codes(invictus.https_to_the_world) == set()

test_older_shape if {
	reasons(invictus.ssh_to_the_world) == {{"code": "admin_port_open", "detail": {
		"by": "arn:aws:iam::123837392027:user/bert-jan",
		"group": "sg-04cfb7a4712d75b00",
		"source": "0.0.0.0/0",
		"protocol": "tcp", "from": 22, "to": 22, "ports": [22],
	}}}
}

test_prefix_of_zero_written_otherwise if {
	codes(stratus.ssh_to_a_prefix_of_zero) == {"admin_port_open"}
	every cidr in ["0.0.0.0/0", "0.0.0.0/00", "1.2.3.4/0", " 0.0.0.0/0 ", "0.0.0.0/ 0"] {
		codes(authorize(permission(ssh, cidr))) == {"admin_port_open"}
	}
}

test_halves_of_the_world if {
	every cidr in ["0.0.0.0/1", "128.0.0.0/1"] {
		codes(authorize(permission(ssh, cidr))) == {"admin_port_open"}
	}
}

test_narrow_sources if {
	every cidr in ["10.0.0.0/8", "203.0.113.7/32", "0.0.0.0/2", "0.0.0.0/16", "0.0.0.0", "", "/", "x/y", "0.0.0.0/10"] {
		codes(authorize(permission(ssh, cidr))) == set()
	}
}

test_ipv6 if {
	open_v6 := {"ipRanges": {}, "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}}
	codes(authorize({"ipPermissions": {"items": [object.union(ssh, open_v6)]}})) == {"admin_port_open"}
	codes(authorize({"ipPermissions": {"items": [object.union(ssh, {"ipv6Ranges": {"items": [{"cidrIpv6": "2000::/3"}]}})]}})) == {"admin_port_open"}
	codes(authorize({"ipPermissions": {"items": [object.union(ssh, {"ipv6Ranges": {"items": [{"cidrIpv6": "2001:db8::/32"}]}})]}})) == set()
	codes(authorize(object.union(ssh, {"ipPermissions": {}, "cidrIpv6": "::/0"}))) == {"admin_port_open"}
}

test_ranges_that_contain_a_port if {
	ports(authorize(permission({"ipProtocol": "tcp", "fromPort": 20, "toPort": 25}, "0.0.0.0/0"))) == {22, 23}
	ports(authorize(permission({"ipProtocol": "tcp", "fromPort": 0, "toPort": 65535}, "0.0.0.0/0"))) == {p | some p in data.params.admin_ports}
	codes(authorize(permission({"ipProtocol": "tcp", "fromPort": 24, "toPort": 134}, "0.0.0.0/0"))) == set()
}

test_ports_as_strings if {
	codes(authorize(permission({"ipProtocol": "tcp", "fromPort": "22", "toPort": "22"}, "0.0.0.0/0"))) == {"admin_port_open"}
	codes(authorize(permission({"ipProtocol": "tcp", "fromPort": "443", "toPort": "443"}, "0.0.0.0/0"))) == set()
}

test_ports_that_are_not_given_are_all_ports if {
	every fields in [{}, {"fromPort": null, "toPort": null}, {"fromPort": -1, "toPort": -1}, {"fromPort": "", "toPort": "any"}] {
		some e in reasons(authorize(permission(object.union({"ipProtocol": "tcp"}, fields), "0.0.0.0/0")))
		e.detail.from == 0
		e.detail.to == 65535
	}
}

test_all_traffic if {
	every protocol in ["-1", -1, "all", null, ""] {
		codes(authorize(permission({"ipProtocol": protocol}, "0.0.0.0/0"))) == {"all_traffic_open"}
	}
	codes(authorize(permission({}, "0.0.0.0/0"))) == {"all_traffic_open"}
	codes(authorize(permission({"ipProtocol": "-1"}, "10.0.0.0/8"))) == set()
}

test_protocols if {
	every protocol in ["tcp", "TCP", "6", 6, "udp", "17"] {
		codes(authorize(permission({"ipProtocol": protocol, "fromPort": 3389, "toPort": 3389}, "0.0.0.0/0"))) == {"admin_port_open"}
	}
	every protocol in ["icmp", "icmpv6", "1", 58, "50"] {
		codes(authorize(permission({"ipProtocol": protocol, "fromPort": -1, "toPort": -1}, "0.0.0.0/0"))) == set()
	}
}

test_single_members_instead_of_lists if {
	item := object.union(ssh, {"ipRanges": {"items": {"cidrIp": "0.0.0.0/0"}}})
	codes(authorize({"ipPermissions": {"items": item}})) == {"admin_port_open"}
	codes(response({"isEgress": false, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"})) == {"admin_port_open"}
}

test_one_open_range_among_others if {
	record := authorize({"ipPermissions": {"items": [
		object.union(ssh, {"ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}),
		{"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "0.0.0.0/0"}]}},
	]}})
	ports(record) == {5432}
}

test_response_alone if {
	rule := {"groupId": "sg-1", "isEgress": false, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}
	codes(response([rule])) == {"admin_port_open"}
	codes(response([object.union(object.remove(rule, ["cidrIpv4"]), {"cidrIpv6": "::/0"})])) == {"admin_port_open"}
	codes(response([object.union(rule, {"isEgress": true})])) == set()
	codes(response([])) == set()
}

test_modified_rules if {
	codes(modify(update({"CidrIpv4": "0.0.0.0/0"}))) == {"admin_port_open"}
	codes(modify([update({"CidrIpv4": "10.0.0.0/8"}), update({"CidrIpv6": "::/0"})])) == {"admin_port_open"}
	codes(modify(update({"CidrIpv4": "0.0.0.0/0", "IpProtocol": -1, "FromPort": -1, "ToPort": -1}))) == {"all_traffic_open"}
	codes(modify(update({"CidrIpv4": "10.0.0.0/8"}))) == set()
	some e in reasons(modify(update({"CidrIpv4": "0.0.0.0/0"})))
	e.detail.group == "sg-1"
}

test_failed_calls_and_dry_runs if {
	codes(object.union(invictus.ssh_to_the_world, {"errorCode": "Client.InvalidPermission.Duplicate"})) == set()
	codes(object.union(invictus.ssh_to_the_world, {"errorCode": "Client.DryRunOperation"})) == set()
	codes(object.union(invictus.ssh_to_the_world, {"requestParameters": {"dryRun": true}})) == set()
	codes(object.union(modify(update({"CidrIpv4": "0.0.0.0/0"})), {"requestParameters": {"ModifySecurityGroupRulesRequest": {"DryRun": "true"}}})) == set()
	codes(object.union(invictus.ssh_to_the_world, {"errorCode": null})) == {"admin_port_open"}
}

test_groups_and_prefix_lists_are_no_addresses if {
	record := authorize({"ipPermissions": {"items": [object.union(ssh, {
		"groups": {"items": [{"groupId": "sg-2"}]},
		"ipRanges": {},
		"prefixListIds": {"items": [{"prefixListId": "pl-1"}]},
	})]}})
	codes(record) == set()
}

test_no_parameters_at_all if {
	every parameters in [null, {}] {
		codes(object.union(object.remove(invictus.https_to_the_world, ["requestParameters", "responseElements"]), {"requestParameters": parameters, "responseElements": null})) == set()
	}
}
