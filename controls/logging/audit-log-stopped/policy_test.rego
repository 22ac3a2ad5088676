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

# Trails as they stood.

pass := data.testdata["cloudtrail.trail"].moto

judgement(record, params) := {"exceptions": exceptions, "undetermined": unclear, "left_out": {n.code | some n in left_out}} if {
	exceptions := log_01.exception with input as {"record": record, "params": params, "kind": "cloudtrail.trail"}
	unclear := log_01.undetermined with input as {"record": record, "params": params, "kind": "cloudtrail.trail"}
	left_out := log_01.not_applicable_because with input as {"record": record, "params": params, "kind": "cloudtrail.trail"}
}

standing(record) := {e.code | some e in judgement(record, data.params).exceptions}

unclear(record) := {e.code | some e in judgement(record, data.params).undetermined}

with_status(status) := object.union(pass, {"Status": object.union(pass.Status, status)})

with_trail(settings) := object.union(pass, {"Trail": object.union(pass.Trail, settings)})

test_trail_that_records_everything if {
	judgement(pass, data.params) == {"exceptions": set(), "undetermined": set(), "left_out": set()}
}

test_trail_of_data_events_in_one_region if {
	standing(data.testdata["cloudtrail.trail"].panther) == {"setting_off", "management_events_missing"}
	unclear(data.testdata["cloudtrail.trail"].panther) == set()
	{e.detail.setting | some e in judgement(data.testdata["cloudtrail.trail"].panther, data.params).exceptions; e.code == "setting_off"} == {"IsMultiRegionTrail"}
}

test_trail_of_data_events_where_others_are_for_the_audit if {
	params := object.union(data.params, {"audit_trails": ["organization-*"]})
	judgement(data.testdata["cloudtrail.trail"].panther, params).exceptions == set()
	{e.code | some e in judgement(with_trail({"LogFileValidationEnabled": false}), params).exceptions} == {"setting_off"}
	{e.code | some e in judgement(with_trail({"IsMultiRegionTrail": false}), params).exceptions} == set()
}

test_trail_is_named_by_its_arn if {
	params := object.union(data.params, {"audit_trails": ["arn:aws:cloudtrail:*:112233445566:trail/*"]})
	{e.code | some e in judgement(data.testdata["cloudtrail.trail"].panther, params).exceptions} == {"setting_off", "management_events_missing"}
}

test_trail_not_logging if {
	some e in judgement(with_status({"IsLogging": false, "StopLoggingTime": "2026-08-20T00:00:00Z"}), data.params).exceptions
	e.code == "not_logging"
	e.detail == {"trail": "audit", "account": "123456789012", "region": "ap-northeast-1", "since": "2026-08-20T00:00:00Z"}
	some never in judgement(with_status({"IsLogging": false, "StopLoggingTime": null}), data.params).exceptions
	never.detail.since == "-"
}

test_delivery_that_fails if {
	standing(with_status({"LatestDeliveryError": "AccessDenied"})) == {"delivery_failed"}
	standing(with_status({"LatestDigestDeliveryError": "NoSuchBucket"})) == {"digest_failed"}
	standing(with_status({"LatestDeliveryError": "", "LatestDigestDeliveryError": null})) == set()
	standing(with_status({"LatestCloudWatchLogsDeliveryError": "AccessDenied"})) == set()
}

test_settings_that_are_off if {
	every setting in ["LogFileValidationEnabled", "IsMultiRegionTrail", "IncludeGlobalServiceEvents"] {
		{e.detail.setting | some e in judgement(with_trail({setting: false}), data.params).exceptions} == {setting}
	}
	standing(with_trail({"IsOrganizationTrail": false, "KmsKeyId": null})) == set()
}

test_bucket_is_judged_where_any_is_listed if {
	{e.code | some e in judgement(pass, object.union(data.params, {"trail_buckets": ["elsewhere"]})).exceptions} == {"other_bucket"}
	judgement(pass, object.union(data.params, {"trail_buckets": ["trail-logs"]})).exceptions == set()
}

trail_selecting(basic, advanced) := object.union(pass, {"EventSelectors": basic, "AdvancedEventSelectors": advanced})

test_what_trails_record if {
	standing(trail_selecting([], [])) == {"management_events_missing"}
	standing(trail_selecting([{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}], [])) == {"management_events_missing"}
	standing(trail_selecting([{"ReadWriteType": "All", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}], [])) == {"sources_missing"}
	standing(trail_selecting([{"ReadWriteType": "All", "IncludeManagementEvents": true, "ExcludeManagementEventSources": [], "DataResources": []}], [])) == set()
	standing(trail_selecting([], [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Management"]},
		{"Field": "readOnly", "Equals": ["false"]},
	]}])) == {"management_events_missing"}
	standing(trail_selecting([], [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Management"]},
		{"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
	]}])) == {"sources_missing"}
}

test_sources_that_may_be_left_out if {
	record := trail_selecting([{"ReadWriteType": "All", "IncludeManagementEvents": true, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}], [])
	judgement(record, object.union(data.params, {"allowed_excluded_sources": ["kms.amazonaws.com"]})).exceptions == set()
}

test_what_could_not_be_read_is_not_decided if {
	unclear(object.remove(pass, ["Status"])) == {"status_unknown"}
	unclear(with_status({"IsLogging": null})) == {"status_unknown"}
	unclear(object.remove(pass, ["EventSelectors", "AdvancedEventSelectors"])) == {"selectors_unknown"}
	unclear(with_trail({"LogFileValidationEnabled": null})) == {"settings_unknown"}
	unclear(json.remove(pass, ["/Trail/IsMultiRegionTrail"])) == {"settings_unknown"}
	standing(object.remove(pass, ["Status", "EventSelectors", "AdvancedEventSelectors"])) == set()
}

test_what_is_not_read_of_a_trail_for_no_audit if {
	result := judgement(object.remove(pass, ["EventSelectors", "AdvancedEventSelectors"]), object.union(data.params, {"audit_trails": []}))
	result.undetermined == set()
}

test_trail_without_a_name if {
	record := json.remove(with_status({"IsLogging": false}), ["/Trail/Name"])
	{e.detail.trail | some e in judgement(record, data.params).exceptions} == {"arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/audit"}
}

exempting(entry) := object.union(data.params, {"exempt_trails": [entry]})

test_exempt_trail if {
	record := with_status({"IsLogging": false})
	judgement(record, exempting({"trail": "aud*", "why": " of the old system "})) == {"exceptions": set(), "undetermined": set(), "left_out": {"exempt_trail"}}
	seen := log_01.observation with input as {"record": record, "params": exempting({"trail": "aud*", "why": " of the old system "}), "kind": "cloudtrail.trail"}
	seen == {{"code": "exempt", "detail": {"trail": "audit", "account": "123456789012", "why": "of the old system"}}}
}

test_exemption_needs_a_reason_and_a_pattern if {
	record := with_status({"IsLogging": false})
	every entry in [{"trail": "audit", "why": " "}, {"trail": "audit"}, {"trail": null, "why": "x"}, {"why": "x"}, {"trail": "other", "why": "x"}] {
		{e.code | some e in judgement(record, exempting(entry)).exceptions} == {"not_logging"}
	}
}

test_exempt_trail_is_still_judged_by_events if {
	params := exempting({"trail": "*", "why": "x"})
	{e.code | some e in reasons(stratus.stop_logging, params)} == {"logging_stopped"}
	log_01.not_applicable_because == set() with input as {"record": stratus.stop_logging, "params": params, "kind": "cloudtrail.event"}
}
