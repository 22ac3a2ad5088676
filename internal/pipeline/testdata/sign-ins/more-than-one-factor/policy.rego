# ACC-01: one sign-in.
package evidence.acc_01

exception contains {"code": "single_factor", "detail": {
	"user": input.record.userPrincipalName, "app": app,
	"client": client, "source": source, "time": input.record.createdDateTime,
}} if {
	judged
	not several_factors
}

not_applicable if not judged

judged if {
	input.record.status.errorCode == 0
	not exempt_user
	not exempt_app
}

# Interrupted and failed sign-ins have an error.
several_factors if {
	input.record.authenticationRequirement == "multiFactorAuthentication"
	some step in second_steps
	step.succeeded == true
}

several_factors if {
	input.record.authenticationRequirement == "multiFactorAuthentication"
	some policy in object.get(input.record, "appliedConditionalAccessPolicies", [])
	policy.result == "success"
	some grant in policy.enforcedGrantControls
	lower(grant) == "mfa"
}

several_factors if {
	some step in object.get(input.record, "authenticationDetails", [])
	step.succeeded == true
	step.authenticationMethod in {"FIDO2 security key", "Windows Hello for Business", "X.509 Certificate", "Passkey (device-bound)"}
}

second_steps := [step |
	some step in object.get(input.record, "authenticationDetails", [])
	not primary(step)
]

primary(step) if step.authenticationStepRequirement == "Primary authentication"

exempt_user if {
	some pattern in input.params.exempt_users
	glob.match(lower(pattern), [], lower(input.record.userPrincipalName))
}

exempt_app if {
	some app in input.params.exempt_apps
	app in {input.record.appId, input.record.appDisplayName}
}

app := object.get(input.record, "appDisplayName", "")

client := object.get(input.record, "clientAppUsed", "")

source := object.get(input.record, "ipAddress", "")
