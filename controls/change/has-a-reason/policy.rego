# CHG-04: one merged pull request and the tickets that it names.
package evidence.chg_04

import data.evidence.lib.change
import data.evidence.lib.people

exception contains {"code": "no_ticket_named", "detail": {"author": author}} if {
	applicable
	count(tickets) == 0
	count(input.extracted.ticket_keys) == 0
}

exception contains {"code": "ticket_not_found", "detail": {"author": author, "tickets": named}} if {
	applicable
	count(tickets) == 0
	count(input.extracted.ticket_keys) > 0
}

exception contains {"code": "ticket_created_after_merge", "detail": {
	"ticket": ticket.resourcePath,
	"created": ticket.createdAt,
	"merged": input.record.mergedAt,
}} if {
	applicable
	not supported
	some ticket in told
	not before_merge(ticket)
}

exception contains {"code": "ticket_closed_before", "detail": {
	"ticket": ticket.resourcePath,
	"closed": ticket.closedAt,
	"opened": input.record.createdAt,
}} if {
	applicable
	not supported
	some ticket in told
	before_merge(ticket)
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "other_branch"} if not change.in_scope(input.record, input.params.branches, input.related.landed)

not_applicable_because contains {"code": "exempt_author"} if people.named(input.record.author, input.params.exempt_authors)

applicable if {
	change.in_scope(input.record, input.params.branches, input.related.landed)
	not people.named(input.record.author, input.params.exempt_authors)
}

# tickets that exist: those named, and those linked.
tickets contains ticket if some ticket in input.related.tickets

tickets contains ticket if {
	some ticket in input.record.closingIssuesReferences.nodes
	is_object(ticket)
}

supported if {
	some ticket in tickets
	before_merge(ticket)
	not closed_before(ticket)
}

before_merge(ticket) if ns(ticket.createdAt) < ns(input.record.mergedAt)

closed_before(ticket) if {
	is_string(ticket.closedAt)
	ns(ticket.closedAt) < ns(input.record.createdAt)
}

ns(at) := time.parse_rfc3339_ns(at)

# told: the tickets that readers are told of, a few of many.
told := array.slice(sort(tickets), 0, 10)

author := people.name(input.record.author)

named := concat(", ", array.slice(input.extracted.ticket_keys, 0, 10))
