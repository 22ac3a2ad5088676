# ACC-10: one event by a root user; or how the root user of an account stood.
package evidence.acc_10

exception contains {"code": "root_used", "detail": {
	"event": input.record.eventName,
	"service": input.record.eventSource,
	"source": source,
}} if {
	used
}

exception contains {"code": "root_without_mfa", "detail": {"source": source}} if {
	used
	input.record.eventName == "ConsoleLogin"
	object.get(input.record, ["additionalEventData", "MFAUsed"], "No") != "Yes"
}

exception contains {"code": "root_key_created", "detail": {"key": key}} if {
	used
	input.record.eventName == "CreateAccessKey"
	object.get(input.record, "errorCode", null) in {null, ""}
	object.get(input.record, ["requestParameters", "userName"], null) == null # for the caller itself
	key := object.get(input.record, ["responseElements", "accessKey", "accessKeyId"], "")
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "by_service"} if by_service

used if {
	not by_service
	not attempt
}

by_service if input.record.eventType == "AwsServiceEvent"

by_service if not object.get(input.record.userIdentity, "invokedBy", null) in {null, ""}

# A sign-in event names its own outcome in the response: {"ConsoleLogin": "Failure"}.
attempt if input.record.responseElements[input.record.eventName] == "Failure"

# Anybody who knows the address can ask for a reset.
attempt if {
	input.record.eventSource == "signin.amazonaws.com"
	input.record.eventName == "PasswordRecoveryRequested"
}

source := object.get(input.record, "sourceIPAddress", "")

# How the root user stood, by the account's summary.

exception contains {"code": "root_without_mfa_device", "detail": {"account": input.record.AccountId}} if {
	summary.AccountMFAEnabled == 0
	not without_password
}

exception contains {"code": "root_has_keys", "detail": {"account": input.record.AccountId}} if summary.AccountAccessKeysPresent > 0

exception contains {"code": "root_has_certificates", "detail": {"account": input.record.AccountId}} if {
	summary.AccountSigningCertificatesPresent > 0
}

undetermined contains {"code": "summary_incomplete", "detail": {"account": input.record.AccountId, "member": member}} if {
	summary
	some member in {"AccountMFAEnabled", "AccountAccessKeysPresent", "AccountSigningCertificatesPresent"}
	not is_number(object.get(summary, member, null))
}

observation contains {"code": "root_without_password", "detail": {"account": input.record.AccountId}} if {
	summary.AccountMFAEnabled == 0
	without_password
}

# without_password: nobody can sign in as root, as under centrally managed root access.
without_password if summary.AccountPasswordPresent == 0

summary := input.record.Summary if input.kind == "iam.account"
