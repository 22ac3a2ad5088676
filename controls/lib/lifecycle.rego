# When an account of the directory could be used: what its newest snapshot says,
# and what the audit log tells of the time before. Times are in nanoseconds.
package evidence.lib.lifecycle

import data.evidence.lib.directoryaudit

# effects are what befell the account: {"ns", "does", "by"}, where does is enable,
# disable, delete, restore, or purge for a deletion that cannot be undone.
effects(account, events) := {{"ns": time.parse_rfc3339_ns(event.activityDateTime), "does": does, "by": directoryaudit.who(event)} |
	some event in events
	not directoryaudit.failed(event)
	some does in did(event, account)
} | {{"ns": ns, "does": "delete", "by": ""} |
	is_string(account.deletedDateTime)
	ns := time.parse_rfc3339_ns(account.deletedDateTime)
	not logged(events, account, ns)
}

# logged: the deletion that the snapshot tells of is in the log too.
logged(events, account, ns) if {
	some event in events
	not directoryaudit.failed(event)
	did(event, account) & {"delete", "purge"} != set()
	abs(time.parse_rfc3339_ns(event.activityDateTime) - ns) < 600000000000
}

# did: what an event did to the account, if anything.
did(event, account) := {activities[lower(event.activityDisplayName)] | some _ in targeted(event, account)} | {switched[value] |
	lower(event.activityDisplayName) == "update user"
	some target in targeted(event, account)
	some value in directoryaudit.changed(target, "AccountEnabled", "newValue")
	not value in directoryaudit.changed(target, "AccountEnabled", "oldValue")
}

activities := {
	"disable account": "disable",
	"enable account": "enable",
	"delete user": "delete",
	"hard delete user": "purge",
	"restore user": "restore",
}

switched := {"false": "disable", "False": "disable", "true": "enable", "True": "enable"}

targeted(event, account) := [target | some target in event.targetResources; target.id == account.id]

# open_at: the account could be used at a time.
open_at(account, effects, ns) if {
	enabled_at(account, effects, ns)
	not deleted_at(effects, ns)
}

# enabled_at: as the last change before says; without one, as the first one after
# shows; with none at all, as the snapshot does. What is not known to be disabled
# is enabled.
enabled_at(_, effects, ns) if latest(effects, {"enable", "disable"}, ns).does == "enable"

enabled_at(_, effects, ns) if {
	not latest(effects, {"enable", "disable"}, ns)
	next(effects, {"enable", "disable"}, ns).does == "disable"
}

enabled_at(account, effects, _) if {
	not switches(effects)
	not account.accountEnabled == false
}

switches(effects) if {
	some effect in effects
	effect.does in {"enable", "disable"}
}

deleted_at(effects, ns) if latest(effects, {"delete", "purge", "restore"}, ns).does in {"delete", "purge"}

deleted_at(effects, ns) if {
	not latest(effects, {"delete", "purge", "restore"}, ns)
	next(effects, {"delete", "purge", "restore"}, ns).does == "restore"
}

# latest of the effects of some sort up to a time; of several at once the one that
# leaves the account open.
latest(effects, sorts, ns) := first([effect |
	some effect in effects
	effect.does in sorts
	effect.ns == max({e.ns | some e in effects; e.does in sorts; e.ns <= ns})
])

next(effects, sorts, ns) := first([effect |
	some effect in effects
	effect.does in sorts
	effect.ns == min({e.ns | some e in effects; e.does in sorts; e.ns > ns})
])

first(list) := list[0] if {
	every effect in list { not effect.does in opening }
}

first(list) := [effect | some effect in list; effect.does in opening][0]

opening := {"enable", "restore"}

# open_now: the newest snapshot shows it open. What the log says was deleted may be
# in no newer one.
open_now(account, effects) if {
	not account.accountEnabled == false
	not is_string(object.get(account, "deletedDateTime", null))
	not deleted_at(effects, forever)
}

forever := 9000000000000000000

# closing is the effect by which the account was first closed after a time.
closing(account, effects, ns) := earliest({effect |
	some effect in effects
	effect.ns > ns
	not open_at(account, effects, effect.ns)
})

# reopenings are the effects after a time that opened the account when it was closed.
reopenings(account, effects, ns) := {effect |
	some effect in effects
	effect.ns > ns
	effect.does in opening
	open_at(account, effects, effect.ns)
	not open_at(account, effects, effect.ns - 1)
}

earliest(effects) := sort([e | some e in effects; e.ns == min({f.ns | some f in effects})])[0]

# shown_closed: nothing but the snapshot's state says that the account was closed
# at a time, and so not since when.
shown_closed(account, effects, ns) if {
	account.accountEnabled == false
	not switches(effects)
	not deleted_at(effects, ns)
}
