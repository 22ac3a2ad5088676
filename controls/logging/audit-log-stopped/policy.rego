# LOG-01: one CloudTrail call on a trail or an event data store, or how a trail stood.
package evidence.log_01

import data.evidence.lib.eventselectors

exception contains {"code": "logging_stopped", "detail": {"by": by, "trail": trail}} if {
	changed
	input.record.eventName in {"StopLogging", "StopEventDataStoreIngestion"}
}

exception contains {"code": "trail_deleted", "detail": {"by": by, "trail": trail}} if {
	changed
	input.record.eventName in {"DeleteTrail", "DeleteEventDataStore"}
}

exception contains {"code": "trail_weakened", "detail": {"by": by, "trail": trail, "setting": setting}} if {
	changed
	input.record.eventName == "UpdateTrail"
	some setting in {"enableLogFileValidation", "includeGlobalServiceEvents", "isMultiRegionTrail", "isOrganizationTrail"}
	object.get(input.record.requestParameters, setting, true) in {false, "false"}
}

exception contains {"code": "delivery_moved", "detail": {"by": by, "trail": trail, "bucket": bucket}} if {
	changed
	input.record.eventName == "UpdateTrail"
	bucket := input.record.requestParameters.s3BucketName
	is_string(bucket) # null: left as it was
	not bucket in input.params.trail_buckets
}

exception contains {"code": "management_events_dropped", "detail": {"by": by, "trail": trail, "dropped": sort(dropped)}} if {
	changed
	input.record.eventName == "PutEventSelectors"
	dropped := eventselectors.dropped(put.basic, put.advanced)
	count(dropped) > 0
}

exception contains {"code": "sources_excluded", "detail": {"by": by, "trail": trail, "sources": sort(excluded)}} if {
	changed
	input.record.eventName == "PutEventSelectors"
	excluded := eventselectors.excluded(put.basic, put.advanced) - allowed_sources
	count(excluded) > 0
}

# A failed call changed nothing. A null or empty error is none.
changed if object.get(input.record, "errorCode", null) in {null, ""}

# put: the selectors that a PutEventSelectors sets.
put := {
	"basic": listed(object.get(parameters, "eventSelectors", [])),
	"advanced": listed(object.get(parameters, "advancedEventSelectors", [])),
}

# listed: a list, of which null has nothing.
listed(list) := list if is_array(list)

listed(list) := [] if not is_array(list)

allowed_sources := {source | some source in input.params.allowed_excluded_sources}

trail := object.get(parameters, "name", object.get(parameters, "trailName", object.get(parameters, "eventDataStore", "")))

default parameters := {}

parameters := input.record.requestParameters if is_object(input.record.requestParameters)

by := object.get(input.record.userIdentity, "arn", object.get(input.record.userIdentity, "principalId", input.record.userIdentity.type))

# From here on: how a trail stood. A trail is asked for by its ARN, which it has; its
# name is as AWS gives it.

exception contains {"code": "not_logging", "detail": object.union(standing, {"since": stopped})} if {
	judged
	input.record.Status.IsLogging == false
}

exception contains {"code": "delivery_failed", "detail": object.union(standing, {"error": error})} if {
	judged
	error := input.record.Status.LatestDeliveryError
	not error in {null, ""}
}

exception contains {"code": "digest_failed", "detail": object.union(standing, {"error": error})} if {
	judged
	error := input.record.Status.LatestDigestDeliveryError
	not error in {null, ""}
}

exception contains {"code": "setting_off", "detail": object.union(standing, {"setting": setting})} if {
	some setting in settings
	object.get(input.record.Trail, setting, null) == false
}

exception contains {"code": "other_bucket", "detail": object.union(standing, {"bucket": bucket})} if {
	judged
	count(input.params.trail_buckets) > 0
	bucket := object.get(input.record.Trail, "S3BucketName", "")
	not bucket in input.params.trail_buckets
}

exception contains {"code": "management_events_missing", "detail": object.union(standing, {"dropped": sort(dropped)})} if {
	audit
	dropped := eventselectors.dropped(set_up.basic, set_up.advanced)
	count(dropped) > 0
}

exception contains {"code": "sources_missing", "detail": object.union(standing, {"sources": sort(excluded)})} if {
	audit
	excluded := eventselectors.excluded(set_up.basic, set_up.advanced) - allowed_sources
	count(excluded) > 0
}

undetermined contains {"code": "status_unknown", "detail": standing} if {
	judged
	not is_boolean(object.get(input.record, ["Status", "IsLogging"], null))
}

undetermined contains {"code": "selectors_unknown", "detail": standing} if {
	audit
	not set_up
}

undetermined contains {"code": "settings_unknown", "detail": object.union(standing, {"setting": setting})} if {
	some setting in settings
	not is_boolean(object.get(input.record.Trail, setting, null))
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt_trail"} if count(exemptions) > 0

observation contains {"code": "exempt", "detail": {"trail": trail_name, "account": input.record.AccountId, "why": concat("; ", sort(exemptions))}} if {
	count(exemptions) > 0
}

# settings: those of the trail that must be on.
settings contains "LogFileValidationEnabled" if judged

settings contains setting if {
	audit
	some setting in {"IsMultiRegionTrail", "IncludeGlobalServiceEvents"}
}

judged if {
	input.kind == "cloudtrail.trail"
	count(exemptions) == 0
}

audit if {
	judged
	some pattern in input.params.audit_trails
	called(pattern)
}

# exemptions: why the trail is not judged. A listing that does not say why is none.
exemptions := {trim_space(entry.why) |
	input.kind == "cloudtrail.trail"
	some entry in input.params.exempt_trails
	is_string(entry.why)
	trim_space(entry.why) != ""
	called(entry.trail)
}

called(pattern) if {
	is_string(pattern)
	some member in {"Name", "TrailARN"}
	glob.match(pattern, null, input.record.Trail[member])
}

# set_up: the trail's selectors with the members' names as events write them; undefined
# where neither list could be read.
set_up := {"basic": basic, "advanced": advanced} if {
	some member in {"EventSelectors", "AdvancedEventSelectors"}
	is_array(object.get(input.record, member, null))
	basic := [as_in_events(s) | some s in listed(object.get(input.record, "EventSelectors", []))]
	advanced := [{"fieldSelectors": [as_in_events(f) | some f in s.FieldSelectors]} |
		some s in listed(object.get(input.record, "AdvancedEventSelectors", []))
	]
}

as_in_events(selector) := {name: value |
	some member, value in selector
	name := concat("", [lower(substring(member, 0, 1)), substring(member, 1, -1)])
}

standing := {"trail": trail_name, "account": input.record.AccountId, "region": input.record.Region}

trail_name := object.get(input.record.Trail, "Name", input.record.Trail.TrailARN)

default stopped := "-"

stopped := input.record.Status.StopLoggingTime if is_string(input.record.Status.StopLoggingTime)
