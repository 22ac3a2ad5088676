package evidence.acc_10_test

import data.evidence.acc_10

shaped := data.testdata.shaped

panther := data.testdata.panther

codes(record) := {e.code | some e in reasons(record)}

reasons(record) := found if {
	found := acc_10.exception with input as {"record": record}
}

not_applicable(record) if acc_10.not_applicable with input as {"record": record}

test_sign_in_is_use if {
	codes(shaped.sign_in) == {"root_used"}
	not not_applicable(shaped.sign_in)
}

test_detail if {
	some e in reasons(shaped.sign_in)
	e.detail == {"event": "ConsoleLogin", "service": "signin.amazonaws.com", "source": "192.0.2.0"}
}

test_failed_sign_in_is_no_use if {
	codes(shaped.failed_sign_in) == set()
	not not_applicable(shaped.failed_sign_in)
}

test_sign_in_without_mfa if {
	record := object.union(shaped.sign_in, {"additionalEventData": {"MFAUsed": "No"}})
	codes(record) == {"root_used", "root_without_mfa"}
}

test_mfa_unknown_is_no_mfa if {
	every record in [
		object.remove(shaped.sign_in, ["additionalEventData"]),
		object.union(shaped.sign_in, {"additionalEventData": null}),
	] {
		codes(record) == {"root_used", "root_without_mfa"}
	}
}

test_access_key_for_root if {
	codes(shaped.create_access_key) == {"root_used", "root_key_created"}
	some e in reasons(shaped.create_access_key)
	e.detail == {"key": "AKIAEXAMPLEEXAMPLE00"}
}

test_access_key_for_a_user_is_no_root_key if {
	record := object.union(shaped.create_access_key, {"requestParameters": {"userName": "ci"}})
	codes(record) == {"root_used"}
}

test_denied_access_key_is_use_all_the_same if {
	record := object.union(shaped.create_access_key, {"errorCode": "LimitExceeded", "responseElements": null})
	codes(record) == {"root_used"}
}

test_password_change if {
	codes(panther.password_updated) == {"root_used"}
	codes(panther.password_update_failed) == set()
}

test_requested_reset_is_no_use if {
	asked := object.union(shaped.sign_in, {"eventName": "PasswordRecoveryRequested", "responseElements": {"PasswordRecoveryRequested": "Success"}})
	codes(asked) == set()
	done := object.union(shaped.sign_in, {"eventName": "PasswordRecoveryCompleted", "responseElements": {"PasswordRecoveryCompleted": "Success"}})
	codes(done) == {"root_used"}
}

test_by_a_service if {
	every record in [
		shaped.by_service,
		object.union(shaped.create_access_key, {"eventType": "AwsServiceEvent"}),
	] {
		not_applicable(record)
		codes(record) == set()
	}
}

test_null_invoker_is_nobody if {
	every none in [null, ""] {
		record := object.union(shaped.sign_in, {"userIdentity": {"invokedBy": none}})
		not not_applicable(record)
		codes(record) == {"root_used"}
	}
}

test_nothing_but_the_identity if {
	codes({"eventName": "GetCallerIdentity", "eventSource": "sts.amazonaws.com", "userIdentity": {"type": "Root"}, "responseElements": null}) == {"root_used"}
}
