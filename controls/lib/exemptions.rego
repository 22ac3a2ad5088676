# What a control leaves out because its parameters say so, with the reason.
package evidence.lib.exemptions

# reasons why a thing with the names is left out: those of the entries whose item is
# a glob pattern of one of the names. An entry that does not say why leaves out nothing.
reasons(entries, names) := {trim_space(entry.why) |
	some entry in entries
	is_string(entry.why)
	trim_space(entry.why) != ""
	is_string(entry.item)
	some name in names
	is_string(name)
	glob.match(lower(entry.item), null, lower(name))
}
