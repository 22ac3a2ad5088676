# Requests to Privileged Identity Management for a role: unifiedRoleAssignmentScheduleRequest
# of Microsoft Graph, with its principal and roleDefinition.
package evidence.lib.pim

import data.evidence.lib.directoryaudit
import data.evidence.lib.durations
import data.evidence.lib.roles

# action of a request, in lower case.
action(request) := lower(request.action) if is_string(request.action)

action(request) := "" if not is_string(object.get(request, "action", null))

# takes: the request gives a role up, or takes it away.
takes(request) if action(request) in {"adminremove", "selfdeactivate"}

# activates: those who may activate a role do.
activates(request) if action(request) == "selfactivate"

# administered: somebody gives, prolongs or changes an assignment by way of their office.
administered(request) if startswith(action(request), "admin")

# void: the request took no effect, or none yet. A status that is not known is one
# of a request that did.
void(request) if request.isValidationOnly == true

void(request) if {
	is_string(request.status)
	lower(request.status) in {"canceled", "denied", "failed", "revoked", "admindenied", "timedout", "invalid", "failedasresourceislocked"}
}

void(request) if {
	is_string(request.status)
	startswith(lower(request.status), "pending")
}

# lasts is for how many hours a request asks. Without an end it has no value.
lasts(request) := hours if {
	not endless(request)
	hours := durations.hours(request.scheduleInfo.expiration.duration)
}

lasts(request) := durations.between(began(request), request.scheduleInfo.expiration.endDateTime) if {
	not endless(request)
	not durations.hours(object.get(request, ["scheduleInfo", "expiration", "duration"], null))
}

began(request) := request.scheduleInfo.startDateTime if is_string(request.scheduleInfo.startDateTime)

began(request) := request.createdDateTime if not is_string(object.get(request, ["scheduleInfo", "startDateTime"], null))

endless(request) if {
	is_string(request.scheduleInfo.expiration.type)
	lower(request.scheduleInfo.expiration.type) == "noexpiration"
}

endless(request) if {
	not durations.hours(object.get(request, ["scheduleInfo", "expiration", "duration"], null))
	not is_string(object.get(request, ["scheduleInfo", "expiration", "endDateTime"], null))
}

# justified: the text says something. Blanks, or one character over and over, do not.
justified(text) if {
	is_string(text)
	count({letter | some letter in split(text, ""); not regex.match(`^[\s\p{Z}]*$`, letter)}) > 1
}

# approvers in the request's approval: the ids of those who approved a step of it.
# Whose account is gone is nobody.
approvers(approval) := {step.reviewedBy.id |
	some list in ["steps", "stages"]
	some step in approval[list]
	is_string(step.reviewResult)
	lower(step.reviewResult) == "approve"
	directoryaudit.written(step.reviewedBy, "id")
}

# approvers_by_log: the same out of the events of the audit log by which a request was approved.
approvers_by_log(events) := {directoryaudit.user(event).id |
	some event in events
	not directoryaudit.failed(event)
	directoryaudit.written(directoryaudit.user(event), "id")
}

# about: the approval is one of the same role, given while the request was open.
about(event, request) if {
	roles.roles_in(event) & roles.roles_of(request) != set()
	at := time.parse_rfc3339_ns(event.activityDateTime)
	at >= time.parse_rfc3339_ns(request.createdDateTime)
	at <= closed(request)
}

# closed is when the request was done with, and some minutes for the log to say so.
closed(request) := time.parse_rfc3339_ns(request.completedDateTime) + 600000000000 if is_string(request.completedDateTime)

closed(request) := 9000000000000000000 if not is_string(object.get(request, "completedDateTime", null))
