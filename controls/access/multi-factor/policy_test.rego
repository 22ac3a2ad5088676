package evidence.acc_01_test

import data.evidence.acc_01

real := data.testdata.graph.sign_in

panther := data.testdata.panther

beta := data.testdata.shaped.beta

v1 := data.testdata.shaped.v1

document(record, params) := {"record": record, "params": object.union(data.params, params)}

reasons(record, params) := found if {
	found := acc_01.exception with input as document(record, params)
}

codes(record, params) := {e.code | some e in reasons(record, params)}

not_applicable(record, params) if {
	acc_01.not_applicable with input as document(record, params)
}

# passes: tested, and no exception.
passes(record, params) if {
	reasons(record, params) == set()
	not not_applicable(record, params)
}

# changed: the record with other values of its fields, whole ones.
changed(record, fields) := object.union(object.remove(record, object.keys(fields)), fields)

# alone: the beta record of a password, with nothing else that shows a factor.
alone := changed(beta, {
	"authenticationRequirement": "singleFactorAuthentication",
	"authenticationDetails": [step("Password", "Correct password", "Primary authentication")],
	"appliedConditionalAccessPolicies": [],
	"status": ended(null),
})

step(method, result, requirement) := {
	"authenticationMethod": method, "succeeded": true,
	"authenticationStepResultDetail": result, "authenticationStepRequirement": requirement,
}

ended(details) := {"errorCode": 0, "failureReason": "Other.", "additionalDetails": details}

with_step(s) := changed(alone, {"authenticationDetails": array.concat(alone.authenticationDetails, [s])})

test_required_and_reached if {
	passes(beta, {})
	passes(changed(alone, {"authenticationRequirement": "multiFactorAuthentication"}), {})
}

test_one_factor if {
	reasons(alone, {}) == {{"code": "single_factor", "detail": {
		"user": "keiri-02@corp.example", "app": "Azure Portal", "ip": "192.0.2.10", "methods": "Password",
	}}}
	not not_applicable(alone, {})
}

test_password_by_ropc if {
	# The event around these properties says that it succeeded.
	succeeded := changed(panther.ropc, {"status": {"errorCode": 0}})
	codes(succeeded, {}) == {"single_factor"}
	codes(panther.ropc, {}) == {"outcome_unknown"}
}

test_one_factor_that_was_given_before if {
	record := changed(alone, {"authenticationDetails": [step("Previously satisfied", "First factor requirement satisfied by claim in the token", "Primary authentication")]})
	codes(record, {}) == {"single_factor"}
}

test_what_entra_says_of_the_sign_in if {
	every details in [
		"MFA requirement satisfied by claim in the token",
		"MFA requirement satisfied by claim provided by external provider",
		"MFA requirement satisfied by strong authentication",
		"MFA completed in Azure AD",
		"MFA successfully completed",
	] {
		passes(changed(v1, {"status": ended(details)}), {})
		passes(changed(alone, {"status": ended(details)}), {})
		passes(with_step(step("Previously satisfied", details, "")), {})
	}
	every details in ["MFA required in Azure AD", "MFA denied; user declined the authentication", "First factor requirement satisfied by claim in the token", "", null] {
		codes(changed(v1, {"status": ended(details)}), {}) == {"factor_not_shown"}
	}
}

test_steps_of_another_factor if {
	passes(with_step(step("Text message", "", "Multifactor authentication")), {})
	passes(with_step(step("Voice", "", "Multi-factor authentication")), {})
	passes(with_step(step("Claim in access token", "methodSucceeded", "MFA")), {})
	codes(with_step(changed(step("Text message", "MFA completed in Azure AD", "MFA"), {"succeeded": false})), {}) == {"single_factor"}
	codes(with_step(null), {}) == {"single_factor"}
	passes(with_step(step("Text message", null, "Multifactor authentication")), {})
}

test_methods_of_several_factors if {
	every method in ["Windows Hello for Business", "FIDO2 security key", "fido2", "Passkey (device-bound)", "Passkey (Microsoft Authenticator)"] {
		passes(changed(alone, {"authenticationDetails": [step(method, "", "Primary authentication")]}), {})
	}
	certificate := changed(alone, {"authenticationDetails": [step("X.509 Certificate", "", "Primary authentication")]})
	codes(certificate, {}) == {"single_factor"}
	passes(certificate, {"multi_factor_methods": ["X.509 Certificate"]})
	codes(changed(alone, {"authenticationDetails": [changed(step("FIDO2", "", ""), {"succeeded": false})]}), {}) == {"single_factor"}
}

policy(controls, result) := {"id": "b645a140-20fe-4ce0-a724-18ab201e9026", "displayName": "CA010 Admins", "enforcedGrantControls": controls, "result": result}

under(policies) := changed(v1, {"appliedConditionalAccessPolicies": policies})

test_conditional_access_that_asks_for_factors if {
	passes(under([policy(["Mfa"], "success")]), {})
	passes(under([policy([], "notApplied"), policy(["RequireAuthenticationStrength:Phishing-resistant MFA"], "success")]), {})
	passes(under([policy(["Require authentication strength: Multifactor authentication"], "success")]), {})
}

test_conditional_access_that_shows_no_factor if {
	every policies in [
		[policy(["Mfa"], "notApplied")],
		[policy(["Mfa"], "reportOnlySuccess")],
		[policy(["Mfa", "RequireCompliantDevice"], "success")], # either may have been met
		[policy(["RequireCompliantDevice"], "success")],
		[policy([], "success")],
		[policy(null, "success")],
		[policy(["RequireAuthenticationStrength:Partners"], "success")],
		[null],
		null,
	] {
		codes(under(policies), {}) == {"factor_not_shown"}
	}
}

test_policies_that_params_name if {
	both := policy(["Mfa", "RequireCompliantDevice"], "success")
	passes(under([both]), {"mfa_policies": ["ca010 *"]})
	passes(under([both]), {"mfa_policies": ["b645a140-20fe-4ce0-a724-18ab201e9026"]})
	codes(under([policy(["Mfa", "RequireCompliantDevice"], "failure")]), {"mfa_policies": ["CA010 *"]}) == {"factor_not_shown"}
}

test_no_data_is_no_pass if {
	reasons(v1, {}) == {{"code": "factor_not_shown", "detail": {
		"user": "sre-01@corp.example", "app": "Office 365 Exchange Online", "ip": "198.51.100.7",
	}}}
	codes(object.remove(alone, ["authenticationRequirement", "authenticationDetails"]), {}) == {"factor_not_shown"}
	codes(changed(alone, {"authenticationRequirement": ""}), {}) == {"factor_not_shown"}
	some e in reasons({"id": "x", "createdDateTime": "2026-10-06T01:02:03Z", "status": {"errorCode": 0}}, {})
	e == {"code": "factor_not_shown", "detail": {"user": "-", "app": "-", "ip": "-"}}
}

skipped := "MFA requirement skipped due to remembered device"

test_factor_that_was_skipped if {
	some e in reasons(changed(alone, {"status": ended(skipped)}), {})
	e.code == "factor_skipped"
	e.detail.why == skipped
	in_a_step := changed(with_step(step("", "MFA requirement skipped due to IP address", "Multifactor authentication")), {"authenticationRequirement": "multiFactorAuthentication"})
	codes(in_a_step, {}) == {"factor_skipped"}
}

test_reasons_to_skip_that_params_accept if {
	passes(changed(alone, {"status": ended(skipped)}), {"accepted_skips": ["Remembered device"]})
	codes(changed(alone, {"status": ended(skipped)}), {"accepted_skips": ["IP address", ""]}) == {"factor_skipped"}
	passes(changed(alone, {"status": ended(skipped), "authenticationDetails": [step("Windows Hello for Business", "", "")]}), {})
}

# Conditional access is content with a factor that was skipped.
test_factor_that_was_skipped_under_a_policy_that_succeeded if {
	content := changed(under([policy(["Mfa"], "success")]), {"status": ended(skipped)})
	codes(content, {}) == {"factor_skipped"}
	codes(content, {"accepted_skips": ["IP address"]}) == {"factor_skipped"}
	codes(content, {"mfa_policies": ["CA010 *"]}) == {"factor_skipped"}
	passes(content, {"accepted_skips": ["remembered device"]})
	in_a_step := changed(content, {"status": ended(null), "authenticationDetails": [step("", skipped, "Multifactor authentication")]})
	codes(in_a_step, {}) == {"factor_skipped"}

	# What was skipped is not what the record says was satisfied.
	passes(changed(content, {"authenticationDetails": [step("Text message", "MFA completed in Azure AD", "Multifactor authentication")]}), {})
}

test_status_that_says_nothing if {
	reasons(real, {}) == {{"code": "outcome_unknown", "detail": {
		"user": "jdoe@contoso.com", "app": "Azure Portal", "ip": "131.107.159.37",
	}}}
	every status in [{}, null, {"errorCode": null}, {"errorCode": "unknown"}] {
		codes(changed(beta, {"status": status}), {}) == {"outcome_unknown"}
		not not_applicable(changed(beta, {"status": status}), {})
	}
	codes(object.remove(beta, ["status"]), {}) == {"outcome_unknown"}
	codes(changed(real, {"status": {"errorCode": 0}}), {}) == {"single_factor"}
}

test_sign_ins_that_did_not_succeed if {
	every code in [50126, 50074, 50140, 65001, "50126"] {
		record := changed(alone, {"status": {"errorCode": code}})
		reasons(record, {}) == set()
		not_applicable(record, {})
	}
	not_applicable(panther.ropc_failed, {})
	codes(changed(alone, {"status": {"errorCode": "0"}}), {}) == {"single_factor"}
}

test_nobody_signed_in if {
	not_applicable(panther.service_principal, {})
	every record in [
		changed(panther.service_principal, {"status": {"errorCode": 0}}),
		changed(panther.service_principal, {"status": {}, "userId": "00000000-0000-0000-0000-000000000000", "userPrincipalName": ""}),
		changed(alone, {"signInEventTypes": ["managedIdentity"]}),
	] {
		reasons(record, {}) == set()
		not_applicable(record, {})
	}

	# A person's sign-in names the application's service principal too.
	codes(object.remove(changed(alone, {"servicePrincipalId": "b1c34143-e405-4058-8e29-84596ad737b8"}), ["signInEventTypes"]), {}) == {"single_factor"}
}

by_token := changed(alone, {
	"isInteractive": false, "signInEventTypes": ["nonInteractiveUser"], "incomingTokenType": "primaryRefreshToken",
	"authenticationDetails": [step("Previously satisfied", "First factor requirement satisfied by claim in the token", "")],
})

test_sign_ins_by_a_token if {
	every record in [
		by_token,
		changed(by_token, {"authenticationDetails": []}),
		changed(by_token, {"status": {}}),
		panther.non_interactive,
	] {
		reasons(record, {}) == set()
		not_applicable(record, {})
	}
}

test_credentials_that_a_client_gave if {
	codes(changed(by_token, {"authenticationProtocol": "ropc"}), {}) == {"single_factor"}
	codes(changed(by_token, {"authenticationDetails": alone.authenticationDetails}), {}) == {"single_factor"}

	# v1.0 has no types: what is not interactive there had a credential.
	codes(changed(v1, {"isInteractive": false}), {}) == {"factor_not_shown"}
}

test_exemptions if {
	every params in [
		{"exempt_users": ["Keiri-*@corp.example"]},
		{"exempt_users": ["11111111-0000-4000-8000-000000000002"]},
		{"exempt_apps": ["azure portal"]},
		{"exempt_apps": ["c44b4083-3bb0-49c1-b47d-974e53cbdf3c"]},
		{"exempt_networks": ["192.0.2.0/24"]},
		{"exempt_locations": ["本社"]},
		{"federated_domains": ["Corp.Example"]},
	] {
		reasons(alone, params) == set()
		not_applicable(alone, params)
		not_applicable(changed(alone, {"status": {}}), params)
		not_applicable(changed(alone, {"status": ended(skipped)}), params)
		not_applicable(changed(alone, {"authenticationRequirement": null}), params)
		passes(beta, params) # an exemption that nothing rests on
	}
}

test_exemptions_of_others if {
	every params in [
		{"exempt_users": ["keiri-01@*"]},
		{"exempt_apps": ["Azure"]},
		{"exempt_networks": ["198.51.100.0/24"]},
		{"exempt_locations": ["支社"]},
		{"federated_domains": ["example"]},
	] {
		codes(alone, params) == {"single_factor"}
		not not_applicable(alone, params)
	}
	codes(object.remove(alone, ["userPrincipalName", "userId", "appId", "appDisplayName", "ipAddress", "networkLocationDetails"]), {
		"exempt_users": ["*"], "exempt_apps": ["*"], "exempt_networks": ["0.0.0.0/0"], "exempt_locations": ["*"], "federated_domains": ["*"],
	}) == {"single_factor"}
}

# Another provider did it, and Entra ID says so.
test_factors_of_another_provider if {
	passes(changed(v1, {"status": ended("MFA requirement satisfied by claim provided by external provider")}), {"federated_domains": ["corp.example"]})
	not_applicable(v1, {"federated_domains": ["corp.example"]})
}

# A policy must judge what it does not expect, and not fail on it.
test_hostile_shapes if {
	nulls := {field: null | some field, _ in beta}
	codes(nulls, everything) == {"outcome_unknown"}
	codes(object.union(nulls, {"status": {"errorCode": 0, "additionalDetails": null}}), everything) == {"factor_not_shown"}
	empty := {"authenticationMethod": null, "succeeded": true, "authenticationStepResultDetail": null, "authenticationStepRequirement": null}
	steps := {"authenticationDetails": [null, {}, empty], "networkLocationDetails": [null, {"networkNames": [null]}], "signInEventTypes": [null]}
	codes(changed(object.union(alone, steps), {"appliedConditionalAccessPolicies": [policy([null], "success"), policy(["Mfa", null], "success")]}), everything) == {"single_factor"}
	not_applicable(changed(by_token, {"authenticationDetails": [null, {}, empty]}), everything)
}

# everything: exemptions that nothing of the above falls under.
everything := {
	"exempt_users": ["x"], "exempt_apps": ["x"], "exempt_networks": ["203.0.113.0/24"], "exempt_locations": ["x"],
	"federated_domains": ["x"], "accepted_skips": ["x"], "mfa_policies": ["x"],
}
