package evidence.chg_09_test

import data.evidence.chg_09

pull := data.testdata["github.pull_request"].pull

alice := pull.author

bob := pull.mergedBy

carol := {"__typename": "User", "login": "carol", "id": "U_kgDOAAAAAw"}

list(nodes) := {"totalCount": count(nodes), "nodes": nodes}

changed(fields) := object.union(pull, fields)

document(record, params) := {"record": record, "related": {"landed": []}, "params": object.union(data.params, params)}

reasons(record, params) := answer if {
	answer := chg_09.exception with input as document(record, params)
}

codes(record) := {e.code | some e in reasons(record, {})}

not_applicable(record) if {
	chg_09.not_applicable with input as document(record, {})
}

first := pull.commits.nodes[0].commit.oid

# approving is the review of a person, given to a commit.
approving(who, oid) := object.union(pull.reviews.nodes[0], {"id": sprintf("%v", [[who, oid]]), "author": who, "commit": {"oid": oid}})

approved_at(oid) := changed({"reviews": list([approving(bob, oid)])})

# grown is the pull request with more commits after the approved second one.
grown(more) := changed({
	"headRefOid": more[count(more) - 1].commit.oid,
	"commits": list(array.concat(pull.commits.nodes, more)),
})

node(oid, headline, parents) := {"commit": object.union(pull.commits.nodes[1].commit, {"oid": oid, "messageHeadline": headline, "parents": {"totalCount": parents}})}

test_approved_as_merged if {
	codes(pull) == set()
	not not_applicable(pull)
}

test_commits_after_the_approval if {
	reasons(approved_at(first), {}) == {{"code": "commits_after_approval", "detail": {
		"author": "alice", "head": "2222222222", "approvers": "bob", "approved": "1111111111",
		"count": 1, "commits": "2222222222",
	}}}
}

test_another_approval_covers_it if {
	codes(changed({"reviews": list([approving(bob, first), approving(carol, pull.headRefOid)])})) == set()
}

test_the_authors_own_approval_does_not if {
	codes(changed({"reviews": list([approving(bob, first), approving(alice, pull.headRefOid)])})) == {"commits_after_approval"}
}

test_a_comment_on_the_head_does_not if {
	comment := object.union(approving(carol, pull.headRefOid), {"state": "COMMENTED"})
	codes(changed({"reviews": list([approving(bob, first), comment])})) == {"commits_after_approval"}
}

test_merges_of_the_base if {
	every headline in [
		"Merge branch 'main' into round-fees",
		"Merge branch 'main' of github.com:acme/app into round-fees",
		"Merge remote-tracking branch 'origin/main' into round-fees",
	] {
		merged := grown([node("3333", headline, 2)])
		codes(merged) == set()
		{e.code | some e in reasons(merged, {"allow_base_merges": false})} == {"commits_after_approval"}
	}
}

test_merges_that_are_not_of_the_base if {
	every example in [
		["Merge branch 'main' into round-fees", 1], # no merge at all
		["Merge branch 'other' into round-fees", 2],
		["Merge branch 'main2' into round-fees", 2],
		["Rewrite it", 2],
		["Merge branch 'main' into round-fees", 3],
	] {
		codes(grown([node("3333", example[0], example[1])])) == {"commits_after_approval"}
	}
}

test_a_commit_behind_the_merge if {
	record := grown([node("3333", "Merge branch 'main' into round-fees", 2), node("4444", "One more", 1)])
	some e in reasons(record, {})
	e.detail.count == 2
	e.detail.commits == "3333, 4444"
}

force_pushed(at) := {"__typename": "HeadRefForcePushedEvent", "createdAt": at, "actor": alice, "beforeCommit": {"oid": "0000"}, "afterCommit": {"oid": pull.headRefOid}}

test_approved_commit_is_gone if {
	record := object.union(approved_at("0000000000ff"), {"timelineItems": list([
		force_pushed("2026-10-06T02:05:00Z"),
		force_pushed("2026-10-05T02:05:00Z"),
	])})
	reasons(record, {}) == {{"code": "approved_commit_gone", "detail": {
		"author": "alice", "head": "2222222222", "approvers": "bob", "approved": "0000000000",
		"forced": 1,
	}}}
	codes(changed({"reviews": list([object.union(approving(bob, ""), {"commit": null})])})) == {"approved_commit_gone"}
}

test_force_pushed_to_what_was_approved if {
	codes(changed({"timelineItems": list([force_pushed("2026-10-06T02:05:00Z")])})) == set()
}

test_without_an_independent_approval if {
	not_applicable(changed({"reviews": list([])}))
	not_applicable(changed({"reviews": list([approving(alice, first)])}))
	not_applicable(object.union(approved_at(first), {"author": null}))
	not_applicable(object.union(approved_at(first), {"baseRefName": "feature"}))
	codes(object.union(approved_at(first), {"baseRefName": "feature"})) == set()
}

test_details_are_bounded if {
	many := grown([node(sprintf("3%d", [i]), "More", 1) | some i in numbers.range(10, 60)])
	some e in reasons(many, {})
	e.detail.count == 51
	count(split(e.detail.commits, ", ")) == 10
}
