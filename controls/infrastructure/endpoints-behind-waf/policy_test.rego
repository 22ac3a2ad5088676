package evidence.inf_01_test

import data.evidence.inf_01

balancer := data.testdata["elbv2.load_balancer"].balancer

stage := data.testdata["apigateway.stage"].stage

distribution := data.testdata["cloudfront.distribution"].distribution

instance := data.testdata["ec2.instance"].instance

node := data.testdata["ssm.instance_information"].node

kinds := {"LoadBalancer": "elbv2.load_balancer", "Stage": "apigateway.stage", "Distribution": "cloudfront.distribution", "Instance": "ec2.instance"}

document(record, related, params) := {
	"kind": kind, "time": "2026-11-01T01:00:00Z",
	"record": record, "related": object.union({"ssm": []}, related), "as_of": "2026-11-01T10:30:00+09:00",
	"params": object.union(data.params, params),
} if {
	some noun, kind in kinds
	noun in object.keys(record)
}

reasons(record, related, params) := found if {
	found := inf_01.exception with input as document(record, related, params)
}

codes(record, nodes) := {e.code | some e in reasons(record, {"ssm": nodes}, {})}

unclear(record) := unclear_with(record, {})

unclear_with(record, params) := found if {
	found := inf_01.undetermined with input as document(record, {}, params)
}

because(record, params) := {b.code | some b in found} if {
	found := inf_01.not_applicable_because with input as document(record, {}, params)
}

not_applicable(record) if {
	inf_01.not_applicable with input as document(record, {}, {})
}

observed(record, params) := found if {
	found := inf_01.observation with input as document(record, {}, params)
}

with_member(record, noun, members) := object.union(record, {noun: object.union(record[noun], members)})

test_protected if {
	every record in [balancer, stage, distribution] {
		codes(record, []) == set()
		unclear(record) == set()
		not not_applicable(record)
		observed(record, {}) == set()
	}
}

test_balancer_without_web_acl if {
	reasons(object.union(balancer, {"WebACL": null}), {}, {}) == {{"code": "no_web_acl", "detail": {"endpoint": "web"}}}
	bare := json.remove(balancer, ["LoadBalancer/LoadBalancerName", "LoadBalancer/Scheme", "LoadBalancer/Type"])
	reasons(object.union(bare, {"WebACL": null}), {}, {}) == {{"code": "no_web_acl", "detail": {"endpoint": balancer.LoadBalancer.LoadBalancerArn}}}
}

# A refused call is no web ACL that is missing.
test_balancer_of_which_the_web_acl_was_not_read if {
	unread := object.remove(balancer, ["WebACL"])
	codes(unread, []) == set()
	unclear(unread) == {{"code": "web_acl_not_read", "detail": {"endpoint": "web"}}}
}

test_balancers_that_are_not_tested if {
	every type in ["network", "gateway"] {
		record := with_member(object.remove(balancer, ["WebACL"]), "LoadBalancer", {"Type": type})
		codes(record, []) == set()
		unclear(record) == set()
		not_applicable(record)
		because(record, {}) == {"cannot_have_web_acl"}
	}
	internal := with_member(object.union(balancer, {"WebACL": null}), "LoadBalancer", {"Scheme": "internal"})
	codes(internal, []) == set()
	because(internal, {}) == {"not_public"}
}

test_stages if {
	reasons(json.remove(stage, ["Stage/webAclArn"]), {}, {}) == {{"code": "no_web_acl", "detail": {"endpoint": "a1b2c3d4e5/prod"}}}
	every arn in [null, "", " "] {
		codes(with_member(stage, "Stage", {"webAclArn": arn}), []) == {"no_web_acl"}
	}
	edge := object.union(json.remove(stage, ["Stage/webAclArn"]), {"RestApi": {"endpointConfiguration": null}})
	codes(edge, []) == {"no_web_acl"}
	private := object.union(json.remove(stage, ["Stage/webAclArn"]), {"RestApi": {"endpointConfiguration": {"types": ["PRIVATE"]}}})
	codes(private, []) == set()
	because(private, {}) == {"not_public"}
}

test_distributions if {
	reasons(with_member(distribution, "Distribution", {"WebACLId": ""}), {}, {}) == {{"code": "no_web_acl", "detail": {"endpoint": "E1A2B3C4D5E6F7"}}}
	codes(json.remove(distribution, ["Distribution/WebACLId", "Distribution/Enabled"]), []) == {"no_web_acl"}
	codes(with_member(distribution, "Distribution", {"WebACLId": "473e64fd-f30b-4765-81a0-62ad96dd167a"}), []) == set()
	disabled := with_member(distribution, "Distribution", {"WebACLId": "", "Enabled": false})
	codes(disabled, []) == set()
	because(disabled, {}) == {"disabled"}
}

test_agent_lives if {
	codes(instance, [node]) == set()
	unclear(instance) == set()
	not not_applicable(instance)
}

test_no_agent if {
	reasons(instance, {}, {}) == {{"code": "no_agent", "detail": {"instance": "i-0a1b2c3d4e5f60718 (web-1)", "agent": "ssm"}}}
}

test_agent_silent if {
	lost := with_member(node, "InstanceInformation", {"PingStatus": "ConnectionLost"})
	reasons(instance, {"ssm": [lost]}, {}) == {{"code": "agent_silent", "detail": {
		"instance": "i-0a1b2c3d4e5f60718 (web-1)", "agent": "ssm", "status": "ConnectionLost", "seen": "2026-11-01T00:57:12.345Z",
	}}}
	{[e.detail.status, e.detail.seen] | some e in reasons(instance, {"ssm": [json.remove(node, ["InstanceInformation/PingStatus", "InstanceInformation/LastPingDateTime"])]}, {})} == {["-", "-"]}
	codes(instance, [with_member(node, "InstanceInformation", {"LastPingDateTime": null})]) == {"agent_silent"}
	codes(instance, [lost, node]) == set()
}

# A day before the instance was read. What was heard after counts too.
test_edges_of_silence if {
	codes(instance, [with_member(node, "InstanceInformation", {"LastPingDateTime": "2026-10-31T01:00:00Z"})]) == set()
	codes(instance, [with_member(node, "InstanceInformation", {"LastPingDateTime": "2026-11-01T01:05:00Z"})]) == set()
	late := with_member(node, "InstanceInformation", {"LastPingDateTime": "2026-10-31T00:59:59Z"})
	codes(instance, [late]) == {"agent_silent"}
	reasons(instance, {"ssm": [late]}, {"agent_silent_hours": 48}) == set()
}

sensor(state) := {"state": state, "times": {"last_seen": "2026-11-01T00:00:00Z"}}

# Another agent comes with a relation and a parameter; each of them must live.
test_other_agents if {
	params := {"agents": {
		"ssm": data.params.agents.ssm,
		"sensor": {"status": "state", "alive": ["active", "reduced"], "seen": "times.last_seen"},
	}}
	reasons(instance, {"ssm": [node], "sensor": [sensor("reduced")]}, params) == set()
	{[e.code, e.detail.agent] | some e in reasons(instance, {"ssm": [node], "sensor": []}, params)} == {["no_agent", "sensor"]}
	reasons(instance, {"ssm": [node], "sensor": [sensor("off")]}, params) == {{"code": "agent_silent", "detail": {
		"instance": "i-0a1b2c3d4e5f60718 (web-1)", "agent": "sensor", "status": "off", "seen": "2026-11-01T00:00:00Z",
	}}}
}

test_agent_without_a_relation if {
	params := {"agents": {"sensor": {"status": "state", "alive": ["active"], "seen": "seen"}}}
	unclear_with(instance, params) == {{"code": "agent_not_collected", "detail": {"instance": "i-0a1b2c3d4e5f60718 (web-1)", "agent": "sensor"}}}
}

test_instances_that_are_not_tested if {
	every state in ["pending", "stopping", "stopped", "shutting-down", "terminated"] {
		record := with_member(instance, "Instance", {"State": {"Name": state}})
		codes(record, []) == set()
		because(record, {}) == {"not_running"}
		not_applicable(record)
	}
	codes(json.remove(instance, ["Instance/State", "Instance/Tags"]), []) == {"no_agent"}
}

test_just_started if {
	new := with_member(instance, "Instance", {"LaunchTime": "2026-11-01T00:30:01Z"})
	codes(new, []) == set()
	because(new, {}) == {"just_started"}
	codes(with_member(instance, "Instance", {"LaunchTime": "2026-11-01T00:30:00Z"}), []) == {"no_agent"}
	codes(with_member(instance, "Instance", {"LaunchTime": null}), []) == {"no_agent"}
}

test_exempt if {
	every case in [
		[object.union(balancer, {"WebACL": null}), "arn:aws:elasticloadbalancing:*/app/web/*", "web"],
		[object.union(balancer, {"WebACL": null}), "we?", "web"],
		[json.remove(stage, ["Stage/webAclArn"]), "a1b2c3d4e5/*", "a1b2c3d4e5/prod"],
		[json.remove(stage, ["Stage/webAclArn"]), "orders", "a1b2c3d4e5/prod"],
		[with_member(distribution, "Distribution", {"WebACLId": ""}), "E1A2B3C4D5E6F7", "E1A2B3C4D5E6F7"],
		[with_member(distribution, "Distribution", {"WebACLId": ""}), "d111111abcdef8.*", "E1A2B3C4D5E6F7"],
		[instance, "web-*", "i-0a1b2c3d4e5f60718 (web-1)"],
		[instance, "i-0a1b2c3d4e5f60718", "i-0a1b2c3d4e5f60718 (web-1)"],
	] {
		params := {"exempt": [{"item": case[1], "why": "appliance"}]}
		reasons(case[0], {}, params) == set()
		because(case[0], params) == {"exempt"}
		observed(case[0], params) == {{"code": "exempt_item", "detail": {"item": case[2], "why": "appliance"}}}
		count(reasons(case[0], {}, {"exempt": [{"item": case[1], "why": " "}]})) == 1
	}
	stopped := with_member(instance, "Instance", {"State": {"Name": "stopped"}})
	observed(stopped, {"exempt": [{"item": "*", "why": "x"}]}) == set()
}
