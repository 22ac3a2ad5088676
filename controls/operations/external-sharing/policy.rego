# OPS-10: one operation by which something in SharePoint or OneDrive was shared.
package evidence.ops_10

import data.evidence.lib.mailaddress

exception contains {"code": "anonymous_link", "detail": about} if {
	anonymous
	not site_allowed
}

exception contains {"code": "shared_outside", "detail": object.union(about, {"target": target})} if {
	outside
	some domain in domains
	not mailaddress.within(domain, input.params.internal_domains)
	not mailaddress.within(domain, input.params.allowed_domains)
	not site_allowed
}

exception contains {"code": "unknown_guest", "detail": object.union(about, {"target": target})} if {
	guest
	count(domains) == 0
	not site_allowed
}

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "inside"} if {
	not anonymous
	not outside
}

anonymous if input.record.operation in {"AnonymousLinkCreated", "AnonymousLinkUpdated"}

outside if guest

outside if {
	not anonymous
	some domain in domains
	not mailaddress.within(domain, input.params.internal_domains)
}

guest if {
	not anonymous
	lower(input.record.auditData.TargetUserOrGroupType) in {"guest", "partner"}
}

# A guest's account is called name_domain#ext#@tenant: the domain is the one before #ext#.
domains := mailaddress.domains(target)

target := input.record.auditData.TargetUserOrGroupName if is_string(input.record.auditData.TargetUserOrGroupName)

target := "?" if not is_string(object.get(input.record, ["auditData", "TargetUserOrGroupName"], null))

site_allowed if {
	some pattern in input.params.allowed_sites
	some place in places
	glob.match(lower(pattern), ["/"], lower(place))
}

places := {place |
	some place in [
		object.get(input.record, ["auditData", "ObjectId"], null),
		object.get(input.record, ["auditData", "SiteUrl"], null),
		object.get(input.record, "objectId", null),
	]
	is_string(place)
}

about := {"by": by, "object": shared, "operation": input.record.operation}

by := [name | some name in [object.get(input.record, "userPrincipalName", null), object.get(input.record, "userId", null), "?"]; is_string(name); name != ""][0]

shared := [name |
	some name in [
		object.get(input.record, ["auditData", "ObjectId"], null), object.get(input.record, "objectId", null),
		object.get(input.record, ["auditData", "SiteUrl"], null), "?",
	]
	is_string(name)
	name != ""
][0]
