# ACC-02: one sign-in. Bodies read single fields that have few values: whose it is
# and to what is asked only of those that rest on an exemption.
package evidence.acc_02

import data.evidence.lib.signin

exception contains {"code": "legacy_client", "detail": by_client} if {
	signed_in
	legacy
	not exempt
}

exception contains {"code": "password_by_application", "detail": by_client} if {
	signed_in
	ropc
	not exempt
}

exception contains {"code": "client_unknown", "detail": by_client} if {
	signed_in
	nameless
	not exempt
}

exception contains {"code": "outcome_unknown", "detail": by_client} if {
	unknown
	suspect
	not exempt
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "by_application"} if by_an_application

not_applicable_because contains {"code": "by_token"} if {
	not failed
	not legacy
	not ropc
	not modern
	by_a_token
}

not_applicable_because contains {"code": "exempt"} if {
	not failed
	suspect
	exempt
}

signed_in if {
	succeeded
	not by_an_application
}

unknown if {
	not succeeded
	not failed
	not by_an_application
}

succeeded if signin.succeeded(input.record.status.errorCode)

failed if signin.failed(input.record.status.errorCode)

suspect if legacy

suspect if ropc

suspect if nameless

legacy if signin.listed(input.record.clientAppUsed, input.params.legacy_clients)

modern if signin.listed(input.record.clientAppUsed, input.params.modern_clients)

# nameless: a client of which the record does not say what it is. Where it used
# the token of an earlier sign-in, that one says.
nameless if {
	not legacy
	not modern
	not by_a_token
}

ropc if {
	input.params.ropc == true
	input.record.authenticationProtocol == "ropc"
}

by_a_token if {
	input.record.isInteractive == false
	"nonInteractiveUser" in input.record.signInEventTypes
}

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

# exempt, by one of several names: each reads a field of its own, whose values recur.
exempt if exempt_user

exempt if exempt_app

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

by_client := object.union(signin.who(input.record), {"client": signin.first(input.record, ["clientAppUsed"])})
