# INF-01: one endpoint that can be reached from the Internet, or one instance and the
# agents on it, as they were when they were read.
package evidence.inf_01

import data.evidence.lib.durations
import data.evidence.lib.ec2
import data.evidence.lib.exemptions
import data.evidence.lib.graphtime

exception contains {"code": "no_web_acl", "detail": {"endpoint": named}} if {
	tested
	endpoint
	web_acl == ""
}

exception contains {"code": "no_agent", "detail": {"instance": named, "agent": agent}} if {
	some agent, _ in agents
	count(input.related[agent]) == 0
}

exception contains {"code": "agent_silent", "detail": {"instance": named, "agent": agent, "status": sign[1], "seen": sign[0]}} if {
	some agent, at in agents
	signs := sort([[text_or_none(seen), text_or_none(status)] |
		some node in input.related[agent]
		status := object.get(node, split(at.status, "."), null)
		seen := object.get(node, split(at.seen, "."), null)
	])
	sign := signs[count(signs) - 1] # of several, what was heard last
	not lives(agent, at)
}

text_or_none(value) := sprintf("%v", [value]) if value != null

text_or_none(null) := "-"

undetermined contains {"code": "web_acl_not_read", "detail": {"endpoint": named}} if {
	tested
	endpoint
	not web_acl
}

undetermined contains {"code": "agent_not_collected", "detail": {"instance": named, "agent": agent}} if {
	some agent, _ in agents
	not input.related[agent]
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": code} if some code in why_not

not_applicable_because contains {"code": "exempt"} if count(exempt) > 0

observation contains {"code": "exempt_item", "detail": {"item": named, "why": concat("; ", sort(exempt))}} if {
	count(why_not) == 0
	count(exempt) > 0
}

tested if {
	count(why_not) == 0
	count(exempt) == 0
}

endpoint if input.kind != "ec2.instance"

# Web ACLs. "" is none; where the record does not tell, web_acl is undefined.

web_acl := object.get(input.record.WebACL, "ARN", "unnamed") if {
	input.kind == "elbv2.load_balancer"
	is_object(input.record.WebACL)
}

web_acl := "" if {
	input.kind == "elbv2.load_balancer"
	object.get(input.record, "WebACL", "not read") == null
}

web_acl := text(object.get(input.record.Stage, "webAclArn", null)) if input.kind == "apigateway.stage"

web_acl := text(object.get(input.record.Distribution, "WebACLId", null)) if input.kind == "cloudfront.distribution"

text(value) := trim_space(value) if is_string(value)

text(value) := "" if not is_string(value)

# Agents. Each that the parameters list must live on every instance: its relation has
# the name, and the parameter says where its records tell of its life.

agents := {name: at |
	tested
	not endpoint
	some name, at in input.params.agents
}

lives(agent, at) if {
	some node in input.related[agent]
	object.get(node, split(at.status, "."), null) in at.alive
	seen := object.get(node, split(at.seen, "."), null)
	graphtime.ns(seen)
	durations.between(seen, input.time) <= input.params.agent_silent_hours
}

# What is not tested.

why_not contains "cannot_have_web_acl" if {
	input.kind == "elbv2.load_balancer"
	input.record.LoadBalancer.Type in {"network", "gateway"}
}

why_not contains "not_public" if {
	input.kind == "elbv2.load_balancer"
	input.record.LoadBalancer.Scheme == "internal"
}

why_not contains "not_public" if {
	input.kind == "apigateway.stage"
	"PRIVATE" in input.record.RestApi.endpointConfiguration.types
}

why_not contains "disabled" if {
	input.kind == "cloudfront.distribution"
	input.record.Distribution.Enabled == false
}

why_not contains "not_running" if {
	input.kind == "ec2.instance"
	input.record.Instance.State.Name in {"pending", "shutting-down", "terminated", "stopping", "stopped"}
}

# An agent reports some minutes after its instance has started.
why_not contains "just_started" if {
	input.kind == "ec2.instance"
	graphtime.ns(input.record.Instance.LaunchTime)
	durations.between(input.record.Instance.LaunchTime, input.time) * 60 < input.params.agent_grace_minutes
}

exempt := exemptions.reasons(input.params.exempt, names)

names := [input.record.LoadBalancer.LoadBalancerArn, object.get(input.record.LoadBalancer, "LoadBalancerName", "")] if input.kind == "elbv2.load_balancer"

names := [named, object.get(input.record.RestApi, "name", "")] if input.kind == "apigateway.stage"

names := [input.record.Distribution.Id, object.get(input.record.Distribution, "DomainName", "")] if input.kind == "cloudfront.distribution"

names := [input.record.Instance.InstanceId, name_tag] if input.kind == "ec2.instance"

default name_tag := ""

name_tag := ec2.tag(input.record.Instance.Tags, "Name")

named := object.get(input.record.LoadBalancer, "LoadBalancerName", input.record.LoadBalancer.LoadBalancerArn) if input.kind == "elbv2.load_balancer"

named := input.record.Id if input.kind == "apigateway.stage"

named := input.record.Distribution.Id if input.kind == "cloudfront.distribution"

named := ec2.named(input.record.Instance.InstanceId, object.get(input.record.Instance, "Tags", [])) if input.kind == "ec2.instance"
