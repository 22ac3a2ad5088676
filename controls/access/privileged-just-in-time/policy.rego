# ACC-05: one active assignment of a role, one request for one, or one event by
# which PIM, or somebody beside it, gave one.
package evidence.acc_05

import data.evidence.lib.directoryaudit
import data.evidence.lib.durations
import data.evidence.lib.pim
import data.evidence.lib.pimlog
import data.evidence.lib.roles

exception contains {"code": "no_justification", "detail": object.union(about, {"recorded": recorded})} if {
	tested_request
	not pim.justified(object.get(request, "justification", null))
}

# recorded as the justification: nothing, or what says nothing.
recorded := request.justification if is_string(request.justification)

recorded := "-" if not is_string(object.get(request, "justification", null))

exception contains {"code": "too_long", "detail": object.union(about, {"hours": round(hours * 10) / 10, "max": most})} if {
	tested_request
	hours := pim.lasts(request)
	hours > most
}

exception contains {"code": "too_long", "detail": object.union(about, {"hours": round(hours * 10) / 10, "max": input.params.max_assigned_hours})} if {
	tested_assignment
	not object.get(assignment, "assignmentType", null) == "Activated"
	is_string(assignment.endDateTime)
	hours := durations.between(began, assignment.endDateTime)
	hours > input.params.max_assigned_hours
}

exception contains {"code": "permanent", "detail": about} if {
	endless
	not allowed
}

exception contains {"code": "not_approved", "detail": about} if {
	needs_approval
	count(approvers) == 0
}

exception contains {"code": "self_approved", "detail": about} if {
	needs_approval
	count(approvers & own_ids) > 0
}

exception contains {"code": "self_assigned", "detail": about} if {
	tested_request
	pim.administered(request)
	request.createdBy.user.id == request.principalId
}

exception contains {"code": "outside_pim", "detail": {
	"by": directoryaudit.who(input.record), "at": input.record.activityDateTime,
	"principal": members, "role": roles.role_in(input.record),
	"action": input.record.activityDisplayName,
}} if {
	tested_event
	not by_pim
	not members_allowed
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "nothing_tested"} if {
	not tested_request
	not tested_assignment
	not tested_event
}

observation contains {"code": "standing", "detail": about} if {
	endless
	allowed
}

assignment := input.record.assignment

request := input.record.request if input.kind == "entraid.pim_request"

# A request that the audit log alone tells of.
request := pimlog.request(input.record) if {
	completion
	count(input.related.requests) == 0
}

completion if {
	input.kind == "entraid.directory_audit"
	lower(input.record.activityDisplayName) in object.keys(pimlog.actions)
}

grant := request

grant := assignment if input.kind == "entraid.role_assignment"

tested_request if {
	not pim.takes(request)
	not pim.void(request)
	not failed
	tested_role
}

failed if {
	input.kind == "entraid.directory_audit"
	directoryaudit.failed(input.record)
}

tested_role if not pim.administered(request)

tested_role if roles.role_listed(request, input.params.privileged_roles)

# The event of a request does not always name the role as the list does.
tested_role if {
	completion
	privileged_event
}

tested_assignment if {
	input.kind == "entraid.role_assignment"
	roles.role_listed(assignment, input.params.privileged_roles)
}

# tested_event: a member was added to a role, by whatever way.
tested_event if {
	input.kind == "entraid.directory_audit"
	not completion
	not failed
	privileged_event
}

privileged_event if roles.event_listed(input.record, input.params.privileged_roles)

privileged_event if count(roles.roles_in(input.record)) == 0

most := input.params.max_hours if not pim.administered(request)

most := input.params.max_assigned_hours if pim.administered(request)

endless if {
	tested_request
	pim.endless(request)
}

endless if {
	tested_assignment
	not is_string(object.get(assignment, "endDateTime", null))
}

# allowed to hold a role for good. Nobody activates one for good.
allowed if {
	given
	roles.principal_listed(grant, array.concat(input.params.break_glass, input.params.standing))
}

given if tested_assignment

given if pim.administered(request)

began := assignment.startDateTime if is_string(assignment.startDateTime)

# A reading that does not say since when: it was there when it was read.
began := input.time if not is_string(object.get(assignment, "startDateTime", null))

needs_approval if {
	tested_request
	not pim.administered(request)
	approval_role
}

approval_role if roles.role_listed(request, input.params.approval_roles)

approval_role if {
	completion
	roles.event_listed(input.record, input.params.approval_roles)
}

# approvers of the request: by its approval and the events that name it; without any
# of those by the events that name the person and the role.
approvers := by_request if count(by_request) > 0

approvers := by_principal if count(by_request) == 0

by_request := pim.approvers(object.get(input.record, "approval", null)) | pim.approvers_by_log([event |
	some event in approvals
	of_request(event)
])

# Who approves the requests of others is named in those events too.
by_principal := pim.approvers_by_log([event |
	some event in approvals
	some target in event.targetResources
	target.id == request.principalId
	pim.about(event, request)
]) - own_ids

approvals contains event if {
	some events in [
		input.related.approvals, input.related.approvals_by_detail, input.related.approvals_of_principal,
		input.related.approvals_in_log, input.related.approvals_of_operation,
	]
	some event in events
}

of_request(event) if pimlog.names(event, request.id)

of_request(event) if {
	is_string(input.record.correlationId)
	event.correlationId == input.record.correlationId
}

# own_ids are those of the person who asked, and for whom it was asked.
own_ids := {id |
	some id in [object.get(request, "principalId", null), object.get(request, ["createdBy", "user", "id"], null)]
	is_string(id)
}

by_pim if directoryaudit.listed(directoryaudit.app(input.record), input.params.pim_apps)

members := concat(", ", sort({name |
	some member in roles.members_in(input.record)
	name := directoryaudit.name(member, ["userPrincipalName", "displayName", "id"])
}))

members_allowed if {
	found := roles.members_in(input.record)
	count(found) > 0
	every member in found {
		directoryaudit.listed(object.remove(member, ["displayName"]), array.concat(input.params.break_glass, input.params.standing))
	}
}

about := {"principal": roles.principal(grant), "role": roles.role(grant), "action": kind_of_grant}

default kind_of_grant := ""

kind_of_grant := request.action if is_string(request.action)

kind_of_grant := assignment.assignmentType if is_string(assignment.assignmentType)
