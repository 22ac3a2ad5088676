# ACC-06: one change of a group, its members or its owners.
package evidence.acc_06

import data.evidence.lib.directoryaudit

exception contains {"code": "by_person", "detail": about} if {
	tested
	user := directoryaudit.user(input.record)
	not directoryaudit.listed(user, input.params.sync_accounts)
}

exception contains {"code": "by_application", "detail": about} if {
	tested
	app := directoryaudit.app(input.record)
	not directoryaudit.listed(app, input.params.automation)
	not directoryaudit.listed(app, input.params.platform_apps)
	not directoryaudit.listed(app, input.params.dynamic_membership_apps)
}

exception contains {"code": "by_nobody", "detail": about} if {
	tested
	not directoryaudit.user(input.record)
	not directoryaudit.app(input.record)
}

exception contains {"code": "self_service", "detail": about} if {
	tested
	app := directoryaudit.app(input.record)
	directoryaudit.listed(app, input.params.dynamic_membership_apps)
	not directoryaudit.listed(app, input.params.automation)
	lower(input.record.activityDisplayName) in {"add member to group", "remove member from group"}
	some found in input.related.groups
	found.group.id in group_names
	not "DynamicMembership" in object.get(found.group, "groupTypes", [])
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "failed"} if directoryaudit.failed(input.record)

not_applicable_because contains {"code": "group_out_of_scope"} if not managed

tested if {
	not directoryaudit.failed(input.record)
	managed
}

managed if count(input.params.groups) == 0

managed if count(group_names) == 0

managed if {
	some pattern in input.params.groups
	some name in group_names
	glob.match(lower(pattern), null, lower(name))
}

# group_names are the id and the names of the group that was changed, those that it
# had before too. A member that is a group itself is not the group.
group_names := named if count(named) > 0

group_names := targeted if count(named) == 0

# named: what the properties of the member or owner say.
named := {name |
	some target in input.record.targetResources
	some property in ["Group.ObjectID", "Group.DisplayName"]
	some side in ["oldValue", "newValue"]
	some name in directoryaudit.changed(target, property, side)
}

# targeted: what the targets of that type say.
targeted := {name |
	some target in directoryaudit.targets(input.record, "group")
	some field in ["id", "displayName"]
	directoryaudit.written(target, field)
	name := target[field]
} | {name |
	some target in directoryaudit.targets(input.record, "group")
	some side in ["oldValue", "newValue"]
	some name in directoryaudit.changed(target, "DisplayName", side)
}

# members: the targets that are not the group.
members := {name |
	some target in input.record.targetResources
	not target.id in group_names
	name := directoryaudit.name(target, ["userPrincipalName", "displayName", "id"])
}

about := {
	"by": directoryaudit.who(input.record), "at": input.record.activityDateTime,
	"action": input.record.activityDisplayName, "group": group, "member": concat(", ", sort(members)), "changed": changed,
}

# changed: what became of the group's own properties, such as its rule of membership.
changed := concat("; ", sort(changes)) if count(changes) > 0

changed := "-" if count(changes) == 0

changes := {sprintf("%s: %s → %s", [modified.displayName, side(target, modified.displayName, "oldValue"), side(target, modified.displayName, "newValue")]) |
	startswith(lower(input.record.activityDisplayName), "update group")
	some target in input.record.targetResources
	some modified in target.modifiedProperties
	is_string(modified.displayName)
	modified.displayName != "Included Updated Properties"
}

side(target, property, which) := concat(", ", sort(values)) if {
	values := directoryaudit.changed(target, property, which)
	count(values) > 0
}

side(target, property, which) := "-" if count(directoryaudit.changed(target, property, which)) == 0

# group by the name that readers know: of what is not an id, if there is anything.
group := concat(" / ", sort(words)) if count(words) > 0

group := concat(" / ", sort(group_names)) if count(words) == 0

words := {name | some name in group_names; not regex.match(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`, name)}
