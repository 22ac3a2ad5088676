package evidence.acc_09_test

import data.evidence.acc_09

rows := data.testdata["iam.credential_report"]

now := "2026-11-02T00:00:00Z"

nothing := {"exceptions": set(), "undetermined": set(), "observations": set(), "left_out": set()}

judged(record, params) := {"exceptions": exceptions, "undetermined": unclear, "observations": seen, "left_out": {n.code | some n in left_out}} if {
	exceptions := acc_09.exception with input as {"kind": "iam.credential_report", "record": record, "params": params, "time": now}
	unclear := acc_09.undetermined with input as {"kind": "iam.credential_report", "record": record, "params": params, "time": now}
	seen := acc_09.observation with input as {"kind": "iam.credential_report", "record": record, "params": params, "time": now}
	left_out := acc_09.not_applicable_because with input as {"kind": "iam.credential_report", "record": record, "params": params, "time": now}
}

key(more) := judged(object.union(rows.fresh, {"Row": more}), data.params)

codes(result) := {e.code | some e in result.exceptions}

exempting(entries) := object.union(data.params, {"exempt": entries})

test_fresh_key_in_use if {
	key({}) == nothing
}

test_rows_without_active_keys_pass if {
	judged(rows.without, data.params) == nothing
	judged(rows.root, data.params) == nothing
	key({"access_key_1_active": "false", "access_key_1_last_rotated": "2020-01-01T00:00:00+00:00"}) == nothing
}

test_old_key if {
	key({"access_key_1_last_rotated": "2026-08-03T23:59:59+00:00"}).exceptions == {{"code": "key_old", "detail": {
		"user": "ci-deploy", "account": "123456789012", "key": "1",
		"created": "2026-08-03T23:59:59+00:00", "days": 90,
	}}}
	key({"access_key_1_last_rotated": "2026-08-04T00:00:00+00:00"}) == nothing
}

test_unused_key if {
	key({"access_key_1_last_used_date": "2026-09-17T23:59:59+00:00"}).exceptions == {{"code": "key_unused", "detail": {
		"user": "ci-deploy", "account": "123456789012", "key": "1",
		"used": "2026-09-17T23:59:59+00:00", "days": 45,
	}}}
	key({"access_key_1_last_used_date": "2026-09-18T00:00:00+00:00"}) == nothing
}

test_key_that_was_never_used_counts_from_its_creation if {
	key({"access_key_1_last_used_date": "N/A"}) == nothing
	result := key({"access_key_1_last_used_date": "N/A", "access_key_1_last_rotated": "2026-09-01T00:00:00+00:00"})
	codes(result) == {"key_unused"}
	some e in result.exceptions
	e.detail.used == "N/A"
}

test_both_keys if {
	result := key({
		"access_key_1_last_rotated": "2025-04-01T00:00:00+00:00",
		"access_key_2_active": "true",
		"access_key_2_last_rotated": "2025-05-01T00:00:00+00:00",
		"access_key_2_last_used_date": "2025-06-01T00:00:00+00:00",
	})
	{[e.code, e.detail.key] | some e in result.exceptions} == {["key_old", "1"], ["key_old", "2"], ["key_unused", "2"]}
}

test_other_time_zones_and_letters if {
	codes(key({"access_key_1_active": "TRUE", "access_key_1_last_rotated": "2026-08-04T08:59:59+09:00"})) == {"key_old"}
	key({"access_key_1_last_rotated": "2026-08-04T09:00:00+09:00"}) == nothing
}

test_root_key if {
	old := object.union(rows.root, {"Row": {"access_key_1_active": "true", "access_key_1_last_rotated": "2019-01-01T00:00:00+00:00"}})
	every params in [data.params, exempting([{"user": "*", "why": "x"}, {"user": "<root_account>", "why": "x"}])] {
		result := judged(old, params)
		codes(result) == {"key_old", "key_unused"}
		result.left_out == set()
	}
}

test_what_the_report_does_not_tell if {
	every member in ["active", "last_rotated", "last_used_date"] {
		path := sprintf("access_key_1_%s", [member])
		every record in [
			json.remove(rows.fresh, [concat("/", ["", "Row", path])]),
			object.union(rows.fresh, {"Row": {path: "no_information"}}),
			object.union(rows.fresh, {"Row": {path: "2026-13-01T00:00:00+00:00"}}),
			object.union(rows.fresh, {"Row": {path: ""}}),
		] {
			result := judged(record, data.params)
			{u.detail.member | some u in result.undetermined} == {member}
			result.exceptions == set()
		}
	}
	{u.detail.member | some u in key({"access_key_1_last_rotated": "N/A"}).undetermined} == {"last_rotated"}
}

test_missing_second_key_is_not_told if {
	result := judged(json.remove(rows.without, ["/Row/access_key_2_active"]), data.params)
	{[u.detail.key, u.detail.value] | some u in result.undetermined} == {["2", "-"]}
}

test_exempt_user if {
	old := object.union(rows.fresh, {"Row": {"access_key_1_last_rotated": "2019-01-01T00:00:00+00:00"}})
	every pattern in ["ci-*", "CI-Deploy", "arn:aws:iam::123456789012:user/system/*"] {
		result := judged(old, exempting([{"user": pattern, "why": " builds "}]))
		result.exceptions == set()
		result.left_out == {"exempt"}
		result.observations == {{"code": "exempt_user", "detail": {"user": "ci-deploy", "account": "123456789012", "why": "builds"}}}
	}
	every entry in [{"user": "ci-*"}, {"user": "ci-*", "why": " "}, {"user": "other", "why": "x"}, {"why": "x"}, {"user": null, "why": "x"}] {
		result := judged(old, exempting([entry]))
		codes(result) == {"key_old"}
		result.left_out == set()
	}
}
