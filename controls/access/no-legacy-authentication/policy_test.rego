package evidence.acc_02_test

import data.evidence.acc_02

real := data.testdata.graph.sign_in

panther := data.testdata.panther

v1 := data.testdata.shaped.v1

document(record, params) := {"record": record, "params": object.union(data.params, params)}

reasons(record, params) := found if {
	found := acc_02.exception with input as document(record, params)
}

codes(record, params) := {e.code | some e in reasons(record, params)}

not_applicable(record, params) if {
	acc_02.not_applicable with input as document(record, params)
}

passes(record, params) if {
	reasons(record, params) == set()
	not not_applicable(record, params)
}

changed(record, fields) := object.union(object.remove(record, object.keys(fields)), fields)

by(client) := changed(v1, {"clientAppUsed": client})

success := {"status": {"errorCode": 0}}

test_legacy_client if {
	reasons(by("Exchange ActiveSync"), {}) == {{"code": "legacy_client", "detail": {
		"user": "sre-01@corp.example", "app": "Office 365 Exchange Online",
		"client": "Exchange ActiveSync", "ip": "198.51.100.7",
	}}}
}

test_every_client_that_microsoft_lists if {
	every client in [
		"Authenticated SMTP", "Autodiscover", "Exchange ActiveSync", "Exchange Online PowerShell", "Exchange Web Services",
		"IMAP4", "MAPI Over HTTP", "MAPI over HTTP", "Offline Address Book", "Other clients", "Other clients; Older Office clients",
		"Outlook Anywhere (RPC over HTTP)", "Outlook Service", "POP3", "Reporting Web Services", "IMAP", "MAPI", "SMTP", "POP",
	] {
		codes(by(client), {}) == {"legacy_client"}
	}
}

test_modern_clients if {
	every client in ["Browser", "Mobile Apps and Desktop clients", "Mobile apps and desktop clients"] {
		passes(by(client), {})
	}
	passes(changed(real, success), {})
}

test_clients_that_are_not_known if {
	every client in ["", null, "Quantum Mail"] {
		codes(by(client), {}) == {"client_unknown"}
	}
	some e in reasons(object.remove(v1, ["clientAppUsed"]), {})
	e.code == "client_unknown"
	e.detail.client == "-"
	passes(by("Quantum Mail"), {"modern_clients": ["Quantum *"]})
}

test_password_handed_to_an_application if {
	codes(changed(panther.ropc, success), {}) == {"legacy_client", "password_by_application"}
	modern := changed(panther.ropc, {"status": {"errorCode": 0}, "clientAppUsed": "Mobile Apps and Desktop clients"})
	codes(modern, {}) == {"password_by_application"}
	passes(modern, {"ropc": false})
}

test_failed_attempts_pass if {
	passes(panther.ropc_failed, {})
	every code in [53003, 50126, "50126"] {
		passes(changed(by("POP3"), {"status": {"errorCode": code}}), {})
	}
	passes(changed(by(null), {"status": {"errorCode": 50053}}), {})
}

test_outcome_that_is_not_told if {
	codes(panther.ropc, {}) == {"outcome_unknown"}
	every status in [{}, null, {"errorCode": null}] {
		codes(changed(by("POP3"), {"status": status}), {}) == {"outcome_unknown"}
		codes(changed(by(""), {"status": status}), {}) == {"outcome_unknown"}
		passes(changed(v1, {"status": status}), {})
	}
	passes(real, {})
}

test_applications if {
	every record in [
		panther.service_principal,
		changed(panther.service_principal, success),
		changed(panther.service_principal, {"status": {}, "userId": "", "userPrincipalName": null}),
		changed(by(""), {"signInEventTypes": ["servicePrincipal"]}),
	] {
		reasons(record, {}) == set()
		not_applicable(record, {})
	}
}

by_token := {"isInteractive": false, "signInEventTypes": ["nonInteractiveUser"]}

test_tokens_of_earlier_sign_ins if {
	reasons(panther.non_interactive, {}) == set()
	not_applicable(panther.non_interactive, {})
	not_applicable(changed(by(""), by_token), {})
	passes(changed(v1, by_token), {})
	codes(changed(by("Exchange ActiveSync"), by_token), {}) == {"legacy_client"}
	codes(changed(by(""), object.union(by_token, {"authenticationProtocol": "ropc"})), {}) == {"password_by_application"}
}

test_exemptions if {
	every params in [
		{"exempt_users": ["SRE-*"]},
		{"exempt_users": ["11111111-0000-4000-8000-000000000001"]},
		{"exempt_apps": ["Office 365 *"]},
		{"exempt_apps": ["00000002-0000-0ff1-ce00-000000000000"]},
	] {
		every client in ["POP3", ""] {
			reasons(by(client), params) == set()
			not_applicable(by(client), params)
			not_applicable(changed(by(client), {"status": {}}), params)
		}
		passes(v1, params)
		passes(changed(by("POP3"), {"status": {"errorCode": 53003}}), params)
	}
	codes(by("POP3"), {"exempt_users": ["keiri-*"], "exempt_apps": ["Office"]}) == {"legacy_client"}
	codes(object.remove(by("POP3"), ["userPrincipalName", "userId", "appDisplayName", "appId"]), {"exempt_users": ["*"], "exempt_apps": ["*"]}) == {"legacy_client"}
}

# A policy must judge what it does not expect, and not fail on it.
test_hostile_shapes if {
	nulls := {field: null | some field, _ in v1}
	codes(nulls, {"exempt_users": ["x"], "exempt_apps": ["x"]}) == {"outcome_unknown"}
	codes(object.union(nulls, {"status": {"errorCode": 0}, "signInEventTypes": [null]}), {"exempt_users": ["x"], "exempt_apps": ["x"]}) == {"client_unknown"}
}
