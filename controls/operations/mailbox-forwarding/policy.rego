# OPS-11: one change of a rule or a mailbox that may have mail forwarded.
package evidence.ops_11

import data.evidence.lib.mailaddress

exception contains {"code": "forwards_outside", "detail": object.union(about, {"recipients": concat(", ", sort(outsiders))})} if {
	succeeded
	count(outsiders) > 0
}

exception contains {"code": "recipient_unknown", "detail": object.union(about, {"recipients": concat(", ", sort(nameless))})} if {
	succeeded
	count(nameless) > 0
}

exception contains {"code": "rule_unreadable", "detail": about} if {
	succeeded
	unreadable
}

not_applicable if not succeeded

not_applicable if {
	count(recipients) == 0
	not unreadable
}

succeeded if not failed

failed if {
	status := input.record.auditData.ResultStatus
	is_string(status)
	lower(status) in {"false", "failed"}
}

# forwarding: the parameters of cmdlets that name who gets the mail.
forwarding := {
	"forwardto", "forwardasattachmentto", "redirectto", "redirectmessageto", "forwardingsmtpaddress", "forwardingaddress",
	"blindcopyto", "copyto", "addtorecipients",
}

# recipients are texts: addresses, names, or both.
recipients := {value |
	some parameter in input.record.auditData.Parameters
	lower(parameter.Name) in forwarding
	some value in texts(parameter.Value)
} | {value |
	some action in actions
	regex.match(`(?i)forward|redirect`, action.ActionType)
	some recipient in action.Recipients
	some value in texts(recipient)
}

# texts of a value that name somebody: an empty one, or $null, ends forwarding.
texts(value) := {text |
	is_string(value)
	text := trim_space(value)
	not lower(text) in {"", "$null", "null"}
} | {text |
	is_array(value)
	some element in value
	is_string(element)
	text := trim_space(element)
	text != ""
} | {text |
	is_object(value)
	text := json.marshal(value)
}

# actions of the rules that an Outlook client wrote, JSON in a text.
actions := [action |
	some property in input.record.auditData.OperationProperties
	property.Name == "RuleActions"
	is_string(property.Value)
	json.is_valid(property.Value)
	some action in json.unmarshal(property.Value)
]

# unreadable: a record without what would tell, and actions that are no JSON.
unreadable if {
	input.record.operation == "UpdateInboxRules"
	not rule_removed
	count(actions) == 0
}

unreadable if {
	input.record.operation != "UpdateInboxRules"
	not is_array(object.get(input.record, ["auditData", "Parameters"], null))
}

rule_removed if {
	some property in input.record.auditData.OperationProperties
	property.Name == "RuleOperation"
	lower(property.Value) in {"removemailboxrule", "deletemailboxrule"}
}

outsiders := {address |
	some text in recipients
	some address in mailaddress.found(text)
	domain := mailaddress.domain_of(address)
	not mailaddress.within(domain, input.params.internal_domains)
	not mailaddress.within(domain, input.params.allowed_domains)
}

nameless := {text | some text in recipients; count(mailaddress.found(text)) == 0}

about := {"by": by, "mailbox": mailbox, "operation": input.record.operation}

by := first([object.get(input.record, "userPrincipalName", null), object.get(input.record, "userId", null)])

mailbox := first([
	object.get(input.record, ["auditData", "MailboxOwnerUPN"], null), object.get(input.record, ["auditData", "ObjectId"], null),
	object.get(input.record, "objectId", null),
])

first(names) := [name | some name in array.concat(names, ["?"]); is_string(name); name != ""][0]
