package evidence.acc_03_test

import data.evidence.acc_03

people := data.testdata["hr.person"]

# Left on Thursday 2026-10-15; the accounts are due by 2026-10-16T14:59:59Z.
leaver := people.leaver

enabled := data.testdata["entraid.user"].enabled

disabled := object.union(enabled, {"accountEnabled": false})

audit := data.testdata["entraid.directory_audit"]

event(activity, at) := object.union(audit.disabled, {"activityDisplayName": activity, "activityDateTime": at})

none := {
	"by_number": [], "by_mail": [], "by_name": [], "by_other_mail": [],
	"states": [], "events": [], "sign_ins": [], "sharers": [leaver], "namesakes": [leaver],
}

with_number(account, more) := object.union(object.union(none, {"by_number": [account]}), more)

document(record, related, as_of, params) := {
	"kind": "hr.person", "time": "2026-11-01T01:00:00Z",
	"record": record, "related": related, "as_of": as_of,
	"period": {"start": "2026-10-01T00:00:00+09:00", "end": "2026-11-01T00:00:00+09:00"},
	"params": object.union(data.params, params),
}

month_end := "2026-11-01T10:00:00+09:00"

reasons(record, related, as_of) := found if {
	found := acc_03.exception with input as document(record, related, as_of, {})
}

codes(related) := {e.code | some e in reasons(leaver, related, month_end)}

observed(related) := seen if {
	seen := acc_03.observation with input as document(leaver, related, month_end, {})
}

seen(related) := {o.code | some o in observed(related)}

pending_at(related, as_of) := found if {
	found := acc_03.pending with input as document(leaver, related, as_of, {})
}

not_applicable(related) if {
	acc_03.not_applicable with input as document(leaver, related, month_end, {})
}

# The leaver's account, disabled in the second after the last day.
in_time := with_number(disabled, {"events": [audit.disabled]})

test_disabled_in_time if {
	codes(in_time) == set()
	observed(in_time) == {{"code": "disabled_in_time", "detail": {
		"account": "sre-01@example.co.jp", "matched": "employeeId 10023", "at": "2026-10-15T15:00:01Z", "by": "iga-sync",
	}}}
	not not_applicable(in_time)
	codes(with_number(disabled, {"events": [audit.updated]})) == set()
}

test_still_enabled if {
	reasons(leaver, with_number(enabled, {}), month_end) == {{"code": "still_enabled", "detail": {
		"employee": "10023", "account": "sre-01@example.co.jp",
		"left": "2026-10-15T23:59:59+09:00", "deadline": "2026-10-16T14:59:59Z",
	}}}
	codes(with_number(object.remove(enabled, ["accountEnabled"]), {})) == {"still_enabled"}
	codes(with_number(enabled, {"events": [audit.disabled]})) == {"still_enabled"} # by the newer snapshot
}

test_pending_until_due if {
	every as_of in ["2026-10-16T14:59:58Z", "2026-10-15T15:00:00Z", "2026-10-10T00:00:00Z"] {
		reasons(leaver, with_number(enabled, {}), as_of) == set()
		some p in pending_at(with_number(enabled, {}), as_of)
		p.code == "not_yet_due"
		p.until == "2026-10-16T14:59:59Z"
	}
	pending_at(with_number(enabled, {}), "2026-10-16T14:59:59Z") == set()
	{e.code | some e in reasons(leaver, with_number(enabled, {}), "2026-10-16T23:59:59+09:00")} == {"still_enabled"}
	pending_at(in_time, "2026-10-16T00:00:00Z") == set()
}

test_disabled_late if {
	late := event("Disable account", "2026-10-16T15:00:00Z")
	some e in reasons(leaver, with_number(disabled, {"events": [late]}), month_end)
	e == {"code": "disabled_late", "detail": {
		"employee": "10023", "account": "sre-01@example.co.jp",
		"left": "2026-10-15T23:59:59+09:00", "deadline": "2026-10-16T14:59:59Z",
		"at": "2026-10-16T15:00:00Z", "by": "iga-sync",
	}}
	codes(with_number(disabled, {"events": [late]})) == {"disabled_late"}
	codes(with_number(disabled, {"events": [event("Disable account", "2026-10-16T14:59:59Z")]})) == set()
}

test_more_hours if {
	late := with_number(disabled, {"events": [event("Disable account", "2026-10-16T15:00:00Z")]})
	found := acc_03.exception with input as document(leaver, late, month_end, {"hours": 48})
	found == set()
	strict := acc_03.exception with input as document(leaver, in_time, month_end, {"hours": 0})
	{e.code | some e in strict} == {"disabled_late"}
}

test_deletion_closes if {
	account := object.union(enabled, {"deletedDateTime": "2026-10-16T01:00:00Z"})
	codes(with_number(account, {})) == set()
	late := object.union(enabled, {"deletedDateTime": "2026-10-20T01:00:00Z"})
	some e in reasons(leaver, with_number(late, {}), month_end)
	e.code == "deleted_late"
	e.detail.by == ""
	some logged in reasons(leaver, with_number(late, {"events": [event("Delete user", "2026-10-20T01:00:00.5Z")]}), month_end)
	logged.detail.by == "iga-sync"
}

test_deleted_for_good_between_snapshots if {
	codes(with_number(enabled, {"events": [event("Delete user", "2026-10-16T01:00:00Z"), event("Hard Delete user", "2026-10-16T02:00:00Z")]})) == set()
	some e in reasons(leaver, with_number(enabled, {"events": [event("Hard Delete user", "2026-10-18T02:00:00Z")]}), month_end)
	e.code == "deleted_late"
}

test_closed_before_leaving if {
	codes(with_number(disabled, {"events": [event("Disable account", "2026-10-02T01:00:00Z")]})) == set()
}

# Disabled in an earlier month, when the last day at work was: the states of this
# month show it.
test_closed_before_the_period if {
	codes(with_number(disabled, {"states": [disabled]})) == set()
	codes(with_number(disabled, {})) == {"disabling_unknown"}
	codes(with_number(disabled, {"states": [enabled]})) == {"disabling_unknown"}
	reasons(leaver, with_number(disabled, {}), "2026-10-16T00:00:00Z") == set() # it is not due yet, and closed
}

test_log_that_does_not_tell_of_the_closing if {
	codes(with_number(disabled, {"events": [event("Enable account", "2026-10-02T01:00:00Z")]})) == {"disabling_unknown"}
}

test_failed_closing_is_none if {
	failed := object.union(audit.disabled, {"result": "failure"})
	codes(with_number(disabled, {"events": [failed]})) == {"disabling_unknown"}
	codes(with_number(disabled, {"events": [failed, event("Disable account", "2026-10-20T00:00:00Z")]})) == {"disabled_late"}
}

test_reenabled if {
	events := [audit.disabled, event("Enable account", "2026-10-20T00:00:00Z"), event("Disable account", "2026-10-21T00:00:00Z")]
	some e in reasons(leaver, with_number(disabled, {"events": events}), month_end)
	e.code == "reenabled"
	e.detail.at == "2026-10-20T00:00:00Z"
	e.detail.by == "iga-sync"
	codes(with_number(disabled, {"events": events})) == {"reenabled"}
	codes(with_number(enabled, {"events": array.slice(events, 0, 2)})) == {"reenabled", "still_enabled"}
	soon := [audit.disabled, event("Enable account", "2026-10-16T00:00:00Z"), event("Disable account", "2026-10-16T01:00:00Z")]
	codes(with_number(disabled, {"events": soon})) == {"reenabled"}
}

test_restored if {
	events := [event("Delete user", "2026-10-16T00:00:00Z"), event("Restore user", "2026-10-20T00:00:00Z")]
	codes(with_number(enabled, {"events": events})) == {"restored", "still_enabled"}
	codes(with_number(disabled, {"events": array.concat([audit.disabled], events)})) == set() # it stayed disabled
}

sign_in(at, fields) := object.union(
	object.union(data.testdata["entraid.sign_in"].success_without_error_code, {"createdDateTime": at, "userId": enabled.id}),
	fields,
)

test_used_after_the_deadline if {
	uses := [sign_in("2026-10-16T15:00:00Z", {}), sign_in("2026-10-18T00:00:00Z", {"status": {"errorCode": 0}})]
	some e in reasons(leaver, object.union(in_time, {"sign_ins": uses}), month_end)
	e == {"code": "used_after_deadline", "detail": {
		"employee": "10023", "account": "sre-01@example.co.jp",
		"left": "2026-10-15T23:59:59+09:00", "deadline": "2026-10-16T14:59:59Z",
		"at": "2026-10-16T15:00:00Z", "n": 2, "app": "Azure Portal", "source": "131.107.159.37",
	}}
	seen(object.union(in_time, {"sign_ins": uses})) == {"disabled_in_time"}
}

test_used_between_leaving_and_deadline if {
	uses := [sign_in("2026-10-15T14:59:59.1Z", {}), sign_in("2026-10-16T14:59:59Z", {"appDisplayName": "Exchange"})]
	codes(object.union(in_time, {"sign_ins": uses})) == set()
	some o in observed(object.union(in_time, {"sign_ins": uses}))
	o.code == "used_after_leaving"
	o.detail.n == 2
	o.detail.at == "2026-10-16T14:59:59Z"
	o.detail.app == "Exchange"
}

test_uses_that_are_none if {
	uses := [
		sign_in("2026-10-15T14:59:59Z", {}), # in the last second of the last day
		sign_in("2026-10-20T00:00:00Z", {"status": {"errorCode": 50057}}),
		sign_in("2026-10-20T00:00:00Z", {"userId": "somebody"}),
		sign_in("2026-10-20T00:00:00Z", {"userId": null}),
	]
	codes(object.union(in_time, {"sign_ins": uses})) == set()
	seen(object.union(in_time, {"sign_ins": uses})) == {"disabled_in_time"}
}

test_no_account if {
	not_applicable(none)
	codes(none) == set()
	observed(none) == {{"code": "no_account", "detail": {"employee": "10023"}}}
	seen(with_number(enabled, {})) == set()
}

# Nothing says which account is that of a person of whom the roster has neither.
test_leaver_who_cannot_be_matched if {
	every fields in [{"employee_number": null, "emails": []}, {"employee_number": " ", "emails": null}, {"employee_number": "000", "emails": [" ", null]}] {
		person := object.union(leaver, fields)
		reasons(person, none, month_end) == {{"code": "unmatchable", "detail": {
			"left": "2026-10-15T23:59:59+09:00", "roster": "acme", "key": "acme/leaver",
		}}}
		doc := document(person, none, month_end, {})
		not acc_03.not_applicable with input as doc
		observations := acc_03.observation with input as doc
		observations == set()
	}
	unlisted := object.remove(leaver, ["employee_number", "emails"])
	{e.code | some e in reasons(unlisted, none, month_end)} == {"unmatchable"}
	reasons(object.union(leaver, {"emails": []}), none, month_end) == set()
	reasons(object.union(leaver, {"employee_number": null}), none, month_end) == set()
}

test_what_closed_an_account_in_time if {
	deletion := event("Delete user", "2026-10-16T01:00:00Z")
	deleted := object.union(enabled, {"deletedDateTime": "2026-10-16T01:00:00Z"})
	some o in observed(with_number(deleted, {}))
	o == {"code": "deleted_in_time", "detail": {
		"account": "sre-01@example.co.jp", "matched": "employeeId 10023", "at": "2026-10-16T01:00:00Z", "by": "",
	}}
	seen(with_number(enabled, {"events": [event("Hard Delete user", "2026-10-16T02:00:00Z")]})) == {"deleted_in_time"}

	# It was disabled first, and stayed so.
	both := with_number(object.union(disabled, {"deletedDateTime": "2026-10-16T01:00:00Z"}), {"events": [audit.disabled, deletion]})
	{[p.code, p.detail.at] | some p in observed(both)} == {["disabled_in_time", "2026-10-15T15:00:01Z"]}

	# It was disabled before anybody knows, and deleted in time.
	seen(with_number(object.union(disabled, {"deletedDateTime": "2026-10-16T01:00:00Z"}), {"events": [deletion]})) == {"deleted_in_time"}

	# The last of several counts.
	again := [audit.disabled, event("Enable account", "2026-10-16T00:00:00Z"), event("Disable account", "2026-10-16T01:00:00Z")]
	{q.detail.at | some q in observed(with_number(disabled, {"events": again}))} == {"2026-10-16T01:00:00Z"}
}

test_accounts_that_were_read_as_disabled if {
	observed(with_number(disabled, {"states": [disabled]})) == {{"code": "read_as_disabled", "detail": {
		"account": "sre-01@example.co.jp", "matched": "employeeId 10023",
	}}}
	seen(with_number(disabled, {})) == set() # an exception: nothing shows since when
	early := acc_03.observation with input as document(leaver, with_number(disabled, {}), "2026-10-16T00:00:00Z", {})
	{o.code | some o in early} == {"read_as_disabled"}
}

test_accounts_closed_late_are_not_told_of_as_in_time if {
	seen(with_number(disabled, {"events": [event("Disable account", "2026-10-16T15:00:00Z")]})) == set()
	seen(with_number(enabled, {"events": [audit.disabled]})) == set()
}

test_by_what_an_account_was_matched if {
	found := {relation: matched |
		some relation in ["by_mail", "by_name", "by_other_mail"]
		account := object.union(by_address, {"accountEnabled": false, "otherMails": ["x@example.com", "SRE-01@example.co.jp"]})
		some o in observed(object.union(none, {relation: [account], "events": [audit.disabled]}))
		matched := o.detail.matched
	}
	found == {
		"by_mail": "mail sre-01@example.co.jp",
		"by_name": "userPrincipalName sre-01@example.co.jp",
		"by_other_mail": "otherMails SRE-01@example.co.jp",
	}
	off := object.union(by_address, {"accountEnabled": false})
	some o in observed(object.union(none, {"by_mail": [off], "by_name": [off], "events": [audit.disabled]}))
	o.detail.matched == "mail sre-01@example.co.jp, userPrincipalName sre-01@example.co.jp"
}

by_address := object.union(enabled, {"employeeId": null})

test_by_mail_when_no_account_has_the_number if {
	every relation in ["by_mail", "by_name", "by_other_mail"] {
		codes(object.union(none, {relation: [by_address]})) == {"still_enabled"}
	}
	codes(object.union(none, {"by_mail": [by_address], "by_name": [by_address]})) == {"still_enabled"}
}

test_number_goes_first if {
	codes(object.union(in_time, {"by_mail": [object.union(by_address, {"id": "another"})]})) == set()
}

test_every_account_with_the_number if {
	second := object.union(enabled, {"id": "second", "userPrincipalName": "adm-sre-01@example.co.jp"})
	found := reasons(leaver, object.union(in_time, {"by_number": [disabled, second]}), month_end)
	{e.detail.account | some e in found} == {"adm-sre-01@example.co.jp"}
}

test_deleted_account_by_its_name if {
	codes(object.union(none, {"by_name": [data.testdata["entraid.user"].deleted]})) == set()
	late := object.union(data.testdata["entraid.user"].deleted, {"deletedDateTime": "2026-10-30T00:00:00Z"})
	some e in reasons(leaver, object.union(none, {"by_name": [late]}), month_end)
	e.detail.account == "sre-01@example.co.jp"
}

test_account_with_another_number if {
	account := object.union(enabled, {"employeeId": "10999"})
	reasons(leaver, object.union(none, {"by_mail": [account]}), month_end) == {{"code": "other_number", "detail": {
		"employee": "10023", "account": "sre-01@example.co.jp", "number": "10999",
	}}}
}

test_zeros_before_a_number if {
	codes(object.union(none, {"by_mail": [object.union(enabled, {"employeeId": "0010023"})], "sharers": [leaver, people.other]})) == {"still_enabled"}
}

test_shared_address if {
	related := object.union(none, {"by_mail": [by_address], "sharers": [leaver, people.other]})
	reasons(leaver, related, month_end) == {{"code": "shared_address", "detail": {
		"employee": "10023", "account": "sre-01@example.co.jp", "others": "10777 (acme)",
	}}}
	codes(object.union(in_time, {"sharers": [leaver, people.other]})) == set() # the number says whose it is
}

test_shared_number if {
	namesake := object.union(people.other, {"employee_number": "10023", "roster": "contractors"})
	reasons(leaver, object.union(in_time, {"namesakes": [leaver, namesake]}), month_end) == {{"code": "shared_number", "detail": {
		"employee": "10023", "account": "sre-01@example.co.jp", "others": "10023 (contractors)",
	}}}
	codes(object.union(none, {"by_mail": [by_address], "namesakes": [leaver, namesake]})) == {"still_enabled"}
}

test_leaver_without_a_number if {
	person := people.without_number
	account := object.union(by_address, {"mail": "Keiri-02@example.co.jp"})
	some e in reasons(person, object.union(none, {"by_mail": [account], "sharers": [person]}), month_end)
	e.code == "still_enabled"
	e.detail.employee == "keiri-02@example.co.jp, keiri-02@example.com"
	{f.code | some f in reasons(person, object.union(none, {"by_mail": [enabled], "sharers": [person]}), month_end)} == {"other_number"}
	blank := object.union(person, {"employee_number": " "})
	reasons(blank, object.union(none, {"by_number": [enabled]}), month_end) == set()
}

# Who left on the last day of the month is due in the next one.
test_month_end if {
	last := object.union(leaver, {"left_at": "2026-10-31T23:59:59+09:00"})
	waiting := acc_03.pending with input as document(last, with_number(enabled, {}), month_end, {})
	{p.until | some p in waiting} == {"2026-11-01T14:59:59Z"}
	reasons(last, with_number(enabled, {}), month_end) == set()
	reasons(last, with_number(disabled, {}), month_end) == set()
	{e.code | some e in reasons(last, with_number(disabled, {"events": [event("Disable account", "2026-11-02T00:00:00Z")]}), "2026-11-03T10:00:00+09:00")} == {"disabled_late"}
}
