# NET-02: one inbound rule with a wide source, and when it stood.
package evidence.net_02

exception contains {"code": "admin_port_open", "detail": object.union(opening, {"by": by})} if {
	input.record.Certain
	opening
	by
}

exception contains {"code": "admin_port_found_open", "detail": opening} if {
	input.record.Certain
	opening
	not by
}

exception contains {"code": "all_traffic_open", "detail": {"by": by, "group": group, "source": source}} if {
	input.record.Certain
	all_traffic
	by
}

exception contains {"code": "all_traffic_found_open", "detail": {"group": group, "source": source}} if {
	input.record.Certain
	all_traffic
	not by
}

# Nobody was seen opening or closing it, and that may have been outside the period.
undetermined contains {"code": "perhaps_open", "detail": {
	"group": group, "rule": input.record.Line,
	"since": object.get(input.record, ["Opened", "Between", "From"], object.get(input.record, ["Closed", "Between", "From"], "")),
	"until": object.get(input.record, ["Opened", "Between", "To"], object.get(input.record, ["Closed", "Between", "To"], "")),
}} if {
	not input.record.Certain
	harmful
}

# The population has no narrower sources than these, so that such parameters would be
# taken to have found nothing.
undetermined contains {"code": "sources_not_in_population", "detail": {"param": param, "longest": longest}} if {
	some param, longest in {"open_prefix_ipv4": 8, "open_prefix_ipv6": 16}
	input.params[param] > longest
}

# How long it stood: the first that readers ask of an opening.
observation contains {"code": "closed", "detail": {"at": input.record.To}} if {
	harmful
	input.record.To != null
}

observation contains {"code": "not_closed", "detail": {"last": input.record.LastSnapshot}} if {
	harmful
	object.get(input.record, "To", null) == null
	is_string(object.get(input.record, "LastSnapshot", null))
}

# What a managed prefix list contains is not in the evidence.
observation contains {"code": "prefix_list", "detail": {"group": group, "rule": input.record.Line, "list": source}} if {
	input.record.Rule.Source.Type == "prefix_list"
	reaches_admin_ports
}

harmful if opening

harmful if all_traffic

# opening: administrative ports that the rule opens to the world
opening := {
	"group": group, "source": source,
	"protocol": input.record.Rule.Protocol, "range": span, "ports": ports,
} if {
	open_to_the_world
	count(ports) > 0
}

all_traffic if {
	open_to_the_world
	input.record.Rule.Protocol == "all"
}

reaches_admin_ports if count(ports) > 0

reaches_admin_ports if input.record.Rule.Protocol == "all"

ports := sort([port | some port in input.params.admin_ports; range.from <= port; port <= range.to])

# range: through protocols without ports no administrative port is reached. A port
# that is absent or negative bounds nothing.
range := {"from": bound("FromPort", 0), "to": bound("ToPort", 65535)} if input.record.Rule.Protocol in {"tcp", "udp"}

span := sprintf("%d", [range.from]) if range.from == range.to

span := sprintf("%d-%d", [range.from, range.to]) if range.from != range.to

bound(name, _) := port if {
	port := object.get(input.record.Rule, name, -1)
	port >= 0
}

bound(name, unbounded) := unbounded if object.get(input.record.Rule, name, -1) < 0

open_to_the_world if {
	input.record.Rule.Source.Type == "ipv4"
	prefix_length <= input.params.open_prefix_ipv4
}

open_to_the_world if {
	input.record.Rule.Source.Type == "ipv6"
	prefix_length <= input.params.open_prefix_ipv6
}

prefix_length := to_number(split(source, "/")[1])

source := input.record.Rule.Source.Value

group := object.get(input.record, "GroupId", object.get(input.record, "GroupName", ""))

# by: who opened it; undefined if nobody was seen doing it
by := object.get(actor, "Arn", object.get(actor, "PrincipalId", object.get(actor, "Type", "?"))) if {
	actor := input.record.Opened.Actor
}
