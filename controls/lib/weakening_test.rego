package evidence.lib.weakening_test

import data.evidence.lib.weakening

effect(action, fields) := weakening.effect(object.union({"action": action, "actor": "cat"}, fields), 2)

test_turned_off if {
	effect("protected_branch.destroy", {}) == "turned_off"
	effect("repository_ruleset.destroy", {}) == "turned_off"
}

test_overridden if effect("protected_branch.policy_override", {}) == "overridden"

test_harmless if {
	every action in [
		"protected_branch.create", "protected_branch.rejected_ref_update", "repository_ruleset.create",
		"repo.create", "team.add_member", "git.push",
	] {
		not effect(action, {})
	}
}

test_switches if {
	every action, field in weakening.switches {
		every value in [false, "false", 0, "0", "off", null] {
			effect(action, {field: value}) == "weakened"
		}
		effect(action, {}) == "weakened"
		every value in [true, "true", 1, 2, "1", "everyone"] {
			not effect(action, {field: value})
		}
	}
}

test_allowances if {
	every action, field in weakening.allowances {
		every value in [true, 1, 2, "1", "true", null] {
			effect(action, {field: value}) == "weakened"
		}
		effect(action, {}) == "weakened"
		every value in [false, 0, "0", "off"] {
			not effect(action, {field: value})
		}
	}
}

test_number_of_approvals if {
	action := "protected_branch.update_required_approving_review_count"
	every n in [0, 1, "1", null, "two"] {
		effect(action, {"required_approving_review_count": n}) == "weakened"
	}
	effect(action, {}) == "weakened"
	every n in [2, "2", 6] {
		not effect(action, {"required_approving_review_count": n})
	}
}

test_what_is_not_known_weakens if {
	effect("protected_branch.branch_allowances", {}) == "weakened"
	effect("protected_branch.update_name", {}) == "weakened"
	effect("protected_branch.update_something_new", {"value": true}) == "weakened"
	effect("repo.update_default_branch", {}) == "weakened"
}

test_about if {
	weakening.about({}, "main")
	weakening.about({"name": null}, "main")
	weakening.about({"name": "main"}, "main")
	weakening.about({"branch": "refs/heads/main"}, "main")
	weakening.about({"name": "release/*"}, "release/1")
	weakening.about({"name": "trunk", "old_name": "main"}, "main")
	not weakening.about({"name": "release/*"}, "main")
	not weakening.about({"branch": "main2"}, "main")
	weakening.about({"name": "a[b"}, "a[b")
}

update(fields) := effect("repository_ruleset.update", object.union({"ruleset_enforcement": "enabled"}, fields))

test_ruleset_switched_off if {
	every now in ["disabled", "evaluate"] {
		update({"ruleset_enforcement": now, "ruleset_old_enforcement": "enabled"}) == "weakened"
	}
	not update({"ruleset_enforcement": "disabled", "ruleset_old_enforcement": "evaluate"})
	not update({"ruleset_enforcement": "enabled", "ruleset_old_enforcement": "disabled"})
	not update({"ruleset_enforcement": "disabled", "ruleset_rules_deleted": [{"type": "deletion"}]})
}

test_ruleset_lost_something if {
	every field in weakening.lists_of_weakening {
		update({field: [{"type": "x"}]}) == "weakened"
	}
	not update({"ruleset_rules_added": [{"type": "deletion"}]})
	not update({"ruleset_bypass_actors_deleted": [{"id": 1}]})
	not update({"ruleset_old_name": "a"})
}

test_ruleset_that_does_not_say_what_changed if {
	update({}) == "weakened"
	effect("repository_ruleset.update", {}) == "weakened"
	update({"ruleset_rules_deleted": []}) == "weakened"
}

rule(old, now) := {"ruleset_rules_updated": [{"type": "pull_request", "old_parameters": old, "parameters": now}]}

test_rules_that_ask_for_less if {
	update(rule({"a": true}, {"a": false})) == "weakened"
	update(rule({"a": true}, {})) == "weakened"
	update(rule({"n": 2}, {"n": 1})) == "weakened"
	update(rule({"n": 2}, {"n": null})) == "weakened"
	update(rule({"l": ["x", "y"]}, {"l": ["x"]})) == "weakened"
	update(rule({"l": ["x"]}, {"l": null})) == "weakened"
	update({"ruleset_rules_updated": [{"type": "pull_request"}]}) == "weakened"
	update({"ruleset_rules_updated": [{"parameters": {}}]}) == "weakened"
}

test_rules_that_ask_for_more if {
	not update(rule({"a": false, "n": 1, "l": ["x", "y"], "t": "s"}, {"a": true, "n": 2, "l": ["y", "x"], "t": "u"}))
}

test_changes_are_named if {
	weakening.ruleset_changes(object.union({"ruleset_enforcement": "disabled", "ruleset_old_enforcement": "enabled"}, rule({"n": 2}, {"n": 1}))) == {"ruleset_enforcement disabled", "pull_request n"}
}
