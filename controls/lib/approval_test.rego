package evidence.lib.approval_test

import data.evidence.lib.approval

pull := data.testdata["github.pull_request"].pull

carol := {"__typename": "User", "login": "carol", "id": "U_kgDOAAAAAw"}

params := {"bots": [], "author_emails": {}}

with_list(list, nodes) := object.union(pull, {list: {"totalCount": count(nodes), "nodes": nodes}})

review(who, state, at) := {
	"id": sprintf("%v %s", [who, at]),
	"state": state, "submittedAt": at, "body": "", "author": who,
	"commit": {"oid": pull.headRefOid},
}

reviewed(reviews) := with_list("reviews", reviews)

bob := pull.reviews.nodes[0].author

alice := pull.author

null_actor := null

status(change) := approval.status(change, params)

before := "2026-10-06T02:00:00Z"

test_approved if {
	status(pull) == "approved"
	approval.approvers(pull) == "bob"
}

test_none if {
	status(reviewed([])) == "none"
	status(reviewed([review(alice, "APPROVED", before)])) == "none"
	status(reviewed([review(bob, "COMMENTED", before)])) == "none"
	status(reviewed([review(bob, "CHANGES_REQUESTED", before)])) == "none"
	status(reviewed([object.union(review(bob, "PENDING", before), {"submittedAt": null})])) == "none"
}

test_nobody_approves if {
	every who in [
		null_actor,
		object.union(bob, {"__typename": "Bot"}),
		object.union(bob, {"__typename": "Mannequin"}),
		object.union(bob, {"login": "approver[bot]"}),
	] {
		status(reviewed([review(who, "APPROVED", before)])) == "none"
	}
	approval.status(pull, {"bots": ["BOB"], "author_emails": {}}) == "none"
}

test_an_account_is_its_id if {
	renamed := object.union(alice, {"login": "alice-acme"})
	status(reviewed([review(renamed, "APPROVED", before)])) == "none"

	# The login that alice gave up is another's now.
	successor := object.union(carol, {"login": "alice"})
	status(reviewed([review(successor, "APPROVED", before)])) == "approved"
}

test_times if {
	status(reviewed([review(bob, "APPROVED", "2026-10-06T02:10:03Z")])) == "approved"
	status(reviewed([review(bob, "APPROVED", pull.mergedAt)])) == "none"
	status(reviewed([review(bob, "APPROVED", "2026-10-06T02:10:05Z")])) == "none"

	# A text that sorts before the merge's, and a time that does not.
	status(reviewed([review(bob, "APPROVED", "2026-10-06T02:10:03.999Z")])) == "approved"
	status(reviewed([review(bob, "APPROVED", "2026-10-06T02:30:00+00:00")])) == "none"
	status(reviewed([review(bob, "APPROVED", "2026-10-06T11:00:00+09:00")])) == "approved"
}

test_the_last_word_counts if {
	status(reviewed([
		review(bob, "APPROVED", "2026-10-06T01:00:00Z"),
		review(bob, "CHANGES_REQUESTED", "2026-10-06T01:30:00Z"),
	])) == "none"
	status(reviewed([
		review(bob, "CHANGES_REQUESTED", "2026-10-06T01:00:00Z"),
		review(bob, "APPROVED", "2026-10-06T01:30:00Z"),
	])) == "approved"
	status(reviewed([
		review(bob, "APPROVED", "2026-10-06T01:00:00Z"),
		review(bob, "COMMENTED", "2026-10-06T01:30:00Z"),
	])) == "approved"
	status(reviewed([
		review(bob, "APPROVED", "2026-10-06T01:00:00Z"),
		review(bob, "CHANGES_REQUESTED", "2026-10-06T02:30:00Z"), # after the merge
	])) == "approved"
	status(reviewed([
		review(bob, "APPROVED", "2026-10-06T01:00:00Z"),
		review(carol, "CHANGES_REQUESTED", "2026-10-06T01:30:00Z"), # another's word
	])) == "approved"
}

test_two_words_in_one_second if {
	status(reviewed([
		review(bob, "APPROVED", before),
		object.union(review(bob, "CHANGES_REQUESTED", before), {"id": "other"}),
	])) == "none"
	status(reviewed([
		review(bob, "APPROVED", before),
		object.union(review(bob, "APPROVED", before), {"id": "other"}),
	])) == "approved"
}

dismissed(events) := object.union(reviewed([review(bob, "DISMISSED", before)]), {"timelineItems": {"totalCount": count(events), "nodes": events}})

dismissal(at, state) := {
	"__typename": "ReviewDismissedEvent", "createdAt": at, "previousReviewState": state,
	"actor": alice, "review": {"id": review(bob, "DISMISSED", before).id},
}

test_dismissals if {
	status(dismissed([dismissal("2026-10-06T02:05:00Z", "APPROVED")])) == "none"
	status(dismissed([dismissal(pull.mergedAt, "APPROVED")])) == "none"
	status(dismissed([dismissal("2026-10-06T03:00:00Z", "APPROVED")])) == "approved"
	status(dismissed([dismissal("2026-10-06T03:00:00Z", "CHANGES_REQUESTED")])) == "none"
	status(dismissed([])) == "none"
	status(dismissed([object.union(dismissal("2026-10-06T03:00:00Z", "APPROVED"), {"review": null})])) == "none"
	status(dismissed([
		dismissal("2026-10-06T02:05:00Z", "APPROVED"),
		dismissal("2026-10-06T03:00:00Z", "APPROVED"),
	])) == "none"
}

test_an_earlier_approval_does_not_outlive_the_dismissed_one if {
	status(reviewed([
		review(bob, "APPROVED", "2026-10-06T01:00:00Z"),
		review(bob, "DISMISSED", "2026-10-06T01:30:00Z"),
	])) == "none"
}

# by is the pull request with its last commit by the authors.
by(authors) := authored({"author": authors[0], "authors": {"totalCount": count(authors), "nodes": authors}})

authored(fields) := with_list("commits", [
	pull.commits.nodes[0],
	{"commit": object.union(object.remove(pull.commits.nodes[1].commit, ["author", "authors"]), fields)},
])

git(name, email, user) := {"name": name, "email": email, "user": user}

as_user(who) := {"id": who.id, "login": who.login}

test_authors_of_commits_are_contributors if {
	status(by([git("Bob", "bob@example.com", as_user(bob))])) == "none"
	status(by([
		git("Alice", "alice@example.com", as_user(alice)),
		git("Bob", "bob@example.com", as_user(bob)),
	])) == "none"
	status(by([git("Carol", "carol@example.com", as_user(carol))])) == "approved"

	# GitHub may list the author apart from the authors.
	status(authored({"author": git("Bob", "b@example.com", as_user(bob)), "authors": {"totalCount": 0, "nodes": []}})) == "none"
}

test_authors_by_address if {
	status(by([git("Bob", "2+bob@users.noreply.github.com", null)])) == "none"
	status(by([git("Carol", "3+carol@users.noreply.github.com", null)])) == "approved"
	status(by([git("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", null)])) == "approved"
	mapped := {"bots": [], "author_emails": {"b@home.example": "Bob"}}
	approval.status(by([git("B", "B@home.example", null)]), mapped) == "none"
	approval.status(by([git("C", "c@home.example", null)]), object.union(mapped, {"author_emails": {"c@home.example": "carol"}})) == "approved"
}

test_unidentified_authors if {
	unknown := by([git("B", "b@home.example", null)])
	status(unknown) == "unidentified"
	approval.unidentified(unknown, params) == {"B <b@home.example>"}
	status(by([null])) == "unidentified"
	status(authored({"author": null, "authors": {"totalCount": 1, "nodes": [null]}})) == "unidentified"
}

test_the_opener if {
	status(object.union(pull, {"author": null})) == "unidentified"
	status(object.union(pull, {"author": object.union(alice, {"__typename": "Mannequin"})})) == "unidentified"
	status(object.union(pull, {"author": object.union(alice, {"__typename": "Bot"})})) == "approved"
	status(object.union(pull, {"author": object.union(alice, {"login": "release[bot]"})})) == "approved"
	approval.status(object.union(pull, {"author": carol}), {"bots": ["carol"], "author_emails": {}}) == "approved"
}

test_lists_that_are_cut_off if {
	more := object.union(pull, {"commits": {"totalCount": 3}})
	status(more) == "unidentified"
	approval.unidentified(more, params) == {"commits 2/3"}
	status(authored({"author": pull.commits.nodes[1].commit.author, "authors": {"totalCount": 2, "nodes": [pull.commits.nodes[1].commit.author]}})) == "unidentified"
	approval.unidentified(object.union(pull, {"headRefOid": "3333333333"}), params) == {"commit 3333333"}
	approval.unidentified(object.union(pull, {"headRefOid": null}), params) == {"commit ?"}
	status(object.union(pull, {"commits": {"totalCount": 2, "nodes": [null, pull.commits.nodes[1]]}})) == "unidentified"
	status(object.remove(pull, ["commits"])) == "unidentified"
	status(object.remove(pull, ["reviews"])) == "none"
	status(object.union(pull, {"reviews": {"totalCount": 2}})) == "incomplete"
}

test_complete if {
	approval.complete({"totalCount": 0, "nodes": []})
	approval.complete({"totalCount": 1, "nodes": [{}]})
	not approval.complete({"totalCount": 1, "nodes": [null]})
	not approval.complete({"totalCount": 1, "nodes": []})
	not approval.complete({"nodes": []})
	not approval.complete(null)
}

test_enterprise_server if {
	change := object.union(by([git("Bob", "bob@users.noreply.ghe.example.com", null)]), {"url": "https://ghe.example.com/acme/app/pull/42"})
	status(change) == "none"
	status(object.remove(by([git("Bob", "bob@users.noreply.github.com", null)]), ["url"])) == "none"
}

test_approvers_are_those_in_force if {
	approval.approvers(reviewed([
		review(bob, "APPROVED", before),
		review(carol, "APPROVED", "2026-10-06T02:30:00Z"),
		review(alice, "APPROVED", before),
	])) == "alice, bob"
}
