# ACC-02: one sign-in.
package evidence.acc_02

exception contains {"code": "legacy_client", "detail": {
	"user": input.record.userPrincipalName, "app": object.get(input.record, "appDisplayName", ""),
	"client": client, "source": object.get(input.record, "ipAddress", ""),
}} if {
	succeeded
	not modern
	not exempt
}

not_applicable if not succeeded

not_applicable if exempt

succeeded if input.record.status.errorCode == 0

modern if client in {name | some name in input.params.modern_clients}

exempt if {
	some pattern in input.params.exempt_users
	glob.match(lower(pattern), [], lower(input.record.userPrincipalName))
}

default client := ""

client := input.record.clientAppUsed if is_string(input.record.clientAppUsed)
