# What protects a branch: snapshots of a branch of GitHub (github.branch_protection)
# with its branch protection rule and the rules of rulesets that apply to it.
package evidence.lib.protection

# at_end of a period: the first snapshot taken when it had ended or, while there
# is none, the last one taken in it. since are the snapshots from the period's
# start on, within those of the period alone, both in the order of their times.
at_end(since, within) := since[min([count(within), count(since) - 1])]

# told: the snapshots that tell of the period: the last one before it, those taken
# in it, and the first one after it. all are the snapshots of whatever time.
told(all, since, within) := array.slice(all, max([before - 1, 0]), min([(before + count(within)) + 1, count(all)])) if {
	before := count(all) - count(since)
}

# known_from_start: one was taken before the period.
known_from_start(all, since) if count(all) > count(since)

# approvals that a merge into the branch needs: of several rules the strictest.
approvals(branch) := max({0} | (classic_approvals(branch) | {n |
	some rule in active(branch, "PULL_REQUEST")
	n := rule.parameters.requiredApprovingReviewCount
	is_number(n)
}))

classic_approvals(branch) := {n |
	branch.branchProtectionRule.requiresApprovingReviews == true
	n := branch.branchProtectionRule.requiredApprovingReviewCount
	is_number(n)
}

# active rules of a type. A ruleset that is off, or only evaluated, protects nothing.
active(branch, type) := [rule |
	some rule in branch.rules.nodes
	rule.type == type
	rule.repositoryRuleset.enforcement == "ACTIVE"
]

# contexts of the status checks that a merge into the branch needs.
contexts(branch) := {context |
	branch.branchProtectionRule.requiresStatusChecks == true
	some context in branch.branchProtectionRule.requiredStatusCheckContexts
	is_string(context)
} | {check.context |
	some rule in active(branch, "REQUIRED_STATUS_CHECKS")
	some check in rule.parameters.requiredStatusChecks
}

# lost: what protected the branch in one snapshot and no longer does in the next,
# and who may go around it now and could not before. The names are GitHub's.
lost(before, after) := (features(before) - features(after)) | {sprintf("bypass %s", [who]) |
	some who in (bypassers(after) - bypassers(before))
}

features(branch) := ((counted(branch) | checks(branch)) | switched(branch)) | ruled(branch)

# GitHub allows up to six; a number beyond that is not counted up to.
counted(branch) := {sprintf("requiredApprovingReviewCount %d", [n]) |
	some n in numbers.range(1, 10)
	n <= approvals(branch)
}

checks(branch) := {sprintf("requiredStatusChecks %s", [context]) | some context in contexts(branch)}

# switched: what a branch protection rule or a rule of a ruleset turns on.
switched(branch) := {name |
	some name, field in on
	branch.branchProtectionRule[field] == true
} | ({name |
	some name, field in off
	branch.branchProtectionRule[field] == false
} | {name |
	some rule in branch.rules.nodes
	rule.repositoryRuleset.enforcement == "ACTIVE"
	name := types[rule.type]
})

on := {
	"isAdminEnforced": "isAdminEnforced",
	"requiresCodeOwnerReviews": "requiresCodeOwnerReviews",
	"dismissesStaleReviews": "dismissesStaleReviews",
	"requireLastPushApproval": "requireLastPushApproval",
	"requiresStrictStatusChecks": "requiresStrictStatusChecks",
	"requiresLinearHistory": "requiresLinearHistory",
	"requiresCommitSignatures": "requiresCommitSignatures",
	"restrictsPushes": "restrictsPushes",
	"restrictsReviewDismissals": "restrictsReviewDismissals",
	"lockBranch": "lockBranch",
}

off := {"allowsForcePushes false": "allowsForcePushes", "allowsDeletions false": "allowsDeletions"}

types := {
	"NON_FAST_FORWARD": "allowsForcePushes false",
	"DELETION": "allowsDeletions false",
	"REQUIRED_LINEAR_HISTORY": "requiresLinearHistory",
	"REQUIRED_SIGNATURES": "requiresCommitSignatures",
	"UPDATE": "restrictsPushes",
	"LOCK_BRANCH": "lockBranch",
	"MERGE_QUEUE": "MERGE_QUEUE",
	"WORKFLOWS": "WORKFLOWS",
	"REQUIRED_DEPLOYMENTS": "REQUIRED_DEPLOYMENTS",
	"CODE_SCANNING": "CODE_SCANNING",
}

# ruled: what the parameters of rulesets' rules turn on.
ruled(branch) := {name |
	some type, fields in parameters
	some rule in active(branch, type)
	some field, name in fields
	rule.parameters[field] == true
} | enforced_by_ruleset(branch)

parameters := {
	"PULL_REQUEST": {
		"requireCodeOwnerReview": "requiresCodeOwnerReviews",
		"dismissStaleReviewsOnPush": "dismissesStaleReviews",
		"requireLastPushApproval": "requireLastPushApproval",
	},
	"REQUIRED_STATUS_CHECKS": {"strictRequiredStatusChecksPolicy": "requiresStrictStatusChecks"},
}

# Rulesets hold for administrators too, unless they may bypass them, which is a
# question of its own.
enforced_by_ruleset(branch) := {"isAdminEnforced"} if {
	not is_object(branch.branchProtectionRule)
	count(active(branch, "PULL_REQUEST")) > 0
}

enforced_by_ruleset(branch) := set() if is_object(branch.branchProtectionRule)

enforced_by_ruleset(branch) := set() if count(active(branch, "PULL_REQUEST")) == 0

# bypassers: who may go around a branch protection rule, by name.
bypassers(branch) := {who |
	some list in {"bypassPullRequestAllowances", "bypassForcePushAllowances"}
	some node in branch.branchProtectionRule[list].nodes
	who := actor(node.actor)
}

# actor of an allowance, by the name that its sort has.
actor(who) := object.get(who, "combinedSlug", object.get(who, "login", object.get(who, "slug", object.get(who, "__typename", "?")))) if is_object(who)

actor(who) := "ghost" if not is_object(who)
