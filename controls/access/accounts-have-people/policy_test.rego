package evidence.acc_04_test

import data.evidence.acc_04

person := data.testdata["hr.person"].person

other := data.testdata["hr.person"].other

account := data.testdata["entraid.user"].account

guest := data.testdata["entraid.user"].guest

none := {"by_number": [], "by_mail": [], "by_name": [], "by_other_mail": []}

by_number(found) := object.union(none, {"by_number": [found]})

by_mail(found) := object.union(none, {"by_mail": found})

document(record, related, params) := {
	"kind": "entraid.user", "time": "2026-11-01T01:00:00Z",
	"record": record, "related": related, "as_of": "2026-11-01T10:30:00+09:00",
	"params": object.union(data.params, params),
}

reasons(record, related, params) := found if {
	found := acc_04.exception with input as document(record, related, params)
}

codes(record, related) := {e.code | some e in reasons(record, related, {})}

observed(record, params) := found if {
	found := acc_04.observation with input as document(record, none, params)
}

not_applicable(record, params) if {
	acc_04.not_applicable with input as document(record, none, params)
}

without_number := object.union(account, {"employeeId": null})

test_person_with_the_number if {
	codes(account, by_number(person)) == set()
	observed(account, {}) == set()
	not not_applicable(account, {})
}

test_no_person if {
	reasons(account, none, {}) == {{"code": "no_person", "detail": {"account": "SRE-01@example.co.jp", "number": "10023"}}}
	reasons(without_number, none, {}) == {{"code": "no_person", "detail": {"account": "SRE-01@example.co.jp", "number": ""}}}
	codes(object.remove(account, ["employeeId", "userType", "mail"]), none) == {"no_person"}
}

test_person_by_address if {
	every relation in ["by_mail", "by_name", "by_other_mail"] {
		codes(without_number, object.union(none, {relation: [person]})) == set()
	}
	codes(without_number, object.union(none, {"by_mail": [person], "by_name": [person]})) == set()
}

test_blank_number_is_none if {
	blank := object.union(account, {"employeeId": " "})
	codes(blank, object.union(by_number(other), {"by_mail": [person]})) == set()
	codes(blank, by_number(other)) == {"no_person"}
}

test_has_left if {
	left := object.union(person, {"left_at": "2026-10-15T23:59:59+09:00"})
	reasons(account, by_number(left), {}) == {{"code": "has_left", "detail": {
		"account": "SRE-01@example.co.jp", "employee": "10023", "left": "2026-10-15T23:59:59+09:00",
	}}}
	codes(without_number, by_mail([left])) == {"has_left"}
	some e in reasons(account, by_number(object.union(person, {"status": "retired"})), {})
	e.code == "has_left"
	e.detail.left == null
}

# The state was read on 2026-11-01 at 10:00 in Tokyo.
test_edges_of_leaving if {
	codes(account, by_number(object.union(person, {"left_at": "2026-10-31T23:59:59+09:00"}))) == set()
	codes(account, by_number(object.union(person, {"left_at": "2026-10-31T10:00:00+09:00"}))) == set()
	codes(account, by_number(object.union(person, {"left_at": "2026-10-31T09:59:59+09:00"}))) == {"has_left"}
	late := object.union(person, {"left_at": "2026-10-31T09:59:59+09:00"})
	reasons(account, by_number(late), {"leaving_hours": 48}) == set()
}

test_not_joined if {
	soon := object.union(person, {"joined_at": "2026-11-02T10:00:01+09:00"})
	reasons(account, by_number(soon), {}) == {{"code": "not_joined", "detail": {
		"account": "SRE-01@example.co.jp", "employee": "10023", "joined": "2026-11-02T10:00:01+09:00",
	}}}
	codes(account, by_number(object.union(person, {"joined_at": "2026-11-02T10:00:00+09:00"}))) == set()
	reasons(account, by_number(soon), {"joining_hours": 240}) == set()
	codes(account, by_number(object.union(person, {"joined_at": null}))) == set()
}

test_two_people if {
	reasons(without_number, object.union(by_mail([person]), {"by_other_mail": [other]}), {}) == {{"code": "ambiguous", "detail": {
		"account": "SRE-01@example.co.jp", "n": 2, "employees": "10023 (acme), 10777 (acme)",
	}}}
	codes(account, object.union(by_number(person), {"by_mail": [person, other]})) == set()
	codes(account, object.union(none, {"by_number": [person, object.union(other, {"employee_number": "10023"})]})) == {"ambiguous"}
	gone := object.union(other, {"left_at": "2020-01-01T00:00:00+09:00"})
	codes(without_number, by_mail([person, gone])) == {"ambiguous"} # an address that was given twice
}

test_another_number if {
	reasons(account, by_mail([other]), {}) == {{"code": "other_number", "detail": {
		"account": "SRE-01@example.co.jp", "number": "10023", "employee": "10777",
	}}}
	codes(account, by_mail([object.union(person, {"employee_number": null})])) == {"other_number"}
}

test_zeros_before_a_number if {
	codes(account, by_mail([object.union(person, {"employee_number": "0010023"})])) == set()
}

exempt(pattern, why) := {"exempt": [{"account": pattern, "why": why}]}

test_exempt if {
	every pattern in ["sre-01@example.co.jp", "sre-*", "SRE-01@*"] {
		reasons(account, none, exempt(pattern, "shared mailbox of the SRE team")) == set()
		not_applicable(account, exempt(pattern, "shared mailbox of the SRE team"))
		observed(account, exempt(pattern, "shared mailbox of the SRE team")) == {{"code": "exempt_account", "detail": {
			"account": "SRE-01@example.co.jp", "why": "shared mailbox of the SRE team",
		}}}
	}
}

test_exemptions_that_are_none if {
	every params in [
		exempt("sre-01@example.co.jp", " "),
		exempt("sre-01@example.co.jp", null),
		{"exempt": [{"account": "sre-01@example.co.jp"}]},
		exempt("svc-*", "a service"),
		exempt("", "nothing"),
		exempt(null, "nothing"),
	] {
		{e.code | some e in reasons(account, none, params)} == {"no_person"}
		not not_applicable(account, params)
	}
}

test_account_without_a_name if {
	some e in reasons(object.union(account, {"userPrincipalName": null}), none, exempt("*", "x"))
	e.detail.account == account.id
}

test_guests if {
	every type in ["Guest", "guest"] {
		record := object.union(guest, {"userType": type})
		codes(record, none) == set()
		not_applicable(record, {})
		{o.code | some o in observed(record, {})} == {"guest"}
	}
	{e.code | some e in reasons(guest, none, {"test_guests": true})} == {"no_person"}
	observed(guest, {"test_guests": true}) == set()
	{o.code | some o in observed(guest, exempt("audit-01_*", "external auditor"))} == {"exempt_account"}
	codes(object.union(guest, {"userType": null}), none) == {"no_person"}
}

test_deleted if {
	deleted := object.union(account, {"deletedDateTime": "2026-10-20T00:00:00Z"})
	codes(deleted, none) == set()
	not_applicable(deleted, {})
	observed(object.union(deleted, {"userType": "Guest"}), {}) == set()
	observed(deleted, exempt("sre-*", "x")) == set()
}
