package evidence.chg_04_test

import data.evidence.chg_04

pull := data.testdata["github.pull_request"].pull

issue := data.testdata["github.issue"].issue

list(nodes) := {"totalCount": count(nodes), "nodes": nodes}

# unlinked names its ticket by words alone.
unlinked := object.union(pull, {"closingIssuesReferences": list([])})

linked(fields) := object.union(pull, {"closingIssuesReferences": list([object.union(issue, fields)])})

document(record, keys, found, params) := {
	"record": record, "extracted": {"ticket_keys": keys},
	"related": {"landed": [], "tickets": found}, "params": object.union(data.params, params),
}

reasons(record, keys, found) := reasons_with(record, keys, found, {})

reasons_with(record, keys, found, params) := answer if {
	answer := chg_04.exception with input as document(record, keys, found, params)
}

codes(record, keys, found) := {e.code | some e in reasons(record, keys, found)}

not_applicable(record, params) if {
	chg_04.not_applicable with input as document(record, [], [], params)
}

test_linked_ticket if codes(pull, [], []) == set()

test_named_ticket if codes(unlinked, ["/acme/app/issues/12"], [issue]) == set()

test_no_ticket if {
	reasons(unlinked, [], []) == {{"code": "no_ticket_named", "detail": {"author": "alice"}}}
	codes(object.union(pull, {"closingIssuesReferences": null}), [], []) == {"no_ticket_named"}
	codes(object.union(pull, {"closingIssuesReferences": list([null])}), [], []) == {"no_ticket_named"}
}

test_ticket_that_is_not_there if {
	reasons(unlinked, ["/acme/app/issues/41", "/acme/app/issues/99"], []) == {{
		"code": "ticket_not_found",
		"detail": {"author": "alice", "tickets": "/acme/app/issues/41, /acme/app/issues/99"},
	}}
}

test_ticket_made_up_afterwards if {
	reasons(linked({"createdAt": "2026-10-06T02:10:05Z"}), [], []) == {{
		"code": "ticket_created_after_merge",
		"detail": {"ticket": "/acme/app/issues/12", "created": "2026-10-06T02:10:05Z", "merged": "2026-10-06T02:10:04Z"},
	}}
	codes(linked({"createdAt": pull.mergedAt}), [], []) == {"ticket_created_after_merge"}
	codes(linked({"createdAt": "2026-10-06T11:10:03+09:00"}), [], []) == set()
}

test_ticket_younger_than_the_pull_request if {
	codes(linked({"createdAt": "2026-10-06T01:00:00Z"}), [], []) == set()
}

test_ticket_that_was_closed_long_ago if {
	reasons(linked({"closedAt": "2026-10-02T00:00:00Z"}), [], []) == {{
		"code": "ticket_closed_before",
		"detail": {"ticket": "/acme/app/issues/12", "closed": "2026-10-02T00:00:00Z", "opened": "2026-10-05T02:00:00Z"},
	}}
	codes(linked({"closedAt": "2026-10-05T03:00:00Z"}), [], []) == set() # while the pull request was open
	codes(linked({"closedAt": null, "state": "OPEN"}), [], []) == set()
}

test_one_good_ticket_is_enough if {
	old := object.union(issue, {"id": "I_2", "closedAt": "2026-10-02T00:00:00Z"})
	codes(unlinked, ["/acme/app/issues/12"], [old, issue]) == set()
	codes(pull, ["/acme/app/issues/99"], []) == set()
}

test_details_are_bounded if {
	many := [object.union(issue, {"resourcePath": sprintf("/acme/app/issues/%d", [i]), "createdAt": "2026-10-07T00:00:00Z"}) | some i in numbers.range(1, 30)]
	count(reasons(unlinked, ["/acme/app/issues/1"], many)) == 10
	some e in reasons(unlinked, [sprintf("/acme/app/issues/%d", [i]) | some i in numbers.range(10, 40)], [])
	count(split(e.detail.tickets, ", ")) == 10
}

test_exempt_authors if {
	bot := object.union(unlinked, {"author": {"__typename": "Bot", "login": "dependabot", "id": "BOT_2"}})
	not_applicable(bot, {"exempt_authors": ["dependabot[bot]"]})
	reasons_with(bot, [], [], {"exempt_authors": ["dependabot[bot]"]}) == set()
	not not_applicable(bot, {})
	namesake := object.union(unlinked, {"author": {"__typename": "User", "login": "dependabot", "id": "U_9"}})
	not not_applicable(namesake, {"exempt_authors": ["dependabot[bot]"]})
	not not_applicable(object.union(unlinked, {"author": null}), {"exempt_authors": ["ghost"]})
}

test_other_branches if {
	not_applicable(object.union(unlinked, {"baseRefName": "feature"}), {})
	not not_applicable(unlinked, {})
}

# keys are what the shipped patterns find in a text.
keys(text) := {key |
	some p in data.params.ticket_patterns
	some found in regex.find_all_string_submatch_n(p.pattern, text, -1)
	key := filled(p.key, found)
}

filled(key, found) := replace(replace(replace(key, "{repository.nameWithOwner}", "acme/app"), "{1}", found[1]), "{2}", concat("", [group | group := found[2]]))

test_shipped_patterns if {
	every example in [
		["Fixes #12", {"/acme/app/issues/12"}],
		["#12: round (#13), [#14] #15,#16", {sprintf("/acme/app/issues/%d", [n]) | some n in [12, 13, 14, 15, 16]}],
		["修正（#12）、#13。", {"/acme/app/issues/12", "/acme/app/issues/13"}],
		["gh-12-round-fees", {"/acme/app/issues/12"}],
		["see acme/ops#7", {"/acme/ops/issues/7"}],
		["https://github.com/acme/ops/issues/7?x", {"/acme/ops/issues/7"}],
		["https://ghe.example.com/acme/ops/issues/7", {"/acme/ops/issues/7"}],
		["color #123abc, &#39; x#1 ##2 a/#3", set()],
		["Revert 12", set()],
		["https://github.com/acme/app/pull/12", set()],
	] {
		keys(example[0]) == example[1]
	}
}
