package evidence.acc_13_test

import data.evidence.acc_13

events := data.testdata["entraid.directory_audit"]

pull := data.testdata["github.pull_request"].approved

unapproved := object.union(pull, {"reviews": {"totalCount": 0, "nodes": []}})

doc(event, changes) := {
	"kind": "entraid.directory_audit",
	"record": event,
	"related": {"changes": changes},
	"params": object.union(data.params, {"automation": ["0f0f0f0f-0000-4000-8000-0000000000aa"]}),
}

codes(event, changes) := {e.code | some e in acc_13.exception with input as doc(event, changes)}

details(event, changes) := [e.detail | some e in acc_13.exception with input as doc(event, changes)][0]

outside(event) if acc_13.not_applicable with input as doc(event, [])

# naming makes a change name an id, merged some time before the events.
naming(change, id, merged) := object.union(change, {"body": sprintf("Key for %s", [id]), "title": "rotate", "mergedAt": merged})

app := "71b7cf3a-0000-4000-8000-000000000001"

before := "2026-10-08T01:00:00Z"

test_credential_without_change if {
	codes(events.secret_added, []) == {"credential_unapproved"}
	details(events.secret_added, []) == {
		"by": "ops-02@example.co.jp", "app": "batch-export", "activity": "Add service principal credentials", "changes": "-",
	}
	not outside(events.secret_added)
}

test_credential_with_approved_change if {
	codes(events.secret_added, [naming(pull, app, before)]) == set()
	codes(events.secret_added, [naming(pull, upper(app), before)]) == set()
	not outside(events.secret_added)
}

test_application_id_names_it_too if {
	codes(events.secret_added, [naming(pull, "a99a99a9-0000-4000-8000-000000000001", before)]) == set()
}

test_change_that_is_not_approved if {
	codes(events.secret_added, [naming(unapproved, app, before)]) == {"credential_unapproved"}
	details(events.secret_added, [naming(unapproved, app, before)]).changes == "acme/app#42"
}

added(at) := object.union(events.secret_added, {"activityDateTime": at})

test_change_in_time if {
	codes(added("2026-10-13T02:10:04Z"), [naming(pull, app, pull.mergedAt)]) == set() # seven days to the second
	codes(added("2026-10-13T02:10:04.0000001Z"), [naming(pull, app, pull.mergedAt)]) == {"credential_unapproved"}
	codes(added("2026-10-06T02:10:04Z"), [naming(pull, app, pull.mergedAt)]) == set()
	codes(added("2026-10-06T02:10:03.9999999Z"), [naming(pull, app, pull.mergedAt)]) == {"credential_unapproved"} # merged afterwards
}

test_change_of_another_application if {
	codes(events.secret_added, [naming(pull, "71b7cf3a-0000-4000-8000-000000000002", before)]) == {"credential_unapproved"}
	codes(events.secret_added, [object.union(pull, {"title": null, "body": null, "mergedAt": before})]) == {"credential_unapproved"}
}

test_automation if {
	codes(events.secret_by_automation, []) == set()
	not outside(events.secret_by_automation)

	# Anybody may call an application like that.
	other := object.union(events.secret_by_automation, {"initiatedBy": {"app": {
		"appId": null, "displayName": "0f0f0f0f-0000-4000-8000-0000000000aa", "servicePrincipalId": "x", "servicePrincipalName": null,
	}}})
	codes(other, []) == {"credential_unapproved"}
}

test_nobody if {
	every by in [null, {}, {"user": null, "app": null}] {
		event := object.union(object.remove(events.secret_added, ["initiatedBy"]), {"initiatedBy": by})
		codes(event, []) == {"credential_unapproved"}
		details(event, []).by == "?"
	}
}

test_failed if {
	outside(object.union(events.secret_added, {"result": "failure"}))
	codes(object.union(events.secret_added, {"result": "failure"}), []) == set()

	# What timed out, and what does not say, may have been done.
	every result in ["timeout", null] {
		codes(object.union(events.secret_added, {"result": result}), []) == {"credential_unapproved"}
	}
}

test_update_application if {
	codes(events.certificate_added, []) == {"credential_unapproved"}
	outside(events.credential_removed)
	outside(events.other_update)
	codes(events.credential_unclear, []) == {"credential_unapproved"}
}

# A service principal that comes into being without a key was given none.
test_creation if {
	outside(object.union(events.other_update, {"activityDisplayName": "Add service principal"}))
	codes(object.union(events.certificate_added, {"activityDisplayName": "Add application"}), []) == {"credential_unapproved"}
}

test_consent if {
	codes(events.admin_consent, []) == {"consent_unapproved"}
	details(events.admin_consent, []).permissions == "Mail.Read"
	outside(events.user_consent)
	unclear := object.union(events.user_consent, {"targetResources": [object.union(events.user_consent.targetResources[0], {"modifiedProperties": []})]})
	codes(unclear, []) == {"consent_unapproved"}
	details(unclear, []).permissions == "?"
	codes(events.admin_consent, [naming(pull, events.admin_consent.targetResources[0].id, before)]) == set()
}

test_delegated_grant if {
	codes(events.delegated_for_all, []) == {"consent_unapproved"}
	details(events.delegated_for_all, []).permissions == "Mail.Read, offline_access"
	outside(events.delegated_for_one)
}

# A real event: an application grants another one full access to all mailboxes.
test_app_role if {
	codes(events.app_role, []) == {"consent_unapproved"}
	got := details(events.app_role, [])
	got.by == "LegacyTestOAuthApp"
	got.permissions == "full_access_as_app"
	later := object.union(events.app_role, {"activityDateTime": "2026-10-08T01:30:00Z"})
	codes(later, [naming(pull, "2e5c2fd0-cca4-452c-9891-a07c0dafd964", before)]) == set()

	# Who names what the permission is for names not who has it.
	codes(later, [naming(pull, "8429eb5c-faeb-4ade-8eac-acc003790769", before)]) == {"consent_unapproved"}
}

test_an_application_without_name if {
	bare := object.union(events.secret_added, {"targetResources": [{"id": app, "displayName": "", "type": "ServicePrincipal", "modifiedProperties": null}]})
	details(bare, []).app == concat(", ", sort({app, "a99a99a9-0000-4000-8000-000000000001"}))
	none := object.union(events.secret_added, {"targetResources": [], "additionalDetails": null})
	details(none, []).app == "?"
	codes(none, [naming(pull, app, before)]) == {"credential_unapproved"}
}

observed(event, changes) := {o.code | some o in acc_13.observation with input as doc(event, changes)}

test_for_all_users if {
	observed(events.admin_consent, []) == {"for_all_users"}
	observed(events.admin_consent, [naming(pull, events.admin_consent.targetResources[0].id, before)]) == {"for_all_users"}
	observed(events.delegated_for_all, []) == {"for_all_users"}
	every event in [events.delegated_for_one, events.user_consent, events.app_role, events.secret_added] {
		observed(event, []) == set()
	}
	observed(object.union(events.admin_consent, {"result": "failure"}), []) == set()
}
