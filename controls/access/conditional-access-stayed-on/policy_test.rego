package evidence.acc_07_test

import data.evidence.acc_07

policy := data.testdata["entraid.conditional_access_policy"].exchange

report_only := object.union(policy, {"state": "enabledForReportingButNotEnforced"})

location := data.testdata["entraid.named_location"].trusted

untrusted := data.testdata["entraid.named_location"].untrusted

deletion := data.testdata["entraid.directory_audit"].deleted

tenant := data.testdata["entraid.organization"].tenant

nothing := {
	"policies": [], "snapshots": [], "since": [], "within": [],
	"locations": [], "locations_since": [], "locations_within": [], "events": [], "later": [], "users": [],
}

document(kind, record, related, params) := {
	"kind": kind, "record": record, "related": object.union(nothing, related), "params": object.union(data.params, params),
	"period": {"start": "2026-10-01T00:00:00+09:00", "end": "2026-11-01T00:00:00+09:00"},
}

reasons(kind, record, related, params) := found if {
	found := acc_07.exception with input as document(kind, record, related, params)
}

codes(kind, record, related, params) := {e.code | some e in reasons(kind, record, related, params)}

# changed: the record with other values of its fields, whole ones.
changed(record, fields) := object.union(object.remove(record, object.keys(fields)), fields)

with_condition(record, path, value) := json.patch(record, [{"op": "add", "path": concat("/", ["/conditions", path]), "value": value}])

excluding := with_condition(policy, "users/excludeUsers", ["u-1"])

# Events.

event(activity, old, new) := changed(deletion, {
	"activityDisplayName": activity,
	"targetResources": [{"id": policy.id, "displayName": "Access to EXO", "type": "Policy", "modifiedProperties": [{"displayName": "ConditionalAccessPolicy", "oldValue": old, "newValue": new}]}],
})

update(before, after) := event("Update conditional access policy", json.marshal(before), json.marshal(after))

by_event(e) := codes("entraid.directory_audit", e, {}, {})

test_deleted if {
	reasons("entraid.directory_audit", deletion, {}, {}) == {{"code": "policy_deleted", "detail": {
		"by": "aragorn@lotr.com", "at": "2024-11-27T02:22:58.727028+00:00",
		"activity": "Delete conditional access policy", "target": "Outside MFA",
	}}}
	by_event(event("Delete Conditional Access policy", null, null)) == {"policy_deleted"}
	by_event(event("Delete conditional access policy", `{"state":"enab`, null)) == {"policy_deleted"}
}

test_deleted_when_it_demanded_nothing if {
	by_event(event("Delete conditional access policy", json.marshal(report_only), null)) == set()
	by_event(event("Delete conditional access policy", `{"state":"disabled"}`, null)) == set()
}

test_disabled if {
	some e in reasons("entraid.directory_audit", update(policy, changed(policy, {"state": "disabled"})), {}, {})
	e.code == "policy_disabled"
	e.detail.what == "state enabled → disabled"
	by_event(update(policy, report_only)) == {"policy_disabled"}
	by_event(update(policy, changed(excluding, {"state": "disabled"}))) == {"policy_disabled", "policy_weakened"}
}

test_weakened if {
	some e in reasons("entraid.directory_audit", update(policy, excluding), {}, {})
	e == {"code": "policy_weakened", "detail": {
		"by": "aragorn@lotr.com", "at": "2024-11-27T02:22:58.727028+00:00", "activity": "Update conditional access policy",
		"target": "Access to EXO", "what": "conditions.users.excludeUsers +u-1",
	}}
	every after in [
		with_condition(policy, "users/includeGroups", []),
		with_condition(policy, "applications/excludeApplications", ["a-1"]),
		with_condition(policy, "locations/includeLocations", ["l-1"]),
		with_condition(policy, "platforms", {"includePlatforms": ["windows"]}),
		changed(policy, {"grantControls": {"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}}),
		changed(policy, {"grantControls": null}),
	] {
		by_event(update(policy, after)) == {"policy_weakened"}
	}
	frequent := changed(policy, {"sessionControls": {"signInFrequency": {"value": 4, "type": "hours", "isEnabled": true}}})
	by_event(update(frequent, policy)) == {"policy_weakened"}
}

test_not_weakened if {
	by_event(update(policy, changed(policy, {"displayName": "EXO"}))) == set()
	by_event(update(excluding, policy)) == set()
	by_event(update(report_only, policy)) == set()
	by_event(update(report_only, changed(report_only, {"state": "disabled", "grantControls": null}))) == set()
	by_event(event("Add conditional access policy", null, json.marshal(report_only))) == set()
	by_event(event("Add conditional access policy", null, null)) == set()
}

test_failed_changes_nothing if {
	by_event(changed(deletion, {"result": "failure"})) == set()
	by_event(changed(update(policy, excluding), {"result": "failure"})) == set()
	by_event(changed(event("Update continuous access evaluation", null, null), {"result": "failure"})) == set()
	every result in ["timeout", "unknownFutureValue", null] {
		by_event(changed(deletion, {"result": result})) == {"policy_deleted"}
	}
}

test_changes_that_cannot_be_read if {
	whole := json.marshal(policy)
	cut := substring(whole, 0, 200)
	every values in [[null, null], [whole, null], [null, whole], [whole, cut], [cut, whole], ["", ""], ["true", "false"]] {
		by_event(event("Update conditional access policy", values[0], values[1])) == {"change_unreadable"}
	}
	every targets in [null, [], [null], [{"modifiedProperties": null}]] {
		by_event(changed(deletion, {"activityDisplayName": "Update conditional access policy", "targetResources": targets})) == {"change_unreadable"}
	}
	some e in reasons("entraid.directory_audit", changed(deletion, {"activityDisplayName": "Update named location", "targetResources": [], "initiatedBy": null}), {}, {})
	e == {"code": "change_unreadable", "detail": {"by": "-", "at": "2024-11-27T02:22:58.727028+00:00", "activity": "Update named location", "target": "-"}}
}

test_actions_that_are_not_known if {
	every activity in ["Update continuous access evaluation", "Delete AuthenticationContextClassReference", "Restore something", ""] {
		by_event(event(activity, json.marshal(policy), json.marshal(policy))) == {"change_unreadable"}
	}
	by_event(event("Add AuthenticationContextClassReference", null, null)) == set()
}

at_location(activity, old, new) := changed(event(activity, null, null), {"targetResources": [{"id": location.id, "displayName": "HQ", "modifiedProperties": [{"displayName": "NamedLocation", "oldValue": old, "newValue": new}]}]})

location_update(before, after) := at_location("Update named location", json.marshal(before), json.marshal(after))

wider(l) := changed(l, {"ipRanges": array.concat(l.ipRanges, [{"cidrAddress": "203.0.113.0/24"}])})

test_trusted_locations if {
	some e in reasons("entraid.directory_audit", location_update(location, wider(location)), {}, {})
	e.code == "location_widened"
	e.detail.added == "203.0.113.0/24"
	by_event(location_update(untrusted, changed(untrusted, {"isTrusted": true}))) == {"location_weakened"}
	by_event(at_location("Add named location", null, json.marshal(location))) == {"location_weakened"}
	by_event(location_update(wider(location), location)) == set()
	by_event(location_update(untrusted, wider(untrusted))) == set()
	by_event(at_location("Add named location", null, json.marshal(untrusted))) == set()
	by_event(at_location("Add named location", null, null)) == {"change_unreadable"}
	by_event(at_location("Delete named location", json.marshal(location), null)) == set()
}

# Made trusted and widened by one change.
test_locations_that_are_trusted_and_wider if {
	by_event(location_update(untrusted, changed(wider(untrusted), {"isTrusted": true}))) == {"location_weakened", "location_widened"}
}

using(list, state) := {"policies": [changed(with_condition(policy, "locations", {list: [location.id]}), {"state": state})]}

test_locations_that_policies_use if {
	add := location_update(untrusted, wider(untrusted))
	codes("entraid.directory_audit", add, using("excludeLocations", "enabled"), {}) == {"location_widened"}
	codes("entraid.directory_audit", add, using("excludeLocations", "disabled"), {}) == set()
	codes("entraid.directory_audit", add, using("includeLocations", "enabled"), {}) == set()
	less := location_update(wider(untrusted), untrusted)
	codes("entraid.directory_audit", less, using("includeLocations", "enabled"), {}) == {"location_weakened"}
	codes("entraid.directory_audit", less, using("excludeLocations", "enabled"), {}) == set()
	codes("entraid.directory_audit", at_location("Delete named location", null, null), using("includeLocations", "enabled"), {}) == {"location_weakened"}
}

strength(name, combinations) := json.marshal({name: combinations})

test_authentication_strengths if {
	added := event("Authentication Strength Policy Update", strength("allowedCombinations", ["fido2"]), strength("allowedCombinations", ["fido2", "password,sms"]))
	some e in reasons("entraid.directory_audit", added, {}, {})
	e.code == "strength_weakened"
	e.detail.what == "+password,sms"
	by_event(event("Authentication Strength Policy Update", strength("AllowedCombinations", ["fido2", "password"]), strength("AllowedCombinations", ["fido2"]))) == set()
	by_event(event("Authentication Strength Policy Update", null, null)) == {"change_unreadable"}
	every activity in ["Authentication Strength Policy Delete", "Authentication Strength Combination Configuration Update", "Authentication Strength Combination Configuration Delete"] {
		by_event(event(activity, null, null)) == {"strength_weakened"}
	}
	by_event(event("Authentication Strength Policy Create", null, null)) == set()
	by_event(event("Authentication Strength Combination Configuration Create ", null, null)) == set()
}

security_defaults(name, new) := changed(event("Update security defaults", null, null), {"targetResources": [{"id": "t", "displayName": "Security defaults", "modifiedProperties": [{"displayName": name, "oldValue": null, "newValue": new}]}]})

test_security_defaults if {
	by_event(security_defaults("isEnabled", "\"False\"")) == {"security_defaults_disabled"}
	by_event(security_defaults("SecurityDefaults", `{"isEnabled":false}`)) == {"security_defaults_disabled"}
	by_event(event("Disable Security Defaults", null, null)) == {"security_defaults_disabled"}
	by_event(security_defaults("isEnabled", "true")) == set()
	by_event(security_defaults("SecurityDefaults", `{"isEnabled":true}`)) == set()
	by_event(event("Enable Security Defaults", null, null)) == set()
	by_event(security_defaults("isEnabled", null)) == {"change_unreadable"}
	by_event(security_defaults("SecurityDefaults", `{"isEnabled":null}`)) == {"change_unreadable"}
}

app := {"user": null, "app": {"displayName": "entra-as-code", "servicePrincipalId": "sp-1", "appId": null}}

seen(e, params) := found if {
	found := acc_07.observation with input as document("entraid.directory_audit", e, {}, params)
}

test_changes_by_automation if {
	every e in [update(policy, excluding), deletion, event("Disable Security Defaults", null, null), event("Update named location", null, null), location_update(location, wider(location)), event("Authentication Strength Policy Delete", null, null)] {
		applied := changed(e, {"initiatedBy": app})
		codes("entraid.directory_audit", applied, {}, {"allowed_initiators": ["SP-1"]}) == set()
		{o.code | some o in seen(applied, {"allowed_initiators": ["sp-1"]})} == {"by_automation"}
		count(codes("entraid.directory_audit", applied, {}, {})) == 1
		{o.code | some o in seen(applied, {})} == {"not_changed_again"}
	}
	some o in seen(changed(update(policy, excluding), {"initiatedBy": app}), {"allowed_initiators": ["sp-1"]})
	o.detail.by == "entra-as-code"
	o.detail.what == "conditions.users.excludeUsers +u-1"
}

seen_with(e, related) := found if {
	found := acc_07.observation with input as document("entraid.directory_audit", e, related, {})
}

at(e, time) := changed(e, {"activityDateTime": time})

test_changes_that_were_changed_again if {
	first := at(update(policy, excluding), "2026-10-21T09:20:00Z")
	back := at(update(excluding, policy), "2026-10-22T00:15:00.25Z")
	after := at(update(policy, policy), "2026-10-23T00:00:00Z")
	seen_with(first, {"later": [after, first, back]}) == {{"code": "changed_again", "detail": {
		"target": "Access to EXO", "again": "Update conditional access policy", "again_at": "2026-10-22T00:15:00.25Z", "again_by": "aragorn@lotr.com",
	}}}
	nobody := changed(back, {"initiatedBy": null})
	{o.detail.again_by | some o in seen_with(first, {"later": [nobody]})} == {"-"}
	every others in [[], [first], [at(back, "2026-10-20T00:00:00Z")], [changed(back, {"result": "failure"})], [at(back, null), {}]] {
		seen_with(first, {"later": others}) == {{"code": "not_changed_again", "detail": {"target": "Access to EXO"}}}
	}
	seen_with(back, {"later": [after]}) == set() # it weakened nothing
}

test_users_by_their_names if {
	users := [
		{"id": "u-1", "userPrincipalName": "keiri-03@corp.example"},
		{"id": "u-2", "userPrincipalName": null},
		{"id": null, "userPrincipalName": "x"},
		{"id": "", "userPrincipalName": "x"},
	]
	three := with_condition(policy, "users/excludeUsers", ["u-1", "u-2", "u-3"])
	some e in reasons("entraid.directory_audit", update(policy, three), {"users": users}, {})
	e.detail.what == "conditions.users.excludeUsers +keiri-03@corp.example, conditions.users.excludeUsers +u-2, conditions.users.excludeUsers +u-3"
	some f in reasons("entraid.conditional_access_policy", excluding, object.union(since_then(policy, excluding), {"users": users}), {})
	f.detail.lost == "conditions.users.excludeUsers +keiri-03@corp.example"
}

test_initiators_that_are_not_allowed if {
	applied := changed(deletion, {"initiatedBy": app})

	# A name is not the application's own.
	codes("entraid.directory_audit", applied, {}, {"allowed_initiators": ["entra-as-code", ""]}) == {"policy_deleted"}

	# A person who uses the application is who did it.
	codes("entraid.directory_audit", changed(deletion, {"initiatedBy": object.union(deletion.initiatedBy, {"app": app.app})}), {}, {"allowed_initiators": ["sp-1"]}) == {"policy_deleted"}
	codes("entraid.directory_audit", deletion, {}, {"allowed_initiators": ["aragorn@lotr.com"]}) == set()
	seen(changed(update(excluding, policy), {"initiatedBy": app}), {"allowed_initiators": ["sp-1"]}) == set()
}

# Policies.

of_policy(record, related, params) := codes("entraid.conditional_access_policy", record, related, params)

test_policies_that_are_required if {
	of_policy(policy, {}, {"required": ["access to exo requires mfa"]}) == set()
	reasons("entraid.conditional_access_policy", report_only, {}, {"required": [policy.id]}) == {{"code": "required_not_enabled", "detail": {
		"policy": "Access to EXO requires MFA", "state": "enabledForReportingButNotEnforced",
	}}}
	of_policy(report_only, {}, {"required": [policy.id], "report_only": ["Access to EXO requires MFA"]}) == set()
	off := changed(policy, {"state": "disabled"})
	of_policy(off, {}, {"required": [policy.id], "report_only": [policy.id]}) == {"required_not_enabled"}
	of_policy(changed(policy, {"state": null}), {}, {"required": [policy.id]}) == {"required_not_enabled"}
	of_policy(off, {}, {}) == set()
	of_policy(report_only, {}, {"required": ["another"]}) == set()
}

# since_then: snapshots of before the period and after it.
since_then(before, after) := {"snapshots": [before, after], "since": [after]}

test_weaker_than_before_without_an_event if {
	some e in reasons("entraid.conditional_access_policy", excluding, since_then(policy, excluding), {})
	e == {"code": "weaker_without_event", "detail": {"name": "Access to EXO requires MFA", "lost": "conditions.users.excludeUsers +u-1"}}
	of_policy(report_only, since_then(policy, report_only), {}) == {"weaker_without_event"}
	of_policy(policy, since_then(excluding, policy), {}) == set()
	of_policy(policy, since_then(policy, policy), {}) == set()
	of_policy(excluding, {"snapshots": [excluding], "since": [excluding]}, {}) == set()
	of_policy(policy, {"snapshots": [policy, excluding, policy], "since": [excluding, policy], "within": [excluding]}, {}) == {"weaker_without_event"}
}

test_weaker_and_an_event_tells_so if {
	of_policy(excluding, object.union(since_then(policy, excluding), {"events": [update(policy, excluding)]}), {}) == set()
	of_policy(report_only, object.union(since_then(policy, report_only), {"events": [update(policy, report_only)]}), {}) == set()

	# Off, other, and on again.
	steps := [update(policy, changed(policy, {"state": "disabled"})), update(changed(policy, {"state": "disabled"}), changed(excluding, {"state": "disabled"}))]
	of_policy(excluding, object.union(since_then(policy, excluding), {"events": steps}), {}) == set()

	# One that does not tell what it changed is an exception itself.
	of_policy(excluding, object.union(since_then(policy, excluding), {"events": [event("Update conditional access policy", null, null)]}), {}) == set()
}

test_events_that_tell_something_else if {
	renamed := update(policy, changed(policy, {"displayName": "EXO"}))
	every e in [renamed, changed(update(policy, excluding), {"result": "failure"}), event("Add conditional access policy", null, null), update(policy, with_condition(policy, "users/excludeGroups", ["g"]))] {
		of_policy(excluding, object.union(since_then(policy, excluding), {"events": [e]}), {}) == {"weaker_without_event"}
	}
}

test_changes_of_other_periods if {
	every at in ["2026-09-30T14:59:59.9999999Z", "2026-10-31T15:00:00Z"] {
		later := changed(excluding, {"modifiedDateTime": at})
		of_policy(later, since_then(policy, later), {}) == set()
	}
	every at in ["2026-09-30T15:00:00Z", "2026-10-31T14:59:59Z", "", null] {
		later := changed(excluding, {"modifiedDateTime": at})
		of_policy(later, since_then(policy, later), {}) == {"weaker_without_event"}
	}
	untold := object.remove(excluding, ["modifiedDateTime"])
	of_policy(untold, since_then(policy, untold), {}) == {"weaker_without_event"}
}

# Named locations.

test_locations_that_are_wider_without_an_event if {
	now := changed(wider(location), {"modifiedDateTime": "2026-10-10T00:00:00Z"})
	related := {"locations": [location, now], "locations_since": [now]}
	some e in reasons("entraid.named_location", now, related, {})
	e == {"code": "weaker_without_event", "detail": {"name": "Trusted IPv6 named location", "lost": "+203.0.113.0/24"}}
	codes("entraid.named_location", now, object.union(related, {"events": [location_update(location, now)]}), {}) == set()
	codes("entraid.named_location", location, {"locations": [now, location], "locations_since": [location]}, {}) == set()
	codes("entraid.named_location", untrusted, {"locations": [untrusted, wider(untrusted)], "locations_since": [wider(untrusted)]}, {}) == set()
}

# The tenant.

of_tenant(policies, params) := codes("entraid.organization", tenant, {"policies": policies}, params)

test_tenant if {
	of_tenant([policy, report_only], {}) == set()
	of_tenant([report_only], {}) == {"none_enabled"}
	reasons("entraid.organization", tenant, {}, {}) == {{"code": "none_enabled", "detail": {"policies": 0}}}
	of_tenant([policy], {"required": [policy.id, "access to exo requires mfa"]}) == set()
	reasons("entraid.organization", tenant, {"policies": [policy]}, {"required": ["CA001"]}) == {{"code": "required_missing", "detail": {"policy": "CA001"}}}
}

# What there is beside an item says nothing of it.
test_other_kinds if {
	codes("entraid.organization", object.union(tenant, {"activityDisplayName": "Delete conditional access policy"}), {"policies": [policy]}, {}) == set()
	codes("entraid.directory_audit", event("Add conditional access policy", null, null), since_then(policy, excluding), {"required": ["x"]}) == set()
}
