# What a conditional access policy demands of a sign-in before it grants access.
package evidence.lib.grantcontrols

# weaker: a sign-in may satisfy the policy as it is and would not have before. A
# set of {"part", "change"}.
weaker(before, after) := union({easier(before, after), redefined(before, after), otherwise(before, after)})

easier(before, after) := {{"part": "grantControls", "change": sprintf("%s → %s", [text(before), text(after)])} |
	some way in ways(after)
	not satisfies(way, before)
}

# redefined: the same strength takes more ways to authenticate.
redefined(before, after) := {{"part": "grantControls.authenticationStrength", "change": concat("", ["+", combination])} |
	strength(before) == strength(after)
	some combination in (combinations(after) - combinations(before))
}

combinations(policy) := {combination |
	some combination in policy.grantControls.authenticationStrength.allowedCombinations
	is_string(combination)
}

# otherwise: what is not known here, and is not what it was.
otherwise(before, after) := {{"part": sprintf("grantControls.%s", [name]), "change": "±?"} |
	some name in (names(before) | names(after))
	object.get(before, ["grantControls", name], null) != object.get(after, ["grantControls", name], null)
}

# ways to satisfy a policy: sets of controls that are met. Nothing satisfies one
# that blocks.
ways(policy) := [] if blocks(policy)

ways(policy) := [closure(controls(policy))] if {
	not blocks(policy)
	not one_of(policy)
}

ways(policy) := [closure({control}) | some control in controls(policy)] if {
	not blocks(policy)
	one_of(policy)
}

satisfies(way, policy) if {
	not blocks(policy)
	not one_of(policy)
	count(controls(policy) - way) == 0
}

satisfies(way, policy) if {
	not blocks(policy)
	one_of(policy)
	count(controls(policy) & way) > 0
}

blocks(policy) if "block" in controls(policy)

# one_of: any of its controls is enough, and so where the operator is not told.
one_of(policy) if {
	count(controls(policy)) > 1
	object.get(policy, ["grantControls", "operator"], null) != "AND"
}

controls(policy) := union({
	{lower(control) | some control in list(policy, "builtInControls")},
	{sprintf("customAuthenticationFactors:%s", [id]) | some id in list(policy, "customAuthenticationFactors")},
	{sprintf("termsOfUse:%s", [id]) | some id in list(policy, "termsOfUse")},
	{sprintf("authenticationStrength:%s", [id]) | id := strength(policy)},
})

list(policy, name) := {element | some element in policy.grantControls[name]; is_string(element)}

# strength: by its id.
strength(policy) := id if {
	id := policy.grantControls.authenticationStrength.id
	is_string(id)
}

strength(policy) := id if {
	not is_string(object.get(policy, ["grantControls", "authenticationStrength", "id"], null))
	id := policy.grantControls.authenticationStrengthId
	is_string(id)
	id != ""
}

# closure: who meets a strength that Microsoft made meets the weaker ones too.
closure(met) := met | {weak | some control in met; some weak in implied[control]}

implied := {
	"authenticationStrength:00000000-0000-0000-0000-000000000002": {"mfa"},
	"authenticationStrength:00000000-0000-0000-0000-000000000003": {"mfa", "authenticationStrength:00000000-0000-0000-0000-000000000002"},
	"authenticationStrength:00000000-0000-0000-0000-000000000004": {
		"mfa",
		"authenticationStrength:00000000-0000-0000-0000-000000000002",
		"authenticationStrength:00000000-0000-0000-0000-000000000003",
	},
}

# names of controls that are not known here.
names(policy) := {name |
	is_object(policy.grantControls)
	some name, _ in policy.grantControls
	not name in {
		"operator", "builtInControls", "customAuthenticationFactors", "termsOfUse",
		"authenticationStrength", "authenticationStrengthId",
	}
	not contains(name, "@")
}

text(policy) := "none" if count(controls(policy)) == 0

text(policy) := sprintf("%s(%s)", [operator(policy), concat(", ", sort(controls(policy)))]) if count(controls(policy)) > 0

operator(policy) := "OR" if one_of(policy)

operator(policy) := "AND" if not one_of(policy)
