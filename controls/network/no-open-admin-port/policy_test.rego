package evidence.net_02_test

import data.evidence.net_02

invictus := data.testdata.invictus

ssh := invictus.ssh_to_the_world

stratus := data.testdata.stratus

reasons(record) := found if {
	found := net_02.exception with input as {"record": record, "params": data.params}
}

unclear(record) := found if {
	found := net_02.undetermined with input as {"record": record, "params": data.params}
}

notes(record) := found if {
	found := net_02.observation with input as {"record": record, "params": data.params}
}

codes(record) := {e.code | some e in reasons(record)}

ports(record) := {port | some e in reasons(record); some port in e.detail.ports}

# with_rule: SSH to the world with other values of the rule's members
with_rule(fields) := object.union(ssh, {"Rule": fields})

# without: SSH to the world without members of the rule, and with others
without(names, fields) := object.union(object.remove(ssh, ["Rule"]), {"Rule": object.union(object.remove(ssh.Rule, names), fields)})

source(kind, value) := with_rule({"Source": {"Type": kind, "Value": value}})

# found_open: nobody was seen opening it
found_open := object.union(object.remove(ssh, ["Opened"]), {"From": null})

test_https_is_no_administrative_port if {
	codes(invictus.https_to_the_world) == set()
	unclear(invictus.https_to_the_world) == set()
	notes(invictus.https_to_the_world) == set()
}

test_opened_and_closed_again if {
	reasons(ssh) == {{"code": "admin_port_open", "detail": {
		"by": "arn:aws:iam::123837392027:user/bert-jan",
		"group": "sg-04cfb7a4712d75b00",
		"source": "0.0.0.0/0",
		"protocol": "tcp", "range": "22", "ports": [22],
	}}}
	codes(stratus.ssh_to_a_prefix_of_zero) == {"admin_port_open"}
}

test_opened_by_nobody_seen if {
	reasons(found_open) == {{"code": "admin_port_found_open", "detail": {
		"group": "sg-04cfb7a4712d75b00",
		"source": "0.0.0.0/0",
		"protocol": "tcp", "range": "22", "ports": [22],
	}}}
	between := {"Observed": "snapshot", "Between": {"From": "2023-07-01T00:00:00Z", "To": "2023-07-08T00:00:00Z"}}
	codes(object.union(found_open, {"From": "2023-07-08T00:00:00Z", "Opened": between})) == {"admin_port_found_open"}
	all_traffic := {"Rule": {"Direction": "ingress", "Protocol": "all", "Source": {"Type": "ipv4", "Value": "0.0.0.0/0"}}}
	codes(object.union(object.remove(found_open, ["Rule"]), all_traffic)) == {"all_traffic_found_open"}
}

test_who_opened_it if {
	every actor, by in {
		{"Arn": "arn:aws:iam::1:user/a", "PrincipalId": "AIDA", "Type": "IAMUser"}: "arn:aws:iam::1:user/a",
		{"PrincipalId": "AIDA", "Type": "IAMUser"}: "AIDA",
		{"Type": "AWSService"}: "AWSService",
		{}: "?",
	} {
		some e in reasons(object.union(object.remove(ssh, ["Opened"]), {"Opened": {"Observed": "event", "Actor": actor}}))
		e.code == "admin_port_open"
		e.detail.by == by
	}
}

test_perhaps_open if {
	perhaps := object.union(object.remove(ssh, ["Opened"]), {
		"Certain": false, "To": null, "From": "2023-08-01T00:00:00Z",
		"Opened": {"Observed": "snapshot", "Between": {"From": "2023-07-08T00:00:00Z", "To": "2023-08-01T00:00:00Z"}},
	})
	codes(perhaps) == set()
	unclear(perhaps) == {{"code": "perhaps_open", "detail": {
		"group": "sg-04cfb7a4712d75b00", "rule": "ingress tcp 22 0.0.0.0/0",
		"since": "2023-07-08T00:00:00Z", "until": "2023-08-01T00:00:00Z",
	}}}
	gone := object.union(object.remove(found_open, ["Closed"]), {
		"Certain": false, "To": "2023-08-01T00:00:00Z",
		"Closed": {"Observed": "snapshot", "Between": {"From": "2023-06-08T00:00:00Z", "To": "2023-08-01T00:00:00Z"}},
	})
	some u in unclear(gone)
	u.detail.since == "2023-06-08T00:00:00Z"
	codes(gone) == set()
	unclear(object.union(perhaps, {"Rule": {"FromPort": 443, "ToPort": 443}})) == set()
	unclear(object.union(perhaps, {"Rule": {"Protocol": "all"}})) != set()
	unclear(ssh) == set()
}

test_halves_of_the_world if {
	every cidr in ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"] {
		codes(source("ipv4", cidr)) == {"admin_port_open"}
	}
	every cidr in ["::/0", "2000::/3"] {
		codes(source("ipv6", cidr)) == {"admin_port_open"}
	}
}

test_narrower_sources if {
	every cidr in ["0.0.0.0/2", "8.0.0.0/8", "0.0.0.0/10"] {
		codes(source("ipv4", cidr)) == set()
	}
	every cidr in ["2000::/4", "2400::/12"] {
		codes(source("ipv6", cidr)) == set()
	}
}

test_ranges_that_contain_a_port if {
	ports(with_rule({"FromPort": 20, "ToPort": 25})) == {22, 23}
	ports(with_rule({"FromPort": 0, "ToPort": 65535})) == {p | some p in data.params.admin_ports}
	codes(with_rule({"FromPort": 24, "ToPort": 134})) == set()
}

test_ports_that_are_not_given_are_all_ports if {
	every record in [with_rule({"FromPort": -1, "ToPort": -1}), without(["FromPort", "ToPort"], {})] {
		some e in reasons(record)
		e.detail.range == "0-65535"
	}
}

test_all_traffic if {
	codes(without(["FromPort", "ToPort"], {"Protocol": "all"})) == {"all_traffic_open"}
	codes(without(["FromPort", "ToPort"], {"Protocol": "all", "Source": {"Type": "ipv4", "Value": "8.0.0.0/8"}})) == set()
}

test_protocols if {
	codes(with_rule({"Protocol": "udp", "FromPort": 3389, "ToPort": 3389})) == {"admin_port_open"}
	every protocol in ["icmp", "icmpv6", "50"] {
		codes(with_rule({"Protocol": protocol, "FromPort": -1, "ToPort": -1})) == set()
	}
}

test_direction_that_nothing_tells if codes(with_rule({"Direction": "unknown"})) == {"admin_port_open"}

# Readers ask for how long it stood.
test_how_long_it_stood if {
	notes(ssh) == {{"code": "closed", "detail": {"at": ssh.To}}}
	open := object.union(object.remove(ssh, ["Closed"]), {"To": null, "LastSnapshot": "2026-11-02T00:00:00Z"})
	notes(open) == {{"code": "not_closed", "detail": {"last": "2026-11-02T00:00:00Z"}}}
	notes(object.remove(open, ["LastSnapshot"])) == set() # calls alone do not tell
	notes(object.union(open, {"Rule": {"FromPort": 443, "ToPort": 443}})) == set()
}

test_prefix_lists_are_observations if {
	listed := object.union(source("prefix_list", "pl-1"), {"Line": "ingress tcp 22 pl-1"})
	codes(listed) == set()
	notes(listed) == {{"code": "prefix_list", "detail": {"group": "sg-04cfb7a4712d75b00", "rule": "ingress tcp 22 pl-1", "list": "pl-1"}}}
	notes(object.union(listed, {"Rule": {"FromPort": 443, "ToPort": 443}})) == set()
	notes(without(["FromPort", "ToPort"], {"Protocol": "all", "Source": {"Type": "prefix_list", "Value": "pl-1"}})) != set()
	not "prefix_list" in {o.code | some o in notes(ssh)}
}

test_group_that_the_call_names if {
	every record, name in {
		object.remove(ssh, ["GroupId"]): "stratus-red-team-open-sg-sg",
		object.remove(ssh, ["GroupId", "GroupName"]): "",
	} {
		some e in reasons(record)
		e.detail.group == name
	}
}

test_parameters_beyond_the_population if {
	every param, longest in {"open_prefix_ipv4": 8, "open_prefix_ipv6": 16} {
		found := net_02.undetermined with input as {"record": ssh, "params": object.union(data.params, {param: longest + 1})}
		found == {{"code": "sources_not_in_population", "detail": {"param": param, "longest": longest}}}
		none := net_02.undetermined with input as {"record": ssh, "params": object.union(data.params, {param: longest})}
		none == set()
	}
}
