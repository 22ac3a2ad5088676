# LOG-03: one account of the organization, with the service control policies on it.
package evidence.log_03

import data.evidence.lib.scp

exception contains {"code": "scp_not_enabled", "detail": {"account": account, "root": root, "status": scp_status}} if {
	bound
	organization_read
	scp_status != "ENABLED"
}

exception contains {"code": "not_denied", "detail": {"account": account, "actions": listed(actions), "denied": denied}} if {
	actions := {j.action | some j in judged; open_to_all(j); count(j.limits) == 0}
	count(actions) > 0
}

exception contains {"code": "denied_in_part", "detail": {"account": account, "actions": listed(actions), "limits": said(limits), "denied": denied}} if {
	some limits in {j.limits | some j in judged; open_to_all(j); count(j.limits) > 0}
	actions := {j.action | some j in judged; open_to_all(j); j.limits == limits}
}

exception contains {"code": "others_exempt", "detail": {"account": account, "actions": listed(actions), "principals": concat(", ", to), "limits": said(limits), "denied": denied}} if {
	some [to, limits] in {[j.to, j.limits] | some j in judged; j.verdict == "open"; not open_to_all(j)}
	actions := {j.action | some j in judged; j.verdict == "open"; j.to == to; j.limits == limits}
}

undetermined contains {"code": "cannot_tell", "detail": {"account": account, "actions": listed(actions), "policy": limit.policy, "condition": limit.condition}} if {
	some limit in {limit | some j in judged; j.verdict == "unknown"; some limit in j.limits}
	actions := {j.action | some j in judged; j.verdict == "unknown"; limit in j.limits}
}

undetermined contains {"code": "organization_not_read", "detail": {"account": account}} if {
	bound
	not organization_read
}

undetermined contains {"code": "nothing_to_protect", "detail": {"account": account}} if {
	bound
	count(pairs) == 0
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "management_account"} if management

not_applicable_because contains {"code": "closed"} if closed

observation contains {"code": "management_not_bound", "detail": {"account": account}} if {
	management
	not closed
}

observation contains {"code": "protected_by", "detail": {"policy": by.name, "id": by.id, "level": by.level, "actions": listed(actions)}} if {
	some by in {by | some j in judged; some by in j.by; by.id != ""}
	actions := {j.action | some j in judged; by in j.by}
}

observation contains {"code": "allowed_to_nobody", "detail": {"level": by.level, "actions": listed(actions)}} if {
	some by in {by | some j in judged; some by in j.by; by.id == ""}
	actions := {j.action | some j in judged; by in j.by}
}

bound if {
	not management
	not closed
}

# Service control policies do not bind the management account, whatever is attached.
management if input.record.Account.Id == owner

# owner of the organization, as that says. A delegated administrator may have asked.
default owner := ""

owner := organization.Organization.MasterAccountId

owner := input.record.AccountId if not organization.Organization.MasterAccountId

# An account of which either member says that nobody can use it.
closed if {
	some field in ["State", "Status"]
	input.record.Account[field] in {"SUSPENDED", "CLOSED"}
}

# organization of the same management account.
organization := input.related.organization[0]

# organization_read: with the root that the account hangs under.
organization_read if {
	some r in organization.Roots
	r.Id == root
}

default root := "-"

root := input.record.Path[0]

default scp_status := "-"

scp_status := type.Status if {
	some r in organization.Roots
	r.Id == root
	some type in r.PolicyTypes
	type.Type == "SERVICE_CONTROL_POLICY"
	is_string(type.Status)
}

judged := [object.union(pair, scp.judge(reading, pair.action, pair.resource, input.params.exempt_principals)) |
	bound
	scp_status == "ENABLED"
	some pair in pairs
]

# pairs of what must not be done, and to what.
pairs := {{"action": action, "resource": placed} |
	some set in input.params.protected
	some action in set.actions
	some resource in set.resources
	placed := replace(replace(resource, "{account}", input.record.Account.Id), "{partition}", partition)
}

reading := scp.read(object.get(input.record, "Policies", []), {
	"account": input.record.Account.Id,
	"partition": partition,
	"organization": organization_id,
	"path": path,
})

path := [level | some level in input.record.Path]

default partition := "aws"

partition := split(input.record.Account.Arn, ":")[1] if is_string(input.record.Account.Arn)

default organization_id := ""

organization_id := organization.Organization.Id

open_to_all(j) if {
	j.verdict == "open"
	"" in j.to
}

# denied: what is denied all the same, and by which policies.
default denied := "-"

denied := concat("; ", sort({sprintf("%s: %s", [by, listed(actions)]) |
	some by in denying
	actions := {j.action | some j in judged; by in policies(j)}
})) if {
	count(denying) > 0
}

denying := {by | some j in judged; some by in policies(j)}

policies(j) := {sprintf("%s (%s, %s)", [by.id, by.name, by.level]) | some by in j.by; by.id != ""} | {sprintf("Allow (%s)", [by.level]) | some by in j.by; by.id == ""}

said(limits) := concat("; ", sort({sprintf("%s: %s", [limit.policy, limit.condition]) | some limit in limits}))

listed(names) := concat(", ", sort(names))

account := concat(" ", [text |
	some field in ["Id", "Name"]
	text := input.record.Account[field]
	is_string(text)
	text != ""
])
