# INF-03: one volume, as it was when it was read, and the snapshots of it.
package evidence.inf_03

import data.evidence.lib.ec2
import data.evidence.lib.exemptions
import data.evidence.lib.graphtime

exception contains {"code": "no_copy", "detail": {"volume": named, "hours": input.params.within_hours, "others": others}} if {
	tested
	count(completed) == 0
}

exception contains {"code": "copy_too_old", "detail": {
	"volume": named, "hours": input.params.within_hours, "others": others,
	"last": time.format([last, "UTC", "2006-01-02T15:04:05Z07:00"]),
}} if {
	tested
	last < from
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "out_of_scope"} if not in_scope

not_applicable_because contains {"code": "just_created"} if just_created

not_applicable_because contains {"code": "exempt"} if count(exempt) > 0

observation contains {"code": "exempt_volume", "detail": {"volume": named, "why": concat("; ", sort(exempt))}} if {
	in_scope
	count(exempt) > 0
}

tested if {
	in_scope
	not just_created
	count(exempt) == 0
}

in_scope if {
	in_state
	tagged
	runs
}

in_state if object.get(input.record.Volume, "State", null) in ({state | some state in input.params.states} | {null})

tagged if count(input.params.tags) == 0

tagged if {
	some wanted in input.params.tags
	glob.match(wanted.value, null, ec2.tag(input.record.Volume.Tags, wanted.key))
}

runs if not input.params.running_only

# An instance that does not say its state, or is not among those that were read, may run.
runs if {
	some attachment in input.record.Volume.Attachments
	not attachment.InstanceId in idle
}

idle := {instance.Instance.InstanceId |
	some instance in input.related.instances
	instance.Instance.State.Name in {"shutting-down", "terminated", "stopping", "stopped"}
}

# just_created: there has not been the time yet in which a copy is made.
just_created if graphtime.ns(input.record.Volume.CreateTime) > from

from := time.parse_rfc3339_ns(input.time) - (input.params.within_hours * 3600000000000)

# completed: when the snapshots that can be used were started. That is what they hold.
completed := {ns |
	some snapshot in input.related.snapshots
	snapshot.Snapshot.State == "completed"
	ns := graphtime.ns(snapshot.Snapshot.StartTime)
}

last := max(completed)

# others: snapshots that cannot be used.
default others := "-"

others := concat(", ", unusable) if count(unusable) > 0

unusable := sort([sprintf("%s: %v", [snapshot.Snapshot.SnapshotId, state]) |
	some snapshot in input.related.snapshots
	state := object.get(snapshot.Snapshot, "State", "-")
	state != "completed"
])

exempt := exemptions.reasons(input.params.exempt, [input.record.Volume.VolumeId, name])

default name := ""

name := ec2.tag(input.record.Volume.Tags, "Name")

named := ec2.named(input.record.Volume.VolumeId, object.get(input.record.Volume, "Tags", []))
