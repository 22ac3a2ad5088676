package evidence.acc_08_test

import data.evidence.acc_08

invictus := data.testdata.invictus

stratus := data.testdata.stratus

reasons(record, service_users) := found if {
	found := acc_08.exception with input as {"record": record, "params": {"service_users": service_users}}
}

codes(record) := {e.code | some e in reasons(record, data.params.service_users)}

not_applicable(record, service_users) if {
	acc_08.not_applicable with input as {"record": record, "params": {"service_users": service_users}}
}

# as_role is the event with an identity that came by federation.
as_role(record) := object.union(
	object.remove(record, ["userIdentity"]),
	{"userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/Admin/taro", "principalId": "AROAX:taro"}},
)

test_console_sign_in if {
	codes(stratus.console_login) == {"console_sign_in"}
	some e in reasons(stratus.console_login, [])
	e.detail == {"user": "stratus-red-team-nmfalu-jfzdtsvchl", "event": "ConsoleLogin", "source": "225.01.00.16"}
}

test_sign_in_by_a_service_user_is_an_exception if {
	some e in reasons(stratus.console_login, ["stratus-*"])
	e.code == "console_sign_in"
}

test_failed_sign_in_is_no_use if {
	record := object.union(stratus.console_login, {"responseElements": {"ConsoleLogin": "Failure"}, "errorMessage": "Failed authentication"})
	codes(record) == set()
	not not_applicable(record, [])
}

test_sign_in_without_outcome_is_use if {
	every outcome in [null, {}] {
		codes(object.union(object.remove(stratus.console_login, ["responseElements"]), {"responseElements": outcome})) == {"console_sign_in"}
	}
}

test_api_use if {
	codes(invictus.api_call) == {"api_use"}
	some e in reasons(invictus.api_call, [])
	e.detail.event == "GetUser"
}

test_denied_call_is_use if {
	invictus.denied_api_call.errorCode
	codes(invictus.denied_api_call) == {"api_use"}
}

test_call_by_a_service_for_the_user_is_use if {
	invictus.invoked_by.userIdentity.invokedBy
	codes(invictus.invoked_by) == {"api_use"}
}

# A name with dots is one name, and a pattern of an ARN crosses its colons and slashes.
test_patterns_match_whole_names if {
	user := {"type": "IAMUser", "userName": "ci-deploy.prod.example", "arn": "arn:aws:iam::123456789012:user/system/ci-deploy.prod.example"}
	record := object.union(invictus.api_call, {"userIdentity": user})
	every pattern in ["ci-*", "arn:aws:iam::123456789012:user/*"] {
		not_applicable(record, [pattern])
	}
	not not_applicable(record, ["ci-*.other"])
}

test_service_user_is_not_applicable if {
	every pattern in ["bert-jan", "bert-*", "arn:aws:iam::*:user/bert-jan"] {
		reasons(invictus.api_call, [pattern]) == set()
		not_applicable(invictus.api_call, [pattern])
	}
}

test_other_patterns_leave_a_person if {
	every pattern in ["bert", "ci-*", ""] {
		{e.code | some e in reasons(invictus.api_call, [pattern])} == {"api_use"}
		not not_applicable(invictus.api_call, [pattern])
	}
}

test_nameless_user_is_a_person if {
	record := object.union(object.remove(invictus.api_call, ["userIdentity"]), {"userIdentity": {"type": "IAMUser", "principalId": "AIDAX"}})
	some e in reasons(record, ["ci-*"])
	e.detail.user == "AIDAX"
}

test_password_by_an_iam_user if {
	codes(stratus.create_login_profile) == {"api_use", "password_set"}
	codes(stratus.update_login_profile) == {"api_use", "password_set"}
}

test_password_by_a_role if {
	record := as_role(stratus.create_login_profile)
	reasons(record, []) == {{"code": "password_set", "detail": {
		"by": "arn:aws:sts::123456789012:assumed-role/Admin/taro",
		"user": "stratus-red-team-login-profile-user",
		"event": "CreateLoginProfile",
	}}}
}

test_password_by_a_service_user_is_an_exception if {
	{e.code | some e in reasons(stratus.create_login_profile, ["christophe"])} == {"password_set"}
}

test_failed_password_by_a_role_passes if {
	record := object.union(as_role(stratus.create_login_profile), {"errorCode": "EntityAlreadyExistsException", "responseElements": null})
	codes(record) == set()
	not not_applicable(record, [])
}
