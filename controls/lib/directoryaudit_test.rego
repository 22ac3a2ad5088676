package evidence.lib.directoryaudit_test

import data.evidence.lib.directoryaudit

by(user, app) := {"initiatedBy": {"user": user, "app": app}}

person := {"id": "u-1", "displayName": "SRE 01", "userPrincipalName": "sre-01@example.co.jp", "ipAddress": "192.0.2.1"}

application := {"appId": null, "displayName": "iga-sync", "servicePrincipalId": "sp-1", "servicePrincipalName": null}

nobody := [
	{},
	{"initiatedBy": null},
	by(null, null),
	by({"id": null, "displayName": "SRE 01", "userPrincipalName": null}, null),
	by({"id": "", "userPrincipalName": " "}, {"appId": null, "displayName": null, "servicePrincipalId": null}),
]

test_failed if {
	directoryaudit.failed({"result": "failure"})
	directoryaudit.failed({"result": "Failure"})
	every event in [{}, {"result": null}, {"result": "success"}, {"result": "timeout"}] {
		not directoryaudit.failed(event)
	}
}

test_user if {
	directoryaudit.user(by(person, null)).id == "u-1"
	directoryaudit.user(by({"id": null, "userPrincipalName": "sre-01@example.co.jp"}, null))
	every event in array.concat(nobody, [by(null, application)]) {
		not directoryaudit.user(event)
	}
}

test_app if {
	directoryaudit.app(by(null, application)).servicePrincipalId == "sp-1"
	directoryaudit.app(by({"id": null}, {"displayName": "iga-sync"}))
	every event in array.concat(nobody, [by(person, application)]) {
		not directoryaudit.app(event)
	}
}

test_who if {
	directoryaudit.who(by(person, null)) == "sre-01@example.co.jp"
	directoryaudit.who(by({"id": "u-1", "userPrincipalName": null, "displayName": "SRE 01"}, null)) == "SRE 01"
	directoryaudit.who(by({"id": "u-1"}, null)) == "u-1"
	directoryaudit.who(by(null, application)) == "iga-sync"
	directoryaudit.who(by(null, {"servicePrincipalId": "sp-1"})) == "sp-1"
	every event in nobody {
		directoryaudit.who(event) == ""
	}
}

test_name if directoryaudit.name({"a": null, "b": "x"}, ["a", "b"]) == "x"

test_listed if {
	every named in ["SP-1", "iga-sync"] {
		directoryaudit.listed(application, [named])
	}
	directoryaudit.listed(person, ["x", "SRE-01@example.co.jp"])
	not directoryaudit.listed(application, ["iga"])
	not directoryaudit.listed(application, [])
	not directoryaudit.listed({"appId": "", "displayName": null}, [""])
}

test_targets if {
	event := {"targetResources": [{"id": "1", "type": "User"}, {"id": "2", "type": "Group"}, {"id": "3", "Type": "Group"}, {"id": "4", "type": null}, {"id": "5"}]}
	[t.id | some t in directoryaudit.targets(event, "group")] == ["2", "3"]
	directoryaudit.targets({"targetResources": null}, "group") == []
	directoryaudit.targets({}, "group") == []
}

test_type_of if {
	directoryaudit.type_of({"type": "User", "Type": "Group"}) == "user"
	directoryaudit.type_of({"Type": "Group"}) == "group"
	directoryaudit.type_of({"@odata.type": "#microsoft.graph.TargetResourceGroup"}) == "group"
	not directoryaudit.type_of({})
}

test_changed if {
	target := {"modifiedProperties": [
		{"displayName": "AccountEnabled", "oldValue": "[true]", "newValue": "[false]"},
		{"displayName": null, "oldValue": null, "newValue": "x"},
	]}
	directoryaudit.changed(target, "accountenabled", "newValue") == {"false"}
	directoryaudit.changed(target, "AccountEnabled", "oldValue") == {"true"}
	directoryaudit.changed(target, "DisplayName", "newValue") == set()
	directoryaudit.changed({"modifiedProperties": null}, "x", "newValue") == set()
	directoryaudit.changed({}, "x", "newValue") == set()
}

test_values if {
	directoryaudit.values(`"Sales"`) == {"Sales"}
	directoryaudit.values(`["a","b"]`) == {"a", "b"}
	directoryaudit.values("[false]") == {"false"}
	directoryaudit.values("Sales") == {"Sales"}
	directoryaudit.values(`{"a":1}`) == {`{"a":1}`}
	every nothing in [null, "", " ", `""`, "null", "[]", "[null]", `[""]`] {
		directoryaudit.values(nothing) == set()
	}
}

test_flat if {
	directoryaudit.flat(["a", null, 1]) == {"a", "1"}
	directoryaudit.flat("a") == {"a"}
	directoryaudit.flat_one("a") == {"a"}
	directoryaudit.flat_one(true) == {"true"}
	directoryaudit.flat_one(null) == set()
}

test_detail if {
	event := {"additionalDetails": [{"key": "TemplateId", "value": "t-1"}, {"key": "templateid", "value": null}, {"key": null, "value": "x"}]}
	directoryaudit.detail(event, "templateId") == {"t-1"}
	directoryaudit.detail({"additionalDetails": null}, "x") == set()
}

test_written if {
	directoryaudit.written({"a": "x"}, "a")
	every thing in [{}, {"a": null}, {"a": " "}, {"a": 1}] {
		not directoryaudit.written(thing, "a")
	}
}
