# ACC-03: one person who left, and what became of their accounts.
package evidence.acc_03

import data.evidence.lib.accounts
import data.evidence.lib.lifecycle

exception contains {"code": "still_enabled", "detail": about(account)} if {
	some account in own
	lifecycle.open_now(account, effects(account))
	due
}

exception contains {"code": late[closing.does], "detail": object.union(about(account), by(closing))} if {
	some account in own
	not lifecycle.open_now(account, effects(account))
	lifecycle.open_at(account, effects(account), ends)
	closing := lifecycle.closing(account, effects(account), ends)
}

exception contains {"code": again[effect.does], "detail": object.union(about(account), by(effect))} if {
	some account in own
	some effect in lifecycle.reopenings(account, effects(account), left)
}

exception contains {"code": "used_after_deadline", "detail": object.union(about(account), use(uses[0], count(uses)))} if {
	some account in own
	uses := [sign_in | some sign_in in sign_ins(account); sign_in.ns > ends]
}

exception contains {"code": "disabling_unknown", "detail": about(account)} if {
	some account in own
	not lifecycle.open_now(account, effects(account))
	due
	not shown_in_time(account)
	not lifecycle.closing(account, effects(account), ends)
}

exception contains {"code": "unmatchable", "detail": {"left": input.record.left_at, "roster": input.record.roster, "key": input.record.key}} if {
	not matchable
}

exception contains {"code": "other_number", "detail": {
	"employee": employee, "account": accounts.account_name(account), "number": account.employeeId,
}} if {
	some account in candidates
	numbered_otherwise(account)
}

exception contains {"code": "shared_address", "detail": {
	"employee": employee, "account": accounts.account_name(account),
	"others": accounts.names(sharers),
}} if {
	some account in candidates
	by_address_alone(account)
	not numbered_otherwise(account)
	count(sharers) > 0
}

exception contains {"code": "shared_number", "detail": {
	"employee": employee, "account": accounts.account_name(account),
	"others": accounts.names(namesakes),
}} if {
	some account in candidates
	not by_address_alone(account)
	count(namesakes) > 0
}

pending contains {"code": "not_yet_due", "detail": about(account), "until": deadline} if {
	some account in own
	lifecycle.open_now(account, effects(account))
	not due
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "without_account"} if no_account

observation contains {"code": "no_account", "detail": {"employee": employee}} if no_account

observation contains {"code": in_time[closing.does], "detail": object.union(matching(account), by(closing))} if {
	some account in own
	closed_in_time(account)
	closing := final_closing(account)
}

observation contains {"code": "read_as_disabled", "detail": matching(account)} if {
	some account in own
	closed_in_time(account)
	not final_closing(account)
}

observation contains {"code": "used_after_leaving", "detail": object.union(about(account), use(uses[count(uses) - 1], count(uses)))} if {
	some account in own
	uses := [sign_in | some sign_in in sign_ins(account); sign_in.ns > left; sign_in.ns <= ends]
}

no_account if {
	matchable
	count(candidates) == 0
}

# matchable: there is something by which accounts of the person could be found.
matchable if accounts.number(object.get(input.record, "employee_number", null))

matchable if {
	some address in input.record.emails
	is_string(address)
	trim_space(address) != ""
}

# candidates: the accounts with the person's number; without one, those with an
# address of theirs.
candidates := accounts.first_by_number(by_number, by_address)

by_number := {account |
	accounts.number(object.get(input.record, "employee_number", null))
	some account in input.related.by_number
}

by_address := accounts.addressed([input.related.by_mail, input.related.by_name, input.related.by_other_mail])

# own: the candidates that can be nobody else's.
own := {account |
	some account in candidates
	not numbered_otherwise(account)
	not shared(account)
}

numbered_otherwise(account) if {
	accounts.number(object.get(account, "employeeId", null))
	not accounts.same_number(account.employeeId, input.record.employee_number)
}

by_address_alone(account) if not accounts.same_number(object.get(account, "employeeId", null), input.record.employee_number)

shared(account) if {
	by_address_alone(account)
	count(sharers) > 0
}

shared(account) if {
	not by_address_alone(account)
	count(namesakes) > 0
}

# Others who have a mail address of the person's, or their number.
sharers := {person | some person in input.related.sharers; person.key != input.record.key}

namesakes := {person | some person in input.related.namesakes; person.key != input.record.key}

effects(account) := lifecycle.effects(account, input.related.events)

# shown_in_time: the log tells that the account was closed when it was due, or it
# was closed in a state read within the period, in which nothing happened to it.
shown_in_time(account) if {
	not lifecycle.open_at(account, effects(account), ends)
	not lifecycle.shown_closed(account, effects(account), ends)
}

shown_in_time(account) if {
	lifecycle.shown_closed(account, effects(account), ends)
	some state in input.related.states
	state.id == account.id
	state.accountEnabled == false
}

# closed_in_time: there is nothing to be said against when the account was closed.
closed_in_time(account) if {
	not lifecycle.open_now(account, effects(account))
	shown_in_time(account)
}

# It was read before it was due.
closed_in_time(account) if {
	not lifecycle.open_now(account, effects(account))
	not due
}

# final_closing is what closed the account last before it was due: of a deletion
# after it was disabled, that it was disabled. Where nothing that is known found it
# open, it is the first of what would have closed it.
final_closing(account) := closings[count(closings) - 1][1] if {
	closings := [closing | some closing in closings_of(account); lifecycle.open_at(account, effects(account), closing[0] - 1)]
	count(closings) > 0
}

final_closing(account) := closings_of(account)[0][1] if {
	every closing in closings_of(account) {
		not lifecycle.open_at(account, effects(account), closing[0] - 1)
	}
}

# closings_of an account until it was due, each with its time, in order.
closings_of(account) := sort([[effect.ns, effect] |
	some effect in effects(account)
	in_time[effect.does]
	effect.ns <= ends
	not lifecycle.open_at(account, effects(account), effect.ns)
])

# matching: which account it is, and by what it was found: Microsoft's name of the
# property, and its value.
matching(account) := {"account": accounts.account_name(account), "matched": concat(", ", sort(matched_by(account)))}

matched_by(account) := {sprintf("employeeId %s", [account.employeeId])} if count(by_number) > 0

matched_by(account) := {sprintf("%s %s", [relation[1], text]) |
	some relation in [["by_mail", "mail"], ["by_name", "userPrincipalName"], ["by_other_mail", "otherMails"]]
	account in input.related[relation[0]]
	some text in addresses(account, relation[1])
} if {
	count(by_number) == 0
}

addresses(account, "mail") := {account.mail}

addresses(account, "userPrincipalName") := {accounts.account_name(account)}

addresses(account, "otherMails") := {mail |
	some mail in account.otherMails
	lower(mail) in {lower(address) | some address in input.record.emails}
}

# sign_ins to the account that succeeded, in order. One without an error code is
# taken for a success.
sign_ins(account) := sort([{"ns": ns, "sign_in": sign_in} |
	some sign_in in input.related.sign_ins
	sign_in.userId == account.id
	object.get(sign_in, ["status", "errorCode"], 0) in {0, null}
	ns := time.parse_rfc3339_ns(sign_in.createdDateTime)
])

use(found, n) := {
	"at": found.sign_in.createdDateTime, "n": n,
	"app": object.get(found.sign_in, "appDisplayName", ""),
	"source": object.get(found.sign_in, "ipAddress", ""),
}

due if time.parse_rfc3339_ns(input.as_of) >= ends

left := time.parse_rfc3339_ns(input.record.left_at)

ends := left + accounts.hours(input.params.hours)

deadline := time.format([ends, "UTC", "2006-01-02T15:04:05Z07:00"])

employee := accounts.person_name(input.record)

about(account) := {
	"employee": employee, "account": accounts.account_name(account),
	"left": input.record.left_at, "deadline": deadline,
}

by(effect) := {"at": time.format([effect.ns, "UTC", "2006-01-02T15:04:05Z07:00"]), "by": effect.by}

# The codes of what was done to an account.
late := {"disable": "disabled_late", "delete": "deleted_late", "purge": "deleted_late"}

in_time := {"disable": "disabled_in_time", "delete": "deleted_in_time", "purge": "deleted_in_time"}

again := {"enable": "reenabled", "restore": "restored"}
