# Things that an event of the directory's audit log tells whole, before and after
# a change: as JSON within a text.
package evidence.lib.auditjson

# changes that an event tells both sides of.
changes(event) := {change |
	some target in event.targetResources
	some property in target.modifiedProperties
	change := {"before": object_in(property.oldValue), "after": object_in(property.newValue)}
}

# values of one side, oldValue or newValue.
values(event, side) := {value |
	some target in event.targetResources
	some property in target.modifiedProperties
	value := object_in(property[side])
}

# object_in a text. Some events write it as a text within a text. One that was cut
# off is none.
object_in(text) := value if {
	value := parsed(text)
	is_object(value)
}

object_in(text) := value if {
	inner := parsed(text)
	is_string(inner)
	value := parsed(inner)
	is_object(value)
}

parsed(text) := json.unmarshal(text) if {
	is_string(text)
	json.is_valid(text)
}
