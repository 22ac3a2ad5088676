# What policies on sign-ins of Microsoft Entra ID share. The functions that rules
# ask take fields and no whole records: populations of sign-ins are large, and few
# different values decide most of them.
package evidence.lib.signin

# succeeded, failed: by the error code, a number and in some exports its digits.
# A code that is not there says neither. Interrupted sign-ins have a code too, and
# nobody was signed in by them.
succeeded(code) if code in {0, "0"}

failed(code) if {
	is_number(code)
	code != 0
}

failed(code) if {
	is_string(code)
	regex.match(`^-?[0-9]*[1-9][0-9]*$`, code)
}

# application: a type of sign-in that no person takes part in.
application(type) if type in {"servicePrincipal", "managedIdentity"}

# nobody: what the field of a user holds when there is none.
nobody(user) if user in {null, "", "00000000-0000-0000-0000-000000000000"}

# listed: one of the patterns is the text, whatever the case of its letters. A *
# stands for any characters.
listed(text, patterns) if {
	is_string(text)
	some pattern in patterns
	glob.match(lower(pattern), null, lower(text))
}

# within one of the networks in CIDR notation. What is no address lies in none.
within(address, networks) if {
	is_string(address)
	some network in networks
	some bits in {"32", "128"}
	net.cidr_is_valid(concat("/", [address, bits]))
	net.cidr_contains(network, address)
}

# domain of a user principal name.
domain(name) := lower(parts[count(parts) - 1]) if {
	is_string(name)
	parts := split(name, "@")
	count(parts) > 1
}

# who signed in to what, from where: the details that readers see.
who(record) := {
	"user": first(record, ["userPrincipalName", "userDisplayName", "userId", "servicePrincipalName"]),
	"app": first(record, ["appDisplayName", "appId"]),
	"ip": first(record, ["ipAddress"]),
}

# first of the fields that says something.
first(record, fields) := array.concat([record[field] | some field in fields; says(record[field])], ["-"])[0]

says(value) if {
	is_string(value)
	value != ""
}
