package evidence.lib.protection_test

import data.evidence.lib.protection

branch := data.testdata["github.branch_protection"].branch

by_rules := data.testdata["github.branch_protection"].by_rules

changed(fields) := object.union(branch, {"branchProtectionRule": fields})

bare := object.union(branch, {"branchProtectionRule": null})

switched_off := object.union(by_rules, {"rules": {"nodes": [rule |
	some node in by_rules.rules.nodes
	rule := object.union(node, {"repositoryRuleset": {"enforcement": "EVALUATE"}})
]}})

test_at_end if {
	protection.at_end([1, 2, 3, 4], [1, 2]) == 3
	protection.at_end([1, 2], [1, 2]) == 2
	protection.at_end([3], []) == 3
	not protection.at_end([], [])
}

test_told if {
	protection.told([1, 2, 3, 4, 5, 6], [3, 4, 5, 6], [3, 4]) == [2, 3, 4, 5]
	protection.told([3, 4, 5], [3, 4, 5], [3, 4]) == [3, 4, 5]
	protection.told([3, 4], [3, 4], [3, 4]) == [3, 4]
	protection.told([5, 6], [5, 6], []) == [5]
	protection.told([1, 2], [], []) == [2]
}

test_known_from_start if {
	protection.known_from_start([1, 2], [2])
	not protection.known_from_start([2], [2])
}

test_approvals if {
	protection.approvals(branch) == 1
	protection.approvals(by_rules) == 2
	protection.approvals(object.union(by_rules, {"branchProtectionRule": branch.branchProtectionRule})) == 2
	protection.approvals(bare) == 0
	protection.approvals(switched_off) == 0
	protection.approvals(changed({"requiresApprovingReviews": false})) == 0
	protection.approvals(changed({"requiredApprovingReviewCount": null})) == 0
}

test_contexts if {
	protection.contexts(branch) == {"test"}
	protection.contexts(by_rules) == {"test", "lint"}
	protection.contexts(bare) == set()
	protection.contexts(switched_off) == set()
	protection.contexts(changed({"requiresStatusChecks": false})) == set()
	protection.contexts(changed({"requiredStatusCheckContexts": null})) == set()
}

test_nothing_lost if {
	protection.lost(branch, branch) == set()
	protection.lost(by_rules, by_rules) == set()
	protection.lost(bare, branch) == set()
	protection.lost(branch, changed({"requiredApprovingReviewCount": 3})) == set()
}

test_lost if {
	protection.lost(changed({"requiredApprovingReviewCount": 2}), branch) == {"requiredApprovingReviewCount 2"}
	protection.lost(branch, changed({"isAdminEnforced": false})) == {"isAdminEnforced"}
	protection.lost(branch, changed({"allowsForcePushes": true})) == {"allowsForcePushes false"}
	protection.lost(branch, changed({"requiredStatusCheckContexts": ["other"]})) == {"requiredStatusChecks test"}
	protection.lost(branch, bare) == {
		"requiredApprovingReviewCount 1", "isAdminEnforced", "requiresCodeOwnerReviews", "dismissesStaleReviews",
		"requiredStatusChecks test", "allowsForcePushes false", "allowsDeletions false",
	}
	"requiredApprovingReviewCount 2" in protection.lost(by_rules, switched_off)
}

test_numbers_that_are_none_of_approvals if {
	every n in [1000000000000, 1.5, -1] {
		protection.lost(branch, changed({"requiredApprovingReviewCount": n})) - {"requiredApprovingReviewCount 1"} == set()
	}
}

test_from_a_rule_to_a_ruleset if {
	protection.lost(branch, by_rules) == set()
	protection.lost(by_rules, branch) == {
		"requiredApprovingReviewCount 2", "requiredStatusChecks lint",
		"requireLastPushApproval", "requiresStrictStatusChecks",
	}
}

allowances(actors) := changed({"bypassPullRequestAllowances": {
	"totalCount": count(actors),
	"nodes": [{"actor": actor} | some actor in actors],
}})

test_bypassers if {
	protection.bypassers(allowances([
		{"__typename": "User", "login": "alice"},
		{"__typename": "Team", "combinedSlug": "acme/admins"},
		{"__typename": "App", "slug": "release"},
		{"__typename": "App"},
		null,
	])) == {"alice", "acme/admins", "release", "App", "ghost"}
	protection.lost(branch, allowances([{"__typename": "User", "login": "alice"}])) == {"bypass alice"}
	protection.bypassers(bare) == set()
}
