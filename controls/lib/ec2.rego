# What records of EC2 tell.
package evidence.lib.ec2

import data.evidence.lib.graphtime

# tag is the value of a tag.
tag(tags, key) := [one.Value |
	some one in tags
	one.Key == key
	is_string(one.Value)
][0]

# named: a thing by its ID, and its name where it has one.
named(id, tags) := sprintf("%s (%s)", [id, tag(tags, "Name")]) if {
	tag(tags, "Name") != ""
} else := id

# since when an instance has been there, as far as it tells, in nanoseconds. Its launch
# time is that of its last start; what is attached to it tells when it was there before.
since(instance) := min({ns | ns := graphtime.ns(instance.LaunchTime)} | {ns |
	some mapping in instance.BlockDeviceMappings
	ns := graphtime.ns(mapping.Ebs.AttachTime)
} | {ns |
	some interface in instance.NetworkInterfaces
	ns := graphtime.ns(interface.Attachment.AttachTime)
})
