# LOG-04: GuardDuty in one account and region, one call on its detectors, or one finding
# of GuardDuty or Security Hub and what became of it.
package evidence.log_04

import data.evidence.lib.awsplace
import data.evidence.lib.graphtime

# The state of GuardDuty.

exception contains {"code": "no_detector", "detail": place} if {
	state
	count(input.record.Detectors) == 0
}

exception contains {"code": "detector_off", "detail": object.union(place, {"status": concat(", ", sort(statuses))})} if {
	state
	count(input.record.Detectors) > 0
	not "ENABLED" in statuses
}

exception contains {"code": "feature_off", "detail": object.union(place, {"features": sort(missing)})} if {
	state
	"ENABLED" in statuses
	missing := {feature | some feature in input.params.required_features} - features
	count(missing) > 0
}

observation contains {"code": "created_in_period", "detail": {"at": detector.CreatedAt}} if {
	state
	some detector in input.record.Detectors
	at := graphtime.ns(detector.CreatedAt)
	at >= time.parse_rfc3339_ns(input.period.start)
	at < time.parse_rfc3339_ns(input.period.end)
}

# Calls. A failed one changed nothing; a null or empty error is none.

exception contains {"code": "detector_deleted", "detail": call} if {
	changed
	input.record.eventName == "DeleteDetector"
}

exception contains {"code": "detector_suspended", "detail": call} if {
	changed
	input.record.eventName == "UpdateDetector"
	object.get(input.record, ["requestParameters", "enable"], null) in {false, "false"}
}

exception contains {"code": "members_not_monitored", "detail": object.union(call, {"members": object.get(input.record, ["requestParameters", "accountIds"], [])})} if {
	changed
	input.record.eventName == "StopMonitoringMembers"
}

# Findings.

exception contains {"code": "not_handled", "detail": what} if {
	in_scope
	due
	not settled
	count(ways) == 0
	not closed_without_note
	not archived_without_record
}

exception contains {"code": "closed_without_note", "detail": what} if {
	due
	closed_without_note
}

exception contains {"code": "archived_without_record", "detail": what} if {
	due
	archived_without_record
}

exception contains {"code": "handling_time_unknown", "detail": what} if {
	in_scope
	due
	not settled
	count(ways) > 0
	count(timed) == 0
}

exception contains {"code": "handled_late", "detail": object.union(what, {"at": graphtime.rfc3339(first[0]), "by": first[1]})} if {
	in_scope
	first[0] > deadline
	not settled
}

exception contains {"code": "severity_unknown", "detail": what} if {
	finding
	not sample
	not severity_known
	count(other) == 0
}

pending contains {"code": "not_yet_due", "detail": what, "until": graphtime.rfc3339(deadline)} if {
	in_scope
	not due
	not settled
	count(timed) == 0
}

observation contains {"code": "handled", "detail": {"at": graphtime.rfc3339(first[0]), "by": first[1], "how": first[2]}} if {
	in_scope
	first
}

observation contains {"code": "suppressed", "detail": {"type": type}} if {
	in_scope
	suppressed
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt"} if {
	not finding
	count(exemptions) > 0
}

not_applicable_because contains {"code": "below_severity"} if {
	finding
	severity_known
	not severe
}

not_applicable_because contains {"code": "sample"} if sample

not_applicable_because contains {"code": reason} if some reason in other

observation contains {"code": "exempt_place", "detail": object.union(place, {"why": concat("; ", sort(exemptions))})} if {
	not finding
	count(exemptions) > 0
}

# What is what: findings have a member of their own, events a name.

finding := input.record.Finding

guardduty if {
	finding
	not hub
}

# Only Security Hub's have a product.
hub if finding.ProductArn

state if {
	input.record.Detectors
	count(exemptions) == 0
}

changed if {
	input.record.eventName
	count(exemptions) == 0
	object.get(input.record, "errorCode", null) in {null, ""}
}

statuses := {object.get(detector, "Status", "-") | some detector in input.record.Detectors}

features := {feature.Name |
	some detector in input.record.Detectors
	some feature in object.get(detector, "Features", [])
	feature.Status == "ENABLED"
}

# Which findings have to be handled.

in_scope if {
	severe
	not sample
	count(other) == 0
}

severity_known if {
	guardduty
	is_number(finding.Severity)
}

severity_known if {
	hub
	finding.Severity.Label in {"INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
}

severe if {
	guardduty
	finding.Severity >= input.params.severity
	is_number(finding.Severity)
}

severe if {
	hub
	finding.Severity.Label in input.params.severity_labels
}

sample if finding.Sample == true

sample if {
	text := object.get(finding, ["Service", "AdditionalInfo", "Value"], null)
	json.is_valid(text)
	object.get(json.unmarshal(text), "sample", false) == true
}

# other: why a finding of Security Hub is not one to judge here.
other contains "judged_as_guardduty" if {
	hub
	count(input.related.original) > 0
}

other contains "no_threat" if {
	hub
	count(threats) == 0
}

threats := {name |
	some name in object.get(finding, "Types", [])
	some beginning in input.params.threat_types
	split(name, "/")[0] == beginning
}

# What became of it. in_hub is the finding as Security Hub tells of it.

in_hub contains finding if hub

in_hub contains told.Finding if {
	guardduty
	some told in input.related.hub
}

updates := array.concat(input.related.updated, input.related.updated_own)

archived if {
	guardduty
	finding.Service.Archived == true
}

closed contains told if {
	some told in in_hub
	object.get(told, ["Workflow", "Status"], "") in {"RESOLVED", "SUPPRESSED"}
}

noted(told) if trim_space(told.Note.Text) != ""

# ticket names where a ticket stands.
ticket contains "Note" if {
	some told in in_hub
	is_ticket(told.Note.Text)
}

ticket contains "UserDefinedFields" if {
	some told in in_hub
	some value in object.get(told, "UserDefinedFields", {})
	is_ticket(value)
}

is_ticket(text) if {
	input.params.ticket_pattern != ""
	regex.match(input.params.ticket_pattern, text)
}

# ways in which it was handled, whenever that was.
ways contains "archived" if {
	archived
	some _ in archivings
}

ways contains "closed" if {
	some told in closed
	noted(told)
}

ways contains "ticket" if count(ticket) > 0

ways contains "provider" if provider_archived

# A finding of GuardDuty is archived in Security Hub when it is archived there.
provider_archived if {
	hub
	finding.RecordState == "ARCHIVED"
}

# archivings are [time, by, how] of the calls.
archivings := {[at, by(event), event.eventName] |
	some event in input.related.archived
	succeeded(event)
	at := graphtime.ns(event.eventTime)
}

# timed are the same of all ways whose time is told.
timed contains way if {
	archived
	some way in archivings
}

timed contains [at, by(event), "Workflow"] if {
	"closed" in ways
	some event in updates
	succeeded(event)
	object.get(event, ["requestParameters", "workflow", "status"], "") in {"RESOLVED", "SUPPRESSED"}
	at := graphtime.ns(event.eventTime)
}

timed contains [at, object.get(told.Note, "UpdatedBy", "-"), "Note"] if {
	"Note" in ticket
	some told in in_hub
	at := graphtime.ns(told.Note.UpdatedAt)
}

timed contains [at, by(event), "UserDefinedFields"] if {
	"UserDefinedFields" in ticket
	some event in updates
	succeeded(event)
	object.get(event, ["requestParameters", "userDefinedFields"], null) != null
	at := graphtime.ns(event.eventTime)
}

timed contains [at, object.get(finding, "ProductName", "-"), "RecordState"] if {
	provider_archived
	at := graphtime.ns(finding.UpdatedAt)
}

first := min(timed)

archived_without_record if {
	in_scope
	archived
	not suppressed
	count(ways) == 0
	count(closed) == 0
}

closed_without_note if {
	in_scope
	count(ways) == 0
	count(closed) > 0
}

# suppressed: what nobody archived, of a type that approved rules suppress.
suppressed if {
	archived
	count(archivings) == 0
	some pattern in input.params.suppressed_types
	glob.match(pattern, [], finding.Type)
}

settled if suppressed

deadline := graphtime.ns(finding.CreatedAt) + (input.params.handle_within_hours * 3600000000000)

due if deadline <= time.parse_rfc3339_ns(input.as_of)

what := object.union(place, {
	"type": type,
	"severity": severity,
	"due": graphtime.rfc3339(deadline),
	"status": status,
})

type := array.concat([name |
	some name in array.concat([object.get(finding, "Type", null)], array.concat(object.get(finding, "Types", []), [object.get(finding, "Title", null)]))
	is_string(name)
], ["-"])[0]

default severity := "-"

severity := finding.Severity if is_number(finding.Severity)

severity := finding.Severity.Label if is_string(finding.Severity.Label)

default status := "-"

status := concat(", ", sort({object.get(told, ["Workflow", "Status"], "-") | some told in in_hub})) if count(in_hub) > 0

# Where it is, and who.

account := object.get(input.record, "AccountId", object.get(input.record, "recipientAccountId", "-"))

region_of_record := object.get(input.record, "Region", object.get(input.record, "awsRegion", "-"))

place := {"account": account, "region": region_of_record}

exemptions := awsplace.exemptions(input.params.exempt, account, region_of_record)

call := object.union(place, {"by": by(input.record), "at": input.record.eventTime})

succeeded(event) if object.get(event, "errorCode", null) in {null, ""}

by(event) := array.concat([text |
	some member in ["arn", "principalId", "invokedBy", "type"]
	text := object.get(event, ["userIdentity", member], null)
	is_string(text)
], ["-"])[0]
