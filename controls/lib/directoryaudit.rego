# What an event of the directory's audit log says: who did it, to what, and which
# values changed. Microsoft Graph writes most values as JSON within a string:
# "\"Sales\"", "[true]".
package evidence.lib.directoryaudit

# failed: nothing came of it. What timed out may have been done all the same.
failed(event) if {
	is_string(event.result)
	lower(event.result) == "failure"
}

# user who did it. A user without id and name is nobody: the account is gone.
user(event) := actor if {
	actor := event.initiatedBy.user
	some field in ["id", "userPrincipalName"]
	written(actor, field)
}

# app that did it, as its own and not for a signed-in user.
app(event) := actor if {
	not user(event)
	actor := event.initiatedBy.app
	some field in ["appId", "servicePrincipalId", "displayName", "servicePrincipalName"]
	written(actor, field)
}

# who did it, by the name that readers know. It is empty when nobody is named.
who(event) := name(user(event), ["userPrincipalName", "displayName", "id"])

who(event) := name(app(event), ["displayName", "appId", "servicePrincipalName", "servicePrincipalId"]) if not user(event)

who(event) := "" if {
	not user(event)
	not app(event)
}

name(actor, fields) := [actor[field] | some field in fields; written(actor, field)][0]

# listed: the list names the application or the account, by whichever of its
# names. Only ids are its own: anybody may call an application as they like.
listed(actor, names) if {
	some field in ["id", "userPrincipalName", "appId", "servicePrincipalId", "displayName", "servicePrincipalName"]
	written(actor, field)
	some named in names
	lower(named) == lower(actor[field])
}

# targets of a type: User, Group, Role, Request.
targets(event, type) := [target | some target in event.targetResources; type_of(target) == lower(type)]

# type_of a target. Older events and examples write it in two other ways.
type_of(target) := lower(target.type) if is_string(target.type)

type_of(target) := lower(target.Type) if {
	not is_string(object.get(target, "type", null))
	is_string(target.Type)
}

type_of(target) := trim_prefix(lower(target["@odata.type"]), "#microsoft.graph.targetresource") if {
	not is_string(object.get(target, "type", null))
	not is_string(object.get(target, "Type", null))
	is_string(target["@odata.type"])
}

# changed: the texts that a property of the target got (newValue) or had (oldValue).
changed(target, property, side) := union({values(object.get(modified, side, null)) |
	some modified in target.modifiedProperties
	is_string(modified.displayName)
	lower(modified.displayName) == lower(property)
})

# values that a text holds, as texts: those of the JSON that it is, or itself.
values(text) := {value |
	is_string(text)
	json.is_valid(text)
	some value in flat(json.unmarshal(text))
} | {text |
	is_string(text)
	not json.is_valid(text)
	trim_space(text) != ""
}

flat(value) := union({flat_one(element) | some element in value}) if is_array(value)

flat(value) := flat_one(value) if not is_array(value)

flat_one(value) := {value} if {
	is_string(value)
	value != ""
}

flat_one(value) := {json.marshal(value)} if {
	not is_string(value)
	value != null
}

flat_one(value) := set() if value in {"", null}

# detail: what the event says under a key of its additional details.
detail(event, key) := {found.value |
	some found in event.additionalDetails
	is_string(found.key)
	lower(found.key) == lower(key)
	is_string(found.value)
	found.value != ""
}

written(thing, field) if {
	is_string(thing[field])
	trim_space(thing[field]) != ""
}
