# LOG-01: one CloudTrail call on a trail or an event data store.
package evidence.log_01

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
	dropped := {access | some access in {"ReadOnly", "WriteOnly"}; not recorded(access)}
	count(dropped) > 0
}

exception contains {"code": "sources_excluded", "detail": {"by": by, "trail": trail, "sources": sort(excluded)}} if {
	changed
	input.record.eventName == "PutEventSelectors"
	excluded := excluded_sources - {source | some source in input.params.allowed_excluded_sources}
	count(excluded) > 0
}

# A failed call changed nothing. A null or empty error is none.
changed if object.get(input.record, "errorCode", null) in {null, ""}

# recorded: some selector takes the management events of that access.
recorded(access) if {
	some selector in input.record.requestParameters.eventSelectors
	object.get(selector, "includeManagementEvents", true) != false
	object.get(selector, "readWriteType", "All") in {"All", null, access}
}

recorded(access) if {
	some selector in management_selectors
	every f in selector.fieldSelectors {
		leaves(f, access)
	}
}

management_selectors contains selector if {
	some selector in input.record.requestParameters.advancedEventSelectors
	some f in selector.fieldSelectors
	f.field == "eventCategory"
	"Management" in f.equals
}

# leaves: the field selector does not cut off management events of that access.
# Excluded sources are a matter of their own; any other narrowing cuts off.
leaves(f, _) if f.field == "eventCategory"

leaves(f, "ReadOnly") if {
	f.field == "readOnly"
	"true" in f.equals
}

leaves(f, "WriteOnly") if {
	f.field == "readOnly"
	"false" in f.equals
}

leaves(f, _) if {
	f.field == "eventSource"
	object.keys(f) == {"field", "notEquals"}
}

excluded_sources contains source if {
	some selector in input.record.requestParameters.eventSelectors
	some source in selector.excludeManagementEventSources
}

excluded_sources contains source if {
	some selector in management_selectors
	some f in selector.fieldSelectors
	f.field == "eventSource"
	some source in f.notEquals
}

trail := object.get(parameters, "name", object.get(parameters, "trailName", object.get(parameters, "eventDataStore", "")))

default parameters := {}

parameters := input.record.requestParameters if is_object(input.record.requestParameters)

by := object.get(input.record.userIdentity, "arn", object.get(input.record.userIdentity, "principalId", input.record.userIdentity.type))
