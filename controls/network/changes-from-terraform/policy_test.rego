package evidence.net_01_test

import data.evidence.net_01

diff := data.testdata["securitygroup.diff"].by_call

unobserved := data.testdata["securitygroup.diff"].unobserved

run := data.testdata["github.workflow_run"].apply

pull := data.testdata["github.pull_request"].pull

document(record, runs, pulls, params) := {
	"record": record, "related": {"applies": runs, "changes": pulls},
	"params": object.union(data.params, params),
}

reasons(record, runs, pulls, params) := answer if {
	answer := net_01.exception with input as document(record, runs, pulls, params)
}

codes(record, runs, pulls) := {e.code | some e in reasons(record, runs, pulls, {})}

observed(record, runs, pulls) := answer if {
	answer := net_01.observation with input as document(record, runs, pulls, {})
}

not_applicable(record, params) if {
	net_01.not_applicable with input as document(record, [], [], params)
}

changed(fields) := object.union(diff, fields)

unapproved := object.union(pull, {"reviews": {"totalCount": 0, "nodes": []}})

test_applied_from_an_approved_change if {
	codes(diff, [run], [pull]) == set()
	observed(diff, [run], [pull]) == {{"code": "explained", "detail": {"change": "acme/infrastructure#42", "approvers": "bob", "run": "terraform-apply #9001"}}}
	not not_applicable(diff, {})
}

test_by_a_person if {
	by := "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_1/sre-01@example.co.jp"
	record := changed({"Actor": {"Arn": by, "SessionIssuerArn": "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Operator_1"}})
	reasons(record, [run], [pull], {}) == {{"code": "not_by_pipeline", "detail": {
		"by": by, "group": "sg-0a1b2c3d4e5f60718 web", "event": "AuthorizeSecurityGroupIngress", "address": "198.51.100.77",
	}}}
}

test_by_an_iam_user_and_by_nobody_known if {
	codes(object.union(object.remove(diff, ["Actor"]), {"Actor": {"Type": "IAMUser", "Arn": "arn:aws:iam::111122223333:user/terraform-apply"}}), [run], [pull]) == {"not_by_pipeline"}
	codes(object.remove(diff, ["Actor", "SourceIPAddress"]), [run], [pull]) == {"not_by_pipeline"}
}

# A role whose name only begins so is another role.
test_by_a_role_of_a_similar_name if {
	record := changed({"Actor": {"SessionIssuerArn": "arn:aws:iam::111122223333:role/terraform-apply-test"}})
	codes(record, [run], [pull]) == {"not_by_pipeline"}
}

test_outside_any_apply if {
	codes(diff, [], []) == {"no_apply"}
	codes(diff, [object.union(run, {"name": "ci", "path": ".github/workflows/ci.yml"})], [pull]) == {"no_apply"}
	codes(diff, [object.union(run, {"name": null, "path": ".github/workflows/ci.yml"})], [pull]) == {"no_apply"}
}

# The workflow may have any title: its file says what it is.
test_apply_known_by_its_file if {
	codes(diff, [object.union(run, {"name": "本番へ適用"})], [pull]) == set()
}

test_apply_of_no_merged_change if {
	codes(diff, [run], []) == {"not_merged"}
	codes(diff, [run], [object.union(pull, {"mergeCommit": {"oid": "1111111111111111111111111111111111111111"}})]) == {"not_merged"}
	codes(diff, [run], [object.union(pull, {"mergedAt": "2026-10-06T02:20:01Z"})]) == {"not_merged"}
	codes(diff, [run], [object.union(pull, {"baseRefName": "sandbox"})]) == {"not_merged"}
	codes(diff, [object.union(run, {"repository": {"full_name": "acme/other"}})], [pull]) == {"not_merged"}
	codes(diff, [run], [object.union(pull, {"mergeCommit": null})]) == {"not_merged"}
}

test_apply_of_an_unapproved_change if {
	reasons(diff, [run], [unapproved], {}) == {{"code": "change_not_approved", "detail": {
		"by": diff.Actor.Arn, "group": "sg-0a1b2c3d4e5f60718 web", "event": "AuthorizeSecurityGroupIngress",
		"change": "acme/infrastructure#42", "author": "alice", "approvers": "",
	}}}
	observed(diff, [run], [unapproved]) == set()
}

test_one_of_two_applies_is_enough if {
	other := object.union(run, {"id": 9002, "head_sha": "1111111111111111111111111111111111111111"})
	codes(diff, [other, run], [pull]) == set()
}

test_apply_that_failed_half_way if {
	codes(diff, [object.union(run, {"conclusion": "failure"})], [pull]) == set()
	{o.code | some o in observed(diff, [object.union(run, {"conclusion": "failure"})], [pull])} == {"explained", "apply_failed"}
	{o.code | some o in observed(diff, [object.union(run, {"conclusion": null})], [pull])} == {"explained", "apply_failed"}
}

# Nobody was seen: an apply that ran meanwhile explains nothing, and no exemption holds.
test_unobserved if {
	reasons(unobserved, [run], [pull], {"exempt": [{"actor": "*", "why": "all"}]}) == {{"code": "unobserved", "detail": {
		"group": "sg-0a1b2c3d4e5f60718 web", "from": "2026-10-06T00:00:00Z", "to": "2026-10-07T00:00:00Z",
	}}}
	reasons(object.union(object.remove(unobserved, ["Between"]), {"Between": {"To": "2026-10-07T00:00:00Z"}}), [], [], {}) == {{"code": "unobserved_before", "detail": {
		"group": "sg-0a1b2c3d4e5f60718 web", "to": "2026-10-07T00:00:00Z",
	}}}
	codes(object.remove(unobserved, ["Between"]), [run], [pull]) == {"unobserved_before"}
}

test_group_known_by_its_name_alone if {
	record := changed({"GroupId": "", "GroupName": "default", "Change": "unresolved", "Candidates": ["sg-1", "sg-2"]})
	codes(record, [run], [pull]) == set()
	{o.code | some o in observed(record, [run], [pull])} == {"explained", "group_unknown"}
	codes(record, [], []) == {"no_apply"}
}

test_exempt if {
	service := {"Type": "AssumedRole", "SessionIssuerArn": "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", "InvokedBy": "eks.amazonaws.com"}
	record := object.union(object.remove(diff, ["Actor"]), {"Actor": service})
	not_applicable(record, {"exempt": [{"actor": "AWSServiceRoleForAmazonEKS", "why": "EKS manages its own groups"}]})
	not_applicable(record, {"exempt": [{"actor": "eks.amazonaws.com", "why": "EKS manages its own groups"}]})
	not not_applicable(record, {"exempt": [{"actor": "eks.amazonaws.com", "why": " "}]})
	not not_applicable(record, {"exempt": [{"actor": "eks.amazonaws.com"}]})
	not not_applicable(record, {"exempt": [{"actor": "elb.amazonaws.com", "why": "another"}]})
}

test_exempt_is_told if {
	answer := net_01.observation with input as document(diff, [], [], {"exempt": [{"actor": "terraform-*", "why": "moved to another control"}]})
	answer == {{"code": "exempt_actor", "detail": {"by": diff.Actor.Arn, "why": "moved to another control"}}}
}
