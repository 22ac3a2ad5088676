# ACC-08: one event by an IAM user, or one that gives an IAM user a password.
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

not_applicable_because contains {"code": "service_user"} if service_user

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
