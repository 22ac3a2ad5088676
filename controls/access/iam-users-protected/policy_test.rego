package evidence.acc_14_test

import data.evidence.acc_14

shaped := data.testdata

users := shaped["iam.user"]

rows := shaped["iam.credential_report"]

accounts := shaped["iam.account"]

nothing := {"exceptions": set(), "undetermined": set(), "observations": set(), "left_out": set()}

document(record, related, params) := {
	"kind": "iam.user", "record": record, "related": related, "params": object.union(data.params, params),
	"time": "2026-11-02T00:00:00Z",
}

judged(record, related, params) := {"exceptions": exceptions, "undetermined": unclear, "observations": seen, "left_out": {n.code | some n in left_out}} if {
	exceptions := acc_14.exception with input as document(record, related, params)
	unclear := acc_14.undetermined with input as document(record, related, params)
	seen := acc_14.observation with input as document(record, related, params)
	left_out := acc_14.not_applicable_because with input as document(record, related, params)
}

emergency(record, row, account) := judged(record, {"report": [row], "account": [account]}, {})

machine(record, params) := judged(record, {"report": [rows.machine], "account": [accounts.strict]}, params)

codes(list) := {e.code | some e in list}

# Members are replaced whole: object.union alone would merge what is in them.
with_members(record, fields) := object.union(object.remove(record, object.keys(fields)), fields)

with_row(row, fields) := object.union(row, {"Row": fields})

with_policy(fields) := object.union(accounts.strict, {"PasswordPolicy": fields})

attached := [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]

break_glass := {"user": "break-glass", "account": "123456789012"}

ci := {"user": "ci-deploy", "account": "123456789012"}

test_protected_users_pass if {
	emergency(users.emergency, rows.emergency, accounts.strict) == nothing
	machine(users.machine, {}) == nothing
}

# A user without a password needs neither a device nor a password policy.
test_users_without_a_password if {
	judged(users.machine, {"report": [rows.machine], "account": [accounts.none]}, {}) == nothing
	judged(users.machine, {"report": [rows.machine], "account": []}, {}) == nothing
}

test_password_without_a_device if {
	bare := with_members(users.emergency, {"MFADevices": []})
	reported := with_row(rows.emergency, {"mfa_active": "false"})
	emergency(bare, reported, accounts.strict).exceptions == {{"code": "without_mfa", "detail": object.union(break_glass, {"by": "iam.credential_report, iam.user"})}}
	emergency(bare, rows.emergency, accounts.strict).exceptions == {{"code": "without_mfa", "detail": object.union(break_glass, {"by": "iam.user"})}}
	emergency(users.emergency, with_row(rows.emergency, {"mfa_active": "FALSE", "password_enabled": "TRUE"}), accounts.strict).exceptions == {{"code": "without_mfa", "detail": object.union(break_glass, {"by": "iam.credential_report"})}}
}

# A password and a device that both were set after the report was made.
test_what_is_newer_than_the_report if {
	emergency(users.emergency, with_row(rows.emergency, {"password_enabled": "false", "mfa_active": "false"}), accounts.strict) == nothing
}

test_password_policies if {
	emergency(users.emergency, rows.emergency, accounts.none).exceptions == {{"code": "no_password_policy", "detail": break_glass}}
	weak := emergency(users.emergency, rows.emergency, with_policy({"MinimumPasswordLength": 13, "PasswordReusePrevention": 23}))
	weak.exceptions == {{"code": "password_policy_weak", "detail": object.union(break_glass, {"settings": "MinimumPasswordLength: 13 < 14, PasswordReusePrevention: 23 < 24"})}}

	# IAM leaves out what is not set.
	unset := emergency(users.emergency, rows.emergency, json.remove(accounts.strict, ["/PasswordPolicy/PasswordReusePrevention"]))
	unset.exceptions == {{"code": "password_policy_weak", "detail": object.union(break_glass, {"settings": "PasswordReusePrevention: - < 24"})}}
	related := {"report": [rows.emergency], "account": [with_policy({"MinimumPasswordLength": 8, "PasswordReusePrevention": 1})]}
	judged(users.emergency, related, {"minimum_password_length": 8, "password_reuse_prevention": 0}) == nothing
}

# By the report alone there is a password.
test_password_policy_of_a_password_that_the_report_tells if {
	related := {"report": [with_row(rows.machine, {"password_enabled": "true", "mfa_active": "true"})], "account": [accounts.none]}
	codes(judged(users.machine, related, {}).exceptions) == {"no_password_policy"}
}

test_required_settings if {
	related := {"report": [rows.emergency], "account": [accounts.strict]}
	judged(users.emergency, related, {"required_settings": ["RequireSymbols"]}) == nothing
	result := judged(users.emergency, related, {"required_settings": ["RequireSymbols", "RequireNumbers", "HardExpiry"]})
	{e.detail.settings | some e in result.exceptions} == {"HardExpiry: -, RequireNumbers: false"}
	codes(result.exceptions) == {"password_policy_weak"}
}

test_policies_of_the_user_itself if {
	own := with_members(users.machine, {"AttachedPolicies": attached, "InlinePolicyNames": ["upload"]})
	machine(own, {}).exceptions == {{"code": "direct_policies", "detail": object.union(ci, {"policies": "arn:aws:iam::aws:policy/ReadOnlyAccess, upload (inline)"})}}

	# A boundary grants nothing.
	bounded := object.union(users.machine, {"User": {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess"}}})
	machine(bounded, {}) == nothing
}

test_allowed_policies if {
	own := with_members(users.machine, {"AttachedPolicies": attached, "InlinePolicyNames": ["upload"]})
	every pattern in ["*", "{upload,ReadOnly*}"] {
		machine(own, {"allowed_policies": [{"item": pattern, "why": " as agreed "}]}) == object.union(nothing, {"observations": {{"code": "allowed_policies", "detail": object.union(ci, {
			"policies": "arn:aws:iam::aws:policy/ReadOnlyAccess, upload (inline)",
			"why": "as agreed",
		})}}})
	}
	some e in machine(own, {"allowed_policies": [{"item": "arn:aws:iam::aws:policy/readonlyaccess", "why": "x"}]}).exceptions
	e.detail.policies == "upload (inline)"
	every entry in [{"item": "*"}, {"item": "*", "why": " "}, {"why": "x"}, {"item": "other", "why": "x"}] {
		result := machine(own, {"allowed_policies": [entry]})
		codes(result.exceptions) == {"direct_policies"}
		result.observations == set()
	}
}

test_without_a_row_or_an_account if {
	result := judged(users.emergency, {"report": [], "account": []}, {})
	result.exceptions == set()
	result.undetermined == {{"code": "no_report_row", "detail": break_glass}, {"code": "password_policy_unknown", "detail": break_glass}}
	judged(users.machine, {"report": [], "account": [accounts.strict]}, {}).undetermined == {{"code": "no_report_row", "detail": ci}}
}

test_password_policy_that_was_not_read if {
	result := emergency(users.emergency, rows.emergency, object.remove(accounts.strict, ["PasswordPolicy"]))
	codes(result.undetermined) == {"password_policy_unknown"}
	result.exceptions == set()
}

test_what_was_not_read_of_the_user if {
	no_profile := emergency(object.remove(users.emergency, ["LoginProfile"]), rows.emergency, accounts.strict)
	no_profile.undetermined == {{"code": "password_unknown", "detail": object.union(break_glass, {"by": "iam.user", "value": "-"})}}
	no_devices := emergency(object.remove(users.emergency, ["MFADevices"]), rows.emergency, accounts.strict)
	no_devices.undetermined == {{"code": "mfa_unknown", "detail": object.union(break_glass, {"by": "iam.user", "value": "-"})}}
	no_devices.exceptions == set()
	every member in ["AttachedPolicies", "InlinePolicyNames"] {
		result := machine(object.remove(users.machine, [member]), {})
		result.undetermined == {{"code": "policies_unknown", "detail": object.union(ci, {"member": member})}}
		result.exceptions == set()
	}
}

test_what_the_report_does_not_tell if {
	every value in ["no_information", "not_supported", "N/A", ""] {
		{[u.code, u.detail.by, u.detail.value] | some u in emergency(users.emergency, with_row(rows.emergency, {"password_enabled": value}), accounts.strict).undetermined} == {["password_unknown", "iam.credential_report", lower(value)]}
		{[u.code, u.detail.by, u.detail.value] | some u in emergency(users.emergency, with_row(rows.emergency, {"mfa_active": value}), accounts.strict).undetermined} == {["mfa_unknown", "iam.credential_report", lower(value)]}
	}
	missing := emergency(users.emergency, json.remove(rows.emergency, ["/Row/password_enabled", "/Row/mfa_active"]), accounts.strict)
	codes(missing.undetermined) == {"password_unknown"}
}

test_exempt_users if {
	bare := with_members(users.emergency, {"MFADevices": [], "AttachedPolicies": attached})
	related := {"report": [], "account": []}
	every pattern in ["break-*", "Break-Glass", "arn:aws:iam::123456789012:user/emergency/*"] {
		judged(bare, related, {"exempt": [{"item": pattern, "why": " drill "}]}) == {
			"exceptions": set(), "undetermined": set(), "left_out": {"exempt"},
			"observations": {{"code": "exempt_user", "detail": object.union(break_glass, {"why": "drill"})}},
		}
	}
	every entry in [{"item": "break-*"}, {"item": "break-*", "why": ""}, {"item": "other", "why": "x"}, {"item": null, "why": "x"}] {
		result := judged(bare, related, {"exempt": [entry]})
		codes(result.exceptions) == {"without_mfa", "direct_policies"}
		result.left_out == set()
	}
}
