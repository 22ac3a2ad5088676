package evidence.lib.people_test

import data.evidence.lib.people

carol := {"__typename": "User", "login": "carol", "id": "U_kgDOAAAAAw"}

account(fields) := object.union(carol, fields)

test_person if people.person(carol, [])

test_nobody if {
	every actor in [
		null,
		{},
		account({"__typename": "Bot"}),
		account({"__typename": "Mannequin"}),
		account({"__typename": "Organization"}),
		account({"login": "release[bot]"}),
		account({"login": null}),
		account({"id": null}),
		object.remove(carol, ["__typename"]),
	] {
		not people.person(actor, [])
	}
}

test_listed_machines_are_nobody if {
	not people.person(carol, ["dave", "Carol"])
	people.person(carol, ["dave"])
	people.person(carol, ["carol[bot]"]) # names an App, and carol is none
}

test_named if {
	people.named(carol, ["CAROL"])
	not people.named(carol, [])
	not people.named(null, ["carol"])
	not people.named(account({"login": null}), ["carol"])
}

test_apps_are_named_as_either_api_writes_them if {
	every login in ["dependabot", "dependabot[bot]"] {
		every listed in ["dependabot", "Dependabot[bot]"] {
			people.named({"__typename": "Bot", "login": login, "id": "B"}, [listed])
			people.named({"type": "Bot", "login": login, "id": 1}, [listed])
		}
	}
	not people.named({"__typename": "User", "login": "dependabot", "id": "U"}, ["dependabot[bot]"])
}

test_kind if {
	people.kind(carol) == "User"
	people.kind({"type": "Bot"}) == "Bot"
	people.kind({"login": "x"}) == ""
}

test_name if {
	people.name(carol) == "carol"
	people.name(null) == "ghost"
	people.name({"login": null}) == "ghost"
	people.names([carol, null, {"login": "bob"}]) == "bob, carol, ghost"
	people.names([]) == ""
}

by(email, emails) := people.by_email({"name": "X", "email": email}, emails, "github.com")

test_mapped_addresses if {
	by("Me@Example.com", {"me@example.COM": "Carol"}) == {"login": "carol"}
	by("12+old@users.noreply.github.com", {"12+old@users.noreply.github.com": "new"}) == {"login": "new"}
	not by("other@example.com", {"me@example.com": "carol"})
}

test_addresses_that_github_gives if {
	by("12345+Carol@users.noreply.github.com", {}) == {"login": "carol"}
	by("carol@users.noreply.github.com", {}) == {"login": "carol"}
	by("12345+carol_acme@users.noreply.github.com", {}) == {"login": "carol_acme"}
}

test_addresses_of_bots if {
	by("49699333+dependabot[bot]@users.noreply.github.com", {}) == {"bot": "49699333+dependabot[bot]@users.noreply.github.com"}
	by("github-actions[bot]@users.noreply.github.com", {}).bot
}

test_addresses_that_only_look_like_it if {
	every email in [
		"dependabot[bot]@users.noreply.github.com.example.com",
		"dependabot[bot]@example.com",
		"a b[bot]@users.noreply.github.com",
		"carol@users.noreply.ghe.example.com",
		"noreply@github.com",
		"",
		null,
	] {
		not by(email, {})
	}
}

test_enterprise_server_has_its_own_host if {
	people.by_email({"email": "carol@users.noreply.ghe.example.com"}, {}, "ghe.example.com") == {"login": "carol"}
	people.by_email({"email": "x[bot]@users.noreply.ghe.example.com"}, {}, "GHE.example.com").bot
}

test_address if {
	people.address({"name": "Carol", "email": "c@example.com"}) == "Carol <c@example.com>"
	people.address({"name": null}) == " <>"
}
