# Event selectors of a CloudTrail trail, basic and advanced, with their members named as
# in the parameters of PutEventSelectors: "readWriteType", "fieldSelectors".
package evidence.lib.eventselectors

# dropped are the kinds of access, ReadOnly and WriteOnly, of which no selector takes
# the management events.
dropped(basic, advanced) := {access | some access in {"ReadOnly", "WriteOnly"}; not recorded(basic, advanced, access)}

recorded(basic, _, access) if {
	some selector in basic
	object.get(selector, "includeManagementEvents", true) != false
	object.get(selector, "readWriteType", "All") in {"All", null, access}
}

recorded(_, advanced, access) if {
	some selector in management(advanced)
	every f in selector.fieldSelectors {
		leaves(f, access)
	}
}

management(advanced) := [selector |
	some selector in advanced
	some f in selector.fieldSelectors
	f.field == "eventCategory"
	"Management" in f.equals
]

# leaves: the field selector does not cut off management events of that access.
# Excluded sources are a matter of their own; any other narrowing cuts off.
leaves(f, _) if f.field == "eventCategory"

leaves(f, "ReadOnly") if {
	f.field == "readOnly"
	"true" in f.equals
}

leaves(f, "WriteOnly") if {
	f.field == "readOnly"
	"false" in f.equals
}

leaves(f, _) if {
	f.field == "eventSource"
	object.keys(f) == {"field", "notEquals"}
}

# excluded are the event sources that selectors of management events leave out.
excluded(basic, advanced) := in_basic | in_advanced if {
	in_basic := {source |
		some selector in basic
		some source in selector.excludeManagementEventSources
	}
	in_advanced := {source |
		some selector in management(advanced)
		some f in selector.fieldSelectors
		f.field == "eventSource"
		some source in f.notEquals
	}
}
