# CHG-08: one deployment and the changes that its commit belongs to.
package evidence.chg_08

import data.evidence.lib.approval
import data.evidence.lib.change
import data.evidence.lib.people

exception contains {"code": "commit_unknown", "detail": deployed} if {
	applicable
	not input.record.commit.oid
}

exception contains {"code": "no_pull_request", "detail": deployed} if {
	unsupported
	count(merged) == 0
}

exception contains {"code": "change_not_found", "detail": object.union(deployed, {"change": number(pull)})} if {
	unsupported
	some pull in merged
	not pull.id in {known.id | some known in input.related.changes}
}

exception contains {"code": "not_merged_to_protected", "detail": object.union(deployed, {"change": number(pull), "branch": pull.baseRefName})} if {
	unsupported
	some pull in changes
	not change.listed(pull, input.params.branches)
}

exception contains {"code": "deployed_before_merge", "detail": object.union(deployed, {"change": number(pull)})} if {
	unsupported
	some pull in changes
	change.listed(pull, input.params.branches)
	not merged_before(pull)
}

exception contains {"code": "change_not_approved", "detail": object.union(deployed, {
	"change": number(pull),
	"author": people.name(pull.author),
	"approvers": approval.approvers(pull),
})} if {
	unsupported
	some pull in changes
	change.listed(pull, input.params.branches)
	merged_before(pull)
	approval.status(pull, input.params) != "approved"
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "not_production"} if not applicable

applicable if {
	some environment in input.params.environments
	lower(environment) in environments
}

# Nobody knows where to: it may have been production.
applicable if count(environments) == 0

environments := {lower(name) |
	some name in [input.record.environment, input.record.originalEnvironment]
	is_string(name)
	name != ""
}

# unsupported: no change that the commit belongs to allows the deployment.
unsupported if {
	applicable
	input.record.commit.oid
	not supported
}

supported if {
	some pull in changes
	change.listed(pull, input.params.branches)
	merged_before(pull)
	approval.status(pull, input.params) == "approved"
}

# merged pull requests of the same repository to which the commit belongs
merged contains pull if {
	some pull in input.record.commit.associatedPullRequests.nodes
	pull.merged == true
	pull.repository.nameWithOwner == input.record.repository.nameWithOwner
}

changes contains pull if {
	some pull in input.related.changes
	pull.id in {known.id | some known in merged}
}

merged_before(pull) if {
	is_string(pull.mergedAt)
	time.parse_rfc3339_ns(pull.mergedAt) <= time.parse_rfc3339_ns(input.record.createdAt)
}

number(pull) := sprintf("#%d", [pull.number])

deployed := {
	"environment": concat(", ", sort(environments)),
	"commit": substring(object.get(input.record, "commitOid", ""), 0, 10),
	"creator": people.name(input.record.creator),
}
