# ACC-13: one event of the directory's audit log that may have given an
# application a credential or permissions.
package evidence.acc_13

import data.evidence.lib.approval
import data.evidence.lib.directoryaudit

exception contains {"code": "credential_unapproved", "detail": object.union(about, {"changes": considered})} if {
	credential_added
	unapproved
}

exception contains {"code": "consent_unapproved", "detail": object.union(about, {"changes": considered, "permissions": permissions})} if {
	consent_granted
	unapproved
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "nothing_given"} if not applies

# for_all_users is told whether or not a change approved it: it says how far the consent goes.
observation contains {"code": "for_all_users", "detail": object.union(about, {"permissions": permissions})} if {
	consent_granted
	for_all_users
}

applies if credential_added

applies if consent_granted

unapproved if {
	not by_automation
	count(approved) == 0
}

activity := lower(trim_space(input.record.activityDisplayName))

# credential_added: the list of keys has one that it did not have. Where the event
# does not tell, its name decides.
credential_added if {
	succeeded
	count(added_keys) > 0
}

credential_added if {
	succeeded
	adds_credentials
	not keys_known
}

adds_credentials if activity == "add service principal credentials"

adds_credentials if {
	startswith(activity, "update application")
	endswith(activity, "certificates and secrets management")
}

added_keys := keys("newValue") - keys("oldValue")

# keys: the identifiers in KeyDescription, a list of texts such as
# [KeyIdentifier=…,KeyType=Password,KeyUsage=Verify,DisplayName=…].
keys(side) := {lower(found[1]) |
	some target in input.record.targetResources
	some text in directoryaudit.changed(target, "KeyDescription", side)
	some found in regex.find_all_string_submatch_n(`(?i)KeyIdentifier=([0-9a-f-]{36})`, text, -1)
}

keys_known if count(keys("newValue") | keys("oldValue")) > 0

consent_granted if {
	succeeded
	activity == "consent to application"
	not "false" in lowered({"ConsentContext.IsAdminConsent"})
}

consent_granted if {
	succeeded
	activity == "add delegated permission grant"
	not "principal" in lowered({"DelegatedPermissionGrant.ConsentType"})
}

consent_granted if {
	succeeded
	activity == "add app role assignment to service principal"
}

for_all_users if "allprincipals" in lowered({"DelegatedPermissionGrant.ConsentType"})

for_all_users if "true" in lowered({"ConsentContext.OnBehalfOfAll"})

for_all_users if {
	some text in lowered({"ConsentAction.Permissions"})
	sides := split(text, "=>")
	contains(sides[count(sides) - 1], "consenttype: allprincipals")
}

succeeded if not directoryaudit.failed(input.record)

# texts that properties of any target got.
texts(properties) := union({directoryaudit.changed(target, property, "newValue") |
	some target in input.record.targetResources
	some property in properties
})

lowered(properties) := {lower(value) | some value in texts(properties)}

# client: the ids of the application that got something. A grant's target is what
# the permissions are for (Microsoft Graph), and its properties name who has them.
client := lowered({"ServicePrincipal.ObjectID", "ServicePrincipal.AppId", "ServicePrincipal.Name"}) if grant

client := ({lower(target.id) | some target in input.record.targetResources; is_string(target.id)} | application_ids) | service_principal_names if not grant

grant if activity in {"add delegated permission grant", "add app role assignment to service principal"}

application_ids := {lower(value) | some value in directoryaudit.detail(input.record, "AppId")}

service_principal_names := lowered({"TargetId.ServicePrincipalNames", "AppId"})

# naming: the changes that name the application.
naming contains pull if {
	some pull in input.related.changes
	some id in client
	count(id) == 36
	contains(lower(concat(" ", [text(pull, "title"), text(pull, "body")])), id)
}

text(pull, field) := pull[field] if is_string(pull[field])

text(pull, field) := "" if not is_string(pull[field])

approved contains pull if {
	some pull in naming
	approval.status(pull, input.params) == "approved"
	in_time(pull)
}

in_time(pull) if {
	merged := time.parse_rfc3339_ns(pull.mergedAt)
	at := time.parse_rfc3339_ns(input.record.activityDateTime)
	at >= merged
	at - merged <= input.params.valid_hours * 3600000000000
}

by_automation if {
	some listed in input.params.automation
	some field in {"appId", "servicePrincipalId"}
	id := input.record.initiatedBy.app[field]
	is_string(id)
	lower(listed) == lower(id)
}

considered := concat(", ", sort({sprintf("%s#%d", [pull.repository.nameWithOwner, pull.number]) | some pull in naming})) if count(naming) > 0

considered := "-" if count(naming) == 0 # the texts say what a dash means

about := {
	"by": by,
	"app": application,
	"activity": trim_space(input.record.activityDisplayName),
}

by := directoryaudit.who(input.record) if directoryaudit.who(input.record) != ""

by := "?" if directoryaudit.who(input.record) == ""

application := concat(", ", sort(names)) if count(names) > 0

application := concat(", ", sort(client)) if {
	count(names) == 0
	count(client) > 0
}

application := "?" if {
	count(names) == 0
	count(client) == 0
}

names := texts({"ServicePrincipal.DisplayName"}) if grant

names := {target.displayName | some target in input.record.targetResources; is_string(target.displayName); target.displayName != ""} if not grant

permissions := concat(", ", sort(granted)) if count(granted) > 0

permissions := "?" if count(granted) == 0

granted := {permission |
	some text in texts({"AppRole.Value", "DelegatedPermissionGrant.Scope"})
	some permission in split(trim_space(text), " ")
	permission != ""
} | {permission |
	# What was there before stands on the left of the arrow: "[] => [[…, Scope: Mail.Read]]".
	some text in texts({"ConsentAction.Permissions"})
	some found in regex.find_all_string_submatch_n(`Scope: *([^,\]]*)`, split(text, "=>")[count(split(text, "=>")) - 1], -1)
	some permission in split(trim_space(found[1]), " ")
	permission != ""
}
