package evidence.lib.signin_test

import data.evidence.lib.signin

test_outcomes if {
	every code in [0, "0"] {
		signin.succeeded(code)
		not signin.failed(code)
	}
	every code in [50126, "50126", "10", -1] {
		signin.failed(code)
		not signin.succeeded(code)
	}
	every code in [null, "", "unknown", {}, true] {
		not signin.failed(code)
		not signin.succeeded(code)
	}
}

test_people_and_applications if {
	signin.application("managedIdentity")
	not signin.application("nonInteractiveUser")
	signin.nobody("00000000-0000-0000-0000-000000000000")
	not signin.nobody("d7cc485d-2c1b-422c-98fd-5ce52859a4a3")
}

test_patterns if {
	signin.listed("Break-Glass-01@corp.example", ["break-glass-*"])
	signin.listed("Windows Sign In", ["windows sign in"])
	not signin.listed("Windows Sign In", ["windows"])
	not signin.listed(null, ["*"])
	not signin.listed("x", [])
}

test_networks if {
	signin.within("192.0.2.7", ["198.51.100.0/24", "192.0.2.0/24"])
	signin.within("2001:db8::1", ["2001:db8::/32"])
	every address in ["192.0.3.1", "2001:db8::1", "", "123.456.7.89", "x", null] {
		not signin.within(address, ["192.0.2.0/24"])
	}
}

test_domain if {
	signin.domain("Taro@Corp.Example") == "corp.example"
	not signin.domain("taro")
	not signin.domain(null)
}

test_who if {
	signin.who({"userPrincipalName": "", "userDisplayName": null, "userId": "u", "appId": "a"}) == {"user": "u", "app": "a", "ip": "-"}
}
