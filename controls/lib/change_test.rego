package evidence.lib.change_test

import data.evidence.lib.change

# landed: the commits that the pull request brought to the default branch.
landed := [commits.first, commits.second, commits.merge]

commits := data.testdata["github.commit"]

pull := data.testdata["github.pull_request"].pull

bob := pull.mergedBy

alice := pull.author

changed(fields) := object.union(pull, fields)

onto(base) := changed({"baseRefName": base})

test_scope_by_name if {
	change.in_scope(pull, [], [])
	not change.in_scope(onto("feature"), [], [])
	change.in_scope(onto("release/1.0"), ["release/*"], [])
	not change.in_scope(onto("release/1.0/fix"), ["release/*"], [])
	not change.in_scope(onto("my-release/1.0"), ["release/*"], [])
}

test_what_landed_is_in_scope if {
	change.in_scope(onto("master"), [], landed)
	not change.listed(onto("master"), [])
}

test_unknown_default_branch_hides_nothing if {
	change.listed(changed({"repository": {"defaultBranchRef": null}, "baseRefName": "x"}), [])
}

queued(type, at, who) := {"__typename": type, "createdAt": at, "actor": who}

timeline(events) := {"totalCount": count(events), "nodes": events}

queue := {"__typename": "Bot", "login": "github-merge-queue", "id": "BOT_1"}

test_mergers if {
	change.mergers(pull, []) == {bob}
	change.merger(pull, []) == "bob"
	not change.self_merged(pull, [])
	change.self_merged(changed({"mergedBy": alice}), [])
}

test_self_merge_is_by_id if {
	change.self_merged(changed({"mergedBy": object.union(alice, {"login": "renamed"})}), [])
	not change.self_merged(changed({"mergedBy": object.union(bob, {"login": "alice"})}), [])
}

test_person_behind_the_merge_queue if {
	by_queue := changed({"mergedBy": queue, "timelineItems": timeline([
		queued("AddedToMergeQueueEvent", "2026-10-06T02:01:00Z", bob),
		queued("AddedToMergeQueueEvent", "2026-10-06T02:05:00Z", alice),
		queued("AutoMergeEnabledEvent", "2026-10-06T03:00:00Z", bob), # after the merge
		{"__typename": "MergedEvent", "createdAt": pull.mergedAt, "actor": queue},
	])})
	change.mergers(by_queue, []) == {alice}
	change.merger(by_queue, []) == "github-merge-queue (alice)"
	change.self_merged(by_queue, [])
}

test_auto_merge_of_a_listed_machine if {
	automatic := changed({"mergedBy": bob, "timelineItems": timeline([queued("AutoMergeEnabledEvent", "2026-10-06T02:05:00Z", alice)])})
	change.merger(automatic, ["bob"]) == "bob (alice)"
	change.self_merged(automatic, ["bob"])
	not change.self_merged(automatic, []) # bob, a person, merged
}

test_unknown_merger if {
	every who in [null, queue] {
		unknown := changed({"mergedBy": who})
		change.mergers(unknown, []) == set()
		not change.self_merged(unknown, [])
	}
	change.merger(changed({"mergedBy": null}), []) == "ghost"
	change.merger(changed({"mergedBy": queue}), []) == "github-merge-queue"
	change.merger(changed({"mergedBy": queue, "timelineItems": timeline([queued("AddedToMergeQueueEvent", "2026-10-06T02:05:00Z", null)])}), []) == "github-merge-queue"
}

test_deleted_author_and_merger_are_not_the_same if {
	not change.self_merged(changed({"author": null, "mergedBy": null}), [])
}

oids(commits) := {commit.oid | some commit in commits}

test_base_of_a_merge_commit if {
	commits := change.base_commits(pull, landed)
	oids(commits) == {pull.mergeCommit.oid}
	some commit in commits
	commit.parents.nodes[0].oid == pull.baseRefOid
}

test_base_of_a_squash if {
	squash := [object.union(landed[2], {"commit": {"parents": {"totalCount": 1, "nodes": [landed[2].commit.parents.nodes[0]]}}})]
	oids(change.base_commits(pull, squash)) == {pull.mergeCommit.oid}
}

test_base_of_a_rebase if {
	rebased := [landed[1], landed[0]]
	oids(change.base_commits(changed({"mergeCommit": {"oid": landed[1].commit.oid}}), rebased)) == {landed[0].commit.oid}
}

test_base_without_a_merge_commit if {
	every commit in [null, {"oid": "elsewhere"}] {
		oids(change.base_commits(changed({"mergeCommit": commit}), landed)) == {landed[0].commit.oid, landed[2].commit.oid}
	}
}

test_base_of_nothing if {
	change.base_commits(pull, []) == set()
}

test_first_commit_of_a_repository if {
	root := [object.union(landed[2], {"commit": {"parents": {"totalCount": 0, "nodes": []}}})]
	oids(change.base_commits(pull, root)) == {pull.mergeCommit.oid}
}
