package evidence.lib.conditionalaccess_test

import data.evidence.lib.conditionalaccess

demo := object.union(data.testdata.conditionalaccess.demo, {"state": "enabled"})

everybody := {"state": "enabled", "conditions": {
	"applications": {"includeApplications": ["All"], "excludeApplications": []},
	"users": {"includeUsers": ["All"], "excludeUsers": ["break-glass-01"]},
	"clientAppTypes": ["all"], "platforms": null, "locations": null, "signInRiskLevels": [],
}}

# with_condition: the policy with another value at a path of its conditions.
with_condition(policy, path, value) := json.patch(policy, [{"op": "add", "path": concat("/", ["/conditions", path]), "value": value}])

changes(before, after) := {concat(" ", [loss.part, loss.change]) | some loss in conditionalaccess.lost(before, after)}

test_as_it_was if {
	changes(demo, demo) == set()
	changes(everybody, everybody) == set()
}

test_states if {
	changes(demo, object.union(demo, {"state": "disabled"})) == {"state enabled → disabled"}
	changes(demo, object.union(demo, {"state": "enabledForReportingButNotEnforced"})) == {"state enabled → enabledforreportingbutnotenforced"}
	changes(demo, object.remove(demo, ["state"])) == {"state enabled → ?"}
	changes(object.remove(demo, ["state"]), object.remove(demo, ["state"])) == set()
	changes(object.union(demo, {"state": null}), object.union(demo, {"state": "disabled"})) == {"state ? → disabled"}
	conditionalaccess.idle({"state": "enabledForReportingButNotEnforced"})
	not conditionalaccess.idle({"state": null})
}

test_idle_policies_lose_nothing if {
	idle := object.union(demo, {"state": "disabled"})
	changes(idle, {"state": "disabled"}) == set()
	changes(idle, demo) == set()
	count(conditionalaccess.weaker(idle, {"state": "disabled"})) > 0
}

test_exclusions if {
	changes(demo, with_condition(demo, "users/excludeGroups", ["g-1"])) == {"conditions.users.excludeGroups +g-1"}
	changes(demo, with_condition(demo, "locations/excludeLocations/0", "AllTrusted")) == {"conditions.locations.excludeLocations +AllTrusted"}
	changes(demo, with_condition(demo, "applications/excludeApplications", [])) == set()
	changes(everybody, with_condition(everybody, "platforms", {"includePlatforms": ["all"], "excludePlatforms": ["android"]})) == {"conditions.platforms.excludePlatforms +android"}
}

test_whom_it_applies_to if {
	changes(everybody, with_condition(everybody, "users/includeUsers", ["u-1"])) == {"conditions.users.includeUsers -All"}
	changes(demo, with_condition(demo, "users/includeRoles", [])) == {
		"conditions.users.includeRoles -9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
		"conditions.users.includeRoles -cf1c38e5-3621-4004-a7cb-879624dced7c",
		"conditions.users.includeRoles -c4e39bd9-1100-46d3-8c65-fb160da0071f",
	}

	# All has those that the lists had.
	all := with_condition(with_condition(demo, "users/includeUsers", ["All"]), "users/includeRoles", [])
	changes(demo, all) == set()
	changes(everybody, with_condition(everybody, "applications/includeApplications", ["Office365"])) == {"conditions.applications.includeApplications -All"}
	none := with_condition(everybody, "users/includeUsers", ["None"])
	changes(none, with_condition(none, "users/includeUsers", [])) == set()
}

test_conditions_that_narrow if {
	changes(everybody, with_condition(everybody, "signInRiskLevels", ["high"])) == {"conditions.signInRiskLevels -all"}
	changes(demo, with_condition(demo, "signInRiskLevels", ["medium"])) == {"conditions.signInRiskLevels -low"}
	changes(demo, with_condition(demo, "signInRiskLevels", [])) == set()
	changes(everybody, with_condition(everybody, "locations", {"includeLocations": ["l-1"]})) == {"conditions.locations.includeLocations -all"}
	changes(with_condition(everybody, "locations", {"includeLocations": ["l-1"]}), everybody) == set()
	changes(everybody, with_condition(everybody, "insiderRiskLevels", "elevated,moderate")) == {"conditions.insiderRiskLevels -all"}
	risky := with_condition(everybody, "insiderRiskLevels", "elevated, moderate")
	changes(risky, with_condition(everybody, "insiderRiskLevels", "elevated")) == {"conditions.insiderRiskLevels -moderate"}
	changes(demo, with_condition(demo, "clientAppTypes", ["browser"])) == {
		"conditions.clientAppTypes -mobileAppsAndDesktopClients", "conditions.clientAppTypes -exchangeActiveSync", "conditions.clientAppTypes -other",
	}
}

guests(types, tenants) := {"guestOrExternalUserTypes": types, "externalTenants": tenants}

test_guests if {
	some_guests := with_condition(demo, "users/includeGuestsOrExternalUsers", guests("internalGuest,b2bCollaborationGuest", null))
	fewer := with_condition(demo, "users/includeGuestsOrExternalUsers", guests("internalGuest", null))
	changes(some_guests, fewer) == {"conditions.users.includeGuestsOrExternalUsers ±?"}
	changes(some_guests, demo) == {"conditions.users.includeGuestsOrExternalUsers ±?"}
	changes(fewer, some_guests) == set()
	changes(with_condition(demo, "users/includeGuestsOrExternalUsers", {}), demo) == set()
	changes(some_guests, with_condition(some_guests, "users/includeUsers", ["All"])) == set()
	numbers := with_condition(demo, "users/includeGuestsOrExternalUsers", guests(63, {}))
	changes(numbers, numbers) == set()
	changes(numbers, with_condition(demo, "users/includeGuestsOrExternalUsers", guests(1, {}))) == {"conditions.users.includeGuestsOrExternalUsers ±?"}
	exempt := with_condition(demo, "users/excludeGuestsOrExternalUsers", guests("internalGuest", null))
	changes(demo, exempt) == {"conditions.users.excludeGuestsOrExternalUsers ±?"}
	changes(exempt, demo) == set()
}

filter(mode, rule) := {"mode": mode, "rule": rule}

test_filters if {
	compliant := with_condition(everybody, "devices", {"deviceFilter": filter("exclude", "device.isCompliant -eq True")})
	changes(everybody, compliant) == {"conditions.devices.deviceFilter ±device.isCompliant -eq True"}
	changes(compliant, everybody) == set()
	changes(compliant, with_condition(everybody, "devices", {"deviceFilter": {"mode": "exclude"}})) == {"conditions.devices.deviceFilter ±?"}
	chosen := with_condition(everybody, "applications/applicationFilter", filter("include", "r"))
	changes(chosen, everybody) == {"conditions.applications.applicationFilter -r"}
	changes(with_condition(everybody, "applications/applicationFilter", filter("exclude", "r")), everybody) == set()
	changes(with_condition(everybody, "applications/applicationFilter", filter(null, "r")), everybody) == set()
}

test_conditions_that_are_not_known if {
	changes(everybody, with_condition(everybody, "times", {"includedRanges": ["9-17"]})) == {"conditions.times.includedRanges ±?"}
	changes(everybody, with_condition(everybody, "weather", "rain")) == {"conditions.weather ±?"}
	changes(everybody, with_condition(with_condition(everybody, "times", null), "users/includeUsers@odata.context", "https://x")) == set()
	changes(everybody, with_condition(with_condition(everybody, "times", {}), "weather", [])) == set()
}

test_conditions_that_are_not_told if {
	changes(everybody, {"state": "enabled"}) == {"conditions.users.includeUsers -All", "conditions.applications.includeApplications -All"}
	changes(everybody, {"state": "enabled", "conditions": null}) == {"conditions.users.includeUsers -All", "conditions.applications.includeApplications -All"}
	changes({"state": "enabled"}, {"state": "enabled"}) == set()
}

test_controls_of_both_kinds if {
	weak := object.union(object.remove(demo, ["grantControls", "sessionControls"]), {"grantControls": null, "sessionControls": null})
	{loss.part | some loss in conditionalaccess.lost(demo, weak)} == {"grantControls", "sessionControls.cloudAppSecurity", "sessionControls.signInFrequency"}
}

test_text if {
	conditionalaccess.text({{"part": "b", "change": "-1"}, {"part": "a", "change": "+2"}}) == "a +2, b -1"
	count(split(conditionalaccess.text({{"part": "p", "change": sprintf("%d", [i])} | some i in numbers.range(1, 30)}), ", ")) == 10
}
