package evidence.lib.lifecycle_test

import data.evidence.lib.lifecycle

account := {"id": "u-1", "accountEnabled": false}

enabled := {"id": "u-1", "accountEnabled": true}

deleted := {"id": "u-1", "accountEnabled": true, "deletedDateTime": "2026-10-03T00:00:00Z"}

event(activity, at, properties) := {
	"activityDisplayName": activity, "activityDateTime": at, "result": "success",
	"initiatedBy": {"user": null, "app": {"displayName": "iga-sync"}},
	"targetResources": [{"id": "u-1", "type": "User", "modifiedProperties": properties}, {"id": "u-2", "type": "User"}],
}

switched(from, to) := [{"displayName": "AccountEnabled", "oldValue": from, "newValue": to}]

day(n) := time.parse_rfc3339_ns(sprintf("2026-10-%02dT00:00:00Z", [n]))

did(n, does) := {"ns": day(n), "does": does, "by": ""}

does(activity, properties) := {e.does | some e in lifecycle.effects(account, [event(activity, "2026-10-02T00:00:00.7215374Z", properties)])}

test_effects if {
	lifecycle.effects(account, [event("Disable account", "2026-10-02T00:00:00Z", [])]) == {{"ns": day(2), "does": "disable", "by": "iga-sync"}}
	lifecycle.effects(deleted, []) == {did(3, "delete")}
	lifecycle.effects(account, []) == set()
	lifecycle.effects(object.union(account, {"deletedDateTime": null}), []) == set()
}

test_a_deletion_in_both_is_one if {
	both := lifecycle.effects(deleted, [event("Delete user", "2026-10-03T00:00:00.5Z", [])])
	both == {{"ns": day(3) + 500000000, "does": "delete", "by": "iga-sync"}}
	lifecycle.logged([event("Delete user", "2026-10-02T23:59:59Z", [])], deleted, day(3))
	not lifecycle.logged([event("Delete user", "2026-10-01T00:00:00Z", [])], deleted, day(3))
	not lifecycle.logged([event("Disable account", "2026-10-03T00:00:00Z", [])], deleted, day(3))
}

test_did if {
	does("Enable account", []) == {"enable"}
	does("Delete user", []) == {"delete"}
	does("Hard delete user", []) == {"purge"}
	does("Restore user", []) == {"restore"}
	does("Reset password", []) == set()
}

test_updates if {
	does("Update user", switched("[true]", "[false]")) == {"disable"}
	does("Update user", switched("[\"False\"]", "[\"True\"]")) == {"enable"}
	does("Update user", switched(null, "false")) == {"disable"}
	does("Update user", switched("[true]", "[true]")) == set()
	does("Update user", [{"displayName": "Department", "oldValue": "[]", "newValue": "[\"false\"]"}]) == set()
	does("Update user", null) == set()
}

test_of_others_and_failed if {
	lifecycle.effects({"id": "u-3"}, [event("Disable account", "2026-10-02T00:00:00Z", [])]) == set()
	lifecycle.effects(account, [object.union(event("Disable account", "2026-10-02T00:00:00Z", []), {"result": "failure"})]) == set()
	count(lifecycle.effects(account, [object.union(event("Disable account", "2026-10-02T00:00:00Z", []), {"result": "timeout"})])) == 1
	lifecycle.effects(account, [object.union(event("Disable account", "2026-10-02T00:00:00Z", []), {"targetResources": null})]) == set()
}

test_targeted if {
	[t.id | some t in lifecycle.targeted(event("x", "y", []), account)] == ["u-1"]
}

test_open_by_the_snapshot_alone if {
	lifecycle.open_at(enabled, set(), day(1))
	lifecycle.open_at({"id": "u-1", "accountEnabled": null}, set(), day(1))
	not lifecycle.open_at(account, set(), day(1))
}

test_open_before_it_was_disabled if {
	effects := {did(5, "disable")}
	lifecycle.open_at(account, effects, day(5) - 1)
	not lifecycle.open_at(account, effects, day(5))
	not lifecycle.open_at(account, effects, day(6))
}

test_closed_before_it_was_enabled if {
	effects := {did(5, "enable")}
	not lifecycle.open_at(enabled, effects, day(4))
	lifecycle.open_at(enabled, effects, day(5))
}

test_deletion if {
	effects := {did(5, "delete"), did(7, "restore"), did(9, "purge")}
	lifecycle.open_at(enabled, effects, day(4))
	not lifecycle.open_at(enabled, effects, day(6))
	lifecycle.open_at(enabled, effects, day(8))
	not lifecycle.open_at(enabled, effects, day(9))
	not lifecycle.open_at(enabled, {did(7, "restore")}, day(6))
	not lifecycle.open_at(account, effects, day(8)) # restored, and disabled all the while
}

test_at_once_the_open_one_counts if {
	lifecycle.enabled_at(account, {did(5, "disable"), did(5, "enable")}, day(5))
	lifecycle.first([did(5, "delete"), did(5, "restore")]).does == "restore"
	lifecycle.first([did(5, "delete")]).does == "delete"
	not lifecycle.first([])
}

test_latest_and_next if {
	effects := {did(2, "disable"), did(4, "enable"), did(6, "disable")}
	lifecycle.latest(effects, {"disable"}, day(5)) == did(2, "disable")
	lifecycle.next(effects, {"disable"}, day(5)) == did(6, "disable")
	not lifecycle.latest(effects, {"disable"}, day(1))
	not lifecycle.next(effects, {"disable"}, day(6))
}

test_deleted_at if {
	lifecycle.deleted_at({did(3, "delete")}, day(3))
	lifecycle.deleted_at({did(3, "restore")}, day(2))
	not lifecycle.deleted_at({did(3, "delete")}, day(2))
	not lifecycle.deleted_at(set(), day(2))
}

test_open_now if {
	lifecycle.open_now(enabled, set())
	lifecycle.open_now({"id": "u-1"}, set())
	lifecycle.open_now(enabled, {did(1, "disable")}) # the snapshot is newer than the log
	not lifecycle.open_now(account, set())
	not lifecycle.open_now(deleted, set())
	not lifecycle.open_now(enabled, {did(3, "purge")})
	not lifecycle.open_now(enabled, {did(3, "delete")}) # gone before there was another snapshot
	lifecycle.open_now(enabled, {did(3, "delete"), did(4, "restore")})
}

test_closing if {
	effects := {did(2, "disable"), did(3, "enable"), did(5, "disable"), did(8, "delete")}
	lifecycle.closing(account, effects, day(4)) == did(5, "disable")
	lifecycle.closing(account, effects, day(1)) == did(2, "disable")
	not lifecycle.closing(account, {did(2, "disable")}, day(2))
}

test_a_deletion_closes_what_is_enabled if {
	lifecycle.closing(deleted, {did(3, "delete")}, day(1)) == did(3, "delete")
}

test_earliest if {
	lifecycle.earliest({did(3, "delete"), did(2, "disable")}) == did(2, "disable")
	not lifecycle.earliest(set())
}

test_reopenings if {
	effects := {did(2, "disable"), did(3, "enable"), did(5, "disable")}
	lifecycle.reopenings(account, effects, day(1)) == {did(3, "enable")}
	lifecycle.reopenings(account, effects, day(3)) == set()
	lifecycle.reopenings(enabled, {did(2, "delete"), did(3, "restore")}, day(1)) == {did(3, "restore")}
	lifecycle.reopenings(account, {did(1, "disable"), did(2, "delete"), did(3, "restore")}, day(1)) == set()
	lifecycle.reopenings(enabled, {did(3, "enable")}, day(1)) == {did(3, "enable")}
}

test_shown_closed if {
	lifecycle.shown_closed(account, set(), day(1))
	not lifecycle.shown_closed(enabled, set(), day(1))
	not lifecycle.shown_closed({"id": "u-1", "accountEnabled": null}, set(), day(1))
	not lifecycle.shown_closed(account, {did(5, "disable")}, day(1))
	not lifecycle.shown_closed(account, {did(1, "delete")}, day(2))
	lifecycle.shown_closed(account, {did(5, "delete")}, day(2))
	lifecycle.switches({did(5, "enable")})
}
