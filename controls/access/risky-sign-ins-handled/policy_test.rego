package evidence.acc_12_test

import data.evidence.acc_12

graph := data.testdata.graph

detection := data.testdata.shaped.detection

confirmed_user := data.testdata["entraid.risky_user"].confirmed

document(record, users, params) := {
	"record": record, "related": {"users": users}, "params": object.union(data.params, params),
	"as_of": "2026-11-02T09:00:00+09:00",
}

reasons(record, users, params) := found if {
	found := acc_12.exception with input as document(record, users, params)
}

waiting(record, users, params) := found if {
	found := acc_12.pending with input as document(record, users, params)
}

seen(record, users) := codes if {
	found := acc_12.observation with input as document(record, users, {})
	codes := {o.code | some o in found}
}

not_applicable(record, params) if {
	acc_12.not_applicable with input as document(record, [], params)
}

codes(record, params) := {e.code | some e in reasons(record, [], params)}

changed(record, fields) := object.union(object.remove(record, object.keys(fields)), fields)

passes(record, params) if {
	codes(record, params) == set()
	waiting(record, [], params) == set()
	not not_applicable(record, params)
}

test_handled_with_a_reason_in_time if {
	passes(detection, {})
	passes(graph.remediated, {})
	passes(graph.beta, {})
	every state, detail in {"remediated": "userPassedMFADrivenByRiskBasedPolicy", "confirmedSafe": "aiConfirmedSigninSafe", "dismissed": "adminDismissedRiskForSignIn"} {
		passes(changed(detection, {"riskState": state, "riskDetail": detail}), {})
	}
}

test_open_after_the_time if {
	some e in reasons(graph.at_risk, [], {})
	e == {"code": "still_at_risk", "detail": {
		"user": "user@abcde.com", "type": "unfamiliarFeatures", "level": "medium", "state": "atRisk", "reason": "none",
		"due": "2018-09-08T00:11:27.773602Z",
	}}
	every state in ["none", "unknownFutureValue", "", null] {
		codes(changed(detection, {"riskState": state}), {}) == {"still_at_risk"}
	}
	codes(object.remove(detection, ["riskState"]), {}) == {"still_at_risk"}
}

test_not_due_yet if {
	late := changed(detection, {"riskState": "atRisk", "riskDetail": "none", "detectedDateTime": "2026-10-31T12:00:00Z", "lastUpdatedDateTime": "2026-10-31T12:00:00Z"})
	reasons(late, [], {}) == set()
	waiting(late, [], {}) == {{"code": "not_yet_due", "until": "2026-11-03T12:00:00Z", "detail": {
		"user": "keiri-02@corp.example", "type": "leakedCredentials", "level": "high", "state": "atRisk", "reason": "none",
	}}}
	waiting(late, [], {"hours": 12}) == set()
	codes(late, {"hours": 12}) == {"still_at_risk"}

	# Due at the very moment of the collection.
	codes(changed(late, {"detectedDateTime": "2026-10-30T00:00:00Z"}), {}) == {"still_at_risk"}
}

test_handled_too_late if {
	some e in reasons(changed(detection, {"lastUpdatedDateTime": "2026-10-08T01:00:01Z"}), [], {})
	e.code == "closed_late"
	e.detail.at == "2026-10-08T01:00:01Z"
	e.detail.due == "2026-10-08T01:00:00.1234567Z"
	passes(changed(detection, {"lastUpdatedDateTime": "2026-10-08T10:00:00.1234567+09:00"}), {})
	passes(changed(detection, {"lastUpdatedDateTime": "2026-10-08T01:00:01Z"}), {"hours": 96})
}

test_time_of_handling_that_is_not_told if {
	every at in [null, "", "yesterday", "0001-01-01T00:00:00Z"] {
		codes(changed(detection, {"lastUpdatedDateTime": at}), {}) == {"closing_time_unknown"}
	}
	codes(object.remove(detection, ["lastUpdatedDateTime"]), {}) == {"closing_time_unknown"}
}

test_no_reason if {
	every detail in ["none", "hidden", "unknownFutureValue", "", null] {
		every state in ["dismissed", "confirmedSafe", "remediated"] {
			codes(changed(detection, {"riskDetail": detail, "riskState": state}), {}) == {"no_reason"}
		}
	}
	codes(object.remove(detection, ["riskDetail"]), {}) == {"no_reason"}
}

test_levels if {
	low := changed(graph.at_risk, {"riskLevel": "low"})
	not_applicable(low, {})
	codes(low, {}) == set()
	codes(low, {"level": "low"}) == {"still_at_risk"}
	not_applicable(graph.at_risk, {"level": "high"})
	not_applicable(changed(detection, {"riskLevel": "none"}), {})
}

test_level_that_is_hidden_does_not_pass if {
	every level in ["hidden", "unknownFutureValue", "", null] {
		codes(changed(detection, {"riskLevel": level}), {}) == {"level_unknown"}
		not not_applicable(changed(detection, {"riskLevel": level}), {})
	}
	codes(object.remove(detection, ["riskLevel"]), {}) == {"level_unknown"}
	codes(detection, {"level": "highest"}) == {"level_unknown"}
}

compromise := changed(detection, {"riskState": "confirmedCompromised", "riskDetail": "adminConfirmedUserCompromised"})

cleared(state, detail, at) := changed(confirmed_user, {"riskState": state, "riskDetail": detail, "riskLastUpdatedDateTime": at})

codes_with(users) := {e.code | some e in reasons(compromise, users, {})}

test_confirmed_compromise if {
	seen(compromise, []) == {"compromise_confirmed"}
	seen(detection, []) == set()
	some e in reasons(compromise, [], {})
	e == {"code": "compromise_not_cleared", "detail": {
		"user": "keiri-02@corp.example", "type": "leakedCredentials", "level": "high", "state": "confirmedCompromised",
		"reason": "adminConfirmedUserCompromised", "confirmed_at": "2026-10-06T01:00:00Z", "due": "2026-10-08T01:00:00.1234567Z",
	}}
	some f in reasons(changed(compromise, {"lastUpdatedDateTime": null}), [], {})
	f.detail.confirmed_at == null
	codes_with([]) == {"compromise_not_cleared"}
	codes_with([confirmed_user]) == {"compromise_not_cleared"}
	codes_with([cleared("remediated", "userPerformedSecuredPasswordReset", "2026-10-07T00:00:00Z")]) == set()
	codes_with([cleared("remediated", "userPerformedSecuredPasswordReset", "2026-10-09T00:00:00Z")]) == {"closed_late"}
	codes_with([cleared("dismissed", "none", "2026-10-07T00:00:00Z")]) == {"no_reason"}

	# That was an earlier risk of the user's.
	codes_with([cleared("remediated", "userPerformedSecuredPasswordReset", "2026-10-01T00:00:00Z")]) == {"compromise_not_cleared"}
	codes_with([cleared("remediated", "userPerformedSecuredPasswordReset", null)]) == {"compromise_not_cleared"}
}

test_user_who_is_cleared_closes_no_other_risk if {
	open := changed(detection, {"riskState": "atRisk"})
	{e.code | some e in reasons(open, [cleared("remediated", "userPerformedSecuredPasswordReset", "2026-10-07T00:00:00Z")], {})} == {"still_at_risk"}
}

test_nameless_user if {
	some e in reasons(changed(graph.at_risk, {"userPrincipalName": "", "userDisplayName": null, "riskEventType": null, "riskType": "generic"}), [], {})
	e.detail.user == "abcdefab-af90-4edf-ac4c-742ff06735d0"
	e.detail.type == "generic"
}
