# Who made a change, who approved it, and whether that was in force at the merge:
# on a pull request of GitHub (github.pull_request). params holds bots, the logins
# of accounts that machines use, and author_emails, which maps e-mail addresses of
# commits to logins.
package evidence.lib.approval

import data.evidence.lib.people

# status of a pull request's approval at the merge:
#   approved      by a person who made none of its commits
#   none          by nobody, or by those alone who made it
#   unidentified  by somebody, but not all who made it are known, so that the
#                 approver may be one of them
#   incomplete    the reviews are not all there, so that it may have been withdrawn
status(pull, params) := "none" if count(independent(pull, params)) == 0

status(pull, params) := "unidentified" if {
	count(independent(pull, params)) > 0
	count(unidentified(pull, params)) > 0
}

status(pull, params) := "incomplete" if {
	count(independent(pull, params)) > 0
	count(unidentified(pull, params)) == 0
	not all_there(pull, "reviews")
}

status(pull, params) := "approved" if {
	count(independent(pull, params)) > 0
	count(unidentified(pull, params)) == 0
	all_there(pull, "reviews")
}

# independent approvals: in force at the merge, by persons who are not known to
# have contributed.
independent(pull, params) := {review |
	some review in in_force(pull)
	is_independent(review.author, pull, params)
}

# is_independent: a person who is not known to have contributed to the change.
is_independent(actor, pull, params) if {
	people.person(actor, params.bots)
	not contributed(actor, pull, params)
}

# contributed: the account authored the pull request or one of its commits.
contributed(actor, pull, params) if {"id": actor.id} in makers(pull, params)

contributed(actor, pull, params) if {"login": lower(actor.login)} in makers(pull, params)

# unidentified lists, as texts, what is not known of who made the change.
unidentified(pull, params) := {text |
	some maker in makers(pull, params)
	text := maker.unknown
}

# makers of a change: the author of the pull request, and every author and
# co-author of its commits. Each is {"id"} of an account, {"login"} of one that an
# e-mail address names, {"bot"}, or {"unknown"}: a text that says what is missing.
makers(pull, params) := ({opener(pull.author, params)} | authors(pull, params)) | missing(pull)

opener(actor, params) := {"id": actor.id} if people.person(actor, params.bots)

opener(actor, params) := {"bot": people.name(actor)} if {
	not people.person(actor, params.bots)
	machine(actor, params)
}

opener(actor, params) := {"unknown": people.name(actor)} if {
	not people.person(actor, params.bots)
	not machine(actor, params)
}

machine(actor, _) if people.kind(actor) == "Bot"

machine(actor, _) if {
	is_string(actor.login)
	endswith(lower(actor.login), "[bot]")
}

machine(actor, params) if people.named(actor, params.bots)

authors(pull, params) := {maker |
	some node in pull.commits.nodes
	some author in authors_of(node.commit)
	maker := author_of(author, params, host(pull))
}

authors_of(commit) := {author | some author in commit.authors.nodes} | {author |
	author := commit.author
}

author_of(author, _, _) := {"id": author.user.id}

author_of(author, params, at) := by if {
	not author.user.id
	by := people.by_email(author, params.author_emails, at)
}

author_of(author, params, at) := {"unknown": people.address(author)} if {
	is_object(author)
	not author.user.id
	not people.by_email(author, params.author_emails, at)
}

author_of(author, _, _) := {"unknown": "?"} if not is_object(author)

# missing: lists that do not hold all that GitHub says there is. The last commit
# must be among them: a list that was cut off lacks it, whatever it counts.
missing(pull) := {{"unknown": text} | some text in ((lists(pull) | author_lists(pull)) | head(pull))}

lists(pull) := {sprintf("commits %d/%v", [held(pull, "commits"), total(pull, "commits")])} if not all_there(pull, "commits")

lists(pull) := set() if all_there(pull, "commits")

author_lists(pull) := {sprintf("authors of %s %d/%v", [short(node.commit.oid), held(node.commit, "authors"), total(node.commit, "authors")]) |
	some node in pull.commits.nodes
	not all_there(node.commit, "authors")
}

head(pull) := {sprintf("commit %s", [short(pull.headRefOid)])} if not holds_head(pull)

head(pull) := set() if holds_head(pull)

holds_head(pull) if {
	some node in pull.commits.nodes
	node.commit.oid == pull.headRefOid
}

# complete: a connection of GraphQL whose nodes are all there.
complete(connection) if count([node | some node in connection.nodes; node != null]) >= connection.totalCount

# all_there: the thing has the list, and it is complete.
all_there(thing, list) if complete(thing[list])

held(thing, list) := count([node | some node in thing[list].nodes; node != null])

total(thing, list) := object.get(thing, [list, "totalCount"], "?")

short(oid) := substring(oid, 0, 7) if is_string(oid)

short(oid) := "?" if not is_string(oid)

host(pull) := found[1] if found := regex.find_all_string_submatch_n(`^https://([^/]+)/`, pull.url, 1)[0]

host(pull) := "github.com" if not regex.match(`^https://[^/]+/`, object.get(pull, "url", ""))

# in_force: the reviews that approved the pull request at the moment of its merge.
# Of each reviewer the last review before it counts; a comment changes nothing.
in_force(pull) := {review |
	some review in decisions(pull)
	review.state == "APPROVED"
	not withdrawn(review, decisions(pull))
}

withdrawn(review, all) if {
	some later in all
	later.author.id == review.author.id
	later.at > review.at
}

# In the same second nobody can tell which was the last.
withdrawn(review, all) if {
	some other in all
	other.author.id == review.author.id
	other.at == review.at
	other.state != "APPROVED"
}

# decisions are the reviews submitted before the merge, with what they said then.
# A review by a deleted account is nobody's.
decisions(pull) := {decision |
	merged := time.parse_rfc3339_ns(pull.mergedAt)
	some review in pull.reviews.nodes
	is_string(review.submittedAt)
	is_string(review.author.id)
	at := time.parse_rfc3339_ns(review.submittedAt)
	at < merged
	state := state_at_merge(review, pull, merged)
	state in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
	decision := {
		"at": at,
		"author": review.author,
		"oid": object.get(review, ["commit", "oid"], null),
		"state": state,
	}
}

# state_at_merge: a review that was dismissed after the merge says so now, and
# what it said before in the event that dismissed it.
state_at_merge(review, pull, merged) := review.state if not dismissed_after(review, pull, merged)

state_at_merge(review, pull, merged) := event.previousReviewState if {
	dismissed_after(review, pull, merged)
	some event in dismissals(review, pull)
}

dismissed_after(review, pull, merged) if {
	review.state == "DISMISSED"
	events := dismissals(review, pull)
	count(events) == 1
	every event in events {
		time.parse_rfc3339_ns(event.createdAt) > merged
	}
}

dismissals(review, pull) := {event |
	some event in pull.timelineItems.nodes
	event.__typename == "ReviewDismissedEvent"
	event.review.id == review.id
}

# approvers names those whose approval was in force.
approvers(pull) := people.names({review.author | some review in in_force(pull)})
