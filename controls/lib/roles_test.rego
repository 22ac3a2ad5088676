package evidence.lib.roles_test

import data.evidence.lib.roles

grant := {
	"principalId": "U-1", "roleDefinitionId": "62E90394-69f5-4237-9190-012177145e10",
	"principal": {"id": "u-1", "userPrincipalName": "sre-01@example.co.jp", "displayName": "SRE 01"},
	"roleDefinition": {"id": "62e90394-69f5-4237-9190-012177145e10", "templateId": "62e90394-69f5-4237-9190-012177145e10", "displayName": "Global Administrator"},
}

# As the directory itself logs it.
core := {"targetResources": [
	{"id": "u-1", "type": "User", "userPrincipalName": "sre-01@example.co.jp", "modifiedProperties": [
		{"displayName": "Role.ObjectID", "oldValue": null, "newValue": "\"r-1\""},
		{"displayName": "Role.DisplayName", "oldValue": null, "newValue": "\"Global Administrator\""},
		{"displayName": "Role.TemplateId", "oldValue": null, "newValue": "\"62e90394-69f5-4237-9190-012177145e10\""},
	]},
	{"id": "r-1", "type": "Role", "displayName": null, "modifiedProperties": []},
]}

# As PIM logs it.
pim := {
	"targetResources": [
		{"id": "r-2", "type": "Role", "displayName": "User Administrator", "modifiedProperties": [{"displayName": "TemplateId", "oldValue": "\"\"", "newValue": "\"t-2\""}]},
		{"id": "q-1", "type": "Request", "displayName": null},
		{"id": "sp-1", "type": "ServicePrincipal", "displayName": "iga-sync"},
		{"id": "g-1", "type": "Group", "displayName": "admins"},
		{"id": "o-1", "type": "Other"},
	],
	"additionalDetails": [{"key": "TemplateId", "value": "T-3"}, {"key": "RoleDefinitionOriginId", "value": "o-3"}],
}

test_role_listed if {
	every listed in ["Global administrator", "62e90394-69f5-4237-9190-012177145E10"] {
		roles.role_listed(grant, ["x", listed])
	}
	not roles.role_listed(grant, ["Global Reader"])
	not roles.role_listed(grant, [])
	not roles.role_listed({"roleDefinition": null}, ["Global Administrator"])
}

test_roles_of if {
	roles.roles_of(grant) == {"global administrator", "62e90394-69f5-4237-9190-012177145e10"}
	roles.roles_of({}) == set()
}

test_principal_listed if {
	every listed in ["u-1", "SRE-01@example.co.jp"] {
		roles.principal_listed(grant, [listed])
	}
	roles.principal_listed({"principal": {"appId": "A-1"}}, ["a-1"])
	not roles.principal_listed(grant, ["SRE 01"]) # a display name is anybody's
	not roles.principal_listed(grant, [])
}

test_names if {
	roles.role(grant) == "Global Administrator"
	roles.role({"roleDefinitionId": "r", "roleDefinition": null}) == "r"
	roles.principal(grant) == "sre-01@example.co.jp"
	roles.principal({"principal": {"displayName": "admins"}}) == "admins"
	roles.principal({"principalId": "u-1", "principal": null}) == "u-1"
	roles.principal({}) == ""
	roles.first_text([null, "", "b", "c"]) == "b"
}

test_event_listed if {
	roles.event_listed(core, ["global ADMINISTRATOR"])
	roles.event_listed(core, ["62e90394-69f5-4237-9190-012177145e10"])
	roles.event_listed(pim, ["t-3"])
	not roles.event_listed(pim, ["Global Administrator"])
}

test_roles_in if {
	roles.roles_in(core) == {"r-1", "global administrator", "62e90394-69f5-4237-9190-012177145e10"}
	roles.roles_in(pim) == {"r-2", "user administrator", "t-2", "t-3", "o-3"}
	roles.roles_in({"targetResources": null}) == set()
	"T-3" in roles.named_roles(pim)
}

test_role_in if {
	roles.role_in(core) == "Global Administrator"
	roles.role_in(pim) == "User Administrator"
	roles.role_in({"additionalDetails": [{"key": "TemplateId", "value": "t"}]}) == "t"
	roles.role_in({}) == ""
}

test_members_in if {
	{m.id | some m in roles.members_in(core)} == {"u-1"}
	{m.id | some m in roles.members_in(pim)} == {"sp-1", "g-1"}
	roles.members_in({}) == set()
}
