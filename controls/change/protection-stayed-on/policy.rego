# CHG-06: one branch, its snapshots around the period, and what befell it.
package evidence.chg_06

import data.evidence.lib.people
import data.evidence.lib.protection
import data.evidence.lib.weakening

exception contains {"code": "unprotected", "detail": at_commit(snapshot)} if {
	some snapshot in tested
	protection.approvals(snapshot) == 0
	required > 0
}

exception contains {"code": "too_few_approvals", "detail": object.union(at_commit(snapshot), {"approvals": n, "required": required})} if {
	some snapshot in tested
	n := protection.approvals(snapshot)
	n > 0
	n < required
}

exception contains {"code": "admins_not_enforced", "detail": at_commit(snapshot)} if {
	some snapshot in protected
	input.params.enforce_admins == true
	not holds_for_all(snapshot)
	count(unreadable(snapshot)) == 0
}

exception contains {"code": "bypass_unknown", "detail": object.union(branch, {"ruleset": name})} if {
	some snapshot in protected
	input.params.enforce_admins == true
	not holds_for_all(snapshot)
	some name in unreadable(snapshot)
}

exception contains {"code": "bypass_allowed", "detail": object.union(branch, {"who": who})} if {
	some snapshot in protected
	some who in (protection.bypassers(snapshot) | passers(snapshot))
	not allowed(who)
}

exception contains {"code": "weakened", "detail": object.union(at_commit(after), {"lost": concat(", ", sort(lost))})} if {
	some i, before in told
	after := told[i + 1]
	lost := protection.lost(before, after)
	count(lost) > 0
}

exception contains {"code": "turned_off_by_event", "detail": by_event(event)} if {
	some event in events
	weakening.effect(event, required) == "turned_off"
}

exception contains {"code": "weakened_by_event", "detail": by_event(event)} if {
	some event in events
	weakening.effect(event, required) == "weakened"
}

exception contains {"code": "overridden", "detail": by_event(event)} if {
	some event in events
	weakening.effect(event, required) == "overridden"
}

exception contains {"code": "force_pushed", "detail": object.union(by_push(push), {"before": short(push.before), "after": short(push.after)})} if {
	some push in pushes
	push.activity_type == "force_push"
}

exception contains {"code": "branch_deleted", "detail": by_push(push)} if {
	some push in pushes
	push.activity_type == "branch_deletion"
}

exception contains {"code": "no_earlier_snapshot", "detail": branch} if {
	not protection.known_from_start(input.related.snapshots, input.related.since)
	not log_covers_start
	not created
}

required := input.params.required_approvals

branch := {"repository": input.record.repository.nameWithOwner, "branch": input.record.name}

at_commit(snapshot) := object.union(branch, {"commit": short(object.get(snapshot, ["target", "oid"], ""))})

short(oid) := substring(oid, 0, 10)

# told: the snapshots that tell of the period, in the order of their times.
told := protection.told(input.related.snapshots, input.related.since, input.related.within)

# tested: those of them that were taken since it began; in any case the item.
tested := {snapshot | some snapshot in array.slice(input.related.since, 0, count(input.related.within) + 1)} | {snapshot |
	count(input.related.since) == 0
	snapshot := input.record
}

# protected: those that need approvals enough; of the others that is said already.
protected := {snapshot | some snapshot in tested; protection.approvals(snapshot) >= required; required > 0}

# holds_for_all: some rule that asks for approvals enough exempts no administrator.
holds_for_all(snapshot) if {
	snapshot.branchProtectionRule.requiresApprovingReviews == true
	snapshot.branchProtectionRule.requiredApprovingReviewCount >= required
	snapshot.branchProtectionRule.isAdminEnforced == true
}

holds_for_all(snapshot) if {
	some rule in sufficient(snapshot)
	ruleset := ruleset_of(rule)
	is_object(ruleset.bypassActors)
	every actor in ruleset.bypassActors.nodes {
		not administrator(actor)
	}
	ruleset.bypassActors.totalCount == count(ruleset.bypassActors.nodes)
}

sufficient(snapshot) := [rule |
	some rule in protection.active(snapshot, "PULL_REQUEST")
	rule.parameters.requiredApprovingReviewCount >= required
]

administrator(actor) if actor.organizationAdmin == true

administrator(actor) if is_string(actor.repositoryRoleName)

# unreadable rulesets: their bypassers are not there to be read.
unreadable(snapshot) := {rule.repositoryRuleset.name |
	some rule in sufficient(snapshot)
	not readable(rule)
}

readable(rule) if {
	bypassers := ruleset_of(rule).bypassActors
	bypassers.totalCount == count(bypassers.nodes)
}

# ruleset_of a rule, as it was at the period's end.
ruleset_of(rule) := protection.at_end(since, within).ruleset if {
	since := [record | some record in input.related.rulesets; record.ruleset.id == rule.repositoryRuleset.id]
	within := [record | some record in input.related.rulesets_within; record.ruleset.id == rule.repositoryRuleset.id]
}

# passers: teams, Apps and deploy keys that a ruleset lets by.
passers(snapshot) := {who |
	some rule in sufficient(snapshot)
	some node in ruleset_of(rule).bypassActors.nodes
	not administrator(node)
	who := passer(node)
}

passer(node) := protection.actor(node.actor) if is_object(node.actor)

passer(node) := "deploy key" if node.deployKey == true

passer(node) := "?" if {
	not is_object(object.get(node, "actor", null))
	not node.deployKey == true
}

allowed(who) if {
	some listed in input.params.allowed_bypassers
	lower(listed) == lower(who)
}

events contains event if {
	some event in array.concat(input.related.events, input.related.events_by_number)
	weakening.about(event, input.record.name)
}

events contains event if {
	some event in input.related.organisation_events
	not is_string(object.get(event, "repo", null))
}

by_event(event) := {
	"repository": input.record.repository.nameWithOwner,
	"action": event.action,
	"by": actor_of(event),
	"at": when(event),
	"what": concat(", ", sort(subjects(event) | changes(event))),
}

actor_of(event) := event.actor if is_string(event.actor)

actor_of(event) := "ghost" if not is_string(object.get(event, "actor", null))

default when(_) := ""

when(event) := time.format([event.created_at * 1000000, "UTC", "2006-01-02T15:04:05Z07:00"]) if is_number(event.created_at)

# subjects: the branch or the ruleset that the event names
subjects(event) := {value |
	some field in {"name", "old_name", "branch", "ruleset_name"}
	value := event[field]
	is_string(value)
}

changes(event) := weakening.ruleset_changes(event) if event.action == "repository_ruleset.update"

changes(event) := {sprintf("%v", [code]) | some code in event.overridden_codes} if event.action != "repository_ruleset.update"

pushes contains update.activity if {
	some update in input.related.pushes
	update.activity.ref == sprintf("refs/heads/%s", [input.record.name])
}

by_push(push) := object.union(branch, {"by": people.name(push.actor), "at": push.timestamp})

created if {
	some push in pushes
	push.activity_type == "branch_creation"
}

log_covers_start if {
	start := time.parse_rfc3339_ns(input.period.start)
	some claim in input.related.audit_log
	time.parse_rfc3339_ns(claim.window.start) <= start
	time.parse_rfc3339_ns(claim.window.end) > start
	claim.found == claim.expected
	not gaps(claim)
}

gaps(claim) if some _ in claim.gaps
