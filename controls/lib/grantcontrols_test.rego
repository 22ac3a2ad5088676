package evidence.lib.grantcontrols_test

import data.evidence.lib.grantcontrols

policy(operator, controls) := {"grantControls": {"operator": operator, "builtInControls": controls, "customAuthenticationFactors": [], "termsOfUse": []}}

strong(operator, controls, id) := {"grantControls": {"operator": operator, "builtInControls": controls, "authenticationStrength": {"id": id}}}

multifactor := "00000000-0000-0000-0000-000000000002"

passwordless := "00000000-0000-0000-0000-000000000003"

resistant := "00000000-0000-0000-0000-000000000004"

change(before, after) := {loss.change | some loss in grantcontrols.weaker(before, after)}

weaker(before, after) if count(grantcontrols.weaker(before, after)) > 0

mfa := policy("OR", ["mfa"])

both := policy("AND", ["mfa", "compliantDevice"])

either := policy("OR", ["mfa", "compliantDevice"])

block := policy("OR", ["block"])

test_weaker if {
	change(both, either) == {"AND(compliantdevice, mfa) → OR(compliantdevice, mfa)"}
	change(both, mfa) == {"AND(compliantdevice, mfa) → AND(mfa)"}
	change(mfa, {"grantControls": null}) == {"AND(mfa) → none"}
	every pair in [
		[mfa, either], # another way around it
		[mfa, {}],
		[mfa, policy("OR", [])],
		[mfa, policy("OR", ["compliantDevice"])],
		[block, mfa],
		[block, {"grantControls": null}],
		[either, policy(null, ["mfa", "approvedApplication"])],
		[policy("AND", ["mfa", "passwordChange"]), mfa],
	] {
		weaker(pair[0], pair[1])
	}
}

test_not_weaker if {
	every pair in [
		[mfa, mfa],
		[mfa, both],
		[either, both],
		[either, mfa], # one way less
		[mfa, policy("AND", ["Mfa"])],
		[either, block],
		[both, policy("OR", ["mfa", "block"])],
		[{}, mfa],
		[{"grantControls": null}, {"grantControls": {"operator": "OR", "builtInControls": null}}],
	] {
		not weaker(pair[0], pair[1])
	}
}

test_strengths if {
	not weaker(mfa, strong("OR", [], multifactor))
	not weaker(strong("OR", [], multifactor), strong("OR", [], resistant))
	not weaker(either, strong("OR", ["compliantDevice"], passwordless))
	weaker(strong("OR", [], resistant), strong("OR", [], passwordless))
	weaker(strong("OR", [], resistant), mfa)
	weaker(mfa, strong("OR", [], "f1f1f1f1-0000-4000-8000-000000000001")) # one that somebody made
	not weaker({"grantControls": {"authenticationStrengthId": resistant}}, strong("OR", [], resistant))
	weaker({"grantControls": {"authenticationStrengthId": resistant}}, {"grantControls": {"authenticationStrengthId": ""}})
}

test_strength_that_takes_more if {
	before := {"grantControls": {"authenticationStrength": {"id": "s", "allowedCombinations": ["fido2"]}}}
	after := {"grantControls": {"authenticationStrength": {"id": "s", "allowedCombinations": ["fido2", "password,sms"]}}}
	change(before, after) == {"+password,sms"}
	not weaker(after, before)
}

test_terms_and_custom_controls if {
	terms := {"grantControls": {"operator": "AND", "builtInControls": ["mfa"], "termsOfUse": ["t-1"], "customAuthenticationFactors": ["c-1"]}}
	change(terms, mfa) == {"AND(customAuthenticationFactors:c-1, mfa, termsOfUse:t-1) → AND(mfa)"}
	not weaker(mfa, terms)
}

test_what_is_not_known if {
	change(mfa, {"grantControls": object.union(mfa.grantControls, {"riskRemediation": true, "authenticationStrength@odata.context": "https://x"})}) == {"±?"}
}
