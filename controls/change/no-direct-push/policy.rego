# CHG-05: one commit on a protected branch.
package evidence.chg_05

import data.evidence.lib.people

exception contains {"code": "no_pull_request", "detail": {
	"branch": input.record.branch,
	"commit": short,
	"author": author,
	"pusher": pushers(pushes),
	"how": concat(", ", sort({push.activity_type | some push in pushes})),
}} if {
	applicable
	count(merged) == 0
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt_pusher"} if exempt

not_applicable_because contains {"code": "initial_commit"} if initial

observation contains {"code": "direct_push", "detail": told(direct)} if {
	applicable
	count(direct) > 0
}

observation contains {"code": "force_push", "detail": told(forced)} if {
	applicable
	count(forced) > 0
}

observation contains {"code": "merged_elsewhere", "detail": {
	"branch": input.record.branch,
	"commit": short,
	"pulls": concat(", ", sort({sprintf("#%d %s", [pull.number, pull.baseRefName]) | some pull in merged})),
}} if {
	applicable
	count(merged) > 0
	every pull in merged {
		pull.baseRefName != input.record.branch
	}
}

applicable if {
	not exempt
	not initial
}

# Every account that pushed it must be exempt: a record of one by somebody else
# outweighs that.
exempt if {
	count(pushes) > 0
	every push in pushes {
		people.named(push.actor, input.params.bots)
	}
}

initial if {
	input.params.allow_initial_commit == true
	input.record.commit.parents.totalCount == 0
}

# merged pull requests of the same repository to which the commit belongs
merged contains pull if {
	some pull in input.record.commit.associatedPullRequests.nodes
	pull.merged == true
	pull.repository.nameWithOwner == input.record.commit.repository.nameWithOwner
}

# pushes to the branch that end in the commit
pushes contains update.activity if {
	some update in input.related.pushes
	update.activity.ref == sprintf("refs/heads/%s", [input.record.branch])
	not update.activity.activity_type in {"pr_merge", "merge_queue_merge"}
}

direct contains push if {
	some push in pushes
	push.activity_type == "push"
}

forced contains push if {
	some push in pushes
	push.activity_type == "force_push"
}

told(these) := {"branch": input.record.branch, "commit": short, "pusher": pushers(these)}

pushers(these) := people.names({push.actor | some push in these})

short := substring(input.record.commit.oid, 0, 10)

default author := ""

author := input.record.commit.author.user.login

author := input.record.commit.author.name if not input.record.commit.author.user.login
