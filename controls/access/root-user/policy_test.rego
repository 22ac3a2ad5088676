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

# How the root user stood.

account := data.testdata["iam.account"].account

nothing := {"exceptions": set(), "undetermined": set(), "observations": set()}

standing(more) := judged(object.union(account, {"Summary": more}))

judged(record) := {"exceptions": exceptions, "undetermined": unclear, "observations": seen} if {
	exceptions := {e.code | some e in acc_10.exception} with input as {"kind": "iam.account", "record": record}
	unclear := {u.detail.member | some u in acc_10.undetermined} with input as {"kind": "iam.account", "record": record}
	seen := {o.code | some o in acc_10.observation} with input as {"kind": "iam.account", "record": record}
	not left_out(record)
}

left_out(record) if acc_10.not_applicable with input as {"kind": "iam.account", "record": record}

test_protected_root_user if {
	standing({}) == nothing
}

test_root_user_without_a_device if {
	standing({"AccountMFAEnabled": 0}) == object.union(nothing, {"exceptions": {"root_without_mfa_device"}})
}

test_root_user_without_a_password if {
	standing({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}) == object.union(nothing, {"observations": {"root_without_password"}})
	standing({"AccountPasswordPresent": 0}) == nothing
	standing({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0, "AccountAccessKeysPresent": 1}).exceptions == {"root_has_keys"}
}

test_password_not_told_is_a_password if {
	record := json.remove(object.union(account, {"Summary": {"AccountMFAEnabled": 0}}), ["/Summary/AccountPasswordPresent"])
	judged(record) == object.union(nothing, {"exceptions": {"root_without_mfa_device"}})
}

test_root_user_with_keys_and_certificates if {
	standing({"AccountAccessKeysPresent": 1}).exceptions == {"root_has_keys"}
	standing({"AccountSigningCertificatesPresent": 1}).exceptions == {"root_has_certificates"}
}

test_summary_that_does_not_tell if {
	every member in ["AccountMFAEnabled", "AccountAccessKeysPresent", "AccountSigningCertificatesPresent"] {
		judged(json.remove(account, [concat("/", ["", "Summary", member])])) == object.union(nothing, {"undetermined": {member}})
	}
	count(judged(object.union(account, {"Summary": {"AccountMFAEnabled": null}})).undetermined) == 1
}

test_events_are_no_states if {
	unclear := acc_10.undetermined with input as {"kind": "cloudtrail.event", "record": shaped.sign_in}
	unclear == set()
}
