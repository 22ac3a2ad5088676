package evidence.ops_11_test

import data.evidence.ops_11

records := data.testdata["m365.audit_record"]

settings := {"internal_domains": ["example.co.jp"], "allowed_domains": ["partner.example"]}

doc(record) := {"kind": "m365.audit_record", "record": record, "related": {}, "params": settings}

codes(record) := {e.code | some e in ops_11.exception with input as doc(record)}

details(record) := [e.detail | some e in ops_11.exception with input as doc(record)][0]

outside(record) if ops_11.not_applicable with input as doc(record)

with_data(record, data_) := object.union(record, {"auditData": object.union(record.auditData, data_)})

with_parameter(record, name, value) := with_data(record, {"Parameters": [{"Name": name, "Value": value}]})

test_new_rule if {
	codes(records.new_rule) == {"forwards_outside"}
	got := details(records.new_rule)
	got.recipients == "someone@else.example"
	got.by == "sales-01@example.co.jp"
	not outside(records.new_rule)
}

test_every_way_of_forwarding if {
	every name in ["ForwardTo", "ForwardAsAttachmentTo", "RedirectTo", "RedirectMessageTo", "BlindCopyTo", "forwardingSMTPaddress", "ForwardingAddress", "CopyTo", "AddToRecipients"] {
		codes(with_parameter(records.new_rule, name, "smtp:a@else.example;b@example.co.jp")) == {"forwards_outside"}
	}
}

test_inside_and_approved if {
	every value in ["ops@example.co.jp", "desk@partner.example; ops@example.co.jp", "\"Desk\" [SMTP:desk@eu.partner.example]"] {
		codes(with_parameter(records.new_rule, "ForwardTo", value)) == set()
		not outside(with_parameter(records.new_rule, "ForwardTo", value))
	}
	codes(with_parameter(records.new_rule, "ForwardTo", "desk@partner.example, x@evil-partner.example")) == {"forwards_outside"}
}

test_recipient_unknown if {
	codes(with_parameter(records.set_mailbox, "ForwardingAddress", "contact-07")) == {"recipient_unknown"}
	details(with_parameter(records.set_mailbox, "ForwardingAddress", "contact-07")).recipients == "contact-07"
	codes(with_parameter(records.new_rule, "ForwardTo", ["Desk", "ops@example.co.jp"])) == {"recipient_unknown"}
	codes(with_parameter(records.new_rule, "ForwardTo", {"Id": 1})) == {"recipient_unknown"}
}

test_forwarding_ends if {
	every value in ["", " ", "$null", null, []] {
		outside(with_parameter(records.set_mailbox, "ForwardingSmtpAddress", value))
		codes(with_parameter(records.set_mailbox, "ForwardingSmtpAddress", value)) == set()
	}
}

test_set_mailbox if codes(records.set_mailbox) == {"forwards_outside"}

test_no_forwarding if {
	outside(records.move_rule)
	codes(records.move_rule) == set()
}

test_failed if {
	every status in ["False", "Failed"] {
		outside(with_data(records.new_rule, {"ResultStatus": status}))
		codes(with_data(records.new_rule, {"ResultStatus": status})) == set()
	}
	codes(with_data(records.new_rule, {"ResultStatus": null})) == {"forwards_outside"}
	codes(with_data(records.new_rule, {"ResultStatus": "PartiallySucceeded"})) == {"forwards_outside"}
}

test_update_rules if {
	codes(records.update_rules) == {"forwards_outside"}
	details(records.update_rules).mailbox == "sales-01@example.co.jp"
	redirect := with_data(records.update_rules, {"OperationProperties": [{"Name": "RuleActions", "Value": `[{"ActionType":"Redirect","Recipients":["a@else.example"]},{"ActionType":"Delete"}]`}]})
	codes(redirect) == {"forwards_outside"}
	moves := with_data(records.update_rules, {"OperationProperties": [{"Name": "RuleActions", "Value": `[{"ActionType":"Move","Recipients":["a@else.example"]}]`}]})
	outside(moves)
	removed := with_data(records.update_rules, {"OperationProperties": [{"Name": "RuleOperation", "Value": "RemoveMailboxRule"}]})
	outside(removed)
}

test_unreadable if {
	every properties in [null, [], [{"Name": "RuleActions", "Value": "[{"}], [{"Name": "RuleActions", "Value": null}]] {
		codes(with_data(records.update_rules, {"OperationProperties": properties})) == {"rule_unreadable"}
		not outside(with_data(records.update_rules, {"OperationProperties": properties}))
	}
	codes(with_data(records.new_rule, {"Parameters": null})) == {"rule_unreadable"}
	codes(object.union(records.new_rule, {"auditData": null})) == {"rule_unreadable"}
}

# An administrator changes another's mailbox: the object is who ran the cmdlet.
test_mailbox if {
	details(records.set_mailbox).mailbox == "sales-01"
	other := with_data(records.set_mailbox, {"ObjectId": "it-02@example.co.jp\\", "Parameters": [
		{"Name": "Identity", "Value": "sales-03"}, {"Name": "ForwardingSmtpAddress", "Value": "smtp:a@else.example"},
	]})
	details(other).mailbox == "sales-03"
	rule := with_data(records.new_rule, {"ObjectId": "sales-01@example.co.jp\\."})
	details(rule).mailbox == "sales-01@example.co.jp"
	details(rule).settings == "DeleteMessage=True, Name=., StopProcessingRules=True"
	changed := with_data(rule, {"Parameters": [{"Name": "Identity", "Value": "1234"}, {"Name": "ForwardTo", "Value": "a@else.example"}]})
	details(object.union(changed, {"operation": "Set-InboxRule"})).mailbox == "sales-01@example.co.jp"
	details(with_data(changed, {"Parameters": [{"Name": "Mailbox", "Value": "sales-02"}, {"Name": "ForwardTo", "Value": "a@else.example"}]})).mailbox == "sales-02"
}

test_nobody if {
	bare := object.union(records.new_rule, {"userPrincipalName": null, "userId": "", "objectId": null, "auditData": null})
	details(bare) == {"by": "?", "mailbox": "?", "operation": "New-InboxRule", "settings": "-"}
}
