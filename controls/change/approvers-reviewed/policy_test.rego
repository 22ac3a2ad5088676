package evidence.chg_10_test

import data.evidence.chg_10

member := data.testdata["github.audit_event"].added

reasons(record, automation) := answer if {
	answer := chg_10.exception with input as {"record": record, "params": object.union(data.params, {"automation": automation})}
}

codes(record, automation) := {e.code | some e in reasons(record, automation)}

changed(fields) := object.union(member, fields)

test_by_hand if {
	reasons(member, []) == {{"code": "changed_by_hand", "detail": {
		"by": "alice", "action": "team.add_member",
		"subject": "carol, acme/platform",
	}}}
	codes(member, ["terraform-acme[bot]"]) == {"changed_by_hand"}
}

test_by_automation if {
	codes(changed({"actor": "terraform-acme[bot]"}), ["Terraform-Acme[bot]"]) == set()
}

test_by_a_person_of_the_automations_name if {
	codes(changed({"actor": "terraform-acme"}), ["terraform-acme[bot]"]) == {"changed_by_hand"}
}

test_by_number if {
	every listed in [1, "1"] {
		codes(member, [listed]) == set()
		codes(changed({"actor_id": "1", "actor": "renamed"}), [listed]) == set()
	}
	codes(changed({"actor_id": 2}), [1]) == {"changed_by_hand"}
	codes(changed({"actor_id": null}), ["<nil>", "null"]) == {"changed_by_hand"}
	codes(object.remove(member, ["actor_id"]), [1]) == {"changed_by_hand"}
}

test_nobody if {
	every actor in [null, ""] {
		codes(changed({"actor": actor}), [""]) == {"actor_unknown"}
	}
	codes(object.remove(member, ["actor"]), []) == {"actor_unknown"}
	codes(changed({"actor": null}), [1]) == set()
}

test_leaving_by_oneself if {
	codes(changed({"action": "org.remove_member", "user": "alice", "team": null}), []) == {"changed_by_hand"}
}

test_without_a_subject if {
	some e in reasons({"action": "org.update_default_repository_permission", "actor": "alice"}, [])
	e.detail.subject == ""
}
