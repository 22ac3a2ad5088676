# CHG-01: one merged pull request.
package evidence.chg_01

import data.evidence.lib.approval
import data.evidence.lib.change
import data.evidence.lib.people

exception contains {"code": "no_independent_approval", "detail": who} if {
	in_scope
	status == "none"
}

exception contains {"code": "author_unidentified", "detail": object.union(who, {"unidentified": unidentified})} if {
	in_scope
	status == "unidentified"
}

exception contains {"code": "reviews_incomplete", "detail": who} if {
	in_scope
	status == "incomplete"
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "other_branch"} if not in_scope

observation contains {"code": "self_merge", "detail": who} if {
	in_scope
	change.self_merged(input.record, input.params.bots)
}

observation contains {"code": "self_approval", "detail": {"approver": people.name(review.author), "author": who.author}} if {
	in_scope
	some review in input.record.reviews.nodes
	review.state == "APPROVED"
	people.person(review.author, input.params.bots)
	approval.contributed(review.author, input.record, input.params)
}

observation contains {"code": "bot_merge", "detail": {"author": who.author, "merger": who.merger}} if {
	in_scope
	is_object(input.record.mergedBy)
	not people.person(input.record.mergedBy, input.params.bots)
}

in_scope if change.in_scope(input.record, input.params.branches, input.related.landed)

status := approval.status(input.record, input.params)

who := {
	"author": people.name(input.record.author),
	"merger": change.merger(input.record, input.params.bots),
	"approvers": approval.approvers(input.record),
}

unidentified := concat(", ", array.slice(sort(approval.unidentified(input.record, input.params)), 0, 10))
