package evidence.acc_06_test

import data.evidence.acc_06

audits := data.testdata["entraid.directory_audit"]

added := audits.member_added

group := data.testdata["entraid.group"].group

automation := {"automation": ["0d0d0d0d-0000-4000-8000-00000000000a"]}

document(record, groups, params) := {
	"kind": "entraid.directory_audit", "time": "2026-10-07T03:00:00Z",
	"record": record, "related": {"groups": groups},
	"params": object.union(data.params, params),
}

reasons(record, params) := found if {
	found := acc_06.exception with input as document(record, [], params)
}

codes(record, params) := {e.code | some e in reasons(record, params)}

in_group(record, found) := {e.code | some e in answer} if {
	answer := acc_06.exception with input as document(record, [found], automation)
}

not_applicable(record, params) if {
	acc_06.not_applicable with input as document(record, [], params)
}

by(user, app) := {"initiatedBy": {"user": user, "app": app}}

with_initiator(record, user, app) := object.union(object.remove(record, ["initiatedBy"]), by(user, app))

person := {"id": "6f1f7c31-0000-4000-8000-000000000002", "displayName": null, "userPrincipalName": "sre-02@example.co.jp", "ipAddress": "192.0.2.10"}

approval_management := {"appId": null, "displayName": "Microsoft Approval Management", "servicePrincipalId": "sp-am"}

test_by_automation if {
	every listed in ["0D0D0D0D-0000-4000-8000-00000000000a", "iga-sync"] {
		codes(added, {"automation": [listed]}) == set()
		not not_applicable(added, {"automation": [listed]})
	}
	codes(with_initiator(added, null, {"appId": "app-1", "displayName": null, "servicePrincipalId": null}), {"automation": ["app-1"]}) == set()
}

test_by_another_application if {
	reasons(added, {}) == {{"code": "by_application", "detail": {
		"by": "iga-sync", "at": "2026-10-07T03:00:00.1234567Z", "action": "Add member to group",
		"group": "prod-operators", "member": "sre-01@example.co.jp", "changed": "-",
	}}}
	codes(with_initiator(added, null, {"displayName": "iga"}), {"automation": ["iga-sync"]}) == {"by_application"}
}

test_what_was_changed if {
	rule := object.union(audits.documented, {"activityDisplayName": "Update group", "targetResources": [{
		"id": "g-1", "displayName": "all-tech", "type": "Group", "userPrincipalName": null, "groupType": "unknownFutureValue",
		"modifiedProperties": [
			{"displayName": "MembershipRule", "oldValue": "[\"(user.department -eq \\\"Sales\\\")\"]", "newValue": "[\"(user.department -ne \\\"\\\")\"]"},
			{"displayName": "Included Updated Properties", "oldValue": null, "newValue": "\"MembershipRule\""},
			{"displayName": "Description", "oldValue": null, "newValue": null},
		],
	}]})
	some e in reasons(rule, automation)
	e.detail.changed == `Description: - → -; MembershipRule: (user.department -eq "Sales") → (user.department -ne "")`
}

test_by_a_person if {
	reasons(audits.documented, automation) == {{"code": "by_person", "detail": {
		"by": "bob@wingtiptoysonline.com", "at": "2018-01-09T21:20:02.7215374Z", "action": "Add member to group",
		"group": "Example.com", "member": "bob@contoso.com", "changed": "-",
	}}}
	some e in reasons(audits.documented_beta, automation)
	e.code == "by_person"
	e.detail.group == "Example.com / ef7x527d-6x92-42x4-8x6d-cfxfdfx57f95"
	codes(audits.group_updated, automation) == {"by_person"}
	codes(with_initiator(added, person, {"servicePrincipalId": "0d0d0d0d-0000-4000-8000-00000000000a"}), automation) == {"by_person"}
	codes(with_initiator(added, person, null), {"automation": ["sre-02@example.co.jp"]}) == {"by_person"} # a person is no automation
}

test_by_nobody if {
	every initiator in [
		{},
		{"initiatedBy": null},
		by(null, null),
		by({"id": null, "userPrincipalName": null, "displayName": "SRE 02"}, null),
		by(null, {"appId": null, "displayName": null, "servicePrincipalId": null}),
	] {
		record := object.union(object.remove(added, ["initiatedBy"]), initiator)
		some e in reasons(record, automation)
		e.code == "by_nobody"
		e.detail.by == ""
	}
}

test_synchronised if {
	sync := {"id": "u-sync", "userPrincipalName": "Sync_HOST_1@example.onmicrosoft.com"}
	codes(with_initiator(added, sync, null), {"sync_accounts": ["sync_host_1@example.onmicrosoft.com"]}) == set()
	codes(with_initiator(added, sync, null), {}) == {"by_person"}
}

test_by_entra_itself if {
	every app in [
		approval_management,
		{"appId": "65d91a3d-ab74-42e6-8a2f-0add61688c74", "displayName": null},
		{"appId": null, "displayName": "MS-PIM"},
		{"appId": "01fc33a7-78ba-4d2f-a4b7-768e336e890e"},
	] {
		codes(with_initiator(added, null, app), automation) == set()
		codes(with_initiator(added, null, app), {"dynamic_membership_apps": [], "platform_apps": []}) == {"by_application"}
	}
}

test_self_service if {
	record := with_initiator(added, null, approval_management)
	in_group(record, group) == {"self_service"}
	in_group(record, object.union(group, {"group": {"groupTypes": ["DynamicMembership"]}})) == set()
	in_group(record, object.union(group, {"group": {"groupTypes": null}})) == {"self_service"}
	in_group(record, object.union(group, {"group": {"id": "another"}})) == set()
	in_group(object.union(record, {"activityDisplayName": "Delete group"}), group) == set() # it had expired
	in_group(added, group) == set()
	in_group(with_initiator(added, null, {"displayName": "MS-PIM"}), group) == set()
}

test_failed if {
	failed := object.union(audits.group_updated, {"result": "failure"})
	codes(failed, automation) == set()
	not_applicable(failed, automation)
	every result in ["timeout", "unknownFutureValue", null] {
		codes(object.union(audits.group_updated, {"result": result}), automation) == {"by_person"}
	}
}

managed(patterns) := object.union(automation, {"groups": patterns})

test_managed_groups if {
	every pattern in ["prod-*", "PROD-OPERATORS", "4a4a4a4a-0000-4000-8000-000000000001", "prod-users"] {
		codes(audits.group_updated, managed([pattern])) == {"by_person"} # by the name that it had, too
	}
	codes(audits.group_updated, managed(["dev-*"])) == set()
	not_applicable(audits.group_updated, managed(["dev-*"]))
	by_hand := with_initiator(added, person, null)
	codes(by_hand, managed(["prod-operators"])) == {"by_person"}
	codes(by_hand, managed(["4a4a4a4a-*"])) == {"by_person"}
	not_applicable(by_hand, managed(["sre-01@example.co.jp"]))
	codes(audits.documented, managed(["Example.*"])) == {"by_person"}
}

test_removed_member if {
	removed := object.union(with_initiator(added, person, null), {
		"activityDisplayName": "Remove member from group",
		"targetResources": [object.union(added.targetResources[0], {"modifiedProperties": [
			{"displayName": "Group.ObjectID", "oldValue": "\"4a4a4a4a-0000-4000-8000-000000000001\"", "newValue": null},
			{"displayName": "Group.DisplayName", "oldValue": "\"prod-operators\"", "newValue": null},
		]})],
	})
	codes(removed, managed(["prod-*"])) == {"by_person"}
}

# The member is a group itself: of the other group is what was changed.
test_group_within_a_group if {
	nested := object.union(with_initiator(added, person, null), {"targetResources": [
		object.union(added.targetResources[0], {"id": "inner", "type": "Group", "displayName": "dev-all", "userPrincipalName": null}),
		added.targetResources[1],
	]})
	not_applicable(nested, managed(["dev-*"]))
	some e in reasons(nested, managed(["prod-*"]))
	e.detail.member == "dev-all"
}

test_group_that_is_not_named if {
	every targets in [null, [], [{"id": "u", "type": "User", "userPrincipalName": "sre-01@example.co.jp", "modifiedProperties": null}]] {
		record := object.union(with_initiator(added, person, null), {"targetResources": targets})
		some e in reasons(record, managed(["prod-*"]))
		e.code == "by_person"
		e.detail.group == ""
	}
	by_id := object.union(with_initiator(added, person, null), {"targetResources": [added.targetResources[1]]})
	some e in reasons(by_id, managed([]))
	e.detail.group == "4a4a4a4a-0000-4000-8000-000000000001"
}
