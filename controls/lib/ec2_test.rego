package evidence.lib.ec2_test

import data.evidence.lib.ec2

test_tag if {
	tags := [{"Key": "Env", "Value": "prod"}, {"Key": "Name", "Value": "web"}, {"Key": "Odd", "Value": null}]
	ec2.tag(tags, "Name") == "web"
	every key in ["name", "Odd", "None"] {
		not ec2.tag(tags, key)
	}
	not ec2.tag(null, "Name")
}

test_named if {
	ec2.named("i-1", [{"Key": "Name", "Value": "web"}]) == "i-1 (web)"
	every tags in [[], null, [{"Key": "Name", "Value": ""}], [{"Key": "Env", "Value": "prod"}]] {
		ec2.named("i-1", tags) == "i-1"
	}
}

at(text) := time.parse_rfc3339_ns(text)

test_since if {
	launched := {"LaunchTime": "2026-10-20T00:00:00Z"}
	ec2.since(launched) == at("2026-10-20T00:00:00Z")
	attached := {"BlockDeviceMappings": [{"Ebs": {"AttachTime": "2026-10-02T00:00:00Z"}}, {"Ebs": {"AttachTime": "2026-08-02T00:00:01Z"}}, {"DeviceName": "/dev/xvdb"}, {"Ebs": null}]}
	ec2.since(object.union(launched, attached)) == at("2026-08-02T00:00:01Z")
	plugged := {"NetworkInterfaces": [{"Attachment": {"AttachTime": "2026-08-02T00:00:00Z"}}, {"NetworkInterfaceId": "eni-1"}, {"Attachment": null}]}
	ec2.since(object.union(launched, object.union(attached, plugged))) == at("2026-08-02T00:00:00Z")
	ec2.since(plugged) == at("2026-08-02T00:00:00Z")
	every instance in [{}, {"LaunchTime": null}, {"LaunchTime": "yesterday", "BlockDeviceMappings": null, "NetworkInterfaces": []}] {
		not ec2.since(instance)
	}
}
