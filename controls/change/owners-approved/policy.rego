# CHG-03: one merged pull request against CODEOWNERS of its base.
package evidence.chg_03

import data.evidence.lib.approval
import data.evidence.lib.change
import data.evidence.lib.codeowners
import data.evidence.lib.people
import data.evidence.lib.protection

exception contains {"code": "owner_not_approved", "detail": {
	"owners": concat(", ", owners),
	"paths": concat(", ", array.slice(unapproved, 0, 10)),
	"count": count(unapproved),
	"author": people.name(input.record.author),
	"approvers": approval.approvers(input.record),
}} if {
	in_scope
	some owners in array.slice(sort({need.owners | some need in needs}), 0, 20)
	not approved_by_one_of(owners)
	unapproved := sort({need.path | some need in needs; need.owners == owners})
}

exception contains {"code": "codeowners_unreadable", "detail": {"file": entry.path, "oid": entry.oid, "why": why(entry)}} if {
	in_scope
	some entry in entries
	not readable(entry)
}

exception contains {"code": "base_unknown", "detail": {"branch": input.record.baseRefName}} if {
	in_scope
	count(bases) == 0
}

exception contains {"code": "files_incomplete", "detail": {"held": count(paths), "total": total}} if {
	in_scope
	count(entries) > 0
	count(paths) < total
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "other_branch"} if not in_scope

not_applicable_because contains {"code": "no_owner"} if {
	in_scope
	count(needs) == 0
}

in_scope if change.in_scope(input.record, input.params.branches, input.related.landed)

# bases: the commits that the pull request brought to its base branch, after
# which the branch stood before; on any branch when it is none of those collected.
bases := change.base_commits(input.record, on_base) if count(on_base) > 0

bases := change.base_commits(input.record, input.related.landed) if count(on_base) == 0

on_base := [record | some record in input.related.landed; record.branch == input.record.baseRefName]

# entries: the CODEOWNERS file of each base, in the first of the places where
# GitHub looks.
entries contains [parent[place] |
	some place in ["github", "root", "docs"]
	is_object(parent[place])
][0] if {
	some commit in bases
	parent := commit.parents.nodes[0]
}

blob(entry) := file.blob if {
	some file in input.related.codeowners
	file.path == entry.path
	file.blob.oid == entry.oid
}

readable(entry) if {
	content := blob(entry)
	is_string(content.text)
	content.isTruncated == false
	not content.isBinary == true
}

# why it cannot be read, in GitHub's words
why(entry) := "not collected" if not blob(entry)

why(entry) := "isBinary" if blob(entry).isBinary == true

why(entry) := "isTruncated" if {
	not blob(entry).isBinary == true
	not blob(entry).isTruncated == false
}

why(entry) := "text null" if {
	not blob(entry).isBinary == true
	blob(entry).isTruncated == false
	not is_string(blob(entry).text)
}

paths := {file.path | some file in input.record.files.nodes}

total := max([object.get(input.record, ["files", "totalCount"], 1), object.get(input.record, "changedFiles", 0)])

# needs: each changed path that has owners, with them.
needs contains {"path": path, "owners": owners} if {
	some entry in entries
	readable(entry)
	some path, owners in codeowners.owned(blob(entry).text, paths)
}

approved_by_one_of(owners) if {
	some actor in approvers
	some owner in owners
	owns(owner, actor)
}

approvers contains review.author if {
	some review in approval.in_force(input.record)
	people.person(review.author, input.params.bots)
	not review.author.id == author_id
}

default author_id := ""

author_id := input.record.author.id

owns(owner, actor) if {
	codeowners.is_user(owner)
	lower(owner) == sprintf("@%s", [lower(actor.login)])
}

owns(owner, actor) if {
	codeowners.is_team(owner)
	some team in teams
	lower(owner) == sprintf("@%s", [lower(team.combinedSlug)])
	some member in team.members.nodes
	member.id == actor.id
}

owns(owner, actor) if {
	codeowners.is_email(owner)
	by := people.by_email({"email": owner}, input.params.author_emails, approval.host(input.record))
	by.login == lower(actor.login)
}

# teams as they were at the period's end.
teams contains protection.at_end(since, within) if {
	some id in {team.id | some team in input.related.teams}
	since := [team | some team in input.related.teams; team.id == id]
	within := [team | some team in input.related.teams_within; team.id == id]
}
