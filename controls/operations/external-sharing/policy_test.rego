package evidence.ops_10_test

import data.evidence.ops_10

records := data.testdata["m365.audit_record"]

settings := {
	"internal_domains": ["example.co.jp", "acme.onmicrosoft.com"],
	"allowed_domains": ["partner.example"],
	"allowed_sites": ["https://acme.sharepoint.com/sites/press/**"],
}

doc(record, params) := {"kind": "m365.audit_record", "record": record, "related": {}, "params": params}

codes(record) := {e.code | some e in ops_10.exception with input as doc(record, settings)}

details(record) := [e.detail | some e in ops_10.exception with input as doc(record, settings)][0]

outside(record) if ops_10.not_applicable with input as doc(record, settings)

shared(type, name) := object.union(records.added_to_link, {"auditData": object.union(records.added_to_link.auditData, {
	"TargetUserOrGroupType": type, "TargetUserOrGroupName": name,
})})

at(record, place) := object.union(record, {"objectId": place, "auditData": object.union(record.auditData, {"ObjectId": place, "SiteUrl": null})})

test_anonymous_link if {
	codes(records.anonymous_link) == {"anonymous_link"}
	details(records.anonymous_link) == {
		"by": "sales-01@example.co.jp", "operation": "AnonymousLinkCreated",
		"object": "https://acme-my.sharepoint.com/personal/sales-01/Documents/list.xlsx",
	}
	codes(object.union(records.anonymous_link, {"operation": "AnonymousLinkUpdated"})) == {"anonymous_link"}
	not outside(records.anonymous_link)
}

test_anonymous_link_of_an_allowed_site if {
	allowed := at(records.anonymous_link, "https://acme.sharepoint.com/sites/Press/Documents/release.pdf")
	codes(allowed) == set()
	not outside(allowed)
	codes(at(records.anonymous_link, "https://acme.sharepoint.com/sites/press-secret/list.xlsx")) == {"anonymous_link"}
}

test_shared_outside if {
	codes(records.added_to_link) == {"shared_outside"}
	details(records.added_to_link).target == "buyer_else.example#ext#@acme.onmicrosoft.com"
	codes(shared("Guest", "someone@else.example")) == {"shared_outside"}

	# Some records give a guest's type as Member.
	codes(shared("Member", "someone@else.example")) == {"shared_outside"}
	codes(shared("Partner", "someone@else.example")) == {"shared_outside"}
}

test_approved_party if {
	every name in ["someone@partner.example", "some_one_partner.example#EXT#@acme.onmicrosoft.com", "x@tokyo.partner.example"] {
		codes(shared("Guest", name)) == set()
		not outside(shared("Guest", name))
	}
	codes(shared("Guest", "someone@notpartner.example")) == {"shared_outside"}
}

test_unknown_guest if {
	every name in [null, "", "Somebody"] {
		codes(shared("Guest", name)) == {"unknown_guest"}
		not outside(shared("Guest", name))
	}
	details(shared("Guest", null)).target == "?"
}

test_allowed_site if {
	codes(at(records.added_to_link, "https://acme.sharepoint.com/sites/press/a.pdf")) == set()
	codes(at(shared("Guest", null), "https://acme.sharepoint.com/sites/press/a.pdf")) == set()
}

# A real record: a colleague's permission.
test_inside if {
	outside(shared("Member", "sre-01@example.co.jp"))
	outside(shared("SecurityGroup", "Everyone except external users"))
	outside(shared("SharePointGroup", "Members"))
	outside(object.union(records.added_to_link, {"operation": "CompanyLinkCreated", "auditData": null}))
	codes(object.union(records.added_to_link, {"operation": "CompanyLinkCreated", "auditData": null})) == set()
}

# Without domains of its own, the organisation has only outsiders.
test_no_domains if {
	got := {e.code | some e in ops_10.exception with input as doc(shared("Member", "sre-01@example.co.jp"), data.params)}
	got == {"shared_outside"}
}

test_nobody if {
	bare := object.union(object.remove(records.anonymous_link, ["objectId"]), {"userPrincipalName": null, "userId": null, "auditData": null})
	codes(bare) == {"anonymous_link"}
	details(bare) == {"by": "?", "object": "?", "operation": "AnonymousLinkCreated"}
}
