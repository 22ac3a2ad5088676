# ACC-09: one row of a credential report: the access keys of an IAM user or root user.
package evidence.acc_09

import data.evidence.lib.graphtime

exception contains {"code": "key_old", "detail": object.union(key, {
	"created": input.record.Row[told(key, "last_rotated")],
	"days": input.params.max_age_days,
})} if {
	some key in active
	created(key) < days_ago(input.params.max_age_days)
}

exception contains {"code": "key_unused", "detail": object.union(key, {"used": used, "days": input.params.unused_days})} if {
	some key in active
	some used, ns in last_use(key)
	ns < days_ago(input.params.unused_days)
}

undetermined contains {"code": "key_unknown", "detail": object.union(key, {"member": "active", "value": value})} if {
	some key in keys
	value := object.get(input.record.Row, told(key, "active"), "-")
	not lower(value) in {"true", "false"}
}

undetermined contains {"code": "key_unknown", "detail": object.union(key, {"member": "last_rotated", "value": value})} if {
	some key in active
	not created(key)
	value := object.get(input.record.Row, told(key, "last_rotated"), "-")
}

undetermined contains {"code": "key_unknown", "detail": object.union(key, {"member": "last_used_date", "value": value})} if {
	some key in active
	value := object.get(input.record.Row, told(key, "last_used_date"), "-")
	value != never
	not graphtime.ns(value)
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "exempt"} if count(exemptions) > 0

observation contains {"code": "exempt_user", "detail": {"user": user, "account": input.record.AccountId, "why": concat("; ", sort(exemptions))}} if {
	count(exemptions) > 0
}

# keys of which the report tells, whether or not they are there.
keys := {{"user": user, "account": input.record.AccountId, "key": n} |
	count(exemptions) == 0
	some n in {"1", "2"}
}

active := {key |
	some key in keys
	lower(input.record.Row[told(key, "active")]) == "true"
}

created(key) := graphtime.ns(input.record.Row[told(key, "last_rotated")])

# last_use is when the key was last used, by what is said of it; one that never was
# counts from when it was created.
last_use(key) := {used: ns} if {
	used := input.record.Row[told(key, "last_used_date")]
	ns := graphtime.ns(used)
}

last_use(key) := {never: created(key)} if input.record.Row[told(key, "last_used_date")] == never

never := "N/A"

told(key, member) := sprintf("access_key_%s_%s", [key.key, member])

days_ago(days) := time.parse_rfc3339_ns(input.time) - (days * 86400000000000)

# exemptions: why the user may have old keys. A listing that does not say why is none,
# and root users have no such reasons.
exemptions := {trim_space(listed.why) |
	user != "<root_account>"
	some listed in input.params.exempt
	is_string(listed.why)
	trim_space(listed.why) != ""
	is_string(listed.user)
	some member in {"user", "arn"}
	glob.match(lower(listed.user), null, lower(input.record.Row[member]))
}

user := input.record.Row.user
