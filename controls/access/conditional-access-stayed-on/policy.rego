# ACC-07: one conditional access policy or named location, as it was read; one
# event of the audit log that changed such a thing; or the tenant itself.
package evidence.acc_07

import data.evidence.lib.accounts
import data.evidence.lib.auditjson
import data.evidence.lib.conditionalaccess
import data.evidence.lib.directoryaudit
import data.evidence.lib.graphtime
import data.evidence.lib.namedlocation
import data.evidence.lib.protection

exception contains {"code": "policy_deleted", "detail": by} if {
	policy_deleted
	not approved
}

exception contains {"code": "policy_disabled", "detail": object.union(by, {"what": told_by_name(conditionalaccess.text(switched_off))})} if {
	count(switched_off) > 0
	not approved
}

exception contains {"code": "policy_weakened", "detail": object.union(by, {"what": told_by_name(conditionalaccess.text(weakened))})} if {
	count(weakened) > 0
	not approved
}

exception contains {"code": "location_widened", "detail": object.union(by, {"added": listed({trim_prefix(change, "+") | some change in additions})})} if {
	count(additions) > 0
	not approved
}

exception contains {"code": "location_weakened", "detail": object.union(by, {"what": listed(location_changes - additions)})} if {
	count(location_changes - additions) > 0
	not approved
}

exception contains {"code": "strength_weakened", "detail": object.union(by, {"what": listed(strength_changes)})} if {
	count(strength_changes) > 0
	not approved
}

exception contains {"code": "security_defaults_disabled", "detail": by} if {
	defaults_off
	not approved
}

exception contains {"code": "change_unreadable", "detail": by} if {
	unreadable
	not approved
}

exception contains {"code": "required_not_enabled", "detail": {"policy": name_of(input.record), "state": state}} if {
	input.kind == "entraid.conditional_access_policy"
	named(input.record, input.params.required)
	state != "enabled"
	not only_reports
}

exception contains {"code": "weaker_without_event", "detail": {"name": name_of(input.record), "lost": told_by_name(conditionalaccess.text(unexplained))}} if {
	count(unexplained) > 0
}

exception contains {"code": "weaker_without_event", "detail": {"name": name_of(input.record), "lost": listed(widened)}} if {
	count(widened) > 0
	not changed_by_event
}

exception contains {"code": "required_missing", "detail": {"policy": name}} if {
	tenant
	some name in input.params.required
	not exists(name)
}

exception contains {"code": "none_enabled", "detail": {"policies": count(input.related.policies)}} if {
	tenant
	not one_enabled
}

observation contains {"code": "by_automation", "detail": object.union(by, {"what": or_dash(told_by_name(what))})} if {
	weakens
	approved
}

observation contains {"code": "changed_again", "detail": {
	"target": target, "again": again.activity, "again_at": again.at, "again_by": or_dash(again.by),
}} if {
	weakens
	not approved
}

observation contains {"code": "not_changed_again", "detail": {"target": target}} if {
	weakens
	not approved
	not again
}

# Events.

happened if {
	input.kind == "entraid.directory_audit"
	not directoryaudit.failed(input.record)
}

default activity := ""

activity := lower(trim_space(input.record.activityDisplayName)) if {
	happened
	is_string(input.record.activityDisplayName)
}

policy_deleted if {
	activity == "delete conditional access policy"
	not idle_before
}

# idle_before: what was deleted demanded nothing.
idle_before if {
	count(auditjson.values(input.record, "oldValue")) > 0
	every policy in auditjson.values(input.record, "oldValue") {
		conditionalaccess.idle(policy)
	}
}

losses := {loss |
	activity == "update conditional access policy"
	some change in auditjson.changes(input.record)
	some loss in conditionalaccess.lost(change.before, change.after)
}

switched_off := {loss | some loss in losses; loss.part == "state"}

weakened := losses - switched_off

location_changes := union({
	{"+isTrusted" | activity == "add named location"; some location in auditjson.values(input.record, "newValue"); namedlocation.trusted(location)},
	{range | activity == "update named location"; some change in auditjson.changes(input.record); some range in let_in(change)},
	{range | activity == "update named location"; some change in auditjson.changes(input.record); some range in let_out(change)},
	{"-" | activity == "delete named location"; used_in("includeLocations")},
})

# additions to a location: ranges and countries.
additions := {change | some change in location_changes; startswith(change, "+"); change != "+isTrusted"}

# let_in: what a location takes in now, where who comes from there is let by.
let_in(change) := {range | let_by(change.after); some range in namedlocation.wider(change.before, change.after)}

let_by(location) if namedlocation.trusted(location)

let_by(_) if used_in("excludeLocations")

# let_out: what it takes in no longer, where policies apply to who comes from it.
let_out(change) := {range | used_in("includeLocations"); some range in namedlocation.narrower(change.before, change.after)}

used_in(list) if {
	some policy in input.related.policies
	not conditionalaccess.idle(policy)
	some target in input.record.targetResources
	target.id in policy.conditions.locations[list]
}

strength_changes := union({
	{concat("", ["+", combination]) |
		activity == "authentication strength policy update"
		some change in auditjson.changes(input.record)
		some combination in (combinations(change.after) - combinations(change.before))
	},
	{"-" | activity == "authentication strength policy delete"},
	{"±" | activity == "authentication strength combination configuration update"},
	{"-" | activity == "authentication strength combination configuration delete"},
})

combinations(strength) := {combination |
	some name in ["allowedCombinations", "AllowedCombinations"]
	some combination in strength[name]
	is_string(combination)
}

defaults_off if activity == "disable security defaults"

defaults_off if {
	activity == "update security defaults"
	"false" in defaults
}

# defaults: what an event sets them to.
defaults := {sprintf("%v", [value.isEnabled]) | some value in auditjson.values(input.record, "newValue")} | {lower(text) |
	some target in input.record.targetResources
	some text in directoryaudit.changed(target, "isEnabled", "newValue")
}

# unreadable: a change that can weaken, and of which the event does not tell what
# was changed.
unreadable if {
	happened
	not harmless
	not readable
}

# harmless: they can only add to what is demanded, or to what a policy may use.
harmless if activity in {
	"add conditional access policy",
	"add authenticationcontextclassreference",
	"authentication strength policy create",
	"authentication strength combination configuration create",
	"enable security defaults",
}

readable if {
	activity in {"update conditional access policy", "update named location", "authentication strength policy update"}
	count(auditjson.changes(input.record)) > 0
}

readable if {
	activity == "add named location"
	count(auditjson.values(input.record, "newValue")) > 0
}

readable if {
	activity == "update security defaults"
	some setting in defaults
	setting in {"true", "false"}
}

# They say enough by their names.
readable if activity in {
	"delete conditional access policy",
	"delete named location",
	"disable security defaults",
	"authentication strength policy delete",
	"authentication strength combination configuration update",
	"authentication strength combination configuration delete",
}

weakens if policy_deleted

weakens if defaults_off

weakens if unreadable

weakens if what != ""

# what an event weakened, as one text.
what := concat(", ", [text |
	some text in [conditionalaccess.text(losses), listed(location_changes), listed(strength_changes)]
	text != ""
])

# again: the next change of the same thing, in the period.
again := {"at": changes[0][1], "by": changes[0][2], "activity": changes[0][3]} if {
	changes := sort([[at, event.activityDateTime, directoryaudit.who(event), object.get(event, "activityDisplayName", null)] |
		some event in input.related.later
		not directoryaudit.failed(event)
		at := graphtime.ns(event.activityDateTime)
		at > graphtime.ns(input.record.activityDateTime)
	])
	count(changes) > 0
}

# told_by_name: a text of what was changed, with the names of users for their ids.
told_by_name(text) := strings.replace_n(names_of_users, text)

names_of_users := {user.id: accounts.account_name(user) |
	some user in input.related.users
	is_string(user.id)
	user.id != ""
}

# approved: by somebody who only carries out what was reviewed elsewhere. Anybody
# may call an application as they like: names of applications are not asked for.
approved if {
	happened
	some actor in actors
	some field in ["id", "userPrincipalName", "appId", "servicePrincipalId"]
	is_string(actor[field])
	some initiator in input.params.allowed_initiators
	lower(initiator) == lower(actor[field])
}

actors contains directoryaudit.user(input.record)

actors contains directoryaudit.app(input.record)

by := {
	"by": or_dash(directoryaudit.who(input.record)),
	"at": input.record.activityDateTime,
	"activity": input.record.activityDisplayName,
	"target": target,
}

default target := "-"

target := name_of(input.record.targetResources[0])

or_dash("") := "-"

or_dash(text) := text if text != ""

# Policies and locations, from one snapshot to the next.

default state := "-"

state := input.record.state if is_string(input.record.state)

only_reports if {
	state == "enabledForReportingButNotEnforced"
	named(input.record, input.params.report_only)
}

# unexplained: what a policy lost where no event about it tells the same. What an
# event tells is judged there; one that does not tell what it changed is an
# exception there, and may be the one.
unexplained := {loss |
	some loss in lost_between
	not unread_event
	not loss.part in explained
}

lost_between := {loss |
	input.kind == "entraid.conditional_access_policy"
	some i, before in told
	changed_in_period(told[i + 1])
	some loss in conditionalaccess.lost(before, told[i + 1])
}

# changed_in_period: it was last changed in the period, or does not say when. What
# was changed before or later is another period's.
changed_in_period(snapshot) if not graphtime.ns(object.get(snapshot, "modifiedDateTime", null))

changed_in_period(snapshot) if {
	at := graphtime.ns(snapshot.modifiedDateTime)
	at >= time.parse_rfc3339_ns(input.period.start)
	at < time.parse_rfc3339_ns(input.period.end)
}

told := protection.told(input.related.snapshots, input.related.since, input.related.within)

explained := {loss.part |
	some event in events
	some change in auditjson.changes(event)
	some loss in (conditionalaccess.disabled(change.before, change.after) | conditionalaccess.weaker(change.before, change.after))
}

unread_event if {
	some event in events
	not harmless_event(event)
	count(auditjson.changes(event)) == 0
}

harmless_event(event) if lower(event.activityDisplayName) == "add conditional access policy"

events contains event if {
	some event in input.related.events
	not directoryaudit.failed(event)
}

# widened: what a trusted location took in.
widened := {range |
	input.kind == "entraid.named_location"
	some i, before in told_locations
	changed_in_period(told_locations[i + 1])
	namedlocation.trusted(told_locations[i + 1])
	some range in namedlocation.wider(before, told_locations[i + 1])
}

told_locations := protection.told(input.related.locations, input.related.locations_since, input.related.locations_within)

changed_by_event if some _ in events

# The tenant.

tenant if input.kind == "entraid.organization"

one_enabled if {
	some policy in input.related.policies
	policy.state == "enabled"
}

exists(name) if {
	some policy in input.related.policies
	named(policy, [name])
}

# named by its name, whatever the case of its letters, or by its id.
named(thing, names) if {
	some field in ["displayName", "id"]
	is_string(thing[field])
	some name in names
	lower(name) == lower(thing[field])
}

name_of(thing) := array.concat(
	[thing[field] |
		some field in ["displayName", "id"]
		is_string(thing[field])
		thing[field] != ""
	],
	["-"],
)[0]

listed(texts) := concat(", ", array.slice(sort(texts), 0, 10))
