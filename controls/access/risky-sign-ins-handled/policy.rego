# ACC-12: one detected risk, and what became of it.
package evidence.acc_12

import data.evidence.lib.graphtime

exception contains {"code": "still_at_risk", "detail": object.union(what, {"due": graphtime.rfc3339(deadline)})} if {
	in_scope
	open
	due
	not confirmed
}

exception contains {"code": "compromise_not_cleared", "detail": object.union(what, {"due": graphtime.rfc3339(deadline), "confirmed_at": confirmed_at})} if {
	in_scope
	open
	due
	confirmed
}

exception contains {"code": "closed_late", "detail": object.union(what, {"due": graphtime.rfc3339(deadline), "at": graphtime.rfc3339(closing)})} if {
	in_scope
	closed
	reason_told
	closing > deadline
}

exception contains {"code": "closing_time_unknown", "detail": object.union(what, {"due": graphtime.rfc3339(deadline)})} if {
	in_scope
	closed
	reason_told
	not closing
}

exception contains {"code": "no_reason", "detail": what} if {
	in_scope
	closed
	not reason_told
}

exception contains {"code": "level_unknown", "detail": what} if level_unknown

pending contains {"code": "not_yet_due", "detail": what, "until": graphtime.rfc3339(deadline)} if {
	in_scope
	open
	not due
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "below_level"} if level < threshold

observation contains {"code": "compromise_confirmed", "detail": what} if {
	in_scope
	confirmed
}

# Of a level that is none of these, hidden among them, nothing is known.
levels := {"none": 0, "low": 1, "medium": 2, "high": 3}

level := levels[input.record.riskLevel]

threshold := levels[input.params.level]

in_scope if level >= threshold

level_unknown if not level

# A level in params that does not exist leaves nothing out.
level_unknown if not threshold

open if not closed

closed if input.record.riskState in closing_states

# closed: confirmed as a compromise, and the account cleared of it since.
closed if cleared

closing_states := {"remediated", "dismissed", "confirmedSafe"}

confirmed if input.record.riskState == "confirmedCompromised"

# confirmed_at: the state is the last that became of it.
default confirmed_at := null

confirmed_at := graphtime.rfc3339(graphtime.ns(input.record.lastUpdatedDateTime))

# cleared: the account of a confirmed compromise is at risk no longer.
cleared if {
	confirmed
	some user in input.related.users
	user.riskState in closing_states
	graphtime.ns(user.riskLastUpdatedDateTime) >= detected
}

# The reasons why a state is what it is.
details contains input.record.riskDetail if not confirmed

details contains user.riskDetail if {
	confirmed
	some user in input.related.users
}

reason_told if {
	some detail in details
	is_string(detail)
	not detail in {"", "none", "hidden", "unknownFutureValue"}
}

closing := graphtime.ns(input.record.lastUpdatedDateTime) if not confirmed

closing := min([at |
	some user in input.related.users
	at := graphtime.ns(user.riskLastUpdatedDateTime)
	at >= detected
]) if {
	cleared
}

detected := time.parse_rfc3339_ns(input.record.detectedDateTime)

deadline := detected + (input.params.hours * 3600000000000)

due if deadline <= time.parse_rfc3339_ns(input.as_of)

what := {
	"user": field(["userPrincipalName", "userDisplayName", "userId"]),
	"type": field(["riskEventType", "riskType"]),
	"level": field(["riskLevel"]),
	"state": field(["riskState"]),
	"reason": field(["riskDetail"]),
}

# field: the first of them that says something.
field(names) := array.concat([input.record[name] | some name in names; says(input.record[name])], ["-"])[0]

says(value) if {
	is_string(value)
	value != ""
}
