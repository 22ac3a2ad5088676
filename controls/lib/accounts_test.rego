package evidence.lib.accounts_test

import data.evidence.lib.accounts

person := {"employee_number": "00123", "emails": ["sre-01@example.co.jp"], "joined_at": "2026-10-01T00:00:00+09:00", "left_at": "2026-10-31T23:59:59+09:00"}

at(text) := time.parse_rfc3339_ns(text)

test_number if {
	accounts.number(" A0123 ") == "a0123"
	accounts.number("00123") == "123"
	every nothing in [null, "", " ", "000", 12] {
		not accounts.number(nothing)
	}
}

test_same_number if {
	accounts.same_number("00123", "123")
	accounts.same_number("a1", "A1")
	not accounts.same_number("123", "124")
	not accounts.same_number(null, null)
	not accounts.same_number("", "")
}

test_numbered if {
	accounts.numbered([{"employeeId": ""}, {"employeeId": "7"}, {}], "employeeId") == {{"employeeId": "7"}}
}

test_addressed if accounts.addressed([[{"id": "1"}], [], [{"id": "1"}, {"id": "2"}]]) == {{"id": "1"}, {"id": "2"}}

test_first_by_number if {
	accounts.first_by_number({"n"}, {"a"}) == {"n"}
	accounts.first_by_number(set(), {"a"}) == {"a"}
}

test_employed if {
	accounts.employed(person, at("2026-10-01T00:00:00+09:00"), 0, 0)
	accounts.employed(person, at("2026-10-31T23:59:59+09:00"), 0, 0)
	not accounts.employed(person, at("2026-09-30T23:59:59+09:00"), 0, 0)
	not accounts.employed(person, at("2026-11-01T00:00:00+09:00"), 0, 0)
	accounts.employed(person, at("2026-09-30T00:00:00+09:00"), 24, 0)
	accounts.employed(person, at("2026-11-01T23:59:59+09:00"), 0, 24)
	not accounts.employed(person, at("2026-11-02T00:00:00+09:00"), 0, 24)
}

test_joined_and_left if {
	accounts.joined({"joined_at": null}, at("2026-10-01T00:00:00Z"), 0)
	accounts.joined({}, at("2026-10-01T00:00:00Z"), 0)
	not accounts.left({"left_at": null}, at("2026-10-01T00:00:00Z"), 0)
	accounts.left(person, at("2026-12-01T00:00:00Z"), 24)
	accounts.left({"left_at": null, "status": "retired"}, at("2026-12-01T00:00:00Z"), 24)
	not accounts.left({"left_at": null, "status": "absent"}, at("2026-12-01T00:00:00Z"), 24)
	not accounts.left({"left_at": "2027-01-31T23:59:59+09:00", "status": "retired"}, at("2026-12-01T00:00:00Z"), 24)
}

test_hours if accounts.hours(24) == 86400000000000

test_person_name if {
	accounts.person_name(person) == "00123"
	accounts.person_name({"employee_number": null, "emails": ["b@example.co.jp", "a@example.co.jp"]}) == "a@example.co.jp, b@example.co.jp"
	accounts.person_name({"employee_number": " ", "emails": null}) == ""
}

test_account_name if {
	accounts.account_name({"id": "u-1", "userPrincipalName": "sre-01@example.co.jp"}) == "sre-01@example.co.jp"
	accounts.account_name({"id": "u-1", "userPrincipalName": "84360e8b33214e37b9ec10fccd0263b8sre-01@example.co.jp", "deletedDateTime": "2026-10-01T00:00:00Z"}) == "sre-01@example.co.jp"
	accounts.account_name({"id": "u-1", "userPrincipalName": null}) == "u-1"
}

test_names if {
	accounts.names([object.union(person, {"roster": "acme"}), {"employee_number": "7", "roster": "contractors"}]) == "00123 (acme), 7 (contractors)"
	accounts.names([]) == ""
}
