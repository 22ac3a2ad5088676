package evidence.inf_02_test

import data.evidence.inf_02

instance := data.testdata["ec2.instance"].instance

document(record, params) := {
	"kind": "ec2.instance", "time": "2026-11-01T01:00:00Z",
	"record": record, "related": {}, "as_of": "2026-11-01T10:30:00+09:00",
	"params": object.union(data.params, params),
}

reasons(record, params) := found if {
	found := inf_02.exception with input as document(record, params)
}

unclear(record) := found if {
	found := inf_02.undetermined with input as document(record, {})
}

because(record, params) := {b.code | some b in found} if {
	found := inf_02.not_applicable_because with input as document(record, params)
}

not_applicable(record, params) if {
	inf_02.not_applicable with input as document(record, params)
}

observed(record, params) := found if {
	found := inf_02.observation with input as document(record, params)
}

with_instance(members) := object.union(instance, {"Instance": object.union(instance.Instance, members)})

without(members) := object.union(json.remove(instance, ["Instance"]), {"Instance": object.remove(instance.Instance, members)})

test_young if {
	reasons(instance, {}) == set()
	unclear(instance) == set()
	not not_applicable(instance, {})
	observed(instance, {}) == set()
}

attached(at) := with_instance({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"AttachTime": at, "VolumeId": "vol-1"}}]})

# 30 days before the reading, to the second.
test_edge if {
	reasons(attached("2026-10-02T01:00:00Z"), {}) == set()
	count(reasons(attached("2026-10-02T00:59:59Z"), {})) == 1
	reasons(attached("2026-10-02T00:59:59Z"), {"max_age_days": 31}) == set()
	count(reasons(attached("2026-10-31T00:00:00Z"), {"max_age_days": 1})) == 1
}

test_launched_long_ago if {
	record := with_instance({"LaunchTime": "2026-08-01T01:00:00Z"})
	reasons(record, {}) == {{"code": "too_old", "detail": {
		"instance": "i-0a1b2c3d4e5f60718 (web-1)", "days": 92, "limit": data.params.max_age_days, "since": "2026-08-01T01:00:00Z", "launched": "2026-08-01T01:00:00Z",
	}}}
}

# Stopping and starting again renews the launch time alone.
test_started_again if {
	volume := with_instance({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"AttachTime": "2026-08-01T01:00:00Z", "VolumeId": "vol-1"}}]})
	reasons(volume, {}) == {{"code": "too_old", "detail": {
		"instance": "i-0a1b2c3d4e5f60718 (web-1)", "days": 92, "limit": data.params.max_age_days, "since": "2026-08-01T01:00:00Z", "launched": "2026-10-20T00:00:05Z",
	}}}
	interface := with_instance({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Attachment": {"AttachTime": "2026-08-01T01:00:00Z"}}]})
	{e.detail.since | some e in reasons(interface, {})} == {"2026-08-01T01:00:00Z"}
}

test_no_times if {
	record := without(["LaunchTime", "BlockDeviceMappings", "NetworkInterfaces", "Tags"])
	reasons(record, {}) == set()
	unclear(record) == {{"code": "age_not_known", "detail": {"instance": "i-0a1b2c3d4e5f60718"}}}
	old := object.union(record, {"Instance": {"LaunchTime": null, "NetworkInterfaces": null, "BlockDeviceMappings": [{"Ebs": {"AttachTime": "2026-08-01T01:00:00Z"}}]}})
	{e.detail.launched | some e in reasons(old, {})} == {"-"}
}

test_not_running if {
	every state in ["pending", "stopping", "stopped", "shutting-down", "terminated"] {
		record := with_instance({"LaunchTime": "2026-08-01T01:00:00Z", "State": {"Name": state}})
		reasons(record, {}) == set()
		not_applicable(record, {})
		because(record, {}) == {"not_running"}
		observed(record, {"exempt": [{"item": "*", "why": "x"}]}) == set()
	}
	not not_applicable(without(["State"]), {})
}

test_exempt if {
	old := with_instance({"LaunchTime": "2026-08-01T01:00:00Z"})
	every item in ["i-0a1b2c3d4e5f60718", "WEB-*"] {
		params := {"exempt": [{"item": item, "why": "license bound to the machine"}]}
		reasons(old, params) == set()
		because(old, params) == {"exempt"}
		observed(old, params) == {{"code": "exempt_instance", "detail": {"instance": "i-0a1b2c3d4e5f60718 (web-1)", "why": "license bound to the machine"}}}
	}
	count(reasons(old, {"exempt": [{"item": "*", "why": ""}]})) == 1
	untagged := without(["Tags"])
	because(untagged, {"exempt": [{"item": "web-*", "why": "x"}]}) == set()
}
