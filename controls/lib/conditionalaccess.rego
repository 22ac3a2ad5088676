# What a conditional access policy of Microsoft Entra ID demands less than before:
# of two forms of one policy, as snapshots have them or as events of the audit log
# tell them.
package evidence.lib.conditionalaccess

import data.evidence.lib.grantcontrols
import data.evidence.lib.sessioncontrols

# idle: the policy demands nothing of anybody: it is off, or only reports.
idle(policy) if state(policy) in {"disabled", "enabledforreportingbutnotenforced"}

# lost from one form of a policy to the next: a set of {"part", "change"}. A policy
# that was idle loses nothing. A form that does not tell its state is not taken for
# idle.
lost(before, _) := set() if idle(before)

lost(before, after) := disabled(before, after) | weaker(before, after) if not idle(before)

disabled(before, after) := {{"part": "state", "change": sprintf("%v → %v", [state(before), state(after)])} |
	state(after) != "enabled"
	state(after) != state(before)
}

state(policy) := lower(policy.state) if is_string(policy.state)

state(policy) := "?" if not is_string(object.get(policy, "state", null))

# weaker: what it demands less of whoever it applies to, and to whom or when it
# does not apply any longer, whether it is enforced or not.
weaker(before, after) := union({
	not_included(before, after),
	limited(before, after),
	excluded(before, after),
	guests(before, after),
	filtered(before, after),
	otherwise(before, after),
	grantcontrols.weaker(before, after),
	sessioncontrols.weaker(before, after),
})

# text of losses, for readers: the first ten.
text(losses) := concat(", ", array.slice(sort({sprintf("%s %s", [loss.part, loss.change]) | some loss in losses}), 0, 10))

# included: what a policy applies to is what any of the lists of a row holds. What
# holds everything holds what another list lost.
included := [
	{"all": "users.includeUsers", "lists": ["users.includeUsers", "users.includeGroups", "users.includeRoles"]},
	{"all": "applications.includeApplications", "lists": ["applications.includeApplications"]},
	{"all": "applications.includeUserActions", "lists": ["applications.includeUserActions"]},
	{"all": "applications.includeAuthenticationContextClassReferences", "lists": ["applications.includeAuthenticationContextClassReferences"]},
	{"all": "clientApplications.includeServicePrincipals", "lists": ["clientApplications.includeServicePrincipals"]},
]

not_included(before, after) := {loss(path, "-", value) |
	some row in included
	not "all" in lowered(values(after, row.all))
	some path in row.lists
	some value in (values(before, path) - values(after, path))
	lower(value) != "none"
}

# limits: conditions that leave nobody out while they are empty.
limits := [
	"clientAppTypes", "platforms.includePlatforms", "locations.includeLocations", "devices.includeDevices",
	"deviceStates.includeStates", "userRiskLevels", "signInRiskLevels", "servicePrincipalRiskLevels",
	"insiderRiskLevels", "agentIdRiskLevels", "authenticationFlows.transferMethods",
]

limited(before, after) := {loss(path, "-", value) |
	some path in limits
	not unlimited(after, path)
	some value in left(before, after, path)
}

left(before, after, path) := values(before, path) - values(after, path) if not unlimited(before, path)

left(before, _, path) := {"all"} if unlimited(before, path)

unlimited(policy, path) if count(values(policy, path)) == 0

unlimited(policy, path) if "all" in lowered(values(policy, path))

exclusions := [
	"users.excludeUsers", "users.excludeGroups", "users.excludeRoles", "applications.excludeApplications",
	"clientApplications.excludeServicePrincipals", "platforms.excludePlatforms", "locations.excludeLocations",
	"devices.excludeDevices", "deviceStates.excludeStates",
]

excluded(before, after) := {loss(path, "+", value) |
	some path in exclusions
	some value in (values(after, path) - values(before, path))
}

# guests, and others from outside, by kinds and by their tenants.
guests(before, after) := {loss(included_guests, "±", "?") |
	not "all" in lowered(values(after, "users.includeUsers"))
	not holds(at(after, included_guests), at(before, included_guests))
} | {loss(excluded_guests, "±", "?") | not holds(at(before, excluded_guests), at(after, excluded_guests))}

included_guests := "users.includeGuestsOrExternalUsers"

excluded_guests := "users.excludeGuestsOrExternalUsers"

# holds: one selection of guests has all those of the other, as far as can be told.
holds(_, other) if nothing(other)

holds(one, other) if one == other

holds(one, other) if {
	is_string(one.guestOrExternalUserTypes)
	is_string(other.guestOrExternalUserTypes)
	count(parts(other.guestOrExternalUserTypes) - parts(one.guestOrExternalUserTypes)) == 0
	object.get(one, "externalTenants", null) == object.get(other, "externalTenants", null)
}

# filters are rules, which cannot be compared: another rule is a loss, and so is
# none where a rule chose what the policy applies to.
filtered(before, after) := {loss(path, "±", rule(at(after, path))) |
	some path in filters
	not nothing(at(after, path))
	at(after, path) != at(before, path)
} | {loss(path, "-", rule(at(before, path))) |
	some path in filters
	chooses(path, at(before, path))
	nothing(at(after, path))
}

filters := ["devices.deviceFilter", "applications.applicationFilter", "clientApplications.servicePrincipalFilter"]

chooses(path, filter) if {
	path != "devices.deviceFilter"
	is_string(filter.mode)
	lower(filter.mode) == "include"
}

rule(filter) := sprintf("%v", [object.get(filter, "rule", "?")])

# otherwise: a condition that is not known here, and is not what it was.
otherwise(before, after) := {loss(path, "±", "?") |
	some path in (paths(before) | paths(after))
	not path in known
	not same(at(before, path), at(after, path))
}

known := compared | {split(path, ".")[0] | some path in compared}

compared := union({
	{path | some row in included; some path in row.lists},
	{path | some path in limits},
	{path | some path in exclusions},
	{path | some path in filters},
	{included_guests, excluded_guests},
})

# paths of conditions: name, or group.name.
paths(policy) := {path |
	some group in names(policy.conditions)
	some name in names(policy.conditions[group])
	path := concat(".", [group, name])
} | {name |
	some name in names(policy.conditions)
	not is_object(policy.conditions[name])
}

# names of an object's fields, but for those that say what another one is.
names(thing) := {name |
	is_object(thing)
	some name, _ in thing
	not contains(name, "@")
}

at(policy, path) := object.get(policy, array.concat(["conditions"], split(path, ".")), null)

same(one, other) if one == other

same(one, other) if {
	nothing(one)
	nothing(other)
}

nothing(value) if value in {null, "", []}

nothing(value) if value == {}

# values at a path: of a list, or of a text that joins them by commas.
values(policy, path) := {value |
	some value in at(policy, path)
	is_string(value)
} if {
	is_array(at(policy, path))
}

values(policy, path) := parts(at(policy, path)) if is_string(at(policy, path))

values(policy, path) := set() if {
	not is_array(at(policy, path))
	not is_string(at(policy, path))
}

parts(text) := {trim_space(part) | some part in split(text, ","); trim_space(part) != ""}

lowered(texts) := {lower(t) | some t in texts}

loss(path, sign, value) := {"part": sprintf("conditions.%s", [path]), "change": concat("", [sign, value])}
