package evidence.chg_05_test

import data.evidence.chg_05

# landed: the commits that the pull request brought to the default branch.
landed := [commits.first, commits.second, commits.merge]

commits := data.testdata["github.commit"]

merge := landed[2]

direct := data.testdata["github.commit"].direct

push := data.testdata["github.ref_update"].push

document(record, pushes, params) := {"record": record, "related": {"pushes": pushes}, "params": object.union(data.params, params)}

reasons(record, pushes, params) := answer if {
	answer := chg_05.exception with input as document(record, pushes, params)
}

codes(record, pushes, params) := {e.code | some e in reasons(record, pushes, params)}

seen(record, pushes) := {o.code | some o in observed(record, pushes)}

observed(record, pushes) := answer if {
	answer := chg_05.observation with input as document(record, pushes, {})
}

not_applicable(record, pushes, params) if {
	chg_05.not_applicable with input as document(record, pushes, params)
}

commit(record, fields) := object.union(record, {"commit": fields})

activity(fields) := object.union(push, {"activity": fields})

pulls(nodes) := {"associatedPullRequests": {"totalCount": count(nodes), "nodes": nodes}}

pull := merge.commit.associatedPullRequests.nodes[0]

test_merged_by_a_pull_request if {
	every record in landed {
		codes(record, [], {}) == set()
		seen(record, []) == set()
		not not_applicable(record, [], {})
	}
}

test_pushed_directly if {
	reasons(direct, [push], {}) == {{"code": "no_pull_request", "detail": {
		"branch": "main", "commit": "dddddddddd", "author": "alice",
		"pusher": "alice", "how": "push",
	}}}
	observed(direct, [push]) == {{"code": "direct_push", "detail": {"branch": "main", "commit": "dddddddddd", "pusher": "alice"}}}
}

test_without_a_record_of_the_push if {
	reasons(direct, [], {}) == {{"code": "no_pull_request", "detail": {
		"branch": "main", "commit": "dddddddddd", "author": "alice",
		"pusher": "", "how": "",
	}}}
	seen(direct, []) == set()
}

test_pushed_by_force if {
	forced := activity({"activity_type": "force_push", "actor": null})
	some e in reasons(direct, [forced], {})
	e.detail.pusher == "ghost"
	e.detail.how == "force_push"
	seen(direct, [forced]) == {"force_push"}
}

test_pull_requests_that_do_not_count if {
	every other in [
		object.union(pull, {"merged": false, "mergedAt": null}),
		object.union(pull, {"repository": {"nameWithOwner": "mallory/app"}}),
	] {
		codes(commit(direct, pulls([other])), [], {}) == {"no_pull_request"}
	}
	codes(commit(direct, {"associatedPullRequests": null}), [], {}) == {"no_pull_request"}
	codes(commit(direct, pulls([null])), [], {}) == {"no_pull_request"}
}

test_pull_request_into_another_branch if {
	stacked := commit(direct, pulls([object.union(pull, {"baseRefName": "feature"})]))
	codes(stacked, [], {}) == set()
	seen(stacked, []) == {"merged_elsewhere"}
	seen(commit(direct, pulls([object.union(pull, {"baseRefName": "feature"}), pull])), []) == set()
}

test_pull_request_that_was_pushed if {
	codes(merge, [activity({"after": merge.commit.oid})], {}) == set()
	seen(merge, [activity({"after": merge.commit.oid})]) == {"direct_push"}
	seen(merge, [activity({"after": merge.commit.oid, "activity_type": "pr_merge"})]) == set()
	seen(merge, [activity({"after": merge.commit.oid, "activity_type": "merge_queue_merge"})]) == set()
}

test_pushes_to_other_branches if {
	seen(direct, [activity({"ref": "refs/heads/feature"})]) == set()
	seen(direct, [activity({"ref": "refs/tags/main"})]) == set()
}

release := {"login": "release[bot]", "id": 9, "node_id": "BOT_9", "type": "Bot"}

test_exempt_pushers if {
	pushed := [activity({"actor": release})]
	codes(direct, pushed, {}) == {"no_pull_request"}
	not_applicable(direct, pushed, {"bots": ["release[bot]"]})
	codes(direct, pushed, {"bots": ["release[bot]"]}) == set()
	codes(direct, array.concat(pushed, [push]), {"bots": ["release[bot]"]}) == {"no_pull_request"}
}

test_a_commit_in_a_bots_name_is_not_exempt if {
	named := commit(direct, {"author": {"name": "release[bot]", "email": "9+release[bot]@users.noreply.github.com", "user": null}})
	codes(named, [], {"bots": ["release[bot]"]}) == {"no_pull_request"}
	some e in reasons(named, [], {})
	e.detail.author == "release[bot]"
	some unnamed in reasons(commit(direct, {"author": null}), [], {})
	unnamed.detail.author == ""
}

test_first_commit if {
	first := commit(direct, {"parents": {"totalCount": 0, "nodes": []}})
	codes(first, [], {}) == {"no_pull_request"}
	not_applicable(first, [], {"allow_initial_commit": true})
	not not_applicable(direct, [], {"allow_initial_commit": true})
}
