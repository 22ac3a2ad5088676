# ACC-08: one event by an IAM user, or one that gives an IAM user a password; or how an
# IAM user's password, a role's trust policy or a user of IAM Identity Center stood.
package evidence.acc_08

# A service needs no console: whoever signs in there is a person, whatever the
# user is called.
exception contains {"code": "console_sign_in", "detail": {"user": user, "event": input.record.eventName, "source": source}} if {
	input.record.userIdentity.type == "IAMUser"
	signing_in
	not failed_sign_in
}

exception contains {"code": "api_use", "detail": {
	"user": user, "event": input.record.eventName,
	"service": input.record.eventSource, "source": source,
}} if {
	person
	not signing_in
}

exception contains {"code": "password_set", "detail": {"by": by, "user": target, "event": input.record.eventName}} if {
	input.record.eventName in {"CreateLoginProfile", "UpdateLoginProfile"}
	object.get(input.record, "errorCode", null) in {null, ""}
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt_service_user"} if service_user

person if {
	input.record.userIdentity.type == "IAMUser"
	not service_user
}

service_user if {
	input.record.userIdentity.type == "IAMUser"
	some pattern in input.params.service_users
	some field in {"userName", "arn"}
	glob.match(pattern, null, input.record.userIdentity[field])
}

signing_in if input.record.eventType == "AwsConsoleSignIn"

signing_in if input.record.eventName == "ConsoleLogin"

# A sign-in event names its own outcome in the response: {"ConsoleLogin": "Failure"}.
failed_sign_in if input.record.responseElements[input.record.eventName] == "Failure"

user := object.get(input.record.userIdentity, "userName", object.get(input.record.userIdentity, "principalId", ""))

# IAM takes the caller itself when no user is named.
target := object.get(input.record, ["requestParameters", "userName"], user)

by := object.get(input.record.userIdentity, "arn", object.get(input.record.userIdentity, "principalId", input.record.userIdentity.type))

source := object.get(input.record, "sourceIPAddress", "")

# IAM users by the credential report.

exception contains {"code": "password_active", "detail": {"user": row.user, "account": input.record.AccountId}} if {
	tested_row
	lower(row.password_enabled) == "true"
}

undetermined contains {"code": "password_unknown", "detail": {"user": row.user, "account": input.record.AccountId, "value": value}} if {
	tested_row
	value := object.get(row, "password_enabled", "-")
	not lower(value) in {"true", "false"}
}

not_applicable_because contains {"code": "root_user"} if root_row

not_applicable_because contains {"code": "exempt_service_user"} if listed_row

observation contains {"code": "service_user_with_password", "detail": {"user": row.user, "account": input.record.AccountId}} if {
	listed_row
	lower(row.password_enabled) == "true"
}

tested_row if {
	row
	not root_row
	not listed_row
}

root_row if row.user == "<root_account>"

listed_row if {
	not root_row
	some member in {"user", "arn"}
	of_a_service(row[member])
}

row := input.record.Row if input.kind == "iam.credential_report"

of_a_service(name) if {
	some pattern in input.params.service_users
	glob.match(pattern, null, name)
}

# Users of IAM Identity Center.

exception contains {"code": "not_provisioned", "detail": {"user": local_name, "access": access}} if {
	local_user
	count(assignments) > 0
	access := concat(", ", sort({sprintf("%s: %s", [a.TargetAccountId, set_name(a)]) | some a in assignments}))
}

undetermined contains {"code": "groups_unknown", "detail": {"user": local_name}} if {
	local_user
	count(assignments) == 0
	not is_array(object.get(input.record, "Groups", null))
}

observation contains {"code": "local_user_without_access", "detail": {"user": local_name}} if {
	local_user
	count(assignments) == 0
	is_array(object.get(input.record, "Groups", null))
}

not_applicable_because contains {"code": "disabled_user"} if disabled

# local_user: one whom no identity provider brought.
local_user if {
	input.kind == "identitystore.user"
	not disabled
	count([id | some id in object.get(input.record.User, "ExternalIds", [])]) == 0
}

disabled if {
	input.kind == "identitystore.user"
	input.record.User.UserStatus == "DISABLED"
}

# Of a user who is in no group, the records that relate by groups are none.
assignments := array.concat(input.related.assigned, input.related.assigned_to_group)

set_name(assignment) := object.get(assignment.PermissionSet, "Name", assignment.PermissionSet.PermissionSetArn)

local_name := object.get(input.record.User, "UserName", input.record.User.UserId)

# Roles by their trust policies.

exception contains {"code": "role_trusts_user", "detail": object.union(role, {"user": user_arn})} if {
	some statement in assumptions
	some user_arn in trusted(statement, "AWS")
	regex.match(`^arn:[a-z-]+:iam::[0-9]{12}:user/`, user_arn)
	not of_a_service(user_arn)
	not of_a_service(regex.replace(user_arn, `^.*/`, ""))
}

exception contains {"code": "role_trusts_anyone", "detail": role} if {
	some statement in assumptions
	open_to_all(statement)
	not conditional(statement)
}

exception contains {"code": "other_provider", "detail": object.union(role, {"provider": provider})} if {
	some statement in assumptions
	some provider in trusted(statement, "Federated")
	not known(provider)
}

undetermined contains {"code": "trust_unreadable", "detail": role} if {
	input.kind == "iam.role"
	not readable_trust
}

readable_trust if {
	count(statements) > 0
	every statement in statements {
		is_object(statement)
	}
}

known(provider) if {
	some pattern in input.params.identity_providers
	glob.match(pattern, null, provider)
}

# assumptions are the statements that let somebody assume the role.
assumptions := [statement |
	some statement in statements
	statement.Effect == "Allow"
	assumes(statement)
]

assumes(statement) if {
	some action in many(object.get(statement, "Action", []))
	is_string(action)
	some call in {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"}
	glob.match(lower(action), null, call)
}

assumes(statement) if statement.NotAction

open_to_all(statement) if statement.Principal == "*"

open_to_all(statement) if "*" in trusted(statement, "AWS")

open_to_all(statement) if statement.NotPrincipal

conditional(statement) if {
	is_object(statement.Condition)
	count(statement.Condition) > 0
}

# trusted are a statement's principals of a type.
trusted(statement, type) := {p |
	is_object(statement.Principal)
	some p in many(object.get(statement.Principal, type, []))
	is_string(p)
}

default statements := []

statements := many(object.get(document, "Statement", [])) if is_object(document)

document := input.record.Role.AssumeRolePolicyDocument if input.kind == "iam.role"

# many: IAM writes a list of one without brackets.
many(value) := value if is_array(value)

many(value) := [value] if not is_array(value)

role := {"role": object.get(input.record.Role, "RoleName", input.record.Role.Arn), "account": input.record.AccountId}
