# CHG-10: one event that changed who may approve and merge.
package evidence.chg_10

exception contains {"code": "changed_by_hand", "detail": {"by": input.record.actor, "action": input.record.action, "subject": subject}} if {
	known
	not automated
}

exception contains {"code": "actor_unknown", "detail": {"action": input.record.action, "subject": subject}} if {
	not known
	not automated
}

known if {
	is_string(input.record.actor)
	input.record.actor != ""
}

automated if {
	known
	some listed in input.params.automation
	is_string(listed)
	lower(listed) == lower(input.record.actor)
}

# By number, which stays when the login is renamed.
automated if {
	not object.get(input.record, "actor_id", null) in {null, "", 0}
	some listed in input.params.automation
	sprintf("%v", [listed]) == sprintf("%v", [input.record.actor_id])
}

subject := concat(", ", [value |
	some field in ["user", "team", "repo", "name", "permission"]
	value := input.record[field]
	is_string(value)
	value != ""
])
