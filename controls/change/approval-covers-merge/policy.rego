# CHG-09: one merged pull request and the commits that its approvals were given to.
package evidence.chg_09

import data.evidence.lib.approval
import data.evidence.lib.change
import data.evidence.lib.people

exception contains {"code": "commits_after_approval", "detail": {
	"author": author, "head": short(input.record.headRefOid),
	"approvers": people.names({review.author | some review in independent; review.oid == latest.oid}),
	"approved": short(latest.oid),
	"count": count(added),
	"commits": concat(", ", [short(commit.oid) | some commit in array.slice(added, 0, 10)]),
}} if {
	applicable
	not covered
	count(placed) > 0
	added := array.slice(commits, latest.index + 1, count(commits))
}

exception contains {"code": "approved_commit_gone", "detail": {
	"author": author, "head": short(input.record.headRefOid),
	"approvers": people.names({review.author | some review in independent}),
	"approved": concat(", ", sort({short(review.oid) | some review in independent})),
	"forced": count(forced),
}} if {
	applicable
	not covered
	count(placed) == 0
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "other_branch"} if not change.in_scope(input.record, input.params.branches, input.related.landed)

not_applicable_because contains {"code": "not_approved"} if not approval.status(input.record, input.params) == "approved"

# Without an approval of which it is known that it is somebody else's, and was in
# force, CHG-01 has the exception.
applicable if {
	change.in_scope(input.record, input.params.branches, input.related.landed)
	approval.status(input.record, input.params) == "approved"
}

independent := approval.independent(input.record, input.params)

covered if {
	some review in independent
	review.oid == input.record.headRefOid
}

covered if {
	input.params.allow_base_merges == true
	some place in placed
	every commit in array.slice(commits, place.index + 1, count(commits)) {
		merges_base(commit)
	}
}

commits := [node.commit | some node in input.record.commits.nodes]

# placed: the approved commits that are the pull request's still, by their place.
placed contains {"index": i, "oid": commit.oid} if {
	some review in independent
	some i, commit in commits
	commit.oid == review.oid
}

latest := sort(placed)[count(placed) - 1]

# merges_base: a commit that says of itself that it merges the base branch, in the
# words of git and of GitHub's own button.
merges_base(commit) if {
	commit.parents.totalCount == 2
	some tracking in ["branch ", "remote-tracking branch "]
	some remote in ["", "origin/", "upstream/"]
	startswith(commit.messageHeadline, sprintf("Merge %s'%s%s'", [tracking, remote, input.record.baseRefName]))
}

# forced pushes after the first of the approvals
forced contains event if {
	first := min({review.at | some review in independent})
	some event in input.record.timelineItems.nodes
	event.__typename == "HeadRefForcePushedEvent"
	time.parse_rfc3339_ns(event.createdAt) >= first
}

author := people.name(input.record.author)

short(oid) := substring(oid, 0, 10) if is_string(oid)

short(oid) := "?" if not is_string(oid)
