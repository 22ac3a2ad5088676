# Roles of Entra ID, and who holds them: by requests for them and assignments of
# them (grant: with principal and roleDefinition, as Microsoft Graph gives them),
# and by events of the audit log.
package evidence.lib.roles

import data.evidence.lib.directoryaudit

# role_listed: the list names the role, by its id, the id of its template, or its name.
role_listed(grant, roles) if {
	some listed in roles
	lower(listed) in roles_of(grant)
}

roles_of(grant) := {lower(name) |
	some name in [
		object.get(grant, "roleDefinitionId", null),
		object.get(grant, ["roleDefinition", "id"], null),
		object.get(grant, ["roleDefinition", "templateId"], null),
		object.get(grant, ["roleDefinition", "displayName"], null),
	]
	is_string(name)
}

# principal_listed: the list names who holds the role, by id, userPrincipalName or appId.
principal_listed(grant, principals) if {
	some principal in principals
	lower(principal) in {lower(name) |
		some name in [
			object.get(grant, "principalId", null),
			object.get(grant, ["principal", "id"], null),
			object.get(grant, ["principal", "userPrincipalName"], null),
			object.get(grant, ["principal", "appId"], null),
		]
		is_string(name)
	}
}

# role and principal, as readers know them.
role(grant) := first_text([
	object.get(grant, ["roleDefinition", "displayName"], null),
	object.get(grant, "roleDefinitionId", null),
])

principal(grant) := first_text([
	object.get(grant, ["principal", "userPrincipalName"], null),
	object.get(grant, ["principal", "displayName"], null),
	object.get(grant, "principalId", null),
])

first_text(texts) := array.concat([text | some text in texts; is_string(text); text != ""], [""])[0]

# event_listed: the list names a role that the event is about.
event_listed(event, roles) if {
	some listed in roles
	lower(listed) in roles_in(event)
}

# roles_in an event: by the targets of that type, and by the properties and details
# that name a role.
roles_in(event) := {lower(name) | some name in named_roles(event)}

named_roles(event) := ({name |
	some target in directoryaudit.targets(event, "role")
	some field in ["id", "displayName"]
	directoryaudit.written(target, field)
	name := target[field]
} | {name |
	some target in event.targetResources
	some property in ["Role.TemplateId", "Role.DisplayName", "Role.ObjectID", "TemplateId"]
	some name in directoryaudit.changed(target, property, "newValue")
}) | {name |
	some key in ["TemplateId", "RoleDefinitionOriginId"]
	some name in directoryaudit.detail(event, key)
}

# role_in an event, by the name that readers know.
role_in(event) := first_text(array.concat(
	[target.displayName | some target in directoryaudit.targets(event, "role"); directoryaudit.written(target, "displayName")],
	array.concat(
		[name | some target in event.targetResources; some name in directoryaudit.changed(target, "Role.DisplayName", "newValue")],
		sort(named_roles(event)),
	),
))

# members_in an event: the users, groups and applications that got the role.
members_in(event) := {target |
	some type in ["user", "group", "serviceprincipal"]
	some target in directoryaudit.targets(event, type)
}
