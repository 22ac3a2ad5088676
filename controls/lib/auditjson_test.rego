package evidence.lib.auditjson_test

import data.evidence.lib.auditjson

event(old, new) := {"targetResources": [{"modifiedProperties": [{"displayName": "ConditionalAccessPolicy", "oldValue": old, "newValue": new}]}]}

whole := `{"state":"enabled"}`

test_changes if {
	auditjson.changes(event(whole, `{"state":"disabled"}`)) == {{"before": {"state": "enabled"}, "after": {"state": "disabled"}}}
	auditjson.changes(event(json.marshal(whole), whole)) == {{"before": {"state": "enabled"}, "after": {"state": "enabled"}}}
	every old in [null, "", `{"state":"ena`, "true", "[]", `"text"`, {"state": "enabled"}] {
		auditjson.changes(event(old, whole)) == set()
	}
	every nothing in [{}, {"targetResources": null}, {"targetResources": [null, {}, {"modifiedProperties": null}, {"modifiedProperties": [null, {}]}]}] {
		auditjson.changes(nothing) == set()
		auditjson.values(nothing, "newValue") == set()
	}
}

test_values if {
	auditjson.values(event(whole, null), "oldValue") == {{"state": "enabled"}}
	auditjson.values(event(whole, null), "newValue") == set()
}
