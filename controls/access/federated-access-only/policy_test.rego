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

# How things stood.

states := {"iam.credential_report": data.testdata["iam.credential_report"], "iam.role": data.testdata["iam.role"], "identitystore.user": data.testdata["identitystore.user"]}

assigned := data.testdata["ssoadmin.assignment"]

none := {"assigned": [], "assigned_to_group": []}

judged(kind, record, related, params) := {"exceptions": exceptions, "undetermined": unclear, "observations": seen, "left_out": {n.code | some n in left_out}} if {
	exceptions := acc_08.exception with input as {"kind": kind, "record": record, "related": related, "params": params}
	unclear := acc_08.undetermined with input as {"kind": kind, "record": record, "related": related, "params": params}
	seen := acc_08.observation with input as {"kind": kind, "record": record, "related": related, "params": params}
	left_out := acc_08.not_applicable_because with input as {"kind": kind, "record": record, "related": related, "params": params}
}

nothing := {"exceptions": set(), "undetermined": set(), "observations": set(), "left_out": set()}

told(findings) := {f.code | some f in findings}

by_row(record, params) := judged("iam.credential_report", record, none, params)

rows := states["iam.credential_report"]

services(patterns) := object.union(data.params, {"service_users": patterns})

test_password_of_a_person if {
	by_row(rows.person, data.params).exceptions == {{"code": "password_active", "detail": {"user": "taro", "account": "123456789012"}}}
	by_row(rows.without_password, data.params) == nothing
}

test_password_of_a_service_user if {
	every pattern in ["ta*", "arn:aws:iam::123456789012:user/*"] {
		result := by_row(rows.person, services([pattern]))
		result.exceptions == set()
		result.left_out == {"exempt_service_user"}
		told(result.observations) == {"service_user_with_password"}
	}
	by_row(rows.without_password, services(["hanako"])).observations == set()
}

test_root_row if {
	every params in [data.params, services(["*"])] {
		result := by_row(rows.root, params)
		result == object.union(nothing, {"left_out": {"root_user"}})
	}
}

test_password_not_told if {
	every value in ["no_information", "not_supported", ""] {
		told(by_row(object.union(rows.person, {"Row": {"password_enabled": value}}), data.params).undetermined) == {"password_unknown"}
	}
	told(by_row(json.remove(rows.person, ["/Row/password_enabled"]), data.params).undetermined) == {"password_unknown"}
	by_row(object.union(rows.person, {"Row": {"password_enabled": "no_information"}}), data.params).exceptions == set()
}

by_user(record, related) := judged("identitystore.user", record, related, data.params)

users := states["identitystore.user"]

test_provisioned_user if {
	by_user(users.provisioned, {"assigned": [assigned.to_user], "assigned_to_group": [assigned.to_group]}) == nothing
}

test_local_user_with_access if {
	both := {"assigned": [assigned.to_user], "assigned_to_group": [assigned.to_group]}
	by_user(users.local, both).exceptions == {{"code": "not_provisioned", "detail": {"user": "local", "access": "444455556666: Administrator, 777788889999: Administrator"}}}
	every related in [{"assigned": [assigned.to_user], "assigned_to_group": []}, {"assigned": [], "assigned_to_group": [assigned.to_group]}] {
		told(by_user(users.local, related).exceptions) == {"not_provisioned"}
	}
}

test_external_ids_that_are_none if {
	related := {"assigned": [assigned.to_user], "assigned_to_group": []}
	every record in [json.remove(users.local, ["/User/ExternalIds"]), object.union(users.local, {"User": {"ExternalIds": null}})] {
		told(by_user(record, related).exceptions) == {"not_provisioned"}
	}
}

test_permission_set_without_a_name if {
	some e in by_user(users.local, {"assigned": [json.remove(assigned.to_user, ["/PermissionSet/Name"])], "assigned_to_group": []}).exceptions
	e.detail.access == "444455556666: arn:aws:sso:::permissionSet/ssoins-1/ps-1"
}

test_local_user_without_access if {
	result := by_user(users.local, none)
	told(result.observations) == {"local_user_without_access"}
	result.exceptions == set()
	result.undetermined == set()
}

test_local_user_whose_groups_are_not_known if {
	record := json.remove(users.local, ["/Groups"])
	told(by_user(record, none).undetermined) == {"groups_unknown"}
	by_user(record, none).observations == set()
	told(by_user(record, {"assigned": [assigned.to_user], "assigned_to_group": []}).exceptions) == {"not_provisioned"}
	by_user(record, {"assigned": [assigned.to_user], "assigned_to_group": []}).undetermined == set()
	by_user(json.remove(users.provisioned, ["/Groups"]), none) == nothing
}

test_disabled_user if {
	record := object.union(users.local, {"User": {"UserStatus": "DISABLED"}})
	by_user(record, {"assigned": [assigned.to_user], "assigned_to_group": []}) == object.union(nothing, {"left_out": {"disabled_user"}})
	told(by_user(json.remove(users.local, ["/User/UserStatus"]), {"assigned": [assigned.to_user], "assigned_to_group": []}).exceptions) == {"not_provisioned"}
}

by_role(record, params) := judged("iam.role", record, none, params)

roles := states["iam.role"]

providers(patterns) := object.union(data.params, {"identity_providers": patterns})

trusting(statement) := object.union(roles.of_service, {"Role": {"AssumeRolePolicyDocument": {"Statement": [statement]}}})

test_roles_that_trust_no_person if {
	by_role(roles.of_service, data.params) == nothing
	by_role(roles.of_identity_center, data.params) == nothing
}

test_role_that_trusts_a_user if {
	by_role(roles.of_user, data.params).exceptions == {{"code": "role_trusts_user", "detail": {"role": "breakglass", "account": "123456789012", "user": "arn:aws:iam::123456789012:user/ops/taro"}}}
	every pattern in ["taro", "arn:aws:iam::*:user/ops/*"] {
		by_role(roles.of_user, services([pattern])) == nothing
	}
}

test_role_that_trusts_another_provider if {
	by_role(roles.of_build, data.params).exceptions == {{"code": "other_provider", "detail": {
		"role": "terraform-apply", "account": "123456789012",
		"provider": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
	}}}
	by_role(roles.of_build, providers(["arn:aws:iam::*:oidc-provider/token.actions.githubusercontent.com"])) == nothing
	told(by_role(roles.of_identity_center, providers([])).exceptions) == {"other_provider"}
	told(by_role(trusting({"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}), data.params).exceptions) == {"other_provider"}
}

test_role_that_trusts_anyone if {
	every principal in ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::123456789012:root", "*"]}] {
		told(by_role(trusting({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}), data.params).exceptions) == {"role_trusts_anyone"}
		told(by_role(trusting({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": {}}), data.params).exceptions) == {"role_trusts_anyone"}
		conditional := trusting({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-x"}}})
		by_role(conditional, data.params) == nothing
	}
	told(by_role(trusting({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}), data.params).exceptions) == {"role_trusts_anyone"}
}

test_actions_that_assume if {
	every action in ["sts:AssumeRole", "STS:assumerole", "sts:*", "*", "sts:Assume*", ["sts:TagSession", "sts:AssumeRole"]] {
		told(by_role(trusting({"Effect": "Allow", "Principal": "*", "Action": action}), data.params).exceptions) == {"role_trusts_anyone"}
	}
	told(by_role(trusting({"Effect": "Allow", "Principal": "*", "NotAction": "sts:TagSession"}), data.params).exceptions) == {"role_trusts_anyone"}
	every action in ["sts:TagSession", ["sts:SetSourceIdentity"], null, []] {
		by_role(trusting({"Effect": "Allow", "Principal": "*", "Action": action}), data.params) == nothing
	}
	by_role(trusting({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}), data.params) == nothing
}

test_statement_without_a_list if {
	record := object.union(roles.of_user, {"Role": {"AssumeRolePolicyDocument": {"Statement": roles.of_user.Role.AssumeRolePolicyDocument.Statement[0]}}})
	told(by_role(record, data.params).exceptions) == {"role_trusts_user"}
}

test_trust_that_cannot_be_understood if {
	every document in [null, {}, {"Statement": []}, {"Statement": ["x"]}, {"Statement": null}, "%7B%22Version%22"] {
		record := object.union(json.remove(roles.of_user, ["/Role/AssumeRolePolicyDocument"]), {"Role": {"AssumeRolePolicyDocument": document}})
		told(by_role(record, data.params).undetermined) == {"trust_unreadable"}
		by_role(record, data.params).exceptions == set()
	}
	told(by_role(json.remove(roles.of_user, ["/Role/AssumeRolePolicyDocument"]), data.params).undetermined) == {"trust_unreadable"}
}

# AWS's reports write false, and its guide FALSE.
test_passwords_in_capitals if {
	told(by_row(object.union(rows.person, {"Row": {"password_enabled": "TRUE"}}), data.params).exceptions) == {"password_active"}
	off := by_row(object.union(rows.person, {"Row": {"password_enabled": "FALSE"}}), data.params)
	off.exceptions == set()
	off.undetermined == set()
}
