package evidence.log_02_test

import data.evidence.log_02

claims := data.testdata.claims

reasons(claim) := found if {
	found := log_02.exception with input as {"record": claim}
}

codes(claim) := {e.code | some e in reasons(claim)}

with_gaps(gaps) := object.union(claims.satisfied, {"gaps": gaps})

test_satisfied_claim if codes(claims.satisfied) == set()

test_no_gaps_written_as_null if codes(with_gaps(null)) == set()

test_gap_names_code_and_object if {
	reasons(claims.digest_missing) == {{"code": "integrity_gap", "detail": {
		"account": "123456789012",
		"region": "us-east-1",
		"gap": "digest_missing",
		"object": "s3://archive/AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/10/02",
		"seen": "",
	}}}
}

test_every_gap_is_a_reason_even_of_an_unknown_code if {
	gaps := [{"code": code, "object": code} |
		some code in ["digest_signature_invalid", "chain_broken", "log_missing", "log_hash_mismatch", "log_not_listed", "never_heard_of"]
	]
	found := reasons(with_gaps(gaps))
	count(found) == 6
	{e.code | some e in found} == {"integrity_gap"}
}

test_what_could_not_be_checked_never_passes if {
	every code in ["digest_unreadable", "log_unreadable", "public_key_unavailable"] {
		codes(with_gaps([{"code": code, "object": "o"}])) == {"unreadable"}
	}
}

test_both_at_once if {
	codes(with_gaps([{"code": "log_unreadable"}, {"code": "log_missing"}])) == {"unreadable", "integrity_gap"}
}

test_figures_that_differ_without_a_gap if {
	codes(object.union(claims.satisfied, {"found": 23})) == {"count_differs"}
	codes(object.union(claims.satisfied, {"found": 25, "gaps": null})) == {"count_differs"}
	codes(object.union(object.remove(claims.satisfied, ["gaps"]), {"found": 0})) == {"count_differs"}
}

test_scope_without_account if {
	some e in reasons(object.union(object.remove(claims.digest_missing, ["scope"]), {"scope": {}}))
	e.detail.account == ""
}
