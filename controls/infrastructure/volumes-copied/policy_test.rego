package evidence.inf_03_test

import data.evidence.inf_03

volume := data.testdata["ec2.volume"].volume

snapshot := data.testdata["ec2.snapshot"].snapshot

instance := data.testdata["ec2.instance"].instance

document(record, related, params) := {
	"kind": "ec2.volume", "time": "2026-11-01T01:00:00Z", "record": record,
	"related": object.union({"snapshots": [], "instances": []}, related),
	"as_of": "2026-11-01T10:30:00+09:00", "params": object.union(data.params, params),
}

reasons(record, snapshots, params) := found if {
	found := inf_03.exception with input as document(record, {"snapshots": snapshots}, params)
}

codes(record, snapshots) := {e.code | some e in reasons(record, snapshots, {})}

because(record, related, params) := {b.code | some b in found} if {
	found := inf_03.not_applicable_because with input as document(record, related, params)
}

not_applicable(record) if {
	inf_03.not_applicable with input as document(record, {}, {})
}

observed(record, params) := found if {
	found := inf_03.observation with input as document(record, {}, params)
}

with_volume(members) := object.union(volume, {"Volume": object.union(volume.Volume, members)})

with_snapshot(members) := object.union(snapshot, {"Snapshot": object.union(snapshot.Snapshot, members)})

test_copied if {
	codes(volume, [snapshot]) == set()
	not not_applicable(volume)
	observed(volume, {}) == set()
}

test_no_copy if {
	reasons(volume, [], {}) == {{"code": "no_copy", "detail": {"volume": "vol-0a1b2c3d4e5f60718 (db-data)", "hours": 48, "others": "-"}}}
}

test_snapshots_that_cannot_be_used if {
	every state in ["pending", "error", "recoverable", "recovering"] {
		reasons(volume, [with_snapshot({"State": state})], {}) == {{"code": "no_copy", "detail": {
			"volume": "vol-0a1b2c3d4e5f60718 (db-data)", "hours": 48, "others": sprintf("snap-0a1b2c3d4e5f60718: %s", [state]),
		}}}
	}
	codes(volume, [with_snapshot({"State": "error"}), snapshot]) == set()
	codes(volume, [with_snapshot({"StartTime": null})]) == {"no_copy"}
	codes(volume, [{"AccountId": "111122223333", "Region": "ap-northeast-1", "Snapshot": {"SnapshotId": "snap-1"}}]) == {"no_copy"}
}

test_archived_snapshots_count if {
	codes(volume, [with_snapshot({"StorageTier": "archive"})]) == set()
}

# 48 hours before the reading. What was started since counts too.
test_edges if {
	codes(volume, [with_snapshot({"StartTime": "2026-10-30T01:00:00Z"})]) == set()
	codes(volume, [with_snapshot({"StartTime": "2026-11-01T01:00:01Z"})]) == set()
	late := with_snapshot({"StartTime": "2026-10-30T00:59:59Z", "CompletionTime": "2026-10-31T00:00:00Z"})
	reasons(volume, [late, with_snapshot({"StartTime": "2026-10-01T00:00:00Z"})], {}) == {{"code": "copy_too_old", "detail": {
		"volume": "vol-0a1b2c3d4e5f60718 (db-data)", "hours": 48, "others": "-", "last": "2026-10-30T00:59:59Z",
	}}}
	reasons(volume, [late], {"within_hours": 168}) == set()
	codes(volume, [late, snapshot]) == set()
}

test_just_created if {
	new := with_volume({"CreateTime": "2026-10-30T01:00:01Z"})
	codes(new, []) == set()
	because(new, {}, {}) == {"just_created"}
	not_applicable(new)
	codes(with_volume({"CreateTime": "2026-10-30T01:00:00Z"}), []) == {"no_copy"}
	codes(with_volume({"CreateTime": null}), []) == {"no_copy"}
}

test_scope_by_state if {
	free := with_volume({"State": "available", "Attachments": []})
	codes(free, []) == set()
	because(free, {}, {}) == {"out_of_scope"}
	because(free, {}, {"states": ["in-use", "available"]}) == set()
	codes(json.remove(volume, ["Volume/State"]), []) == {"no_copy"}
	observed(free, {"exempt": [{"item": "*", "why": "x"}]}) == set()
}

test_scope_by_tag if {
	because(volume, {}, {"tags": [{"key": "Backup", "value": "daily*"}, {"key": "None", "value": "*"}]}) == set()
	because(volume, {}, {"tags": [{"key": "Backup", "value": "weekly"}]}) == {"out_of_scope"}
	because(json.remove(volume, ["Volume/Tags"]), {}, {"tags": [{"key": "Backup", "value": "*"}]}) == {"out_of_scope"}
	{e.detail.volume | some e in reasons(json.remove(volume, ["Volume/Tags"]), [], {})} == {"vol-0a1b2c3d4e5f60718"}
}

test_scope_by_instance if {
	params := {"running_only": true}
	stopped := object.union(instance, {"Instance": {"State": {"Name": "stopped"}}})
	because(volume, {"instances": [instance]}, params) == set()
	because(volume, {"instances": [stopped]}, params) == {"out_of_scope"}
	because(volume, {"instances": [stopped]}, {}) == set()
	because(volume, {"instances": []}, params) == set()
	because(json.remove(volume, ["Volume/Attachments"]), {}, params) == {"out_of_scope"}
	two := with_volume({"Attachments": [{"InstanceId": "i-0a1b2c3d4e5f60718"}, {"InstanceId": "i-2"}]})
	because(two, {"instances": [stopped]}, params) == set()
}

test_exempt if {
	params := {"exempt": [{"item": "db-*", "why": "replicated by the database"}]}
	reasons(volume, [], params) == set()
	because(volume, {}, params) == {"exempt"}
	observed(volume, params) == {{"code": "exempt_volume", "detail": {"volume": "vol-0a1b2c3d4e5f60718 (db-data)", "why": "replicated by the database"}}}
	count(reasons(volume, [], {"exempt": [{"item": "vol-*"}]})) == 1
}
