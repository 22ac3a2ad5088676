package evidence.log_06_test

import data.evidence.log_06

shaped := object.union(data.testdata["config.recorder"], data.testdata["cloudtrail.event"])

account := [shaped.virginia, shaped.tokyo, shaped.off]

document(record, related, params) := {
	"record": record, "related": object.union({"regions": account, "started": []}, related),
	"params": object.union(data.params, params),
}

reasons(record, related, params) := found if {
	found := log_06.exception with input as document(record, related, params)
}

codes(record, params) := {e.code | some e in reasons(record, {}, params)}

undecided(record) := {u.code | some u in found} if {
	found := log_06.undetermined with input as document(record, {}, {})
}

seen(record, related, params) := found if {
	found := log_06.observation with input as document(record, related, params)
}

exempted(record, params) if {
	log_06.not_applicable with input as document(record, {}, params)
}

with_recorder(record, fields) := json.patch(record, [{"op": "add", "path": sprintf("/ConfigurationRecorders/0/%s", [name]), "value": value} | some name, value in fields])

with_status(record, fields) := json.patch(record, [{"op": "add", "path": sprintf("/ConfigurationRecordersStatus/0/%s", [name]), "value": value} | some name, value in fields])

with_group(record, group) := with_recorder(record, {"recordingGroup": group})

excluding(types) := {"allSupported": false, "includeGlobalResourceTypes": false, "resourceTypes": [], "exclusionByResourceTypes": {"resourceTypes": types}, "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}

iam := ["AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"]

# call is a call of AWS Config's API with the name and request parameters.
call(name, parameters) := object.union(object.remove(shaped.stop, ["requestParameters"]), {"eventName": name, "requestParameters": parameters})

test_recorders_that_record_everything if {
	every record in [shaped.virginia, shaped.tokyo] {
		codes(record, {}) == set()
		undecided(record) == set()
		seen(record, {}, {}) == set()
		not exempted(record, {})
	}
}

test_no_recorder if {
	reasons(shaped.off, {}, {}) == {{"code": "no_recorder", "detail": {"account": "111122223333", "region": "ap-northeast-3"}}}
	undecided(shaped.off) == set()
}

test_not_recording if {
	reasons(with_status(shaped.tokyo, {"recording": false, "lastStopTime": "2026-10-05T03:00:00Z"}), {}, {}) == {{
		"code": "not_recording",
		"detail": {"account": "111122223333", "region": "ap-northeast-1", "recorder": "default", "stopped": "2026-10-05T03:00:00Z"},
	}}
	codes(with_status(shaped.tokyo, {"recording": false}), {}) == {"not_recording"}
}

test_recording_fails if {
	every word in ["FAILURE", "Failure"] {
		some e in reasons(with_status(shaped.tokyo, {"lastStatus": word, "lastErrorCode": "AccessDenied", "lastErrorMessage": "no"}), {}, {})
		e.code == "recording_failed"
		e.detail.error == "AccessDenied"
	}
	some e in reasons(with_status(shaped.tokyo, {"lastStatus": "Failure"}), {}, {})
	e.detail.error == "-"
	every word in ["PENDING", "NotApplicable"] {
		codes(with_status(shaped.tokyo, {"lastStatus": word}), {}) == set()
	}
}

test_states_that_are_not_told if {
	undecided(json.patch(shaped.tokyo, [{"op": "replace", "path": "/ConfigurationRecordersStatus", "value": []}])) == {"status_not_told"}
	undecided(json.patch(shaped.tokyo, [{"op": "remove", "path": "/ConfigurationRecordersStatus/0/recording"}])) == {"status_not_told"}
	undecided(with_status(shaped.tokyo, {"name": "another"})) == {"status_not_told"}
	undecided(json.patch(shaped.tokyo, [{"op": "remove", "path": "/ConfigurationRecorders/0/recordingGroup"}])) == {"types_not_told"}
}

test_some_types_only if {
	some e in reasons(with_group(shaped.tokyo, {"allSupported": false, "includeGlobalResourceTypes": false, "resourceTypes": ["AWS::EC2::SecurityGroup", "AWS::EC2::Instance"]}), {}, {})
	e.code == "types_listed"
	e.detail.types == ["AWS::EC2::Instance", "AWS::EC2::SecurityGroup"]
	codes(with_group(shaped.tokyo, {"recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}, "allSupported": false}), {}) == {"types_listed"}
	codes(with_group(shaped.tokyo, {"allSupported": false, "recordingStrategy": null}), {}) == {"types_listed"}
}

test_excluded_types if {
	some e in reasons(with_group(shaped.tokyo, excluding(["AWS::EC2::NetworkInterface", "AWS::S3::Bucket"])), {}, {"accepted_exclusions": ["AWS::EC2::NetworkInterface"]})
	e.code == "types_excluded"
	e.detail.types == ["AWS::S3::Bucket"]
	codes(with_group(shaped.tokyo, excluding(["AWS::EC2::NetworkInterface"])), {"accepted_exclusions": ["AWS::EC2::NetworkInterface"]}) == set()

	# The global types are left out where another region records them.
	codes(with_group(shaped.tokyo, excluding(iam)), {}) == set()
}

test_global_types_in_some_region if {
	without := with_group(shaped.virginia, {"allSupported": true, "includeGlobalResourceTypes": false})
	related := {"regions": [shaped.tokyo, without, shaped.off]}
	{e.code | some e in reasons(shaped.tokyo, related, {})} == {"global_types_missing"}
	some e in reasons(shaped.tokyo, related, {})
	e.detail.where == "ap-northeast-1, us-east-1"
	e.detail.types == ["AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"]

	# Of one region of the account alone.
	reasons(without, related, {}) == set()

	# A recorder that does not record takes none.
	{e2.code | some e2 in reasons(shaped.tokyo, {"regions": [shaped.tokyo, with_status(shaped.virginia, {"recording": false})]}, {})} == {"global_types_missing"}

	# An exclusion strategy takes what it does not exclude.
	reasons(shaped.tokyo, {"regions": [shaped.tokyo, with_group(shaped.virginia, excluding([]))]}, {}) == set()
	some e3 in reasons(shaped.tokyo, {"regions": [shaped.tokyo, with_group(shaped.virginia, excluding(["AWS::IAM::Role"]))]}, {})
	e3.detail.types == ["AWS::IAM::Role"]
}

test_global_types_in_the_region_named if {
	codes(shaped.virginia, {"global_region": "us-east-1"}) == set()
	codes(shaped.tokyo, {"global_region": "us-east-1"}) == set()
	some e in reasons(shaped.tokyo, {}, {"global_region": "ap-northeast-1"})
	e.code == "global_types_missing"
	e.detail.where == "ap-northeast-1"
}

# A region that is misspelt, or was not read, must not make all accounts pass.
test_global_types_in_a_region_that_was_not_read if {
	some e in reasons(shaped.tokyo, {}, {"global_region": "us-east-9"})
	e.code == "global_types_missing"
	e.detail.where == "us-east-9"
	codes(shaped.virginia, {"global_region": "us-east-9"}) == set() # told once an account
}

test_delivery if {
	codes(json.patch(shaped.tokyo, [{"op": "replace", "path": "/DeliveryChannels", "value": []}]), {}) == {"no_delivery_channel"}
	some e in reasons(json.patch(shaped.tokyo, [{"op": "add", "path": "/DeliveryChannelsStatus/0/configHistoryDeliveryInfo", "value": {"lastStatus": "FAILURE", "lastErrorCode": "NoSuchBucket"}}]), {}, {})
	e.code == "delivery_failed"
	e.detail.what == "configHistoryDeliveryInfo"
	e.detail.error == "NoSuchBucket"

	# Without a topic there is nothing to stream to.
	codes(json.patch(shaped.tokyo, [{"op": "add", "path": "/DeliveryChannelsStatus/0/configStreamDeliveryInfo", "value": {"lastStatus": "Not_Applicable"}}]), {}) == set()
}

test_daily_is_told if {
	{o.detail.types | some o in seen(with_recorder(shaped.tokyo, {"recordingMode": {"recordingFrequency": "DAILY"}}), {}, {})} == {"-"}
	{o.detail.types | some o in seen(with_recorder(shaped.tokyo, {"recordingMode": {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": [{"recordingFrequency": "DAILY", "resourceTypes": ["AWS::EC2::Volume"]}]}}), {}, {})} == {["AWS::EC2::Volume"]}
}

test_exempt_places if {
	params := {"exempt": [{"region": "ap-northeast-3", "why": "not used"}]}
	codes(shaped.off, params) == set()
	exempted(shaped.off, params)
	seen(shaped.off, {}, params) == {{"code": "exempt_place", "detail": {"account": "111122223333", "region": "ap-northeast-3", "why": "not used"}}}
	not exempted(shaped.tokyo, params)
	codes(shaped.off, {"exempt": [{"region": "ap-northeast-3", "why": ""}]}) == {"no_recorder"}

	# Calls there as well.
	exempted(shaped.stop, {"exempt": [{"account": "1111*", "why": "x"}]})
	codes(shaped.stop, {"exempt": [{"account": "1111*", "why": "x"}]}) == set()
}

test_calls_that_stop if {
	reasons(shaped.stop, {}, {}) == {{"code": "recording_stopped", "detail": {
		"account": "111122223333", "region": "ap-northeast-1", "recorder": "default",
		"by": "arn:aws:sts::111122223333:assumed-role/admin/tanaka", "at": "2026-10-05T03:00:00Z",
	}}}
	codes(call("DeleteConfigurationRecorder", {"configurationRecorderName": "default"}), {}) == {"recorder_deleted"}
	codes(call("DeleteDeliveryChannel", {"deliveryChannelName": "default"}), {}) == {"delivery_channel_deleted"}
	codes(call("StopConfigurationRecorder", null), {}) == {"recording_stopped"}
	codes(object.remove(shaped.stop, ["userIdentity"]), {}) == {"recording_stopped"}
	codes(object.union(shaped.stop, {"errorCode": null}), {}) == {"recording_stopped"}
}

test_failed_calls_changed_nothing if {
	codes(object.union(shaped.stop, {"errorCode": "AccessDenied"}), {}) == set()
	codes(object.union(call("PutConfigurationRecorder", {"configurationRecorder": {"recordingGroup": {"allSupported": false}}}), {"errorCode": "ValidationException"}), {}) == set()
	seen(object.union(shaped.stop, {"errorCode": "AccessDenied"}), {}, {}) == set()
}

test_recording_was_started_again if {
	seen(shaped.stop, {"started": [shaped.start]}, {}) == {{"code": "started_again", "detail": {
		"started_at": "2026-10-05T04:30:00Z", "started_by": "arn:aws:sts::111122223333:assumed-role/admin/tanaka",
	}}}
	{o.code | some o in seen(shaped.stop, {"started": [object.union(shaped.start, {"errorCode": "NoAvailableDeliveryChannelException"})]}, {})} == {"not_started_again"}
	{o.code | some o in seen(shaped.stop, {"started": [object.union(shaped.start, {"eventTime": "2026-10-05T02:59:59Z"})]}, {})} == {"not_started_again"}
}

test_what_is_recorded_is_narrowed if {
	codes(shaped.put, {}) == set()
	codes(call("PutConfigurationRecorder", {"configurationRecorder": {"name": "default", "roleARN": "r"}}), {}) == set()
	some e in reasons(call("PutConfigurationRecorder", {"configurationRecorder": {"name": "default", "recordingGroup": {"allSupported": false, "resourceTypes": ["AWS::S3::Bucket"]}}}), {}, {})
	e.code == "recording_narrowed"
	e.detail.types == ["AWS::S3::Bucket"]
	some e2 in reasons(call("PutConfigurationRecorder", {"configurationRecorder": {"name": "default", "recordingGroup": excluding(["AWS::EC2::Instance", "AWS::IAM::Role"])}}), {}, {})
	e2.detail.types == ["AWS::EC2::Instance"]
}
