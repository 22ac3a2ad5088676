# CHG-02: one merged pull request, if its author merged it unapproved.
package evidence.chg_02

import data.evidence.lib.approval
import data.evidence.lib.change
import data.evidence.lib.people
import data.evidence.lib.workdays

exception contains {"code": "not_reviewed", "detail": who} if {
	emergency
	due
	count(reviews) == 0
}

exception contains {"code": "reviewed_late", "detail": object.union(who, first)} if {
	emergency
	count(reviews) > 0
	not in_time
}

exception contains {"code": "author_unidentified", "detail": object.union(who, {"unidentified": concat(", ", array.slice(sort(unidentified), 0, 10))})} if {
	emergency
	count(reviews) > 0
	count(unidentified) > 0
}

pending contains {"code": "review_due", "detail": who, "until": deadline} if {
	emergency
	not due
	count(reviews) == 0
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "no_emergency"} if not emergency

observation contains {"code": "late_approval", "detail": object.union(who, first)} if {
	emergency
	in_time
	approved
}

observation contains {"code": "late_explanation", "detail": object.union(who, first)} if {
	emergency
	in_time
	not approved
}

emergency if {
	change.in_scope(input.record, input.params.branches, input.related.landed)
	approval.status(input.record, input.params) != "approved"
	self_merged
}

self_merged if change.self_merged(input.record, input.params.bots)

# Nobody knows who merged it: it may have been the author.
self_merged if count(mergers) == 0

# A machine, or nobody known, opened it; who merged it made its commits.
self_merged if {
	not people.person(input.record.author, input.params.bots)
	some actor in mergers
	approval.contributed(actor, input.record, input.params)
}

mergers := change.mergers(input.record, input.params.bots)

unidentified := approval.unidentified(input.record, input.params)

# reviews from the merge on, by persons who took no part in making the change.
reviews contains {"ns": ns, "by": review.author.login, "approval": true} if {
	some review in input.record.reviews.nodes
	review.state == "APPROVED"
	ns := since_merge(review.submittedAt)
	approval.is_independent(review.author, input.record, input.params)
}

reviews contains {"ns": ns, "by": review.author.login, "approval": false} if {
	some review in input.record.reviews.nodes
	review.state == "COMMENTED"
	ns := since_merge(review.submittedAt)
	explains(review.body)
	approval.is_independent(review.author, input.record, input.params)
}

reviews contains {"ns": ns, "by": comment.author.login, "approval": false} if {
	some comment in input.record.comments.nodes
	ns := since_merge(comment.createdAt)
	explains(comment.body)
	approval.is_independent(comment.author, input.record, input.params)
}

since_merge(at) := ns if {
	is_string(at)
	ns := time.parse_rfc3339_ns(at)
	ns >= merged
}

explains(body) if {
	trim_space(body) != ""
	regex.match(input.params.explanation_pattern, body)
}

# first of the reviews; of two at the same time, the approval.
first := {"reviewer": found.by, "at": time.format([found.ns, "UTC", "2006-01-02T15:04:05Z07:00"])} if {
	found := sort([{"a": review.ns, "b": approving[review.approval], "by": review.by, "ns": review.ns} | some review in considered])[0]
}

approving := {true: 0, false: 1}

# considered: where an approval came in time, the first one is told of; otherwise
# the first word of any sort.
considered := {review | some review in reviews; review.approval; review.ns < ends} if approved

considered := reviews if not approved

approved if {
	some review in reviews
	review.approval
	review.ns < ends
}

in_time if {
	some review in reviews
	review.ns < ends
}

due if time.parse_rfc3339_ns(input.as_of) >= ends

merged := time.parse_rfc3339_ns(input.record.mergedAt)

ends := workdays.ends(merged, input.params.working_days, input.params.holidays, input.params.utc_offset_hours)

deadline := workdays.deadline(merged, input.params.working_days, input.params.holidays, input.params.utc_offset_hours)

who := {
	"author": people.name(input.record.author),
	"merger": change.merger(input.record, input.params.bots),
	"deadline": workdays.due(merged, input.params.working_days, input.params.holidays, input.params.utc_offset_hours),
}
