package evidence.lib.pimlog_test

import data.evidence.lib.pimlog

event := {
	"activityDisplayName": "Add member to role completed (PIM activation)", "activityDateTime": "2026-10-05T01:12:30.5Z",
	"result": "success", "resultReason": "INC-204",
	"initiatedBy": {"user": {"id": "u-1", "userPrincipalName": "sre-01@example.co.jp"}, "app": null},
	"targetResources": [
		{"id": "r-1", "type": "Role", "displayName": "Global Administrator", "modifiedProperties": []},
		{"id": "q-1", "type": "Request", "displayName": null},
		{"id": "u-1", "type": "User", "displayName": "SRE 01", "userPrincipalName": "sre-01@example.co.jp"},
	],
	"additionalDetails": [
		{"key": "TemplateId", "value": "t-1"},
		{"key": "StartTime", "value": "2026-10-05T01:12:30.1234567Z"},
		{"key": "ExpirationTime", "value": "2026-10-05T05:12:30.1234567Z"},
		{"key": "Justification", "value": "INC-204 の対応"},
	],
}

changed(fields) := object.union(event, fields)

test_request if {
	pimlog.request(event) == {
		"id": "q-1", "action": "selfActivate", "status": "Provisioned",
		"createdDateTime": "2026-10-04T01:12:30.5Z", "completedDateTime": "2026-10-05T01:12:30.5Z",
		"justification": "INC-204 の対応", "principalId": "u-1", "principal": event.targetResources[2],
		"roleDefinition": {"templateId": "t-1", "displayName": "Global Administrator"},
		"scheduleInfo": {
			"startDateTime": "2026-10-05T01:12:30.1234567Z",
			"expiration": {"type": null, "endDateTime": "2026-10-05T05:12:30.1234567Z"},
		},
		"createdBy": {"user": {"id": "u-1", "userPrincipalName": "sre-01@example.co.jp"}},
	}
}

test_events_that_say_little if {
	found := pimlog.request(changed({"targetResources": null, "additionalDetails": null, "initiatedBy": null, "resultReason": null}))
	found.id == null
	found.principalId == null
	found.justification == null
	found.roleDefinition == {"templateId": null, "displayName": ""}
	found.scheduleInfo == {"startDateTime": "2026-10-05T01:12:30.5Z", "expiration": {"type": null, "endDateTime": null}}
	not pimlog.request(changed({"activityDisplayName": "Add member to role requested (PIM activation)"}))
}

test_assignments if {
	permanent := pimlog.request(changed({"activityDisplayName": "Add member to role in PIM completed (permanent)"}))
	permanent.action == "adminAssign"
	permanent.scheduleInfo.expiration.type == "noExpiration"
	pimlog.request(changed({"activityDisplayName": "Add member to role in PIM completed (timebound)"})).action == "adminAssign"
}

test_id if {
	pimlog.id(event) == "q-1"
	pimlog.id({"additionalDetails": [{"key": "RequestId", "value": "q-2"}]}) == "q-2"
	pimlog.id({}) == null
	pimlog.ids(changed({"additionalDetails": [{"key": "RequestId", "value": "q-2"}]})) == {"q-1", "q-2"}
}

test_names if {
	pimlog.names(event, "q-1")
	pimlog.names({"additionalDetails": [{"key": "RequestId", "value": "q-1"}]}, "q-1")
	pimlog.names({"targetResources": [{"id": "q-1", "type": "Other"}]}, "q-1")
	not pimlog.names(event, "q-2")
	not pimlog.names({"targetResources": [{"id": null}]}, null)
}

test_justification if {
	pimlog.justification(event) == "INC-204 の対応"
	pimlog.justification({"resultReason": "INC-204"}) == "INC-204"
	pimlog.justification({}) == null
}

test_member if {
	pimlog.member(event).displayName == "SRE 01"
	pimlog.member({"initiatedBy": {"user": {"id": "u-2"}}}) == {"id": "u-2"}
	pimlog.member({}) == {}
	pimlog.maker(event).id == "u-1"
	pimlog.maker({}) == {}
}

test_template if {
	pimlog.template(event) == "t-1"
	pimlog.template({}) == null
}

test_expiry if {
	pimlog.expiry({"activityDisplayName": "x (permanent)"}) == "noExpiration"
	pimlog.expiry(event) == null
}

test_moment if {
	pimlog.moment(event, "StartTime", null) == "2026-10-05T01:12:30.1234567Z"
	pimlog.moment(event, "EndTime", "x") == "x"
	pimlog.times({"additionalDetails": [{"key": "StartTime", "value": "yesterday"}]}, "StartTime") == []
}
