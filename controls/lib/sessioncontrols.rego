# How a conditional access policy limits the session that a sign-in began.
package evidence.lib.sessioncontrols

# weaker: what limits it no longer, or less. A set of {"part", "change"}. Another
# form of a control that cannot be compared is taken for a weaker one.
weaker(before, after) := {{"part": sprintf("sessionControls.%s", [name]), "change": change} |
	some name in (names(before) | names(after))
	change := weakening(name, control(before, name), control(after, name))
}

names(policy) := {name |
	is_object(policy.sessionControls)
	some name, _ in policy.sessionControls
	not contains(name, "@")
}

control(policy, name) := object.get(policy, ["sessionControls", name], null)

weakening(name, was, is) := "off" if {
	demands(name, was)
	not demands(name, is)
	not permits(name, is)
}

weakening(name, was, is) := change if {
	demands(name, was)
	demands(name, is)
	was != is
	change := less(name, was, is)
}

weakening(name, was, is) := is.mode if {
	permits(name, is)
	not permits(name, was)
}

demands(name, value) if {
	on(value)
	not permits(name, value)
}

on(value) if value == true

on(value) if {
	is_object(value)
	object.get(value, "isEnabled", true) != false
}

# permits: some controls can be set to allow more than there is without them.
permits("persistentBrowser", value) if {
	on(value)
	value.mode == "always"
}

permits("continuousAccessEvaluation", value) if {
	on(value)
	value.mode == "disabled"
}

less("signInFrequency", was, is) := sprintf("%v h → %v h", [hours(was), hours(is)]) if rarer(was, is)

less("signInFrequency", was, is) := "±?" if {
	not rarer(was, is)
	not as_often(was, is)
}

less(name, _, _) := "±?" if name != "signInFrequency"

rarer(was, is) if hours(is) > hours(was)

# as_often, for the same: nothing is lost.
as_often(was, is) if {
	hours(is) <= hours(was)
	object.get(was, "authenticationType", null) == object.get(is, "authenticationType", null)
}

# hours between two authentications; none where each sign-in needs one.
hours(frequency) := 0 if frequency.frequencyInterval == "everyTime"

hours(frequency) := frequency.value * units[frequency.type] if {
	object.get(frequency, "frequencyInterval", null) != "everyTime"
	is_number(frequency.value)
}

units := {"hours": 1, "days": 24}
