package evidence.lib.scp_test

import data.evidence.lib.scp

of := {"account": "111122223333", "partition": "aws", "organization": "o-a1b2c3d4e5", "path": ["r-ab12", "ou-ab12-11111111"]}

trails := "arn:aws:cloudtrail:*:111122223333:trail/*"

policy(name) := {
	"Id": sprintf("p-%s", [name]), "Name": name, "AwsManaged": name == "full",
	"Arn": sprintf("arn:aws:organizations::999900001111:policy/o-a1b2c3d4e5/service_control_policy/p-%s", [name]),
	"Content": json.marshal(data.testdata.scp.policies[name]),
}

level(id, names) := {"Level": id, "Policies": [policy(name) | some name in names]}

levels(root, unit, account) := [level("r-ab12", root), level("ou-ab12-11111111", unit), level("111122223333", account)]

judged(root, unit, account, exempt) := scp.judge(scp.read(levels(root, unit, account), of), "cloudtrail:StopLogging", trails, exempt)

outcome(case) := scp.judge(scp.read(levels(case.root, case.unit, case.account), of), case.action, case.resource, case.exempt)

# The verdicts are written down in the cases, for the whole of what policies can say.
test_cases if {
	count(data.testdata.scp.cases) > 100
	wrong == []
}

wrong := [{"case": case, "got": got} |
	some case in data.testdata.scp.cases
	got := outcome(case)
	not as_written(case, got)
]

as_written(case, got) if {
	got.verdict == case.verdict
	sort(got.to) == sort(object.get(case, "to", got.to))
	limits := {limit.condition | some limit in got.limits}
	limits == {limit | some limit in object.get(case, "limits", limits)}
}

test_no_case_is_written_twice if {
	count({case | some case in data.testdata.scp.cases}) == count(data.testdata.scp.cases)
}

test_says_which_policy_denies if {
	judged(["full"], ["full", "deny_trails"], ["full", "except_admin"], []) == {"verdict": "denied", "to": [], "limits": set(), "by": {
		{"id": "p-deny_trails", "name": "deny_trails", "level": "ou-ab12-11111111"},
	}}
	judged(["full", "deny_service"], ["full", "deny_trails"], ["full"], []).by == {
		{"id": "p-deny_trails", "name": "deny_trails", "level": "ou-ab12-11111111"},
		{"id": "p-deny_service", "name": "deny_service", "level": "r-ab12"},
	}
	judged(["full"], ["allow_some"], ["full"], []).by == {{"id": "", "name": "", "level": "ou-ab12-11111111"}}
	judged(["full"], ["full", "except_admin", "except_control_tower"], ["full"], []).by == {
		{"id": "p-except_admin", "name": "except_admin", "level": "ou-ab12-11111111"},
		{"id": "p-except_control_tower", "name": "except_control_tower", "level": "ou-ab12-11111111"},
	}
}

test_says_what_is_in_the_way if {
	judged(["full"], ["full", "except_admin"], ["full"], []).limits == {{"policy": "p-except_admin (except_admin)", "condition": "ArnNotEquals aws:PrincipalArn"}}
	judged(["full"], ["allow_admin"], ["full"], []).limits == {{"policy": "p-allow_admin (allow_admin)", "condition": "ArnLike aws:PrincipalArn"}}
}

# Whether somebody is exempt from both of two denials, by how patterns begin and end.
test_patterns_of_two_denials if {
	every patterns in [["role/a*", "role/b*"], ["role/*a", "role/*b"], ["role/a*z", "role/b*z"], ["role/a*y", "role/a*z"], ["role/ab", "role/a*c"]] {
		between(patterns) == "denied"
		between([patterns[1], patterns[0]]) == "denied"
	}
	every patterns in [["role/a*z", "role/ab*"], ["role/*yz", "role/a*z"], ["role/a*", "role/*z"], ["?ole/a*z", "role/*yz"], ["role/*a*", "role/*b*"]] {
		between(patterns) == "unknown"
		between([patterns[1], patterns[0]]) == "unknown"
	}
	every patterns in [["role/a*", "role/ab*"], ["role/a?", "role/ab"], ["role/*", "*"], ["role/a*", "role/a*"]] {
		between(patterns) == "open"
		between([patterns[1], patterns[0]]) == "open"
	}
}

between(patterns) := scp.judge(scp.read([{"Level": "r-ab12", "Policies": array.concat([policy("full")], [exempting(pattern) | some pattern in patterns])}, level("111122223333", ["full"])], account_alone), "cloudtrail:StopLogging", trails, []).verdict

account_alone := object.union(of, {"path": ["r-ab12"]})

exempting(pattern) := {"Id": "p-exempting", "Name": pattern, "Content": json.marshal({"Statement": {
	"Effect": "Deny", "Action": "*", "Resource": "*",
	"Condition": {"ArnNotLike": {"aws:PrincipalArn": sprintf("arn:aws:iam::*:%s", [pattern])}},
}})}

# What the evidence does not tell may be anything.
test_levels_that_are_missing if {
	every told in [
		null, {}, [], "x",
		[level("r-ab12", ["full"]), level("111122223333", ["full"])],
		[level("r-ab12", ["full"]), level("ou-ab12-11111111", []), level("111122223333", ["full"])],
		[level("r-ab12", ["full"]), {"Level": "ou-ab12-11111111", "Policies": null}, level("111122223333", ["full"])],
	] {
		scp.judge(scp.read(told, of), "cloudtrail:StopLogging", trails, []).verdict == "unknown"
	}
	scp.judge(scp.read([level("r-ab12", ["full", "deny_trails"])], of), "cloudtrail:StopLogging", trails, []).verdict == "denied"
	scp.judge(scp.read([], object.union(of, {"path": []})), "cloudtrail:StopLogging", trails, []).limits == {{"policy": "- (-)", "condition": "-"}}
}

test_content_that_is_no_policy if {
	every content in ["", "null", "[]", "7", "{", "{\"Statement\":", "Effect: Deny", "{\"Statement\": null}", "{\"Statement\": [\"Deny\"]}", null, {"Statement": []}] {
		odd := {"Level": "ou-ab12-11111111", "Policies": [policy("full"), {"Id": "p-odd", "Name": null, "Content": content}]}
		got := scp.judge(scp.read([level("r-ab12", ["full"]), odd, level("111122223333", ["full"])], of), "cloudtrail:StopLogging", trails, [])
		got.verdict == "unknown"
		some limit in got.limits
		limit.policy == "p-odd (-)"
	}
}

test_organization_that_is_not_known if {
	reading := scp.read(levels(["full"], ["full", "except_other_organization"], ["full"]), object.union(of, {"organization": ""}))
	scp.judge(reading, "cloudtrail:StopLogging", trails, []).verdict == "unknown"
}

test_patterns if {
	every pair in [
		["*", "anything"], ["a*", "a"], ["a*c", "a*b*c"], ["arn:aws:iam::*:role/*", "arn:aws:iam::1:role/x*"],
		["a?c", "abc"], ["a?c", "a?c"], ["[a].(b)+", "[a].(b)+"], ["日本*", "日本語"],
	] {
		scp.includes(pair[0], pair[1])
	}
	every pair in [["a?", "a*"], ["a*c", "a*"], ["abc", "a?c"], ["a.c", "abc"], ["[ab]", "a"], ["^a$", "a"], ["a", "A"], ["", "a"]] {
		not scp.includes(pair[0], pair[1])
	}
	every pair in [["a*", "b*"], ["*a", "*b"], ["abc", "a?d*"], ["a*", "b"], ["arn:aws:s3:::*", "arn:aws:cloudtrail:*"], ["arn:aws:iam::*:role/A*", "arn:aws:iam::1*:role/B*"]] {
		scp.apart(pair[0], pair[1])
		scp.apart(pair[1], pair[0])
	}
	every pair in [["a*", "*b"], ["*", "x"], ["a", "a"], ["a?", "ab*"], ["a*b*c", "a*c"], ["arn:aws:iam::*:role/A*", "arn:aws:iam::1:*"]] {
		not scp.apart(pair[0], pair[1])
		not scp.apart(pair[1], pair[0])
	}
}
