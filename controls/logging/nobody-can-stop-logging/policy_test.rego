package evidence.log_03_test

import data.evidence.log_03

production := data.testdata["organizations.account"].production

organization := data.testdata["organizations.organization"].organization

# policies of many kinds, which are on one unit.
policies := {name: policy |
	some name, title in {
		"deny_one_string": "KeepLogging",
		"except_control_tower": "GuardTrails",
		"except_admin": "KeepTrailsButAdmin",
		"root_only": "NoRoot",
		"outside_regions": "RegionsInUse",
		"except_tag": "KeepTrailsButTeam",
		"allow_some": "AllowList",
		"full": "FullAWSAccess",
	}
	some policy in data.testdata["organizations.account"].audit.Policies[1].Policies
	policy.Name == title
}

named := "111122223333 production"

all_actions := "cloudtrail:DeleteTrail, cloudtrail:PutEventSelectors, cloudtrail:StopLogging, cloudtrail:UpdateTrail"

document(record, related, params) := {
	"kind": "organizations.account", "time": "2026-11-01T01:00:00Z", "record": record,
	"related": {"organization": related}, "as_of": "2026-11-01T10:30:00+09:00",
	"params": object.union(data.params, params),
}

# under an account whose unit has the policies.
under(names) := object.union(production, {"Policies": [
	production.Policies[0],
	{"Level": "ou-ab12-11111111", "Policies": [policies[name] | some name in names]},
	production.Policies[2],
]})

with_account(members) := object.union(production, {"Account": object.union(production.Account, members)})

reasons(record, params) := found if {
	found := log_03.exception with input as document(record, [organization], params)
}

reasons_of(record, related) := found if {
	found := log_03.exception with input as document(record, related, {})
}

codes(record) := {e.code | some e in reasons(record, {})}

unclear(record, related, params) := found if {
	found := log_03.undetermined with input as document(record, related, params)
}

observed(record) := found if {
	found := log_03.observation with input as document(record, [organization], {})
}

because(record) := {b.code | some b in found} if {
	found := log_03.not_applicable_because with input as document(record, [organization], {})
}

not_applicable(record) if {
	log_03.not_applicable with input as document(record, [organization], {})
}

test_denied if {
	reasons(production, {}) == set()
	unclear(production, [organization], {}) == set()
	not not_applicable(production)
	observed(production) == {{"code": "protected_by", "detail": {
		"policy": "KeepTrails", "id": "p-denytrails", "level": "ou-ab12-11111111", "actions": all_actions,
	}}}
}

test_not_denied if {
	reasons(under(["full"]), {}) == {{"code": "not_denied", "detail": {"account": named, "actions": all_actions, "denied": "-"}}}
	observed(under(["full"])) == set()
}

test_some_actions_denied if {
	reasons(under(["full", "deny_one_string"]), {}) == {{"code": "not_denied", "detail": {
		"account": named,
		"actions": "cloudtrail:DeleteTrail, cloudtrail:PutEventSelectors, cloudtrail:UpdateTrail",
		"denied": "p-denyonestr (KeepLogging, ou-ab12-11111111): cloudtrail:StopLogging",
	}}}
}

test_denied_in_part if {
	reasons(under(["full", "root_only"]), {}) == {{"code": "denied_in_part", "detail": {
		"account": named, "actions": all_actions, "denied": "-",
		"limits": "p-rootonly (NoRoot): StringLike aws:PrincipalArn",
	}}}
	codes(under(["full", "outside_regions"])) == {"denied_in_part"}
}

test_others_exempt if {
	reasons(under(["full", "except_control_tower"]), {}) == {{"code": "others_exempt", "detail": {
		"account": named, "actions": all_actions, "denied": "-",
		"principals": "arn:aws:iam::111122223333:role/AWSControlTowerExecution",
		"limits": "p-exceptcont (GuardTrails): ArnNotLike aws:PrincipalARN",
	}}}
	exempt := {"exempt_principals": ["arn:aws:iam::*:role/AWSControlTowerExecution"]}
	reasons(under(["full", "except_control_tower"]), exempt) == set()
	{e.code | some e in reasons(under(["full", "except_admin"]), exempt)} == {"others_exempt"}
	codes(under(["full", "except_admin", "except_control_tower"])) == set()
}

test_allowed_to_nobody if {
	reasons(under(["allow_some"]), {}) == set()
	observed(under(["allow_some"])) == {{"code": "allowed_to_nobody", "detail": {"level": "ou-ab12-11111111", "actions": all_actions}}}
	other := {"protected": [{"actions": ["cloudtrail:StopLogging", "s3:DeleteBucket"], "resources": ["*"]}]}
	reasons(under(["allow_some"]), other) == {{"code": "not_denied", "detail": {
		"account": named, "actions": "s3:DeleteBucket", "denied": "Allow (ou-ab12-11111111): cloudtrail:StopLogging",
	}}}
}

test_cannot_tell if {
	reasons(under(["full", "except_tag"]), {}) == set()
	unclear(under(["full", "except_tag"]), [organization], {}) == {{"code": "cannot_tell", "detail": {
		"account": named, "actions": all_actions, "policy": "p-excepttag (KeepTrailsButTeam)", "condition": "StringNotEquals aws:PrincipalTag/team",
	}}}
	odd := object.union(production, {"Policies": [production.Policies[0], {"Level": "ou-ab12-11111111", "Policies": [{"Id": "p-odd", "Content": "Deny"}]}, production.Policies[2]]})
	{u.detail.condition | some u in unclear(odd, [organization], {})} == {"Content"}
	every record in [object.remove(production, ["Policies"]), object.union(production, {"Policies": null}), object.union(production, {"Policies": [production.Policies[0]]})] {
		reasons(record, {}) == set()
		{u.code | some u in unclear(record, [organization], {})} == {"cannot_tell"}
	}
}

# A denial that is certain settles what another policy leaves open.
test_denied_elsewhere if {
	record := object.union(under(["full", "except_tag"]), {"Policies": [
		production.Policies[0],
		{"Level": "ou-ab12-11111111", "Policies": [policies.full, policies.except_tag]},
		{"Level": "111122223333", "Policies": production.Policies[1].Policies},
	]})
	reasons(record, {}) == set()
	unclear(record, [organization], {}) == set()
}

with_types(types) := object.union(organization, {"Roots": [object.union(organization.Roots[0], {"PolicyTypes": types})]})

test_organization_decides if {
	every case in [[[], "-"], [[{"Type": "TAG_POLICY", "Status": "ENABLED"}], "-"], [[{"Type": "SERVICE_CONTROL_POLICY", "Status": "PENDING_ENABLE"}], "PENDING_ENABLE"], [null, "-"]] {
		reasons_of(production, [with_types(case[0])]) == {{"code": "scp_not_enabled", "detail": {"account": named, "root": "r-ab12", "status": case[1]}}}
	}
	every related in [[], [json.remove(organization, ["Roots/0"])], [object.union(organization, {"Roots": null})]] {
		reasons_of(production, related) == set()
		unclear(production, related, {}) == {{"code": "organization_not_read", "detail": {"account": named}}}
	}
}

test_management_account if {
	management := object.union(under(["full"]), {"Account": {"Id": "999900001111", "Name": "management", "Status": "ACTIVE"}, "Path": ["r-ab12"], "ParentId": "r-ab12"})
	reasons(management, {}) == set()
	unclear(management, [], {}) == set()
	not_applicable(management)
	because(management) == {"management_account"}
	asked_by_another := object.union(management, {"AccountId": "111122223333"})
	because(asked_by_another) == {"management_account"}
	because(object.union(production, {"AccountId": "111122223333"})) == set()
	observed(management) == {{"code": "management_not_bound", "detail": {"account": "999900001111 management"}}}
}

test_accounts_that_nobody_can_use if {
	every members in [{"Status": "SUSPENDED", "State": "SUSPENDED"}, {"Status": null, "State": "CLOSED"}, {"Status": "SUSPENDED"}] {
		record := object.union(with_account(members), {"Policies": []})
		reasons(record, {}) == set()
		unclear(record, [], {}) == set()
		not_applicable(record)
		because(record) == {"closed"}
	}
	every members in [{"Status": "PENDING_CLOSURE", "State": "PENDING_CLOSURE"}, {"Status": null, "State": null}] {
		not not_applicable(with_account(members))
	}
}

test_nothing_to_protect if {
	every protected in [[], [{"actions": [], "resources": ["*"]}], [{"actions": ["cloudtrail:StopLogging"], "resources": []}]] {
		unclear(production, [organization], {"protected": protected}) == {{"code": "nothing_to_protect", "detail": {"account": named}}}
	}
}

# Accounts of another partition have other ARNs.
test_partition if {
	policy := object.union(policies.full, {"Id": "p-cn", "Content": replace(production.Policies[1].Policies[1].Content, "\"*\"", "\"arn:aws-cn:cloudtrail:*:*:trail/*\"")})
	record := object.union(production, {"Policies": [production.Policies[0], {"Level": "ou-ab12-11111111", "Policies": [policies.full, policy]}, production.Policies[2]]})
	codes(record) == {"not_denied"}
	cn := object.union(record, {"Account": object.union(record.Account, {"Arn": "arn:aws-cn:organizations::999900001111:account/o-a1b2c3d4e5/111122223333"})})
	codes(cn) == set()
	codes(json.remove(record, ["Account/Arn"])) == {"not_denied"}
}
