package evidence.chg_02_test

import data.evidence.chg_02

alice := data.testdata["github.pull_request"].pull.author

bob := data.testdata["github.pull_request"].pull.mergedBy

carol := {"__typename": "User", "login": "carol", "id": "U_kgDOAAAAAw"}

# Merged by its author on Tuesday 2026-10-06 at 11:10 in Tokyo, without a review.
pull := object.union(data.testdata["github.pull_request"].pull, {"mergedBy": alice, "reviews": list([])})

list(nodes) := {"totalCount": count(nodes), "nodes": nodes}

changed(fields) := object.union(pull, fields)

document(record, as_of, params) := {
	"record": record, "related": {"landed": []}, "as_of": as_of,
	"params": object.union(data.params, params),
}

month_end := "2026-11-01T00:00:00Z"

found(record, params) := reasons if {
	reasons := chg_02.exception with input as document(record, month_end, params)
}

codes(record) := {e.code | some e in found(record, {})}

seen(record) := {o.code | some o in observed(record)}

observed(record) := observations if {
	observations := chg_02.observation with input as document(record, month_end, {})
}

not_applicable(record) if {
	chg_02.not_applicable with input as document(record, month_end, {})
}

review(who, state, at, body) := object.union(data.testdata["github.pull_request"].pull.reviews.nodes[0], {
	"id": at, "author": who, "state": state,
	"submittedAt": at, "body": body,
})

reviewed(reviews) := changed({"reviews": list(reviews)})

commented(who, at, body) := changed({"comments": list([{"id": "IC_1", "url": "u", "createdAt": at, "author": who, "body": body}])})

test_never_reviewed if {
	found(pull, {}) == {{"code": "not_reviewed", "detail": {"author": "alice", "merger": "alice", "deadline": "2026-10-09"}}}
	seen(pull) == set()
	not not_applicable(pull)
}

test_approved_afterwards if {
	record := reviewed([review(bob, "APPROVED", "2026-10-07T01:00:00Z", "")])
	codes(record) == set()
	observed(record) == {{"code": "late_approval", "detail": {
		"author": "alice", "merger": "alice", "deadline": "2026-10-09",
		"reviewer": "bob", "at": "2026-10-07T01:00:00Z",
	}}}
}

test_explained_afterwards if {
	record := commented(bob, "2026-10-07T01:00:00Z", "確認しました。")
	codes(record) == set()
	seen(record) == {"late_explanation"}
	codes(reviewed([review(bob, "COMMENTED", "2026-10-07T01:00:00Z", "Looked at it.")])) == set()
}

test_an_approval_is_told_of_before_a_comment if {
	record := object.union(
		commented(carol, "2026-10-06T03:00:00Z", "!"),
		{"reviews": list([review(bob, "APPROVED", "2026-10-07T01:00:00Z", "")])},
	)
	some o in observed(record)
	o.code == "late_approval"
	o.detail.reviewer == "bob"
}

test_empty_words_explain_nothing if {
	every body in ["", " \n\t"] {
		codes(commented(bob, "2026-10-07T01:00:00Z", body)) == {"not_reviewed"}
		codes(reviewed([review(bob, "COMMENTED", "2026-10-07T01:00:00Z", body)])) == {"not_reviewed"}
	}
}

test_pattern_of_explanations if {
	record := commented(bob, "2026-10-07T01:00:00Z", "Post-review: fine")
	found(record, {"explanation_pattern": "(?i)post-review"}) == set()
	{e.code | some e in found(record, {"explanation_pattern": "緊急"})} == {"not_reviewed"}
}

test_own_words_and_machines_do_not_count if {
	every who in [alice, null, object.union(bob, {"__typename": "Bot"}), object.union(alice, {"login": "renamed"})] {
		codes(commented(who, "2026-10-07T01:00:00Z", "Checked.")) == {"not_reviewed"}
		codes(reviewed([review(who, "APPROVED", "2026-10-07T01:00:00Z", "")])) == {"not_reviewed"}
	}
}

test_words_before_the_merge_and_other_states if {
	codes(commented(bob, "2026-10-06T02:10:03Z", "Go ahead.")) == {"not_reviewed"}
	every state in ["CHANGES_REQUESTED", "DISMISSED", "PENDING"] {
		codes(reviewed([review(bob, state, "2026-10-07T01:00:00Z", "No.")])) == {"not_reviewed"}
	}
	codes(reviewed([object.union(review(bob, "PENDING", "x", ""), {"submittedAt": null})])) == {"not_reviewed"}
}

test_the_second_of_the_merge_is_afterwards if {
	codes(reviewed([review(bob, "APPROVED", pull.mergedAt, "")])) == set()
}

test_edges_of_the_deadline if {
	codes(reviewed([review(bob, "APPROVED", "2026-10-09T14:59:59Z", "")])) == set()
	late := reviewed([review(bob, "APPROVED", "2026-10-09T15:00:00Z", "")])
	found(late, {}) == {{"code": "reviewed_late", "detail": {
		"author": "alice", "merger": "alice", "deadline": "2026-10-09",
		"reviewer": "bob", "at": "2026-10-09T15:00:00Z",
	}}}
	seen(late) == set()
	found(late, {"holidays": ["2026-10-09"]}) == set()
	found(late, {"utc_offset_hours": 0}) == set()
}

test_a_comment_in_time_and_an_approval_after if {
	record := object.union(
		commented(carol, "2026-10-06T03:00:00Z", "ok"),
		{"reviews": list([review(bob, "APPROVED", "2026-10-20T01:00:00Z", "")])},
	)
	codes(record) == set()
	seen(record) == {"late_explanation"}
}

pending_at(record, as_of) := until if {
	until := chg_02.pending with input as document(record, as_of, {})
}

test_not_yet_due if {
	pending_at(pull, "2026-10-09T14:59:59Z") == {{
		"code": "review_due", "until": "2026-10-09T15:00:00Z",
		"detail": {"author": "alice", "merger": "alice", "deadline": "2026-10-09"},
	}}
	pending_at(pull, "2026-10-10T00:00:00+09:00") == set()
	early := chg_02.exception with input as document(pull, "2026-10-09T14:59:59Z", {})
	early == set()
}

test_other_merges_are_not_applicable if {
	not_applicable(data.testdata["github.pull_request"].pull) # approved, and merged by another
	not_applicable(object.union(data.testdata["github.pull_request"].pull, {"mergedBy": alice})) # approved
	not_applicable(changed({"mergedBy": bob})) # unapproved: CHG-01
	not_applicable(changed({"baseRefName": "feature"}))
}

test_merge_queue_and_auto_merge if {
	queue := {"__typename": "Bot", "login": "github-merge-queue", "id": "BOT_1"}
	every type in ["AddedToMergeQueueEvent", "AutoMergeEnabledEvent"] {
		event := {"__typename": type, "createdAt": "2026-10-06T02:05:00Z", "actor": alice}
		codes(changed({"mergedBy": queue, "timelineItems": list([event])})) == {"not_reviewed"}
		not_applicable(changed({"mergedBy": queue, "timelineItems": list([object.union(event, {"actor": bob})])}))
	}
}

test_unknown_merger_may_be_the_author if {
	every who in [null, {"__typename": "Bot", "login": "mergify", "id": "BOT_3"}] {
		codes(changed({"mergedBy": who})) == {"not_reviewed"}
	}
}

test_commits_of_the_merger_in_a_machines_pull_request if {
	dependabot := {"__typename": "Bot", "login": "dependabot", "id": "BOT_2"}
	codes(changed({"author": dependabot})) == {"not_reviewed"}
	not_applicable(changed({"author": dependabot, "mergedBy": bob}))
}

test_author_who_is_not_known if {
	stranger := {"name": "B", "email": "b@home.example", "user": null}
	record := object.union(reviewed([review(bob, "APPROVED", "2026-10-07T01:00:00Z", "")]), {"commits": list([
		pull.commits.nodes[0],
		{"commit": object.union(object.remove(pull.commits.nodes[1].commit, ["author", "authors"]), {"author": stranger, "authors": list([stranger])})},
	])})
	codes(record) == {"author_unidentified"}
	found(record, {"author_emails": {"b@home.example": "alice"}}) == set()
}
