# ACC-01: one sign-in. Bodies read single fields that have few values: what users,
# applications and addresses there are is asked only where no factor is shown.
package evidence.acc_01

import data.evidence.lib.signin

exception contains {"code": "single_factor", "detail": object.union(who, {"methods": methods})} if {
	unshown
	not skipped
	one_factor
	not exempt
}

exception contains {"code": "factor_not_shown", "detail": who} if {
	unshown
	not skipped
	not one_factor
	not exempt
}

exception contains {"code": "factor_skipped", "detail": object.union(who, {"why": concat(", ", sort(skips))})} if {
	unshown
	skipped
	not exempt
}

exception contains {"code": "outcome_unknown", "detail": who} if {
	unknown
	not exempt
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "sign_in_failed"} if failed

not_applicable_because contains {"code": "by_application"} if by_an_application

not_applicable_because contains {"code": "by_token"} if by_a_token

not_applicable_because contains {"code": "exempt"} if {
	unshown
	exempt
}

not_applicable_because contains {"code": "exempt"} if {
	unknown
	exempt
}

# unshown: a person's sign-in that succeeded, and nothing in its record shows more
# than one factor.
unshown if {
	succeeded
	not by_an_application
	not by_a_token
	not shown
}

# unknown: one of which the record does not say how it ended.
unknown if {
	not succeeded
	not failed
	not by_an_application
	not by_a_token
}

succeeded if signin.succeeded(input.record.status.errorCode)

failed if signin.failed(input.record.status.errorCode)

by_an_application if signin.application(input.record.signInEventTypes[_])

by_an_application if {
	not typed
	input.record.servicePrincipalId != ""
	input.record.servicePrincipalId != null
	no_user
}

typed if input.record.signInEventTypes[_]

no_user if {
	no_user_id
	no_user_name
}

no_user_id if signin.nobody(input.record.userId)

no_user_id if not input.record.userId

no_user_name if signin.nobody(input.record.userPrincipalName)

no_user_name if not input.record.userPrincipalName

# by_a_token: nobody authenticated. A client used a token, and the sign-in that
# the token came from is tested itself. One that gave a credential is tested.
by_a_token if {
	input.record.isInteractive == false
	"nonInteractiveUser" in input.record.signInEventTypes
	not credential
}

credential if input.record.authenticationProtocol == "ropc"

credential if {
	some i
	input.record.authenticationDetails[i].succeeded == true
	method := input.record.authenticationDetails[i].authenticationMethod
	is_string(method)
	not lower(method) in tokens
}

tokens := {"", "previously satisfied", "satisfied by token", "claim in access token", "primary refresh token"}

# shown: required and reached, unless what was required was skipped.
shown if {
	input.record.authenticationRequirement == "multiFactorAuthentication"
	not skipped
}

# By what Entra ID says of the sign-in, or of a step of it.
shown if satisfied(input.record.status.additionalDetails)

shown if {
	some i
	input.record.authenticationDetails[i].succeeded == true
	satisfied(input.record.authenticationDetails[i].authenticationStepResultDetail)
}

shown if {
	some i
	input.record.authenticationDetails[i].succeeded == true
	second(input.record.authenticationDetails[i].authenticationStepRequirement)
	not i in waived_steps
}

# By a method that is several factors in itself.
shown if {
	some i
	input.record.authenticationDetails[i].succeeded == true
	signin.listed(input.record.authenticationDetails[i].authenticationMethod, input.params.multi_factor_methods)
}

# By a policy that was satisfied and leaves no other way than another factor, unless
# the record says that it was skipped: a policy is satisfied by a remembered device too.
shown if {
	not skipped
	some i
	input.record.appliedConditionalAccessPolicies[i].result == "success"
	input.record.appliedConditionalAccessPolicies[i].enforcedGrantControls[_]
	every control in input.record.appliedConditionalAccessPolicies[i].enforcedGrantControls {
		demands_factors(control)
	}
}

shown if {
	not skipped
	some i
	some field in {"id", "displayName"}
	input.record.appliedConditionalAccessPolicies[i].result == "success"
	signin.listed(input.record.appliedConditionalAccessPolicies[i][field], input.params.mfa_policies)
}

# By a reason for skipping it that params accept.
shown if {
	skipped_texts[_]
	count(skips) == 0
}

satisfied(text) if {
	is_string(text)
	regex.match(`(?i)^mfa (requirement satisfied|completed|successfully completed)`, text)
}

# second: what a step was needed for.
second(requirement) if {
	is_string(requirement)
	regex.match(`(?i)\b(mfa|multi-?factor)\b`, requirement)
}

waived_steps contains i if waived(input.record.authenticationDetails[i].authenticationStepResultDetail)

waived(text) if {
	is_string(text)
	regex.match(`(?i)\bskipped\b`, text)
}

# demands_factors: a control that cannot be met with one factor. A strength that
# the organisation made may allow one: mfa_policies names the policies with those.
demands_factors(control) if {
	is_string(control)
	lower(control) in {"mfa", "require multifactor authentication"}
}

demands_factors(control) if {
	is_string(control)
	regex.match(`(?i)^require ?authentication ?strength\b.*\b(mfa|multi-?factor authentication)$`, control)
}

skipped if count(skips) > 0

# skips: why another factor was not asked for, where params do not accept that.
skips := {text | some text in skipped_texts; not accepted(text)}

skipped_texts contains input.record.status.additionalDetails if waived(input.record.status.additionalDetails)

skipped_texts contains text if {
	text := input.record.authenticationDetails[_].authenticationStepResultDetail
	waived(text)
}

accepted(text) if {
	some phrase in input.params.accepted_skips
	phrase != ""
	contains(lower(text), lower(phrase))
}

# one_factor: the record says that one was enough.
one_factor if input.record.authenticationRequirement == "singleFactorAuthentication"

# exempt, by one of several names: each reads a field of its own, whose values recur.
exempt if exempt_user

exempt if exempt_app

exempt if exempt_network

exempt if exempt_location

exempt if federated

exempt_user if {
	count(input.params.exempt_users) > 0
	signin.listed(input.record.userPrincipalName, input.params.exempt_users)
}

exempt_user if {
	count(input.params.exempt_users) > 0
	signin.listed(input.record.userId, input.params.exempt_users)
}

exempt_app if {
	count(input.params.exempt_apps) > 0
	signin.listed(input.record.appDisplayName, input.params.exempt_apps)
}

exempt_app if {
	count(input.params.exempt_apps) > 0
	signin.listed(input.record.appId, input.params.exempt_apps)
}

exempt_network if {
	count(input.params.exempt_networks) > 0
	signin.within(input.record.ipAddress, input.params.exempt_networks)
}

exempt_location if {
	count(input.params.exempt_locations) > 0
	signin.listed(input.record.networkLocationDetails[_].networkNames[_], input.params.exempt_locations)
}

federated if {
	count(input.params.federated_domains) > 0
	signin.listed(signin.domain(input.record.userPrincipalName), input.params.federated_domains)
}

who := signin.who(input.record)

# methods that were used, as far as the record says.
default methods := "-"

methods := concat(", ", sort(named)) if {
	named := {method | method := input.record.authenticationDetails[_].authenticationMethod; signin.says(method)} | {method | method := input.record.authenticationMethodsUsed[_]; signin.says(method)}
	count(named) > 0
}
