package evidence.chg_06_test

import data.evidence.chg_06

branch := data.testdata["github.branch_protection"].branch

by_rules := data.testdata["github.branch_protection"].by_rules

ruleset := data.testdata["github.ruleset"].ruleset

changed(fields) := object.union(branch, {"branchProtectionRule": fields})

off := object.union(branch, {"branchProtectionRule": null})

# A branch that was as it is a month ago, at the month's end, and all between.
steady := {
	"snapshots": [branch, branch], "since": [branch], "within": [],
	"rulesets": [], "rulesets_within": [],
	"events": [], "events_by_number": [], "organisation_events": [], "pushes": [], "audit_log": [],
}

related_of(record) := object.union(steady, {
	"snapshots": [record, record], "since": [record],
	"rulesets": [ruleset],
})

document(record, related, params) := {
	"record": record, "related": related,
	"period": {"start": "2026-10-01T00:00:00+09:00", "end": "2026-11-01T00:00:00+09:00"},
	"params": object.union(data.params, params),
}

reasons(record, related, params) := answer if {
	answer := chg_06.exception with input as document(record, related, params)
}

codes(record, related, params) := {e.code | some e in reasons(record, related, params)}

# alone: the codes of a branch that has always been as it is.
alone(record, params) := codes(record, related_of(record), params)

# after: the codes of the branch when the fields of what is related are others.
after(fields) := codes(branch, object.union(steady, fields), {})

test_protected if {
	after({}) == set()
	alone(by_rules, {}) == set()
}

test_unprotected if {
	reasons(off, related_of(off), {}) == {{"code": "unprotected", "detail": {
		"repository": "acme/app", "branch": "main",
		"commit": "eeeeeeeeee",
	}}}
	alone(changed({"requiresApprovingReviews": false}), {}) == {"unprotected"}
	alone(changed({"requiredApprovingReviewCount": 0}), {}) == {"unprotected"}
	alone(off, {"required_approvals": 0}) == set()
}

test_rulesets_that_do_not_apply if {
	every enforcement in ["DISABLED", "EVALUATE"] {
		idle := object.union(by_rules, {"rules": {"nodes": [object.union(rule, {"repositoryRuleset": {"enforcement": enforcement}}) |
			some rule in by_rules.rules.nodes
		]}})
		alone(idle, {}) == {"unprotected"}
	}
}

test_too_few_approvals if {
	some e in reasons(branch, steady, {"required_approvals": 2})
	e.code == "too_few_approvals"
	e.detail.approvals == 1
	alone(by_rules, {"required_approvals": 2}) == set()
}

test_administrators if {
	exempt := changed({"isAdminEnforced": false})
	alone(exempt, {}) == {"admins_not_enforced"}
	alone(exempt, {"enforce_admins": false}) == set()

	# A ruleset holds for them when the rule does not.
	both := object.union(by_rules, {"branchProtectionRule": exempt.branchProtectionRule})
	alone(both, {}) == set()
}

ruled(actors) := object.union(related_of(by_rules), {"rulesets": [object.union(ruleset, {"ruleset": {"bypassActors": {
	"totalCount": count(actors),
	"nodes": actors,
}}})]})

passer(fields) := object.union({"bypassMode": "ALWAYS", "deployKey": false, "organizationAdmin": false, "repositoryRoleName": null, "actor": null}, fields)

test_administrators_who_bypass_a_ruleset if {
	codes(by_rules, ruled([passer({"organizationAdmin": true})]), {}) == {"admins_not_enforced"}
	codes(by_rules, ruled([passer({"repositoryRoleName": "admin"})]), {}) == {"admins_not_enforced"}
	codes(by_rules, ruled([passer({"organizationAdmin": true})]), {"enforce_admins": false}) == set()
}

test_bypassers_that_cannot_be_read if {
	every hidden in [
		[],
		[object.union(ruleset, {"ruleset": {"bypassActors": null}})],
		[object.union(ruleset, {"ruleset": {"bypassActors": {"totalCount": 60}}})],
	] {
		codes(by_rules, object.union(related_of(by_rules), {"rulesets": hidden}), {}) == {"bypass_unknown"}
	}
}

test_rulesets_as_they_were_at_the_periods_end if {
	open := object.union(ruleset, {"ruleset": {"bypassActors": {"totalCount": 1, "nodes": [passer({"organizationAdmin": true})]}}})
	codes(by_rules, object.union(related_of(by_rules), {"rulesets": [ruleset, open], "rulesets_within": []}), {}) == set()
	codes(by_rules, object.union(related_of(by_rules), {"rulesets": [ruleset, open], "rulesets_within": [ruleset]}), {}) == {"admins_not_enforced"}
}

test_bypass_allowed if {
	team := passer({"actor": {"__typename": "Team", "combinedSlug": "acme/release"}})
	some e in reasons(by_rules, ruled([team]), {})
	e.code == "bypass_allowed"
	e.detail.who == "acme/release"
	codes(by_rules, ruled([team]), {"allowed_bypassers": ["Acme/Release"]}) == set()
	some key in reasons(by_rules, ruled([passer({"deployKey": true})]), {})
	key.detail.who == "deploy key"
	some nobody in reasons(by_rules, ruled([passer({})]), {})
	nobody.detail.who == "?"
	allowance := changed({"bypassPullRequestAllowances": {"totalCount": 1, "nodes": [{"actor": {"__typename": "User", "login": "alice"}}]}})
	alone(allowance, {}) == {"bypass_allowed"}
}

test_weakened_between_snapshots if {
	strict := changed({"requiredApprovingReviewCount": 2})
	some e in reasons(branch, object.union(steady, {"snapshots": [strict, branch]}), {})
	e == {"code": "weakened", "detail": {
		"repository": "acme/app", "branch": "main", "commit": "eeeeeeeeee",
		"lost": "requiredApprovingReviewCount 2",
	}}
	after({"snapshots": [off, branch]}) == set() # strengthened
}

test_off_for_some_days_in_the_period if {
	after({"snapshots": [branch, branch, off, branch], "since": [branch, off, branch], "within": [branch, off]}) == {"unprotected", "weakened"}
}

test_what_came_before_or_later_is_not_the_periods if {
	after({"snapshots": [changed({"requiredApprovingReviewCount": 3}), branch, branch]}) == set()
	after({"snapshots": [branch, branch, off], "since": [branch, off]}) == set()
}

test_item_alone_is_tested if {
	codes(off, object.union(steady, {"snapshots": [], "since": []}), {}) == {"unprotected", "no_earlier_snapshot"}
}

event(fields) := object.union(data.testdata["github.audit_event"].destroyed, fields)

test_turned_off_by_an_event if {
	some e in reasons(branch, object.union(steady, {"events": [data.testdata["github.audit_event"].destroyed]}), {})
	e == {"code": "turned_off_by_event", "detail": {
		"repository": "acme/app", "action": "protected_branch.destroy", "by": "alice",
		"at": "2026-10-05T11:33:20Z", "what": "main",
	}}
}

# An event under a name that the repository had before, found by its number.
test_event_before_a_rename if {
	earlier := event({"repo": "acme/old", "action": "protected_branch.update_require_code_owner_review", "require_code_owner_review": false})
	after({"events_by_number": [earlier]}) == {"weakened_by_event"}
	count(reasons(branch, object.union(steady, {"events": [event({})], "events_by_number": [event({})]}), {})) == 1
}

test_events_of_other_branches if {
	after({"events": [event({"name": "release/*"})]}) == set()
	after({"events": [event({"name": null})]}) == {"turned_off_by_event"}
}

test_overridden if {
	override := object.union(object.remove(data.testdata["github.audit_event"].destroyed, ["name"]), {
		"action": "protected_branch.policy_override", "branch": "refs/heads/main",
		"overridden_codes": ["review_policy_not_satisfied"], "actor": null, "created_at": null,
	})
	some e in reasons(branch, object.union(steady, {"events": [override]}), {})
	e.code == "overridden"
	e.detail.by == "ghost"
	e.detail.at == ""
	e.detail.what == "refs/heads/main, review_policy_not_satisfied"
}

test_weakened_by_an_event if {
	count_event := event({"action": "protected_branch.update_required_approving_review_count", "required_approving_review_count": 0})
	after({"events": [count_event]}) == {"weakened_by_event"}
	after({"events": [object.union(count_event, {"required_approving_review_count": 1})]}) == set()
	after({"events": [event({"action": "protected_branch.create"}), event({"action": "team.add_member"})]}) == set()
}

test_rulesets_of_the_organisation if {
	update := {
		"action": "repository_ruleset.update", "actor": "dog", "org": "acme", "created_at": 1791200000000,
		"ruleset_name": "all", "ruleset_enforcement": "disabled", "ruleset_old_enforcement": "enabled",
	}
	some e in reasons(branch, object.union(steady, {"organisation_events": [update]}), {})
	e.code == "weakened_by_event"
	e.detail.what == "all, ruleset_enforcement disabled"

	# One of a repository comes by that repository's events.
	after({"organisation_events": [object.union(update, {"repo": "acme/other"})]}) == set()
	after({"events": [object.union(update, {"repo": "acme/app", "action": "repository_ruleset.destroy"})]}) == {"turned_off_by_event"}
}

push(fields) := object.union(data.testdata["github.ref_update"].push, {"activity": fields})

test_forced_push if {
	some e in reasons(branch, object.union(steady, {"pushes": [push({"activity_type": "force_push"})]}), {})
	e == {"code": "force_pushed", "detail": {
		"repository": "acme/app", "branch": "main", "by": "alice", "at": "2026-10-09T03:00:00Z",
		"before": "bbbbbbbbbb", "after": "dddddddddd",
	}}
	after({"pushes": [push({"activity_type": "force_push", "ref": "refs/heads/feature"})]}) == set()
	after({"pushes": [push({"activity_type": "branch_deletion", "actor": null})]}) == {"branch_deleted"}
}

first := {"snapshots": [branch], "since": [branch]}

test_nothing_tells_how_it_began if {
	after(first) == {"no_earlier_snapshot"}
}

claim := data.testdata["evidence.claim"].claim

test_the_audit_log_tells_how_it_began if {
	after(object.union(first, {"audit_log": [claim]})) == set()
	every useless in [
		object.union(claim, {"gaps": [{"code": "page_missing"}]}),
		object.union(claim, {"found": 2}),
		object.union(claim, {"window": {"start": "2026-10-01T00:00:00Z"}}),
		object.union(claim, {"window": {"start": "2026-09-01T00:00:00Z", "end": "2026-09-30T15:00:00Z"}}),
	] {
		after(object.union(first, {"audit_log": [useless]})) == {"no_earlier_snapshot"}
	}
}

test_created_in_the_period if {
	after(object.union(first, {"pushes": [push({"activity_type": "branch_creation"})]})) == set()
}
