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

not_applicable if count(not_applicable_because) > 0

not_applicable_because contains {"code": "failed"} if not succeeded

not_applicable_because contains {"code": "nobody_outside"} if {
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

about := {"by": by, "mailbox": mailbox, "operation": input.record.operation, "settings": settings}

by := first([object.get(input.record, "userPrincipalName", null), object.get(input.record, "userId", null)])

# mailbox: whose it is, or what the cmdlet was told to change. The object of an inbox
# rule is mailbox\rule, and that of a cmdlet may be who ran it.
mailbox := first(array.concat(
	[object.get(input.record, ["auditData", "MailboxOwnerUPN"], null)],
	array.concat(
		[parameter.Value |
			some name in ["Mailbox", "Identity"]
			some parameter in input.record.auditData.Parameters
			parameter.Name == name
			input.record.operation != "Set-TransportRule"
			not is_rule(parameter)
		],
		[owner |
			some thing in [object.get(input.record, ["auditData", "ObjectId"], null), object.get(input.record, "objectId", null)]
			is_string(thing)
			owner := split(thing, `\`)[0]
		],
	),
))

# is_rule: Identity names the rule, and not a mailbox, where an inbox rule is changed.
is_rule(parameter) if {
	parameter.Name == "Identity"
	input.record.operation == "Set-InboxRule"
}

# settings of the rule or the mailbox, as the record has them: what it is called, what
# it is for, and what else it does.
settings := concat(", ", sort(told)) if count(told) > 0

settings := "-" if count(told) == 0

told := {sprintf("%s=%s", [parameter.Name, short]) |
	some parameter in input.record.auditData.Parameters
	is_string(parameter.Name)
	not lower(parameter.Name) in forwarding
	not parameter.Name in {"Identity", "Mailbox", "AlwaysDeleteOutlookRulesBlob", "Force"}
	is_string(parameter.Value)
	short := substring(parameter.Value, 0, 120)
} | {sprintf("%s=%s", [property.Name, short]) |
	some property in input.record.auditData.OperationProperties
	property.Name in {"RuleName", "RuleState", "RuleCondition"}
	is_string(property.Value)
	short := substring(property.Value, 0, 120)
}

first(names) := [name | some name in array.concat(names, ["?"]); is_string(name); name != ""][0]
