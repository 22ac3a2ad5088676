# NET-01: one change of a security group, the applies that were running, and the
# pull requests that those were for.
package evidence.net_01

import data.evidence.lib.approval
import data.evidence.lib.change
import data.evidence.lib.people

exception contains {"code": "unobserved", "detail": {"group": group, "from": from, "to": input.record.Between.To}} if {
	unobserved
	from := input.record.Between.From
}

exception contains {"code": "unobserved_before", "detail": {"group": group, "to": object.get(input.record, ["Between", "To"], "-")}} if {
	unobserved
	not input.record.Between.From
}

exception contains {"code": "not_by_pipeline", "detail": object.union(made, {"address": object.get(input.record, "SourceIPAddress", "")})} if {
	judged
	not by_pipeline
}

exception contains {"code": "no_apply", "detail": made} if {
	judged
	by_pipeline
	count(applies) == 0
}

exception contains {"code": "not_merged", "detail": object.union(made, {"run": concat(", ", sort([run_name(run) | some run in applies]))})} if {
	judged
	by_pipeline
	count(applies) > 0
	count(merged) == 0
}

exception contains {"code": "change_not_approved", "detail": object.union(made, {
	"change": name(pull),
	"author": people.name(pull.author),
	"approvers": approval.approvers(pull),
})} if {
	judged
	by_pipeline
	count(explanations) == 0
	some [_, pull] in merged
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt"} if count(exempted) > 0

observation contains {"code": "explained", "detail": {"change": name(pull), "approvers": approval.approvers(pull), "run": run_name(run)}} if {
	judged
	by_pipeline
	some [run, pull] in explanations
}

observation contains {"code": "apply_failed", "detail": {"run": run_name(run), "conclusion": conclusion}} if {
	judged
	by_pipeline
	some [run, _] in explanations
	conclusion := sprintf("%v", [object.get(run, "conclusion", null)])
	conclusion != "success"
}

observation contains {"code": "group_unknown", "detail": {"name": object.get(input.record, "GroupName", "?")}} if {
	input.record.Change == "unresolved"
}

observation contains {"code": "exempt_actor", "detail": {"by": by, "why": why}} if {
	some why in exempted
}

unobserved if input.record.Change == "unobserved"

judged if {
	not unobserved
	count(exempted) == 0
}

# names that an actor goes by: its role, its ARN, the AWS service that called
names contains role

names contains text if {
	some path in [["Actor", "Arn"], ["Actor", "SessionIssuerArn"], ["Actor", "InvokedBy"]]
	text := object.get(input.record, path, null)
	is_string(text)
	text != ""
}

role := regex.replace(arn, `^arn:[^:]*:iam::[0-9]*:role/(.*/)?`, "") if {
	arn := input.record.Actor.SessionIssuerArn
	is_string(arn)
}

exempted := {trim_space(entry.why) |
	not unobserved
	some entry in input.params.exempt
	is_string(entry.why)
	trim_space(entry.why) != ""
	some known in names
	glob.match(entry.actor, null, known)
}

by_pipeline if {
	some pattern in input.params.pipeline_roles
	glob.match(pattern, null, role)
}

# applies that were running when the change was made
applies contains run if {
	some run in input.related.applies
	some pattern in input.params.apply_workflows
	some field in ["name", "path"]
	is_string(run[field])
	glob.match(lower(pattern), null, lower(file_name(run[field])))
}

# file_name of a workflow's path, without folder and extension
file_name(text) := regex.replace(regex.replace(text, `^\.github/workflows/`, ""), `\.ya?ml$`, "")

# merged changes that an apply was for, by the time of the change
merged contains [run, pull] if {
	some run in applies
	some pull in input.related.changes
	pull.mergeCommit.oid == run.head_sha
	same_repository(run, pull)
	change.listed(pull, input.params.branches)
	is_string(pull.mergedAt)
	time.parse_rfc3339_ns(pull.mergedAt) <= time.parse_rfc3339_ns(input.record.Time)
}

same_repository(run, pull) if lower(run.repository.full_name) == lower(pull.repository.nameWithOwner)

explanations contains [run, pull] if {
	some [run, pull] in merged
	approval.status(pull, input.params) == "approved"
}

name(pull) := sprintf("%s#%d", [pull.repository.nameWithOwner, pull.number])

run_name(run) := sprintf("%v #%v", [object.get(run, "name", "?"), object.get(run, "id", "?")])

group := concat(" ", [text |
	some member in ["GroupId", "GroupName"]
	text := object.get(input.record, member, "")
	text != ""
])

by := object.get(input.record, ["Actor", "Arn"], object.get(input.record, ["Actor", "InvokedBy"], "?"))

made := {"by": by, "group": group, "event": object.get(input.record, "EventName", "?")}
