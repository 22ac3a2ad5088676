# Requests to Privileged Identity Management as the audit log tells of them: where
# the requests themselves may not be read, or Microsoft Graph has them no longer.
package evidence.lib.pimlog

import data.evidence.lib.directoryaudit
import data.evidence.lib.roles

# request that an event says was completed, in the shape in which Microsoft Graph
# gives requests. When it was made the event does not say: within the day before,
# since PIM waits for an approval for that long.
request(event) := {
	"id": id(event),
	"action": actions[lower(event.activityDisplayName)],
	"status": "Provisioned",
	"createdDateTime": time.format([time.parse_rfc3339_ns(event.activityDateTime) - 86400000000000, "UTC", "2006-01-02T15:04:05.999999999Z07:00"]),
	"completedDateTime": event.activityDateTime,
	"justification": justification(event),
	"principalId": object.get(member(event), "id", null),
	"principal": member(event),
	"roleDefinition": {"templateId": template(event), "displayName": roles.role_in(event)},
	"scheduleInfo": {
		"startDateTime": moment(event, "StartTime", event.activityDateTime),
		"expiration": {"type": expiry(event), "endDateTime": moment(event, "ExpirationTime", null)},
	},
	"createdBy": {"user": maker(event)},
}

actions := {
	"add member to role completed (pim activation)": "selfActivate",
	"add member to role in pim completed (permanent)": "adminAssign",
	"add member to role in pim completed (timebound)": "adminAssign",
}

# id of the request, if the event has it.
default id(_) := null

id(event) := sort(ids(event))[0] if count(ids(event)) > 0

ids(event) := {target.id |
	some target in directoryaudit.targets(event, "request")
	directoryaudit.written(target, "id")
} | directoryaudit.detail(event, "RequestId")

# names: the event is about the request of that id.
names(event, request_id) if {
	is_string(request_id)
	request_id in ids(event)
}

names(event, request_id) if {
	is_string(request_id)
	some target in event.targetResources
	target.id == request_id
}

# PIM gives the justification as the reason of the result too.
justification(event) := sort(said)[0] if {
	said := directoryaudit.detail(event, "Justification")
	count(said) > 0
}

justification(event) := object.get(event, "resultReason", null) if count(directoryaudit.detail(event, "Justification")) == 0

# member who got the role: of an activation, who asked, when no target says it.
member(event) := sort(roles.members_in(event))[0] if count(roles.members_in(event)) > 0

member(event) := maker(event) if count(roles.members_in(event)) == 0

maker(event) := directoryaudit.user(event)

maker(event) := {} if not directoryaudit.user(event)

default template(_) := null

template(event) := sort(directoryaudit.detail(event, "TemplateId"))[0] if count(directoryaudit.detail(event, "TemplateId")) > 0

expiry(event) := "noExpiration" if contains(event.activityDisplayName, "(permanent)")

expiry(event) := null if not contains(event.activityDisplayName, "(permanent)")

# moment that the event gives under a key, or the other one.
moment(event, key, _) := times(event, key)[0] if count(times(event, key)) > 0

moment(event, key, other) := other if count(times(event, key)) == 0

times(event, key) := sort([at |
	some at in directoryaudit.detail(event, key)
	regex.match(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`, at)
])
