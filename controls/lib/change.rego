# A change on its way into a branch: which pull requests a control is about, who
# merged them, and what the branch was before.
package evidence.lib.change

import data.evidence.lib.people

# in_scope: the pull request went into the default branch or a branch whose name
# is like one of the patterns (release/*), or a commit that it brought is on a
# branch whose history was collected (landed). So a branch that was renamed, or
# one that was merged on into the default branch, hides nothing.
in_scope(pull, branches, _) if listed(pull, branches)

in_scope(_, _, landed) if count(landed) > 0

# listed: by the name of the branch alone. Without a known default branch
# everything is.
listed(pull, _) if pull.baseRefName == pull.repository.defaultBranchRef.name

listed(pull, _) if not pull.repository.defaultBranchRef.name

listed(pull, branches) if {
	some pattern in branches
	glob.match(pattern, ["/"], pull.baseRefName)
}

# mergers: who merged the pull request. When GitHub says that a machine did, or
# a deleted account, it is the person who last put it into the merge queue or let
# it merge by itself before that.
mergers(pull, bots) := {pull.mergedBy} if people.person(pull.mergedBy, bots)

mergers(pull, bots) := {actor |
	some actor in enablers(pull, latest_enabling(pull))
	people.person(actor, bots)
} if {
	not people.person(pull.mergedBy, bots)
}

enablers(pull, at) := {event.actor |
	some event in enablings(pull)
	time.parse_rfc3339_ns(event.createdAt) == at
}

latest_enabling(pull) := max({time.parse_rfc3339_ns(event.createdAt) | some event in enablings(pull)})

enablings(pull) := {event |
	some event in pull.timelineItems.nodes
	event.__typename in {"AddedToMergeQueueEvent", "AutoMergeEnabledEvent"}
	time.parse_rfc3339_ns(event.createdAt) <= time.parse_rfc3339_ns(pull.mergedAt)
}

# merger is who merged, as a text: the person behind a machine in brackets.
merger(pull, bots) := people.name(pull.mergedBy) if people.person(pull.mergedBy, bots)

merger(pull, bots) := sprintf("%s (%s)", [people.name(pull.mergedBy), people.names(mergers(pull, bots))]) if {
	not people.person(pull.mergedBy, bots)
	count(mergers(pull, bots)) > 0
}

merger(pull, bots) := people.name(pull.mergedBy) if {
	not people.person(pull.mergedBy, bots)
	not some_merger(pull, bots)
}

some_merger(pull, bots) if count(mergers(pull, bots)) > 0

# self_merged: one of those who merged is the author of the pull request, the same
# account whatever it was called.
self_merged(pull, bots) if {
	some actor in mergers(pull, bots)
	actor.id == pull.author.id
}

# base_commits are the commits of a pull request after which the branch it went
# into stood as its reviewers found it: those whose first parent is none of the
# pull request's own. From the merge commit, the way back along first parents
# leads to one; where GitHub names no merge commit that landed, each one counts.
base_commits(pull, landed) := {commit |
	some commit in starts(landed)
	commit.oid in trunk(pull, landed)
}

starts(landed) := {record.commit |
	oids := {other.commit.oid | some other in landed}
	some record in landed
	not object.get(record.commit, ["parents", "nodes", 0, "oid"], "") in oids
}

trunk(pull, landed) := graph.reachable(edges, {pull.mergeCommit.oid}) if {
	merge_landed(pull, landed)
	edges := {record.commit.oid: parents |
		some record in landed
		parents := [object.get(record.commit, ["parents", "nodes", 0, "oid"], "")]
	}
}

trunk(pull, landed) := {record.commit.oid | some record in landed} if not merge_landed(pull, landed)

merge_landed(pull, landed) if {
	some record in landed
	record.commit.oid == pull.mergeCommit.oid
}
