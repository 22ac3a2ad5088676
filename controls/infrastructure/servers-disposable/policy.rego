# INF-02: one instance, as it was when it was read.
package evidence.inf_02

import data.evidence.lib.ec2
import data.evidence.lib.exemptions

exception contains {"code": "too_old", "detail": {
	"instance": named, "days": floor(age / day), "limit": input.params.max_age_days,
	"since": time.format([since, "UTC", "2006-01-02T15:04:05Z07:00"]),
	"launched": launched,
}} if {
	tested
	age > input.params.max_age_days * day
}

undetermined contains {"code": "age_not_known", "detail": {"instance": named}} if {
	tested
	not since
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "not_running"} if not_running

not_applicable_because contains {"code": "exempt"} if count(exempt) > 0

observation contains {"code": "exempt_instance", "detail": {"instance": named, "why": concat("; ", sort(exempt))}} if {
	not not_running
	count(exempt) > 0
}

tested if {
	not not_running
	count(exempt) == 0
}

# An instance that does not say its state is taken for one that runs.
not_running if input.record.Instance.State.Name in {"pending", "shutting-down", "terminated", "stopping", "stopped"}

exempt := exemptions.reasons(input.params.exempt, [input.record.Instance.InstanceId, name])

default name := ""

name := ec2.tag(input.record.Instance.Tags, "Name")

named := ec2.named(input.record.Instance.InstanceId, object.get(input.record.Instance, "Tags", []))

since := ec2.since(input.record.Instance)

age := time.parse_rfc3339_ns(input.time) - since

day := 86400000000000

default launched := "-"

launched := input.record.Instance.LaunchTime if is_string(input.record.Instance.LaunchTime)
