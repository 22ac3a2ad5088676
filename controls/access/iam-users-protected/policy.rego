# ACC-14: one IAM user as it was when it was read, with its row of the credential report
# and what IAM keeps for its account.
package evidence.acc_14

import data.evidence.lib.exemptions

exception contains {"code": "without_mfa", "detail": object.union(named, {"by": concat(", ", sort(unprotected))})} if {
	tested
	count(unprotected) > 0
}

exception contains {"code": "no_password_policy", "detail": named} if {
	tested
	with_password
	some account in input.related.account
	is_null(account.PasswordPolicy)
}

exception contains {"code": "password_policy_weak", "detail": object.union(named, {"settings": concat(", ", sort(weak))})} if {
	tested
	with_password
	count(weak) > 0
}

exception contains {"code": "direct_policies", "detail": object.union(named, {"policies": listed(direct)})} if {
	tested
	count(direct) > 0
}

undetermined contains {"code": "no_report_row", "detail": named} if {
	tested
	count(input.related.report) == 0
}

undetermined contains {"code": "password_unknown", "detail": object.union(named, {"by": by, "value": told.password})} if {
	tested
	some by, told in sources
	not told.password in {"true", "false"}
}

undetermined contains {"code": "mfa_unknown", "detail": object.union(named, {"by": by, "value": told.mfa})} if {
	tested
	some by, told in sources
	told.password == "true"
	not told.mfa in {"true", "false"}
}

undetermined contains {"code": "password_policy_unknown", "detail": named} if {
	tested
	with_password
	not password_policy_read
}

undetermined contains {"code": "policies_unknown", "detail": object.union(named, {"member": member})} if {
	tested
	some member in {"AttachedPolicies", "InlinePolicyNames"}
	not is_array(object.get(input.record, member, null))
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt"} if count(exempt) > 0

observation contains {"code": "exempt_user", "detail": object.union(named, {"why": concat("; ", sort(exempt))})} if {
	count(exempt) > 0
}

observation contains {"code": "allowed_policies", "detail": object.union(named, {"policies": listed(allowed), "why": concat("; ", sort(why))})} if {
	tested
	count(allowed) > 0
	why := {reason | some policy in allowed; some reason in reasons(policy)}
}

tested if count(exempt) == 0

exempt := exemptions.reasons(input.params.exempt, [input.record.User.UserName, input.record.User.Arn])

# Passwords and devices. The two sources are of moments up to four hours apart: each is
# judged by itself, since what one says of the password and the other of devices may
# never have been so together.

unprotected := {by |
	some by, told in sources
	told.password == "true"
	told.mfa == "false"
}

with_password if {
	some told in sources
	told.password == "true"
}

sources["iam.user"] := {"password": password, "mfa": device}

sources["iam.credential_report"] := {"password": column(row, "password_enabled"), "mfa": column(row, "mfa_active")} if {
	some reported in input.related.report
	row := reported.Row
}

default password := "-"

password := "true" if is_object(input.record.LoginProfile)

password := "false" if is_null(input.record.LoginProfile)

default device := "-"

device := "true" if count(input.record.MFADevices) > 0

device := "false" if count(input.record.MFADevices) == 0

column(row, name) := lower(object.get(row, name, "-"))

# The password policy of the account. What it does not set is not on.

password_policy_read if {
	some account in input.related.account
	is_object(account.PasswordPolicy)
}

password_policy_read if {
	some account in input.related.account
	is_null(account.PasswordPolicy)
}

weak contains sprintf("%s: %v < %v", [setting, value, least]) if {
	some setting, least in {
		"MinimumPasswordLength": input.params.minimum_password_length,
		"PasswordReusePrevention": input.params.password_reuse_prevention,
	}
	least > 0
	some account in input.related.account
	is_object(account.PasswordPolicy)
	value := object.get(account.PasswordPolicy, setting, "-")
	not at_least(value, least)
}

weak contains sprintf("%s: %v", [setting, value]) if {
	some setting in input.params.required_settings
	some account in input.related.account
	is_object(account.PasswordPolicy)
	value := object.get(account.PasswordPolicy, setting, "-")
	value != true
}

at_least(value, least) if {
	is_number(value)
	value >= least
}

# The user's own policies, by how they are shown and by the names that may allow them.

policies contains {"shown": attached.PolicyArn, "names": [object.get(attached, "PolicyName", null), attached.PolicyArn]} if {
	some attached in input.record.AttachedPolicies
}

policies contains {"shown": sprintf("%s (inline)", [name]), "names": [name]} if {
	some name in input.record.InlinePolicyNames
}

allowed := {policy |
	some policy in policies
	count(reasons(policy)) > 0
}

direct := policies - allowed

reasons(policy) := exemptions.reasons(input.params.allowed_policies, policy.names)

listed(some_policies) := concat(", ", sort({policy.shown | some policy in some_policies}))

named := {"user": input.record.User.UserName, "account": input.record.AccountId}
