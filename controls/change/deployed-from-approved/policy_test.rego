package evidence.chg_08_test

import data.evidence.chg_08

deployment := data.testdata["github.deployment"].deployment

pull := data.testdata["github.pull_request"].pull

document(record, changes, params) := {"record": record, "related": {"changes": changes}, "params": object.union(data.params, params)}

reasons(record, changes, params) := answer if {
	answer := chg_08.exception with input as document(record, changes, params)
}

codes(record, changes) := {e.code | some e in reasons(record, changes, {})}

not_applicable(record, params) if {
	chg_08.not_applicable with input as document(record, [pull], params)
}

deployed(fields) := object.union(deployment, fields)

changed(fields) := object.union(pull, fields)

linked := deployment.commit.associatedPullRequests.nodes[0]

belonging(nodes) := deployed({"commit": {"associatedPullRequests": {"totalCount": count(nodes), "nodes": nodes}}})

list(nodes) := {"totalCount": count(nodes), "nodes": nodes}

test_from_an_approved_change if {
	codes(deployment, [pull]) == set()
	not not_applicable(deployment, {})
}

test_from_an_unapproved_change if {
	reasons(deployment, [changed({"reviews": list([])})], {}) == {{"code": "change_not_approved", "detail": {
		"environment": "production", "commit": "eeeeeeeeee", "creator": "github-actions",
		"change": "#42", "author": "alice", "approvers": "",
	}}}
	codes(deployment, [changed({"author": null})]) == {"change_not_approved"}
}

test_approved_by_a_listed_machine if {
	{e.code | some e in reasons(deployment, [pull], {"bots": ["bob"]})} == {"change_not_approved"}
}

test_commit_without_a_pull_request if {
	every nodes in [[], [null], [object.union(linked, {"merged": false})], [object.union(linked, {"repository": {"nameWithOwner": "mallory/app"}})]] {
		codes(belonging(nodes), [pull]) == {"no_pull_request"}
	}
	codes(deployed({"commit": {"associatedPullRequests": null}}), []) == {"no_pull_request"}
}

test_commit_that_is_not_known if {
	codes(deployed({"commit": null}), []) == {"commit_unknown"}
}

test_change_that_is_not_among_the_evidence if {
	some e in reasons(deployment, [], {})
	e.code == "change_not_found"
	e.detail.change == "#42"
}

test_into_a_branch_that_is_not_protected if {
	elsewhere := changed({"baseRefName": "release/1"})
	codes(deployment, [elsewhere]) == {"not_merged_to_protected"}
	reasons(deployment, [elsewhere], {"branches": ["release/*"]}) == set()
}

test_deployed_before_it_was_merged if {
	codes(deployed({"createdAt": "2026-10-06T02:10:03Z"}), [pull]) == {"deployed_before_merge"}
	codes(deployed({"createdAt": "2026-10-06T11:10:04+09:00"}), [pull]) == set()
	codes(deployment, [changed({"mergedAt": null})]) == {"deployed_before_merge"}
}

test_one_approved_change_is_enough if {
	other := object.union(linked, {"id": "PR_2", "number": 43})
	unapproved := changed({"id": "PR_2", "number": 43, "reviews": list([])})
	codes(belonging([other, linked]), [unapproved, pull]) == set()
	codes(belonging([other]), [unapproved]) == {"change_not_approved"}
}

test_failed_deployments_are_judged if {
	every state in ["FAILURE", "ERROR", "ABANDONED", "PENDING", null] {
		codes(deployed({"state": state}), []) == {"change_not_found"}
	}
}

test_other_environments if {
	staging := deployed({"environment": "staging", "originalEnvironment": "staging"})
	not_applicable(staging, {})
	codes(staging, []) == set()
	not not_applicable(staging, {"environments": ["Staging"]})
	not not_applicable(deployed({"environment": "Production"}), {})
	not not_applicable(deployed({"environment": "gone"}), {}) # it was production when it was made
	not not_applicable(deployed({"environment": null, "originalEnvironment": null}), {})
}

test_deleted_creator if {
	some e in reasons(deployed({"creator": null}), [], {})
	e.detail.creator == "ghost"
}
