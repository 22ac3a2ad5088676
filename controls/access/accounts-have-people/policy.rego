# ACC-04: one enabled account, and the people of the roster whom it matches.
package evidence.acc_04

import data.evidence.lib.accounts

exception contains {"code": "no_person", "detail": {"account": account, "number": number}} if {
	tested
	count(people) == 0
}

exception contains {"code": "has_left", "detail": {
	"account": account, "employee": accounts.person_name(person),
	"left": person.left_at,
}} if {
	person := owner
	accounts.left(person, taken, input.params.leaving_hours)
}

exception contains {"code": "not_joined", "detail": {
	"account": account, "employee": accounts.person_name(person),
	"joined": person.joined_at,
}} if {
	person := owner
	not accounts.joined(person, taken, input.params.joining_hours)
}

exception contains {"code": "ambiguous", "detail": {"account": account, "n": count(people), "employees": accounts.names(people)}} if {
	tested
	count(people) > 1
}

exception contains {"code": "other_number", "detail": {
	"account": account, "number": number,
	"employee": accounts.person_name(person),
}} if {
	tested
	count(people) == 1
	some person in people
	numbered_otherwise(person)
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "deleted"} if deleted

not_applicable_because contains {"code": "exempt"} if count(exemptions) > 0

not_applicable_because contains {"code": "guest_account"} if guest

observation contains {"code": "exempt_account", "detail": {"account": account, "why": concat("; ", sort(exemptions))}} if {
	not deleted
	count(exemptions) > 0
}

observation contains {"code": "guest", "detail": {"account": account}} if {
	not deleted
	count(exemptions) == 0
	guest
}

tested if {
	not deleted
	count(exemptions) == 0
	not guest
}

# A deleted account keeps that it was enabled.
deleted if is_string(object.get(input.record, "deletedDateTime", null))

guest if {
	is_string(input.record.userType)
	lower(input.record.userType) == "guest"
	not input.params.test_guests == true
}

# exemptions: why the account needs no person. A listing that does not say why is none.
exemptions := {trim_space(listed.why) |
	some listed in input.params.exempt
	is_string(listed.why)
	trim_space(listed.why) != ""
	is_string(listed.account)
	is_string(input.record.userPrincipalName)
	glob.match(lower(listed.account), null, lower(input.record.userPrincipalName))
}

# owner: the one person whom the account matches.
owner := person if {
	tested
	count(people) == 1
	some person in people
	not numbered_otherwise(person)
}

people := accounts.first_by_number(by_number, by_address)

by_number := {person |
	accounts.number(object.get(input.record, "employeeId", null))
	some person in input.related.by_number
}

by_address := accounts.addressed([input.related.by_mail, input.related.by_name, input.related.by_other_mail])

numbered_otherwise(person) if {
	accounts.number(object.get(input.record, "employeeId", null))
	not accounts.same_number(input.record.employeeId, object.get(person, "employee_number", null))
}

taken := time.parse_rfc3339_ns(input.time)

account := accounts.account_name(input.record)

default number := ""

number := input.record.employeeId if is_string(input.record.employeeId)
