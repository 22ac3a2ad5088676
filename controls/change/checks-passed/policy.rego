# CHG-07: one merged pull request and the checks of its head commit.
package evidence.chg_07

import data.evidence.lib.change
import data.evidence.lib.protection

exception contains {"code": "check_missing", "detail": {"check": check, "commit": short}} if {
	some check in required
	count(results(check)) == 0
}

exception contains {"code": "check_failed", "detail": {"check": check, "commit": short, "merged": input.record.mergedAt, "result": result}} if {
	some check in required
	failed := {r.state | some r in results(check); not r.passed; not r.after_merge}
	count(failed) > 0
	result := concat(", ", sort(failed))
}

exception contains {"code": "check_after_merge", "detail": {"check": check, "commit": short, "merged": input.record.mergedAt, "completed": completed}} if {
	some check in required
	count(results(check)) > 0
	every r in results(check) {
		r.after_merge
	}
	completed := min({r.at | some r in results(check)})
}

exception contains {"code": "protection_unknown", "detail": {"branch": input.record.baseRefName}} if {
	applicable
	not settings
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "other_branch"} if not applicable

not_applicable_because contains {"code": "no_required_check"} if {
	applicable
	count(required) == 0
}

applicable if own_branch

applicable if by_default

own_branch if change.listed(input.record, input.params.branches)

own_branch if count(input.related.protection) > 0

# by_default: it went elsewhere, and what it brought came on without another pull
# request of its own.
by_default if {
	not own_branch
	some record in input.related.landed
	not brought_by_another(record)
}

brought_by_another(record) if {
	some pull in record.commit.associatedPullRequests.nodes
	pull.merged == true
	pull.id != input.record.id
	pull.baseRefName == record.branch
}

# settings of the branch as they were at the period's end
settings := protection.at_end(input.related.protection, input.related.protection_within) if own_branch

settings := protection.at_end(input.related.default_protection, input.related.default_protection_within) if by_default

required contains check if {
	applicable
	some check in protection.contexts(settings)
}

required contains check if {
	applicable
	some check in input.params.required_checks
}

# contexts of the commit that was merged: those of another one say nothing.
contexts contains context if {
	some node in input.record.head.nodes
	node.commit.oid == input.record.headRefOid
	some context in node.commit.statusCheckRollup.contexts.nodes
}

results(check) := {result |
	some context in contexts
	name_of(context) == check
	result := {
		"state": state(context),
		"passed": state(context) in passing,
		"at": completed_at(context),
		"after_merge": after_merge(context, completed_at(context)),
	}
}

name_of(context) := context.name if context.__typename == "CheckRun"

name_of(context) := context.context if context.__typename == "StatusContext"

state(context) := context.conclusion if is_string(context.conclusion)

state(context) := object.get(context, "state", object.get(context, "status", "?")) if not is_string(object.get(context, "conclusion", null))

# completed_at is empty of a check that has not completed.
completed_at(context) := context.completedAt if is_string(context.completedAt)

completed_at(context) := context.createdAt if {
	context.__typename == "StatusContext"
	is_string(context.createdAt)
}

completed_at(context) := "" if {
	context.__typename == "CheckRun"
	not is_string(object.get(context, "completedAt", null))
}

# after_merge: a success that does not say when it came is not shown to have come
# before.
after_merge(context, "") := state(context) in passing

after_merge(_, at) := time.parse_rfc3339_ns(at) > time.parse_rfc3339_ns(input.record.mergedAt) if at != ""

passing := {"SUCCESS", "NEUTRAL", "SKIPPED"}

short := substring(input.record.headRefOid, 0, 10)
