# Accounts and regions of AWS that a control does not apply to.
package evidence.lib.awsplace

# exemptions are why an account and region are exempt. The list's elements are
# {"account", "region", "why"}, of which account and region are glob patterns; without
# one of these all are meant. A listing of neither, or that does not say why, is none.
exemptions(list, account, region) := {trim_space(listed.why) |
	some listed in list
	is_string(listed.why)
	trim_space(listed.why) != ""
	count({member | some member in ["account", "region"]; listed[member]}) > 0
	fits(listed, "account", account)
	fits(listed, "region", region)
}

fits(listed, member, _) if not listed[member]

fits(listed, member, value) if {
	is_string(listed[member])
	is_string(value)
	glob.match(listed[member], [], value)
}
