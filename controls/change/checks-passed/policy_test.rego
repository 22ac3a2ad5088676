package evidence.chg_07_test

import data.evidence.chg_07

# landed: the commits that the pull request brought to the default branch.
landed := [commits.first, commits.second, commits.merge]

commits := data.testdata["github.commit"]

pull := data.testdata["github.pull_request"].pull

# It needs the check "test".
branch := data.testdata["github.branch_protection"].branch

document(record, related, params) := {
	"record": record, "params": object.union(data.params, params),
	"related": object.union(
		{
			"landed": landed,
			"protection": [branch], "protection_within": [],
			"default_protection": [branch], "default_protection_within": [],
		},
		related,
	),
}

reasons(record, related, params) := answer if {
	answer := chg_07.exception with input as document(record, related, params)
}

codes(record, related, params) := {e.code | some e in reasons(record, related, params)}

not_applicable(record, related, params) if {
	chg_07.not_applicable with input as document(record, related, params)
}

changed(fields) := object.union(pull, fields)

run := pull.head.nodes[0].commit.statusCheckRollup.contexts.nodes[0]

status := pull.head.nodes[0].commit.statusCheckRollup.contexts.nodes[1]

# checked is the pull request with the contexts on its head commit.
checked(contexts) := rolled({"state": "SUCCESS", "contexts": {"totalCount": count(contexts), "nodes": contexts}})

rolled(rollup) := changed({"head": {"nodes": [{"commit": {"oid": pull.headRefOid, "statusCheckRollup": rollup}}]}})

a(fields) := object.union(run, fields)

test_passed if {
	codes(pull, {}, {}) == set()
	not not_applicable(pull, {}, {})
	every conclusion in ["SUCCESS", "NEUTRAL", "SKIPPED"] {
		codes(checked([a({"conclusion": conclusion})]), {}, {}) == set()
	}
}

test_failed if {
	every conclusion in ["FAILURE", "CANCELLED", "TIMED_OUT", "ACTION_REQUIRED", "STALE", "STARTUP_FAILURE"] {
		some e in reasons(checked([a({"conclusion": conclusion})]), {}, {})
		e == {"code": "check_failed", "detail": {
			"check": "test", "commit": "2222222222",
			"merged": "2026-10-06T02:10:04Z", "result": conclusion,
		}}
	}
}

test_not_completed if {
	some e in reasons(checked([a({"status": "IN_PROGRESS", "conclusion": null, "completedAt": null})]), {}, {})
	e.code == "check_failed"
	e.detail.result == "IN_PROGRESS"
	codes(checked([a({"completedAt": null})]), {}, {}) == {"check_after_merge"}
}

test_missing if {
	every record in [checked([]), checked([a({"name": "lint"})]), rolled(null), changed({"head": {"nodes": []}}), changed({"headRefOid": "9999999999"})] {
		codes(record, {}, {}) == {"check_missing"}
	}
}

test_completed_after_the_merge if {
	reasons(checked([a({"completedAt": "2026-10-06T02:10:05Z"})]), {}, {}) == {{"code": "check_after_merge", "detail": {
		"check": "test", "commit": "2222222222",
		"merged": "2026-10-06T02:10:04Z", "completed": "2026-10-06T02:10:05Z",
	}}}
	codes(checked([a({"completedAt": pull.mergedAt})]), {}, {}) == set()
	codes(checked([a({"completedAt": "2026-10-06T11:10:04+09:00"})]), {}, {}) == set()
}

test_two_of_one_name if {
	late := a({"conclusion": "FAILURE", "completedAt": "2026-10-06T03:00:00Z"})
	codes(checked([run, a({"conclusion": "FAILURE"})]), {}, {}) == {"check_failed"}
	codes(checked([run, late]), {}, {}) == set()
	codes(checked([late]), {}, {}) == {"check_after_merge"}
}

test_statuses if {
	needed := {"required_checks": ["ci/deploy-preview"]}
	codes(pull, {}, needed) == set()
	every state in ["ERROR", "EXPECTED", "FAILURE", "PENDING"] {
		codes(checked([run, object.union(status, {"state": state})]), {}, needed) == {"check_failed"}
	}
	codes(checked([run, object.union(status, {"createdAt": "2026-10-06T03:00:00Z"})]), {}, needed) == {"check_after_merge"}
}

test_checks_that_rulesets_require if {
	some e in reasons(pull, {"protection": [data.testdata["github.branch_protection"].by_rules]}, {})
	e.code == "check_missing"
	e.detail.check == "lint"
}

test_checks_that_the_parameter_requires if {
	{e.detail.check | some e in reasons(pull, {}, {"required_checks": ["security"]})} == {"security"}
}

none := object.union(branch, {"branchProtectionRule": null})

test_nothing_required if {
	not_applicable(pull, {"protection": [none]}, {})
	codes(rolled(null), {"protection": [none]}, {}) == set()
}

test_settings_at_the_periods_end if {
	codes(rolled(null), {"protection": [branch, none, branch], "protection_within": [branch]}, {}) == set()
	codes(rolled(null), {"protection": [none, branch, none], "protection_within": [none]}, {}) == {"check_missing"}
}

test_settings_that_were_not_collected if {
	reasons(pull, {"protection": []}, {}) == {{"code": "protection_unknown", "detail": {"branch": "main"}}}
	codes(checked([]), {"protection": []}, {"required_checks": ["test"]}) == {"protection_unknown", "check_missing"}
}

onto_feature := object.union(rolled(null), {"baseRefName": "feature"})

test_other_branches if {
	not_applicable(onto_feature, {"protection": [], "landed": []}, {})
	not not_applicable(onto_feature, {"protection": [branch]}, {})
	codes(onto_feature, {"protection": [], "landed": []}, {}) == set()
}

test_what_landed_without_another_pull_request if {
	codes(onto_feature, {"protection": []}, {}) == {"check_missing"}
	codes(onto_feature, {"protection": [], "default_protection": []}, {}) == {"protection_unknown"}
}

test_what_landed_with_another_pull_request if {
	another := {"id": "PR_other", "number": 43, "merged": true, "mergedAt": "2026-10-07T00:00:00Z", "baseRefName": "main"}
	stacked := [object.union(record, {"commit": {"associatedPullRequests": {"nodes": array.concat(record.commit.associatedPullRequests.nodes, [another])}}}) |
		some record in landed
	]
	not_applicable(onto_feature, {"protection": [], "landed": stacked}, {})
	not not_applicable(onto_feature, {"protection": [], "landed": array.concat(stacked, landed)}, {})
}
