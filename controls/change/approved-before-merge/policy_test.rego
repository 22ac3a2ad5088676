package evidence.chg_01_test

import data.evidence.chg_01

# brought: the commits that the pull request brought to the default branch.
brought := [commits.first, commits.second, commits.merge]

commits := data.testdata["github.commit"]

pull := data.testdata["github.pull_request"].pull

alice := pull.author

bob := pull.mergedBy

carol := {"__typename": "User", "login": "carol", "id": "U_kgDOAAAAAw"}

document(record, landed, params) := {"record": record, "related": {"landed": landed}, "params": object.union(data.params, params)}

found(record, landed, params) := reasons if {
	reasons := chg_01.exception with input as document(record, landed, params)
}

seen(record) := codes if {
	observations := chg_01.observation with input as document(record, [], {})
	codes := {o.code | some o in observations}
}

codes(record) := {e.code | some e in found(record, [], {})}

changed(fields) := object.union(pull, fields)

list(nodes) := {"totalCount": count(nodes), "nodes": nodes}

review(who, state, at) := object.union(pull.reviews.nodes[0], {"author": who, "state": state, "submittedAt": at, "id": sprintf("%v", [[who, at]])})

reviewed(reviews) := changed({"reviews": list(reviews)})

before := "2026-10-06T02:00:00Z"

after := "2026-10-06T02:30:00Z"

test_approved_by_another if codes(pull) == set()

test_merged_without_a_review if {
	found(changed({"reviews": list([]), "mergedBy": alice}), [], {}) == {{
		"code": "no_independent_approval",
		"detail": {"author": "alice", "merger": "alice", "approvers": ""},
	}}
}

test_approved_by_the_author_alone if {
	renamed := object.union(alice, {"login": "alice-acme"})
	every who in [alice, renamed] {
		codes(reviewed([review(who, "APPROVED", before)])) == {"no_independent_approval"}
	}
}

test_approved_after_the_merge if {
	codes(reviewed([review(bob, "APPROVED", after)])) == {"no_independent_approval"}
	codes(reviewed([review(bob, "APPROVED", pull.mergedAt)])) == {"no_independent_approval"}
}

test_approval_taken_back if {
	codes(reviewed([review(bob, "APPROVED", "2026-10-06T01:00:00Z"), review(bob, "CHANGES_REQUESTED", before)])) == {"no_independent_approval"}
	codes(reviewed([review(bob, "DISMISSED", before)])) == {"no_independent_approval"}
}

test_dismissed_after_the_merge if {
	r := review(bob, "DISMISSED", before)
	event := {"__typename": "ReviewDismissedEvent", "createdAt": after, "previousReviewState": "APPROVED", "actor": alice, "review": {"id": r.id}}
	codes(changed({"reviews": list([r]), "timelineItems": list([event])})) == set()
}

test_machines_and_deleted_accounts_approve_nothing if {
	every who in [null, object.union(bob, {"__typename": "Bot", "login": "approver"}), object.union(bob, {"__typename": "Mannequin"})] {
		codes(reviewed([review(who, "APPROVED", before)])) == {"no_independent_approval"}
	}
	{e.code | some e in found(pull, [], {"bots": ["bob"]})} == {"no_independent_approval"}
}

with_author(author) := changed({"commits": list([
	pull.commits.nodes[0],
	{"commit": object.union(object.remove(pull.commits.nodes[1].commit, ["author", "authors"]), {"author": author, "authors": list([author])})},
])})

test_co_author_is_no_independent_approver if {
	pair := {"commit": object.union(pull.commits.nodes[1].commit, {"authors": list([
		pull.commits.nodes[1].commit.author,
		{"name": "Bob", "email": "bob@example.com", "user": {"id": bob.id, "login": "bob"}},
	])})}
	codes(changed({"commits": list([pull.commits.nodes[0], pair])})) == {"no_independent_approval"}
}

test_author_who_is_not_known if {
	found(with_author({"name": "B", "email": "b@home.example", "user": null}), [], {}) == {{
		"code": "author_unidentified",
		"detail": {"author": "alice", "merger": "bob", "approvers": "bob", "unidentified": "B <b@home.example>"},
	}}
	found(with_author({"name": "B", "email": "b@home.example", "user": null}), [], {"author_emails": {"b@home.example": "carol"}}) == set()
	codes(changed({"author": null})) == {"author_unidentified"}
}

test_lists_that_are_cut_off if {
	codes(changed({"commits": {"totalCount": 3}})) == {"author_unidentified"}
	codes(changed({"reviews": {"totalCount": 2}})) == {"reviews_incomplete"}
}

test_unknown_merger_changes_nothing if codes(changed({"mergedBy": null})) == set()

test_details_are_bounded if {
	strangers := [{"name": "x", "email": sprintf("%d@home.example", [i]), "user": null} | some i in numbers.range(10, 40)]
	many := changed({"commits": list([
		pull.commits.nodes[0],
		{"commit": object.union(pull.commits.nodes[1].commit, {"authors": list(strangers)})},
	])})
	some e in found(many, [], {})
	count(split(e.detail.unidentified, ", ")) == 10
}

not_applicable(record, landed, params) if {
	chg_01.not_applicable with input as document(record, landed, params)
}

elsewhere := changed({"baseRefName": "feature", "reviews": list([])})

test_other_branches if {
	not_applicable(elsewhere, [], {})
	found(elsewhere, [], {}) == set()
	not not_applicable(pull, [], {})
	not not_applicable(changed({"baseRefName": "release/1"}), [], {"branches": ["release/*"]})
}

test_what_landed_is_tested_whatever_its_base if {
	not not_applicable(elsewhere, brought, {})
	{e.code | some e in found(elsewhere, brought, {})} == {"no_independent_approval"}
}

test_observations if {
	seen(pull) == set()
	seen(changed({"mergedBy": alice})) == {"self_merge"}
	seen(reviewed([review(alice, "APPROVED", before)])) == {"self_approval"}
	seen(object.union(elsewhere, {"mergedBy": alice})) == set()
}

test_merge_queue if {
	queue := {"__typename": "Bot", "login": "github-merge-queue", "id": "BOT_1"}
	queued := {"__typename": "AddedToMergeQueueEvent", "createdAt": before, "actor": alice}
	record := changed({"mergedBy": queue, "timelineItems": list([queued])})
	seen(record) == {"self_merge", "bot_merge"}
	codes(record) == set()
}

test_a_bot_is_no_self_merger if {
	dependabot := {"__typename": "Bot", "login": "dependabot", "id": "BOT_2"}
	seen(changed({"author": dependabot, "mergedBy": dependabot})) == {"bot_merge"}
}
