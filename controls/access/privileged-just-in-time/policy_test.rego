package evidence.acc_05_test

import data.evidence.acc_05

requests := data.testdata["entraid.pim_request"]

assignments := data.testdata["entraid.role_assignment"]

audits := data.testdata["entraid.directory_audit"]

activation := requests.activation

sre_01 := "6f1f7c31-0000-4000-8000-000000000001"

# activated with a request of other fields, and the approval that it has or lacks.
activated(fields) := object.union(activation, {"request": fields})

unapproved := object.union(activation, {"approval": null})

assigned(fields) := object.union(requests.assignment, {"request": fields})

lasting(expiration) := {"scheduleInfo": {"expiration": expiration}}

none := {
	"requests": [], "approvals": [], "approvals_by_detail": [], "approvals_of_principal": [],
	"approvals_in_log": [], "approvals_of_operation": [],
}

document(kind, record, related, params) := {
	"kind": kind, "time": "2026-11-01T01:00:00Z",
	"record": record, "related": object.union(none, related),
	"params": object.union(data.params, params),
}

kind_of(record) := "entraid.pim_request" if record.request

kind_of(record) := "entraid.role_assignment" if record.assignment

kind_of(record) := "entraid.directory_audit" if record.activityDisplayName

reasons(record, related, params) := found if {
	found := acc_05.exception with input as document(kind_of(record), record, related, params)
}

codes(record) := {e.code | some e in reasons(record, {}, {})}

with_params(record, params) := {e.code | some e in reasons(record, {}, params)}

with_events(record, related) := {e.code | some e in reasons(record, related, {})}

observed(record, params) := {o.code | some o in found} if {
	found := acc_05.observation with input as document(kind_of(record), record, {}, params)
}

not_applicable(record) if {
	acc_05.not_applicable with input as document(kind_of(record), record, {}, {})
}

test_activation if {
	codes(activation) == set()
	not not_applicable(activation)
	observed(activation, {}) == set()
}

test_no_justification if {
	reasons(activated({"justification": null}), {}, {}) == {{"code": "no_justification", "detail": {
		"principal": "sre-01@example.co.jp", "role": "Global Administrator", "action": "selfActivate", "recorded": "-",
	}}}
	every text in ["", " 　", "-", "....", "ああああ"] {
		codes(activated({"justification": text})) == {"no_justification"}
	}
	codes({"type": "assignment", "request": object.remove(activation.request, ["justification"]), "approval": activation.approval}) == {"no_justification"}
	codes(assigned({"justification": "x"})) == {"no_justification"}
}

test_too_long if {
	some e in reasons(activated(lasting({"duration": "PT8H30M"})), {}, {})
	e == {"code": "too_long", "detail": {
		"principal": "sre-01@example.co.jp", "role": "Global Administrator", "action": "selfActivate",
		"hours": 8.5, "max": 8,
	}}
	codes(activated(lasting({"duration": "PT8H"}))) == set()
	codes(activated(lasting({"duration": "P1D"}))) == {"too_long"}
	with_params(activation, {"max_hours": 3}) == {"too_long"}
	codes(activated(lasting({"type": "afterDateTime", "duration": null, "endDateTime": "2026-10-05T09:12:30Z"}))) == set()
	codes(activated(lasting({"type": "afterDateTime", "duration": null, "endDateTime": "2026-10-05T09:12:31Z"}))) == {"too_long"}
}

test_assigned_by_an_administrator if {
	codes(requests.assignment) == set()
	codes(assigned(lasting({"endDateTime": "2026-10-07T02:00:00Z"}))) == {"too_long"}
	with_params(assigned(lasting({"endDateTime": "2026-10-07T02:00:00Z"})), {"max_assigned_hours": 24}) == set()
	not_applicable(assigned({"roleDefinitionId": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "roleDefinition": {"id": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "templateId": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "displayName": "Directory Readers"}}))
}

test_activation_of_any_role if {
	directory_readers := {"roleDefinitionId": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "roleDefinition": null, "justification": ""}
	some e in reasons(activated(directory_readers), {}, {})
	e.code == "no_justification"
	e.detail.role == "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
}

test_request_without_an_end if {
	codes(assigned(lasting({"type": "noExpiration", "endDateTime": null}))) == {"permanent"}
	codes(assigned({"scheduleInfo": null})) == {"permanent"}
	codes(activated(lasting({"type": "noExpiration", "duration": null}))) == {"permanent"}
	with_params(activated(lasting({"type": "noExpiration", "duration": null})), {"break_glass": [sre_01]}) == {"permanent"}
}

test_emergency_accounts if {
	endless := assigned(lasting({"type": "noExpiration", "endDateTime": null}))
	every params in [{"break_glass": ["SRE-01@example.co.jp"]}, {"break_glass": [sre_01]}, {"standing": [sre_01]}] {
		with_params(endless, params) == set()
		observed(endless, params) == {"standing"}
		with_params(assignments.permanent, params) == set()
		observed(assignments.permanent, params) == {"standing"}
	}
	with_params(endless, {"break_glass": ["SRE 01"]}) == {"permanent"}
	observed(endless, {}) == set()
}

test_not_approved if {
	reasons(unapproved, {}, {}) == {{"code": "not_approved", "detail": {
		"principal": "sre-01@example.co.jp", "role": "Global Administrator", "action": "selfActivate",
	}}}
	with_params(unapproved, {"approval_roles": []}) == set()
	with_params(unapproved, {"approval_roles": ["global administrator"]}) == {"not_approved"}
	codes(object.union(requests.assignment, {"request": {"roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10"}})) == set()
}

reviewed(step) := object.union(activation, {"approval": {"steps": [object.union(activation.approval.steps[0], step)]}})

test_approvals_that_are_none if {
	codes(reviewed({"reviewResult": "NotReviewed", "reviewedBy": null})) == {"not_approved"}
	codes(reviewed({"reviewedBy": null})) == {"not_approved"}
	codes(reviewed({"reviewedBy": {"id": null, "displayName": "SRE 02"}})) == {"not_approved"}
	codes(reviewed({"reviewResult": "Deny"})) == {"not_approved"}
}

test_self_approved if {
	codes(reviewed({"reviewedBy": {"id": sre_01}})) == {"self_approved"}
	both := object.union(activation, {"approval": {"steps": [], "stages": [
		activation.approval.steps[0],
		object.union(activation.approval.steps[0], {"reviewedBy": {"id": sre_01}}),
	]}})
	codes(both) == {"self_approved"}
}

approved(fields) := object.union(audits.approved, fields)

# An approval that does not name the request.
unnumbered := {"targetResources": [audits.approved.targetResources[0], audits.approved.targetResources[2]], "additionalDetails": [audits.approved.additionalDetails[0]]}

by_principal(fields) := {"approvals_of_principal": [approved(object.union(unnumbered, fields))]}

test_approved_in_the_log if {
	with_events(unapproved, {"approvals": [audits.approved]}) == set()
	with_events(unapproved, by_principal({})) == set()
	with_events(reviewed({"reviewResult": "NotReviewed", "reviewedBy": null}), {"approvals": [audits.approved]}) == set()
	by_detail := approved({"targetResources": []})
	with_events(unapproved, {"approvals_by_detail": [by_detail]}) == set()
	own := approved({"initiatedBy": {"user": {"id": sre_01}, "app": null}})
	with_events(unapproved, {"approvals": [own]}) == {"self_approved"}
}

test_approvals_of_other_requests if {
	every fields in [
		{"activityDateTime": "2026-10-05T00:59:59Z"}, # before the request
		{"activityDateTime": "2026-10-05T01:23:00Z"}, # after it was done with
		{"targetResources": [], "additionalDetails": []}, # of what role?
		{"result": "failure"},
		{"initiatedBy": {"user": null, "app": null}},
		{"initiatedBy": {"user": {"id": sre_01}, "app": null}}, # theirs, of somebody else's
		{"targetResources": [audits.approved.targetResources[0]]}, # for whom?
	] {
		with_events(unapproved, by_principal(fields)) == {"not_approved"}
	}
}

test_requests_without_effect if {
	every status in ["Denied", "Canceled", "Failed", "Revoked", "PendingApproval"] {
		record := object.union(unapproved, {"request": object.union(activation.request, {"status": status, "justification": ""})})
		codes(record) == set()
		not_applicable(record)
	}
	validation := activated({"isValidationOnly": true, "justification": ""})
	codes(validation) == set()
	not_applicable(validation)
	codes(activated({"status": "Something new", "justification": ""})) == {"no_justification"}
	codes(activated({"status": null, "justification": ""})) == {"no_justification"}
}

test_ends_of_assignments if {
	every action in ["selfDeactivate", "adminRemove"] {
		record := object.union(activated({"action": action, "justification": "", "scheduleInfo": null}), {"approval": null})
		codes(record) == set()
		not_applicable(record)
	}
}

test_other_actions if {
	codes(activated({"action": null, "justification": ""})) == {"no_justification"}
	codes(object.union(activated({"action": "selfExtend"}), {"approval": null})) == {"not_approved"}
	codes(assigned(object.union({"action": "adminRenew"}, lasting({"type": "noExpiration", "endDateTime": null})))) == {"permanent"}
}

test_self_assigned if {
	codes(assigned({"createdBy": {"user": {"id": sre_01}}})) == {"self_assigned"}
	codes(assigned({"createdBy": {"user": null, "application": {"id": "a"}}})) == set()
	codes(assigned({"createdBy": null})) == set()
}

test_permanent if {
	reasons(assignments.permanent, {}, {}) == {{"code": "permanent", "detail": {
		"principal": "sre-01@example.co.jp", "role": "Global Administrator", "action": "Assigned",
	}}}
	some e in reasons(assignments.without_pim, {}, {})
	e.code == "permanent"
	e.detail.action == ""
	deleted := object.union(assignments.permanent, {"assignment": {"principal": null}})
	some gone in reasons(deleted, {}, {})
	gone.detail.principal == sre_01
	codes(object.union(assignments.activated, {"assignment": {"endDateTime": null}})) == {"permanent"}
}

test_assignments_with_an_end if {
	codes(assignments.activated) == set()
	not not_applicable(assignments.activated)
	for_a_day := object.union(assignments.activated, {"assignment": {"assignmentType": "Assigned", "endDateTime": "2026-11-01T22:00:00Z"}})
	some e in reasons(for_a_day, {}, {})
	e.code == "too_long"
	e.detail.hours == 24
	with_params(for_a_day, {"max_assigned_hours": 24}) == set()
	undated := object.union(for_a_day, {"assignment": {"startDateTime": null, "endDateTime": "2026-11-01T09:00:01Z"}})
	codes(undated) == {"too_long"}
	codes(object.union(undated, {"assignment": {"endDateTime": "2026-11-01T09:00:00Z"}})) == set()
}

test_other_roles if {
	codes(assignments.documented) == set()
	not_applicable(assignments.documented)
	with_params(assignments.documented, {"privileged_roles": ["eb18c026-c026-eb18-26c0-18eb26c018eb"], "max_assigned_hours": 1}) == set() # it begins and ends at once
}

test_added_outside_pim if {
	reasons(audits.added_by_a_person, {}, {}) == {{"code": "outside_pim", "detail": {
		"by": "sre-02@example.co.jp", "at": "2026-10-05T03:00:00.1234567Z", "principal": "sre-01@example.co.jp",
		"role": "Global Administrator", "action": "Add member to role",
	}}}
	not not_applicable(audits.added_by_a_person)
	with_params(audits.logged_by_pim, {"privileged_roles": ["application administrator"]}) == {"outside_pim"}
	not_applicable(audits.logged_by_pim) # its role's ids are no real ones
}

test_added_by_pim if {
	every app in [
		{"appId": null, "displayName": "MS-PIM", "servicePrincipalId": "sp"},
		{"appId": "01fc33a7-78ba-4d2f-a4b7-768e336e890e", "displayName": null},
	] {
		codes(object.union(audits.added_by_a_person, {"initiatedBy": {"user": null, "app": app}})) == set()
	}
	codes(object.union(audits.added_by_a_person, {"initiatedBy": {"app": {"displayName": "MS-PIM"}}})) == {"outside_pim"} # a person by way of it
	codes(object.union(audits.added_by_a_person, {"initiatedBy": {"user": null, "app": {"displayName": "deploy"}}})) == {"outside_pim"}
	some e in reasons(object.union(audits.added_by_a_person, {"initiatedBy": null}), {}, {})
	e.detail.by == ""
}

test_added_to_other_roles if {
	reader := object.union(audits.added_by_a_person, {"targetResources": [{"id": "u", "type": "User", "modifiedProperties": [{"displayName": "Role.DisplayName", "newValue": "\"Directory Readers\""}]}]})
	codes(reader) == set()
	not_applicable(reader)
	unnamed := object.union(audits.added_by_a_person, {"targetResources": [{"id": "u", "type": "User", "modifiedProperties": []}]})
	codes(unnamed) == {"outside_pim"}
	codes(object.union(audits.added_by_a_person, {"targetResources": null})) == {"outside_pim"}
	failed := object.union(audits.added_by_a_person, {"result": "failure"})
	codes(failed) == set()
	not_applicable(failed)
}

test_added_emergency_account if {
	with_params(audits.added_by_a_person, {"break_glass": [sre_01]}) == set()
	with_params(audits.added_by_a_person, {"standing": ["sre-01@example.co.jp"]}) == set()
	with_params(object.union(audits.added_by_a_person, {"targetResources": null}), {"break_glass": [sre_01]}) == {"outside_pim"}
}

logged(fields) := object.union(audits.activated, fields)

by_log := {"approvals_in_log": [audits.approved]}

test_activation_in_the_log if {
	with_events(audits.activated, by_log) == set()
	not not_applicable(audits.activated)
	reasons(audits.activated, {}, {}) == {{"code": "not_approved", "detail": {
		"principal": "sre-01@example.co.jp", "role": "Global Administrator", "action": "selfActivate",
	}}}
}

test_activation_in_the_log_that_has_a_request if {
	with_events(logged({"resultReason": "", "additionalDetails": []}), {"requests": [activation]}) == set()
	not_applicable_with(audits.activated, {"requests": [activation]})
}

not_applicable_with(record, related) if {
	acc_05.not_applicable with input as document("entraid.directory_audit", record, related, {})
}

details(more) := array.concat([d | some d in audits.activated.additionalDetails; not d.key in {key | some key, _ in more}], [{"key": key, "value": value} | some key, value in more])

test_what_the_log_says_of_a_request if {
	with_events(logged({"resultReason": "-", "additionalDetails": details({"Justification": " "})}), by_log) == {"no_justification"}
	with_events(logged({"additionalDetails": details({"ExpirationTime": "2026-10-05T09:12:31Z"})}), by_log) == {"too_long"}
	with_events(logged({"additionalDetails": details({"ExpirationTime": ""})}), by_log) == {"permanent"}
	failed := logged({"result": "failure", "resultReason": ""})
	codes(failed) == set()
	not_applicable(failed)
}

test_approvals_of_logged_requests if {
	other_request := approved({
		"targetResources": [audits.approved.targetResources[0], {"id": "another", "type": "Request"}, audits.approved.targetResources[2]],
		"additionalDetails": [], "correlationId": "c-99", "activityDateTime": "2026-10-03T00:00:00Z",
	})
	with_events(audits.activated, {"approvals_in_log": [other_request]}) == {"not_approved"}
	same_operation := object.union(other_request, {"correlationId": "c-11"})
	with_events(audits.activated, {"approvals_of_operation": [same_operation]}) == set()
	same_role := object.union(other_request, {"activityDateTime": "2026-10-04T01:12:31Z"})
	with_events(audits.activated, {"approvals_in_log": [same_role]}) == set()
	with_events(audits.activated, {"approvals_in_log": [object.union(same_role, {"activityDateTime": "2026-10-04T01:12:30Z"})]}) == {"not_approved"}
	own := approved({"initiatedBy": {"user": {"id": sre_01}, "app": null}})
	with_events(audits.activated, {"approvals_in_log": [own]}) == {"self_approved"}
}

test_assignment_in_the_log if {
	not_applicable(audits.permanent_in_pim) # its role's ids are no real ones
	some e in reasons(audits.permanent_in_pim, {}, {"privileged_roles": ["Application Administrator"]})
	e == {"code": "permanent", "detail": {"principal": "Malenia", "role": "Application Administrator", "action": "adminAssign"}} # to the same id as who did it, which was masked
	with_params(audits.permanent_in_pim, {"privileged_roles": ["Application Administrator"], "standing": ["12345"]}) == {"self_assigned"}
	unnamed := object.union(audits.permanent_in_pim, {"targetResources": [], "additionalDetails": [], "resultReason": "CHG-77"})
	"permanent" in codes(unnamed) # of what role, it does not say
}
