# Service control policies of AWS Organizations: whether those on the levels above
# an account deny an action on resources to everybody but some principals.
#
# A statement that denies has ways out: principals that it exempts, requests that
# its conditions leave alone. An action is denied when nobody who is not exempt has
# a way out of every statement that denies it, or when a level allows it to nobody.
# Principals are told by patterns of their ARNs; "" stands for those whom no policy
# names.
package evidence.lib.scp

# read brings the policies on an account's levels (from the root to the account, as
# organizations.account has them) into one form. of tells of the account: its
# account, partition, organization ("" when not known) and path (the levels' IDs).
read(levels, of) := {
	"levels": expected,
	"statements": array.concat(
		[statement |
			some level in attached(levels)
			some policy in level.Policies
			some statement in statements(level.Level, policy, of)
		],
		[unread(level, {}, "-") | some level in expected - {level.Level | some level in attached(levels)}],
	),
} if {
	expected := {level | some level in of.path} | {of.account}
}

# judge says what becomes of an action on the resources of a pattern. verdict: denied,
# open (somebody who is not exempt can do it) or unknown; by: what denies it, without
# an id where a level allows it to nobody; to: for whom it is open; limits: what stands
# in the way of a denial.
judge(reading, action, resource, exempt) := {"verdict": "denied", "by": by, "to": [], "limits": set()} if {
	by := denied_by(reading, action, resource, exempt)
	count(by) > 0
} else := {"verdict": "open", "by": set(), "to": sort(free), "limits": limits(denying, exempt)} if {
	denying := blocks(reading, action, resource)
	free := escaping(denying, exempt)
	count(free) > 0
} else := {"verdict": "unknown", "by": set(), "to": [], "limits": limits(denying, exempt)} if {
	denying := blocks(reading, action, resource)
	may_escape(denying, exempt)
} else := {"verdict": "denied", "by": {label(block) | some block in blocks(reading, action, resource)}, "to": [], "limits": set()}

# Statements in one form.

# attached: the levels of which policies are told. Each level has one at least.
attached(levels) := [level |
	is_array(levels)
	some level in levels
	is_array(level.Policies)
	count(level.Policies) > 0
]

statements(level, policy, of) := [statement(level, policy, said, of) | some said in listed(text.Statement)] if {
	text := document(policy)
} else := [unread(level, policy, "Content")]

document(policy) := text if {
	is_string(policy.Content)
	json.is_valid(policy.Content)
	text := json.unmarshal(policy.Content)
	every said in listed(text.Statement) {
		is_object(said)
	}
}

statement(level, policy, said, of) := object.union(label({"level": level, "policy": policy}), {
	"effect": lower(said.Effect),
	"actions": {lower(pattern) | some pattern in texts(said, ["Action", "NotAction"], of)},
	"other_actions": "NotAction" in object.keys(said),
	"resources": {pattern | some pattern in texts(said, ["Resource", "NotResource"], of)},
	"other_resources": "NotResource" in object.keys(said),
	"ways": ways(object.get(said, "Condition", {}), policy, of),
}) if {
	readable(said, of)
} else := unread(level, policy, "Statement")

readable(said, of) if {
	said.Effect in {"Allow", "Deny"}
	object.keys(said) - {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"} == set()
	every names in [["Action", "NotAction"], ["Resource", "NotResource"]] {
		count([name | some name in names; name in object.keys(said)]) == 1
		every text in texts(said, names, of) {
			is_string(text)
			not contains(text, "${")
		}
	}
	conditions := object.get(said, "Condition", {})
	is_object(conditions)
	every keys in conditions {
		is_object(keys)
	}
}

# unread: what cannot be told may deny everything, and allow it.
unread(level, policy, part) := object.union(label({"level": level, "policy": policy}), {
	"effect": "unread",
	"ways": {{"way": "unknown", "said": part, "policy": title(policy)}},
})

# label of what denies: the policy, and the level that it is attached to.
label(of) := {"level": of.level, "id": member(of.policy, "Id"), "name": member(of.policy, "Name")} if is_object(of.policy)

label(of) := {"level": of.level, "id": of.id, "name": of.name} if not of.policy

title(policy) := sprintf("%s (%s)", [member(policy, "Id"), member(policy, "Name")])

member(policy, field) := policy[field] if is_string(policy[field])

member(policy, field) := "-" if not is_string(object.get(policy, field, null))

listed(one) := [one] if not is_array(one)

listed(many) := many if is_array(many)

# texts of a statement's member, whichever of its names it has.
texts(said, names, of) := [filled(text, of) |
	some name in names
	some text in listed(said[name])
]

# filled: a text with the variable that is the same for everybody in the account.
filled(text, of) := regex.replace(text, `(?i)\$\{aws:PrincipalAccount\}`, of.account) if is_string(text)

filled(other, _) := other if not is_string(other)

# Conditions. All of them must hold for a statement to apply: each adds its ways out.

ways(conditions, policy, of) := {object.union(way, {"said": sprintf("%s %s", [operator, key]), "policy": title(policy)}) |
	some operator, keys in conditions
	some key, values in keys
	some way in ways_out({
		"operator": trim_suffix(regex.replace(lower(operator), `^for(any|all)values?:`, ""), "ifexists"),
		"key": lower(key),
		"values": {sprintf("%v", [filled(value, of)]) | some value in listed(values)},
	}, of)
}

ways_out(condition, of) := {{"way": "unknown"}} if {
	some value in condition.values
	contains(value, "${")
} else := against(condition, fixed(condition.key, of)) if {
	fixed(condition.key, of)
} else := principals(condition, of) if {
	condition.key == "aws:principalarn"
} else := regions(condition) if {
	condition.key == "aws:requestedregion"
} else := {{"way": "context", "key": condition.key, "other": false, "values": condition.values}} if {
	condition.key == "aws:multifactorauthpresent"
	condition.operator == "bool"
	count(condition.values) == 1
} else := {{"way": "unknown"}}

# fixed: what the request of any principal of the account has for a key.
fixed("aws:principalaccount", of) := of.account

fixed("aws:principalorgid", of) := of.organization if of.organization != ""

fixed("aws:principalorgpaths", of) := sprintf("%s/%s/", [of.organization, concat("/", of.path)]) if of.organization != ""

fixed("aws:principalisawsservice", _) := "false" # service control policies do not bind services

# comparisons of texts. ARNs are compared with wildcards by both operators.
comparisons := {
	"stringequals": {"by": "equal", "other": false}, "stringnotequals": {"by": "equal", "other": true},
	"stringequalsignorecase": {"by": "letters", "other": false}, "stringnotequalsignorecase": {"by": "letters", "other": true},
	"stringlike": {"by": "pattern", "other": false}, "stringnotlike": {"by": "pattern", "other": true},
	"arnequals": {"by": "pattern", "other": false}, "arnnotequals": {"by": "pattern", "other": true},
	"arnlike": {"by": "pattern", "other": false}, "arnnotlike": {"by": "pattern", "other": true},
}

# against a value that does not change a condition holds always, or never.
against(condition, value) := holds(met(condition.values, value, compared.by) != compared.other) if {
	compared := comparisons[condition.operator]
} else := holds(value in {lower(wanted) | some wanted in condition.values}) if {
	condition.operator == "bool"
} else := holds("false" in {lower(wanted) | some wanted in condition.values}) if {
	condition.operator == "null"
} else := {{"way": "unknown"}}

holds(true) := set()

holds(false) := {{"way": "never"}}

met(values, value, by) := count([wanted | some wanted in values; same(wanted, value, by)]) > 0

same(wanted, value, "equal") if wanted == value

same(wanted, value, "letters") if lower(wanted) == lower(value)

same(wanted, value, "pattern") if regex.match(expression(wanted), value)

principals(condition, of) := holds("false" in {lower(wanted) | some wanted in condition.values}) if {
	condition.operator == "null" # everybody has an ARN
} else := {{"way": "unknown"}} if {
	not comparisons[condition.operator]
} else := holds(not_other(condition.operator)) if {
	some pattern in patterns(condition)
	includes(pattern, sprintf("arn:%s:iam::%s:*", [of.partition, of.account]))
} else := {{"way": "who", "pattern": pattern} | some pattern in here(condition, of)} if {
	comparisons[condition.operator].other
} else := {{"way": "others", "patterns": here(condition, of)}}

not_other(operator) := comparisons[operator].other == false

# patterns that a condition compares with. One that takes no wildcards matches nothing
# by a value that has some.
patterns(condition) := {value |
	some value in condition.values
	not wild(condition.operator, value)
}

wild(operator, value) if {
	comparisons[operator].by != "pattern"
	regex.match(`[*?]`, value)
}

# here: the patterns that somebody in the account can match, as they are for it.
here(condition, of) := {placed(pattern, of) |
	some pattern in patterns(condition)
	not elsewhere(pattern, of)
}

# elsewhere: an ARN of another account or partition. Principals' ARNs have six parts.
elsewhere(pattern, of) if {
	parts := split(pattern, ":")
	count(parts) == 6
	some i, own in {1: of.partition, 4: of.account}
	not regex.match(expression(parts[i]), own)
}

placed(pattern, of) := sprintf("%s:%s:%s:%s:%s:%s", [parts[0], of.partition, parts[2], parts[3], of.account, parts[5]]) if {
	parts := split(pattern, ":")
	count(parts) == 6
} else := pattern

regions(condition) := {{"way": "unknown"}} if {
	not comparisons[condition.operator]
} else := holds(not_other(condition.operator)) if {
	some pattern in patterns(condition)
	pattern == "*"
} else := holds(comparisons[condition.operator].other) if {
	count(patterns(condition)) == 0
} else := {{"way": "context", "key": condition.key, "other": comparisons[condition.operator].other, "values": patterns(condition)}}

# What denies an action.

denied_by(reading, action, resource, exempt) := {label(said) |
	some said in denials(reading, action, resource)
	every way in said.ways {
		exempted(way, exempt)
	}
} | {{"level": level, "id": "", "name": ""} |
	some level in reading.levels
	allowed(reading, level, action, resource) == "no"
}

denials(reading, action, resource) := [said |
	some said in reading.statements
	denies(said, action, resource)
]

denies(said, _, _) if said.effect == "unread"

denies(said, action, resource) if {
	said.effect == "deny"
	names(said, action)
	covers(said, resource)
}

# blocks: what denies an action to some, or may: statements, and levels that may not
# allow it.
blocks(reading, action, resource) := array.concat(denials(reading, action, resource), [{
	"level": level, "id": "", "name": "",
	"ways": {{"way": "unknown", "said": concat(", ", sort({way.said | some way in said.ways} | {"Resource" | count(said.ways) == 0})), "policy": sprintf("%s (%s)", [said.id, said.name])} |
		some said in reading.statements
		may_allow(said, level, action, resource)
	},
} |
	some level in reading.levels
	allowed(reading, level, action, resource) == "maybe"
])

# allowed: whether a level allows an action to somebody on some of the resources.
allowed(reading, level, action, resource) := "yes" if {
	some said in reading.statements
	said.level == level
	said.effect == "allow"
	names(said, action)
	count(said.ways) == 0
	touches(said, resource)
} else := "maybe" if {
	some said in reading.statements
	may_allow(said, level, action, resource)
} else := "no"

may_allow(said, level, _, _) if {
	said.level == level
	said.effect == "unread"
}

may_allow(said, level, action, resource) if {
	said.level == level
	said.effect == "allow"
	names(said, action)
	every way in said.ways {
		way.way != "never"
	}
	may_touch(said, resource)
}

names(said, action) if {
	said.other_actions == false
	listed_action(said, action)
}

names(said, action) if {
	said.other_actions
	not listed_action(said, action)
}

listed_action(said, action) if {
	some pattern in said.actions
	regex.match(expression(pattern), lower(action))
}

# covers: all resources of the pattern.
covers(said, resource) if {
	said.other_resources == false
	some pattern in said.resources
	includes(pattern, resource)
}

covers(said, resource) if {
	said.other_resources
	every pattern in said.resources {
		apart(pattern, resource)
	}
}

# touches: some of them.
touches(said, resource) if covers(said, resource)

touches(said, resource) if {
	said.other_resources == false
	some pattern in said.resources
	meets(pattern, resource)
}

may_touch(said, resource) if {
	said.other_resources == false
	some pattern in said.resources
	not apart(pattern, resource)
}

may_touch(said, resource) if {
	said.other_resources
	every pattern in said.resources {
		not includes(pattern, resource)
	}
}

# Who has a way out.

# escaping lists the principals that surely have a way out of everything that denies,
# and are not exempt.
escaping(denying, exempt) := {who |
	shut := doors(denying, "surely")
	some who in {""} | named(denying, exempt)
	every door in shut {
		escapes(who, door)
	}
}

# may_escape: somebody who is not exempt may have a way out of everything that denies.
may_escape(denying, exempt) if {
	shut := doors(denying, "maybe")
	some who in {""} | named(denying, exempt)
	every door in shut {
		escapes(who, door)
	}
}

# named: the patterns of the principals that ways out name, but for those exempt.
named(denying, exempt) := {way.pattern |
	some block in denying
	some way in block.ways
	way.way == "who"
	not exempted(way, exempt)
}

exempted(way, exempt) if {
	way.way == "who"
	some pattern in exempt
	includes(pattern, way.pattern)
}

# doors: what denies, but for what everybody has a way out of (surely, or maybe), as what
# it takes to get out of each: patterns that a principal may be of, in one form with what
# their comparison needs, and sets of patterns that it may be none of.
doors(denying, how) := [door(block.ways, how) |
	disputed := contested(denying)
	some block in denying
	not open(block.ways, disputed, how)
]

open(ways, _, _) if {
	some way in ways
	way.way == "never"
}

open(ways, _, "maybe") if {
	some way in ways
	way.way in {"unknown", "context"}
}

open(ways, disputed, "surely") if {
	some way in ways
	way.way == "context"
	not way.key in disputed
}

door(ways, how) := {
	"who": who(how, {way.pattern | some way in ways; way.way == "who"}),
	"others": {any_of(way.patterns) | some way in ways; way.way == "others"},
}

who("surely", patterns) := {"all": any_of(patterns)}

who("maybe", patterns) := {
	"some": patterns,
	"starts": {start(tail(pattern)) | some pattern in patterns},
	"ends": {end(tail(pattern)) | some pattern in patterns},
}

escapes(who, door) if {
	who != ""
	regex.match(door.who.all, who)
}

escapes(who, door) if {
	who != ""
	near(start(tail(who)), end(tail(who)), door.who)
	some pattern in door.who.some
	not apart(pattern, who)
}

# Of the principals of a pattern some are not among others, unless those are all of
# them: they may be called anything.
escapes(who, door) if {
	some others in door.others
	not regex.match(others, who)
}

# near: some pattern begins and some ends as one that is not apart must. It is found out
# for all patterns at once, since most are apart.
near(from, to, patterns) if {
	begins(from, patterns.starts)
	ends(to, patterns.ends)
}

begins(from, starts) if strings.any_prefix_match(from, starts)

begins(from, starts) if strings.any_prefix_match(starts, from)

ends(to, all) if strings.any_suffix_match(to, all)

ends(to, all) if strings.any_suffix_match(all, to)

# tail: what the last part of a whole ARN must be, and of another pattern anything.
tail(pattern) := parts[5] if {
	parts := split(pattern, ":")
	count(parts) == 6
} else := "*"

# contested: keys of requests of which several conditions ask different things, so
# that one request may not get round them all.
contested(denying) := {key |
	asked := [way |
		some block in denying
		some way in block.ways
		way.way == "context"
	]
	some one in asked
	key := one.key
	values := {way.values | some way in asked; way.key == key}
	count({[way.other, way.values] | some way in asked; way.key == key}) > 1
	not common(values, {way.other | some way in asked; way.key == key})
}

# common: all leave alone what they name, and one value is named by all.
common(values, others) if {
	others == {true}
	count(intersection(values)) > 0
}

# limits: the policies and conditions by which somebody may get round.
limits(denying, exempt) := {{"policy": way.policy, "condition": way.said} |
	some block in denying
	some way in block.ways
	not exempted(way, exempt)
}

# Patterns, in which * is any text and ? any character.

# expression: the pattern as a regular expression.
expression(pattern) := sprintf("(?s)^%s$", [replace(replace(quoted(pattern), "*", ".*"), "?", ".")])

# includes: every text of the other pattern is one of the pattern. A * is only met by
# another one. That the literal parts are there is found out first: it is cheaper.
includes(pattern, other) if {
	every part in literals(pattern) {
		contains(other, part)
	}
	regex.match(any_of({pattern}), other)
}

# any_of: the regular expression of what one of the patterns includes.
any_of(patterns) := sprintf("(?s)^(?:%s)$", [concat("|", [replace(replace(quoted(pattern), "?", "[^*]"), "*", ".*") | some pattern in patterns])]) if {
	count(patterns) > 0
} else := "[^\\x00-\\x{10FFFF}]" # nothing

literals(pattern) := split(replace(pattern, "?", "*"), "*")

quoted(pattern) := regex.replace(pattern, `[\\.+()|\[\]{}^$]`, `\$0`)

# meets: some text is of both patterns, as their parts show.
meets(a, b) if includes(b, a)

meets(a, b) if {
	parts := split(a, ":")
	others := split(b, ":")
	count(parts) == count(others)
	every i, part in parts {
		narrower(part, others[i])
	}
}

narrower(a, b) if includes(a, b)

narrower(a, b) if includes(b, a)

# apart: no text is of both patterns, as far as their ends tell, or those of their
# parts if they are whole ARNs.
apart(a, b) if differ(a, b)

apart(a, b) if {
	parts := split(a, ":")
	others := split(b, ":")
	count(parts) == 6
	count(others) == 6
	some i, part in parts
	differ(part, others[i])
}

differ(a, b) if {
	not startswith(start(a), start(b))
	not startswith(start(b), start(a))
}

differ(a, b) if {
	not endswith(end(a), end(b))
	not endswith(end(b), end(a))
}

differ(a, b) if {
	count(literals(a)) == 1
	not regex.match(expression(b), a)
}

differ(a, b) if {
	count(literals(b)) == 1
	not regex.match(expression(a), b)
}

start(pattern) := literals(pattern)[0]

end(pattern) := parts[count(parts) - 1] if parts := literals(pattern)
