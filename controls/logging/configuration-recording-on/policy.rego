# LOG-06: how AWS Config records in one account and region, or one call that changed it.
package evidence.log_06

import data.evidence.lib.awsplace
import data.evidence.lib.graphtime

exception contains {"code": "no_recorder", "detail": place} if {
	state
	count(input.record.ConfigurationRecorders) == 0
}

exception contains {"code": "not_recording", "detail": object.union(named(recorder), {"stopped": object.get(status, "lastStopTime", null)})} if {
	some recorder in recorders
	some status in statuses(recorder)
	status.recording == false
}

exception contains {"code": "recording_failed", "detail": object.union(named(recorder), {"error": error_of(status)})} if {
	some recorder in recorders
	some status in statuses(recorder)
	failed(status)
}

exception contains {"code": "types_listed", "detail": object.union(named(recorder), {"types": some_of(object.get(recorder.recordingGroup, "resourceTypes", []))})} if {
	some recorder in recorders
	lists(recorder.recordingGroup)
}

exception contains {"code": "types_excluded", "detail": object.union(named(recorder), {"types": some_of(types)})} if {
	some recorder in recorders
	types := excluded(recorder.recordingGroup)
	count(types) > 0
}

exception contains {"code": "global_types_missing", "detail": object.union(place, {"types": some_of(missing_global), "where": input.params.global_region})} if {
	count(recorders) > 0
	input.record.Region == input.params.global_region
	count(missing_global) > 0
}

exception contains {"code": "global_types_missing", "detail": object.union(place, {"types": some_of(types), "where": concat(", ", sort(account_regions))})} if {
	input.params.global_region == ""
	count(recorders) > 0
	input.record.Region == min(account_regions)
	types := global_types - {type | some type in global_types; some group in account_groups; records(group, type)}
	count(types) > 0
}

# Of a region that was not read (it may be misspelt) nothing can be known.
exception contains {"code": "global_types_missing", "detail": object.union(place, {"types": some_of(global_types), "where": input.params.global_region})} if {
	input.params.global_region != ""
	count(recorders) > 0
	input.record.Region == min(account_regions)
	not global_region_read
}

exception contains {"code": "no_delivery_channel", "detail": place} if {
	count(recorders) > 0
	count(input.record.DeliveryChannels) == 0
}

exception contains {"code": "delivery_failed", "detail": object.union(place, {"channel": object.get(channel, "name", "-"), "what": what, "error": error_of(channel[what])})} if {
	count(recorders) > 0
	some channel in input.record.DeliveryChannelsStatus
	some what in ["configStreamDeliveryInfo", "configHistoryDeliveryInfo", "configSnapshotDeliveryInfo"]
	failed(channel[what])
}

exception contains {"code": code, "detail": call} if {
	changed
	code := {
		"StopConfigurationRecorder": "recording_stopped",
		"DeleteConfigurationRecorder": "recorder_deleted",
		"DeleteDeliveryChannel": "delivery_channel_deleted",
	}[input.record.eventName]
}

exception contains {"code": "recording_narrowed", "detail": object.union(call, {"types": some_of(narrowed)})} if narrows

undetermined contains {"code": "types_not_told", "detail": named(recorder)} if {
	some recorder in recorders
	not is_object(object.get(recorder, "recordingGroup", null))
}

undetermined contains {"code": "status_not_told", "detail": named(recorder)} if {
	some recorder in recorders
	count([status | some status in statuses(recorder); is_boolean(status.recording)]) == 0
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt"} if count(exemptions) > 0

observation contains {"code": "exempt_place", "detail": object.union(place, {"why": concat("; ", sort(exemptions))})} if count(exemptions) > 0

observation contains {"code": "daily", "detail": object.union(named(recorder), {"types": "-"})} if {
	some recorder in recorders
	recorder.recordingMode.recordingFrequency == "DAILY"
}

observation contains {"code": "daily", "detail": object.union(named(recorder), {"types": some_of(override.resourceTypes)})} if {
	some recorder in recorders
	some override in recorder.recordingMode.recordingModeOverrides
	override.recordingFrequency == "DAILY"
}

observation contains {"code": "started_again", "detail": {"started_at": next[1], "started_by": next[2]}} if {
	stops
	next := starts[0]
}

observation contains {"code": "not_started_again"} if {
	stops
	count(starts) == 0
}

# A record of the state has an account that was asked; an event has not.
state if {
	input.record.AccountId
	count(exemptions) == 0
}

recorders contains recorder if {
	state
	some recorder in input.record.ConfigurationRecorders
}

statuses(recorder) := [status |
	some status in input.record.ConfigurationRecordersStatus
	object.get(status, "name", null) == recorder.name
]

# AWS writes these words in either case.
failed(status) if lower(status.lastStatus) == "failure"

error_of(status) := array.concat([text |
	some member in ["lastErrorCode", "lastErrorMessage"]
	text := status[member]
	is_string(text)
], ["-"])[0]

# Which types a recording group takes.

listing := "INCLUSION_BY_RESOURCE_TYPES"

excluding := "EXCLUSION_BY_RESOURCE_TYPES"

strategy(group) := object.get(group, ["recordingStrategy", "useOnly"], "")

lists(group) if strategy(group) == listing

lists(group) if {
	is_object(group)
	object.get(group, "allSupported", false) != true
	not strategy(group) in {"ALL_SUPPORTED_RESOURCE_TYPES", excluding}
}

left_out(group) := {type | some type in object.get(group, ["exclusionByResourceTypes", "resourceTypes"], [])}

# excluded: what may not be left out. The global types are a matter of their own.
excluded(group) := (left_out(group) - global_types) - {type | some type in input.params.accepted_exclusions} if strategy(group) == excluding

global_types := {"AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"}

records(group, type) if {
	strategy(group) == excluding
	not type in left_out(group)
}

records(group, type) if {
	lists(group)
	type in object.get(group, "resourceTypes", [])
}

records(group, _) if {
	not lists(group)
	strategy(group) != excluding
	group.includeGlobalResourceTypes == true
}

missing_global := global_types - {type | some type in global_types; some recorder in recorders; records(recorder.recordingGroup, type)}

# The regions of the account that have a recorder and are not exempt, and what these take.
account_regions contains region.Region if {
	some region in input.related.regions
	count(region.ConfigurationRecorders) > 0
	not exempt_region(region)
}

global_region_read if {
	some region in input.related.regions
	region.Region == input.params.global_region
}

account_groups contains recorder.recordingGroup if {
	some region in input.related.regions
	some recorder in region.ConfigurationRecorders
	some status in region.ConfigurationRecordersStatus
	status.name == recorder.name
	status.recording == true
}

exempt_region(region) if count(awsplace.exemptions(input.params.exempt, region.AccountId, region.Region)) > 0

# Events. A failed call changed nothing; a null or empty error is none.

changed if {
	input.record.eventName
	count(exemptions) == 0
	object.get(input.record, "errorCode", null) in {null, ""}
}

stops if {
	changed
	input.record.eventName in {"StopConfigurationRecorder", "DeleteConfigurationRecorder"}
}

group_put := group if {
	changed
	input.record.eventName == "PutConfigurationRecorder"
	group := object.get(input.record, ["requestParameters", "configurationRecorder", "recordingGroup"], null)
	is_object(group)
}

narrows if lists(group_put)

narrows if count(excluded(group_put)) > 0

narrowed := object.get(group_put, "resourceTypes", []) if {
	lists(group_put)
} else := excluded(group_put)

# starts: those after the call, the first one first.
starts := sort([[at, event.eventTime, by(event)] |
	some event in input.related.started
	object.get(event, "errorCode", null) in {null, ""}
	at := graphtime.ns(event.eventTime)
	at >= graphtime.ns(input.record.eventTime)
])

call := object.union(place, {"by": by(input.record), "at": input.record.eventTime, "recorder": object_called})

object_called := array.concat([name |
	some path in [["configurationRecorderName"], ["deliveryChannelName"], ["configurationRecorder", "name"]]
	name := object.get(input.record, array.concat(["requestParameters"], path), null)
	is_string(name)
], ["-"])[0]

by(event) := array.concat([text |
	some member in ["arn", "principalId", "invokedBy", "type"]
	text := object.get(event, ["userIdentity", member], null)
	is_string(text)
], ["-"])[0]

# Where it is.

account := object.get(input.record, "AccountId", object.get(input.record, "recipientAccountId", "-"))

region_of_record := object.get(input.record, "Region", object.get(input.record, "awsRegion", "-"))

place := {"account": account, "region": region_of_record}

named(recorder) := object.union(place, {"recorder": recorder.name})

exemptions := awsplace.exemptions(input.params.exempt, account, region_of_record)

# some_of: a few of many, in order.
some_of(types) := array.slice(sort([type | some type in types]), 0, 10)
