package evidence.lib.pim_test

import data.evidence.lib.pim

request := {
	"id": "q-1", "action": "selfActivate", "status": "Provisioned", "isValidationOnly": false,
	"principalId": "u-1", "roleDefinitionId": "t-1",
	"createdDateTime": "2026-10-05T01:00:00.1234567Z", "completedDateTime": "2026-10-05T01:30:00Z",
	"scheduleInfo": {"startDateTime": "2026-10-05T01:30:00Z", "expiration": {"type": "afterDuration", "endDateTime": null, "duration": "PT8H"}},
}

changed(fields) := object.union(request, fields)

expiring(fields) := changed({"scheduleInfo": {"expiration": fields}})

test_action if {
	pim.action(request) == "selfactivate"
	pim.action({"action": null}) == ""
	pim.action({}) == ""
}

test_actions if {
	pim.activates(request)
	not pim.takes(request)
	not pim.administered(request)
	every action in ["adminRemove", "selfDeactivate"] { pim.takes(changed({"action": action})) }
	every action in ["AdminAssign", "adminUpdate", "adminExtend", "adminRenew"] {
		pim.administered(changed({"action": action}))
		not pim.takes(changed({"action": action}))
	}
}

test_void if {
	every status in ["Canceled", "denied", "Failed", "Revoked", "AdminDenied", "TimedOut", "PendingApproval", "PendingProvisioning"] {
		pim.void(changed({"status": status}))
	}
	pim.void(changed({"isValidationOnly": true}))
	every status in ["Provisioned", "Granted", "ScheduleCreated", "AdminApproved", "SomethingNew", null] {
		not pim.void(changed({"status": status}))
	}
}

test_lasts if {
	pim.lasts(request) == 8
	pim.lasts(expiring({"type": "afterDateTime", "endDateTime": "2026-10-05T04:00:00Z", "duration": null})) == 2.5
	pim.lasts(object.union(expiring({"type": "afterDateTime", "endDateTime": "2026-10-05T04:00:00Z", "duration": null}), {"scheduleInfo": {"startDateTime": null}, "createdDateTime": "2026-10-05T01:00:00Z"})) == 3
	not pim.lasts(expiring({"type": "NoExpiration"}))
	not pim.lasts(changed({"scheduleInfo": null}))
}

test_endless if {
	pim.endless(expiring({"type": "noExpiration"}))
	pim.endless(expiring({"type": "afterDuration", "duration": "8 hours"}))
	pim.endless(expiring({"type": null, "duration": null}))
	pim.endless(changed({"scheduleInfo": null}))
	not pim.endless(request)
	not pim.endless(expiring({"type": null}))
}

test_began if {
	pim.began(request) == "2026-10-05T01:30:00Z"
	pim.began(changed({"scheduleInfo": {"startDateTime": null}})) == "2026-10-05T01:00:00.1234567Z"
}

test_justified if {
	every text in ["INC-204 の対応", "ab", "調査"] { pim.justified(text) }
	every text in [null, "", " ", "　", "\t\n", "-", "....", "あああ", " . . ", "．．　．"] {
		not pim.justified(text)
	}
}

step(result, by) := {"reviewResult": result, "reviewedBy": by}

test_approvers if {
	every list in ["steps", "stages"] {
		pim.approvers({list: [step("Approve", {"id": "u-2"}), step("approve", {"id": "u-3"}), step("Deny", {"id": "u-4"}), step("NotReviewed", null)]}) == {"u-2", "u-3"}
	}
	every approval in [null, {}, {"steps": null}, {"steps": [step("Approve", null), step("Approve", {"id": null}), step(null, {"id": "u-2"})]}] {
		pim.approvers(approval) == set()
	}
}

event(fields) := object.union(
	{
		"activityDateTime": "2026-10-05T01:29:00Z", "result": "success",
		"initiatedBy": {"user": {"id": "u-2", "userPrincipalName": "lead-01@example.co.jp"}, "app": null},
		"targetResources": [{"id": "r-1", "type": "Role", "displayName": "x"}, {"id": "u-1", "type": "Other"}],
		"additionalDetails": [{"key": "TemplateId", "value": "T-1"}],
	},
	fields,
)

test_approvers_by_log if {
	pim.approvers_by_log([event({})]) == {"u-2"}
	pim.approvers_by_log([event({"result": "failure"}), event({"initiatedBy": null}), event({"initiatedBy": {"user": {"id": null}, "app": null}})]) == set()
}

test_about if {
	pim.about(event({}), request)
	pim.about(event({"activityDateTime": "2026-10-05T01:40:00Z"}), request)
	not pim.about(event({"activityDateTime": "2026-10-05T01:40:01Z"}), request)
	not pim.about(event({"activityDateTime": "2026-10-05T01:00:00Z"}), request)
	not pim.about(event({"additionalDetails": []}), request)
	pim.about(event({"activityDateTime": "2026-12-05T00:00:00Z"}), changed({"completedDateTime": null}))
}

test_closed if {
	pim.closed(request) == time.parse_rfc3339_ns("2026-10-05T01:40:00Z")
	pim.closed({}) == 9000000000000000000
}
