# Mail addresses in texts, and whose domains they are of.
package evidence.lib.mailaddress

# found in a text, in lower case: "Sales <sales@example.com>; smtp:ops@example.com"
# has two.
found(text) := {lower(address) | some address in regex.find_n(pattern, text, -1)} if is_string(text)

found(text) := set() if not is_string(text)

pattern := `[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`

# domains of the addresses in a text. A guest's account in a tenant is called
# name_domain#ext#@tenant, and its domain is the one before #ext#: a name may have
# underscores, a domain has none.
domains(text) := {domain_of(address) | some address in found(text)}

domain_of(address) := split(address, "@")[1] if not contains(address, "#ext#@")

domain_of(address) := parts[count(parts) - 1] if {
	contains(address, "#ext#@")
	parts := split(split(address, "#ext#@")[0], "_")
}

# within: the domain is one of the list, or below one.
within(domain, list) if {
	some listed in list
	bare := trim_prefix(lower(listed), "@")
	bare != ""
	some part in [concat("", [".", domain])]
	endswith(part, concat("", [".", bare]))
}
