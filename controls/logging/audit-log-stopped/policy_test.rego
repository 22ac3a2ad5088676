package evidence.log_01_test

import data.evidence.log_01

# Real records; testdata/SOURCES.md says from where.
invictus := data.testdata.invictus

stratus := data.testdata.stratus

codes(record) := {e.code | some e in reasons(record, data.params)}

reasons(record, params) := found if {
	found := log_01.exception with input as {"record": record, "params": params}
}

# call is an event of CloudTrail's API with the name and request parameters.
call(name, parameters) := object.union(stratus.stop_logging, {"eventName": name, "requestParameters": parameters})

test_stop_logging if codes(stratus.stop_logging) == {"logging_stopped"}

test_delete_trail if {
	every record in [invictus.delete_trail, stratus.delete_trail] {
		codes(record) == {"trail_deleted"}
	}
}

test_detail_names_who_and_what if {
	some e in reasons(stratus.stop_logging, data.params)
	e.detail == {
		"by": "arn:aws:iam::143434273843:user/christophe",
		"trail": "stratus-red-team-ct-stop-trail-buykxbqejv",
	}
}

test_failed_calls_changed_nothing if {
	every record in [invictus.stop_logging_of_no_trail, invictus.delete_trail_of_no_trail] {
		record.errorCode == "TrailNotFoundException"
		codes(record) == set()
	}
}

test_failed_update_changed_nothing if {
	record := object.union(call("UpdateTrail", {"name": "t", "isMultiRegionTrail": false}), {"errorCode": "AccessDenied"})
	codes(record) == set()
}

test_null_error_is_no_error if {
	every none in [null, ""] {
		codes(object.union(stratus.stop_logging, {"errorCode": none})) == {"logging_stopped"}
	}
}

test_event_data_stores if {
	codes(call("StopEventDataStoreIngestion", {"eventDataStore": "arn:x"})) == {"logging_stopped"}
	codes(call("DeleteEventDataStore", {"eventDataStore": "arn:x"})) == {"trail_deleted"}
}

test_no_parameters_at_all if {
	codes(call("StopLogging", null)) == {"logging_stopped"}
	codes(object.remove(stratus.delete_trail, ["requestParameters"])) == {"trail_deleted"}
}

test_identity_without_arn if {
	record := object.union(object.remove(stratus.stop_logging, ["userIdentity"]), {"userIdentity": {"type": "AWSService", "invokedBy": "config.amazonaws.com"}})
	some e in reasons(record, data.params)
	e.detail.by == "AWSService"
}

test_update_trail_turns_off if {
	every setting in ["enableLogFileValidation", "isMultiRegionTrail", "includeGlobalServiceEvents", "isOrganizationTrail"] {
		every off in [false, "false"] {
			codes(call("UpdateTrail", {"name": "t", setting: off})) == {"trail_weakened"}
		}
	}
}

test_update_trail_names_the_setting if {
	some e in reasons(call("UpdateTrail", {"name": "t", "enableLogFileValidation": false}), data.params)
	e.detail.setting == "enableLogFileValidation"
}

test_update_trail_that_weakens_nothing if {
	codes(call("UpdateTrail", {"name": "t", "isMultiRegionTrail": true, "enableLogFileValidation": true, "kmsKeyId": "k"})) == set()
	codes(call("UpdateTrail", {"name": "t", "isMultiRegionTrail": null})) == set()
	codes(call("UpdateTrail", {"name": "t"})) == set()
}

test_update_trail_moves_delivery if {
	record := call("UpdateTrail", {"name": "t", "s3BucketName": "elsewhere"})
	codes(record) == {"delivery_moved"}
	reasons(record, object.union(data.params, {"trail_buckets": ["elsewhere"]})) == set()
	codes(call("UpdateTrail", {"name": "t", "s3BucketName": null})) == set()
}

test_real_event_selectors if {
	codes(stratus.put_event_selectors) == {"management_events_dropped"}
	codes(invictus.put_event_selectors_read_only) == {"management_events_dropped"}
	codes(invictus.put_event_selectors_all) == set()
}

selectors(list) := call("PutEventSelectors", {"trailName": "t", "eventSelectors": list})

dropped(record) := [e.detail.dropped | some e in reasons(record, data.params); e.code == "management_events_dropped"]

test_event_selectors_that_drop if {
	dropped(selectors([])) == [["ReadOnly", "WriteOnly"]]
	dropped(selectors(null)) == [["ReadOnly", "WriteOnly"]]
	dropped(selectors([{"readWriteType": "WriteOnly", "includeManagementEvents": true}])) == [["ReadOnly"]]
	dropped(selectors([{"readWriteType": "ReadOnly", "includeManagementEvents": true}])) == [["WriteOnly"]]
	dropped(selectors([{"readWriteType": "All", "includeManagementEvents": false}])) == [["ReadOnly", "WriteOnly"]]
}

test_event_selectors_that_cover if {
	codes(selectors([{}])) == set() # AWS's defaults: all management events
	codes(selectors([{"readWriteType": null, "includeManagementEvents": null}])) == set()
	codes(selectors([
		{"readWriteType": "ReadOnly", "includeManagementEvents": true},
		{"readWriteType": "WriteOnly", "includeManagementEvents": true},
	])) == set()
}

test_excluded_sources if {
	record := selectors([{"readWriteType": "All", "includeManagementEvents": true, "excludeManagementEventSources": ["kms.amazonaws.com"]}])
	codes(record) == {"sources_excluded"}
	reasons(record, object.union(data.params, {"allowed_excluded_sources": ["kms.amazonaws.com"]})) == set()
}

advanced(list) := call("PutEventSelectors", {"trailName": "t", "advancedEventSelectors": list})

management(fields) := {"name": "m", "fieldSelectors": array.concat([{"field": "eventCategory", "equals": ["Management"]}], fields)}

test_advanced_selectors_that_cover if {
	codes(advanced([management([])])) == set()
	codes(advanced([
		management([{"field": "readOnly", "equals": ["true"]}]),
		management([{"field": "readOnly", "equals": ["false"]}]),
	])) == set()
}

test_advanced_selectors_that_drop if {
	dropped(advanced([])) == [["ReadOnly", "WriteOnly"]]
	dropped(advanced([{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}])) == [["ReadOnly", "WriteOnly"]]
	dropped(advanced([management([{"field": "readOnly", "equals": ["false"]}])])) == [["ReadOnly"]]
	dropped(advanced([management([{"field": "eventSource", "equals": ["s3.amazonaws.com"]}])])) == [["ReadOnly", "WriteOnly"]]
	dropped(advanced([management([{"field": "eventName", "notEquals": ["StopLogging"]}])])) == [["ReadOnly", "WriteOnly"]]
}

test_advanced_selectors_that_exclude_sources if {
	record := advanced([management([{"field": "eventSource", "notEquals": ["kms.amazonaws.com"]}])])
	codes(record) == {"sources_excluded"}
	reasons(record, object.union(data.params, {"allowed_excluded_sources": ["kms.amazonaws.com"]})) == set()
}
