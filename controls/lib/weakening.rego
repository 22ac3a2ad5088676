# What events of GitHub's audit log did to the protection of branches. The names
# of actions and fields are those that GitHub documents under "Audit log events
# for your organization".
package evidence.lib.weakening

# effect of an event: turned_off, overridden or weakened; undefined when it
# weakened nothing. needed is the number of approvals that a merge must need. An
# action that is not known here, and a value that the event does not tell, are
# taken for weakening.
effect(event, _) := "turned_off" if event.action in {"protected_branch.destroy", "repository_ruleset.destroy"}

effect(event, _) := "overridden" if event.action == "protected_branch.policy_override"

effect(event, needed) := "weakened" if {
	not event.action in told
	startswith(event.action, "protected_branch.")
	weakens(event, needed)
}

effect(event, _) := "weakened" if {
	event.action == "repository_ruleset.update"
	count(ruleset_changes(event)) > 0
}

effect(event, _) := "weakened" if event.action in {
	"repo.update_default_branch",
	"repository_branch_protection_evaluation.disable",
	"required_status_check.destroy",
}

# told: those that are no weakening, or another effect.
told := {
	"protected_branch.create",
	"protected_branch.destroy",
	"protected_branch.policy_override",
	"protected_branch.rejected_ref_update",
}

# about: the event is about the branch of the name, or does not say about which.
about(event, branch) if {
	some field in {"name", "old_name", "branch"}
	pattern := event[field]
	is_string(pattern)
	matches(trim_prefix(pattern, "refs/heads/"), branch)
}

about(event, _) if {
	every field in {"name", "old_name", "branch"} {
		not is_string(object.get(event, field, null))
	}
}

matches(pattern, branch) if pattern == branch

matches(pattern, branch) if glob.match(pattern, ["/"], branch)

# weakens: an update that turned off what a field switches on.
weakens(event, _) if {
	field := switches[event.action]
	object.get(event, field, null) in off
}

# It let happen what a field allows.
weakens(event, _) if {
	field := allowances[event.action]
	not object.get(event, field, null) in (off - {null})
}

weakens(event, needed) if {
	event.action == "protected_branch.update_required_approving_review_count"
	not enough(event, needed)
}

# Everything else: who may go around a rule, what it applies to, what is new.
weakens(event, _) if {
	not event.action in object.keys(switches)
	not event.action in object.keys(allowances)
	event.action != "protected_branch.update_required_approving_review_count"
}

enough(event, needed) if number(event.required_approving_review_count) >= needed

off := {false, "false", 0, "0", "off", null}

number(value) := value if is_number(value)

number(value) := to_number(value) if {
	is_string(value)
	regex.match(`^[0-9]{1,5}$`, value)
}

switches := {
	"protected_branch.dismiss_stale_reviews": "dismiss_stale_reviews_on_push",
	"protected_branch.update_admin_enforced": "admin_enforced",
	"protected_branch.update_ignore_approvals_from_contributors": "ignore_approvals_from_contributors",
	"protected_branch.update_linear_history_requirement_enforcement_level": "linear_history_requirement_enforcement_level",
	"protected_branch.update_lock_branch_enforcement_level": "lock_branch_enforcement_level",
	"protected_branch.update_merge_queue_enforcement_level": "merge_queue_enforcement_level",
	"protected_branch.update_pull_request_reviews_enforcement_level": "pull_request_reviews_enforcement_level",
	"protected_branch.update_require_code_owner_review": "require_code_owner_review",
	"protected_branch.update_require_last_push_approval": "require_last_push_approval",
	"protected_branch.update_required_status_checks_enforcement_level": "required_status_checks_enforcement_level",
	"protected_branch.update_signature_requirement_enforcement_level": "signature_requirement_enforcement_level",
	"protected_branch.update_strict_required_status_checks_policy": "strict_required_status_checks_policy",
}

allowances := {
	"protected_branch.update_allow_deletions_enforcement_level": "allow_deletions_enforcement_level",
	"protected_branch.update_allow_force_pushes_enforcement_level": "allow_force_pushes_enforcement_level",
	"protected_branch.update_lock_allows_fetch_and_merge": "lock_allows_fetch_and_merge",
}

# ruleset_changes: what an update of a ruleset weakened, as texts. A ruleset that
# was not enforced and is not now protects nothing either way.
ruleset_changes(event) := changes if {
	enforced_before(event)
	changes := ((switched(event) | removed(event)) | loosened(event)) | untold(event)
}

ruleset_changes(event) := set() if not enforced_before(event)

enforced_before(event) if object.get(event, "ruleset_old_enforcement", null) in {"enabled", "active"}

enforced_before(event) if {
	object.get(event, "ruleset_old_enforcement", null) == null
	object.get(event, "ruleset_enforcement", null) in {"enabled", "active", null}
}

switched(event) := {sprintf("ruleset_enforcement %s", [now]) |
	now := event.ruleset_enforcement
	is_string(now)
	not now in {"enabled", "active"}
}

removed(event) := {field |
	some field in lists_of_weakening
	count(event[field]) > 0
}

lists_of_weakening := {
	"ruleset_rules_deleted",
	"ruleset_bypass_actors_added",
	"ruleset_bypass_actors_updated",
	"ruleset_conditions_added",
	"ruleset_conditions_deleted",
	"ruleset_conditions_updated",
}

# loosened: parameters of rules that ask for less than before.
loosened(event) := {sprintf("%v %s", [rule.type, name]) |
	some rule in event.ruleset_rules_updated
	some name, old in rule.old_parameters
	less(object.get(rule.parameters, name, null), old)
} | {sprintf("%v", [object.get(rule, "type", "?")]) |
	some rule in event.ruleset_rules_updated
	not compares(rule)
}

compares(rule) if {
	is_object(rule.old_parameters)
	is_object(rule.parameters)
}

less(now, old) if {
	old == true
	now != true
}

less(now, old) if {
	is_number(old)
	not at_least(now, old)
}

# A list of what is demanded may lose nothing; one of what is allowed gain nothing.
less(now, old) if {
	is_array(old)
	not same(now, old)
}

at_least(now, old) if {
	is_number(now)
	now >= old
}

same(now, old) if {
	is_array(now)
	{element | some element in now} == {element | some element in old}
}

# untold: an update that does not say what it changed.
untold(event) := {"?"} if not says(event)

untold(event) := set() if says(event)

says(event) if {
	some field, value in event
	startswith(field, "ruleset_")
	some suffix in ["_added", "_deleted", "_updated"]
	endswith(field, suffix)
	count(value) > 0
}

says(event) if is_string(event.ruleset_old_enforcement)

says(event) if is_string(event.ruleset_old_name)
