# What a named location of Microsoft Entra ID takes in, by addresses or by
# countries.
package evidence.lib.namedlocation

# trusted: policies may let by who comes from there.
trusted(location) if location.isTrusted == true

# wider: what a location takes in that it did not before, as texts.
wider(before, after) := union({
	{concat("", ["+", range]) | some range in ranges(after); not covered(range, ranges(before))},
	{concat("", ["+", named]) | some named in (named_by(after) - named_by(before))},
	{"countryLookupMethod" | lookup(before) != lookup(after)},
})

# narrower: what it took in and does not any longer.
narrower(before, after) := union({
	{concat("", ["-", range]) | some range in ranges(before); not covered(range, ranges(after))},
	{concat("", ["-", named]) | some named in (named_by(before) - named_by(after))},
	{"countryLookupMethod" | lookup(before) != lookup(after)},
})

ranges(location) := {range | some element in location.ipRanges; range := address(element); is_string(range)}

# address: in Microsoft Graph's form, or written alone.
address(element) := element.cidrAddress

address(element) := element if is_string(element)

# covered: it lies in one of the ranges. What is no range in CIDR notation lies in
# itself alone.
covered(range, others) if range in others

covered(range, others) if {
	net.cidr_is_valid(range)
	some other in others
	net.cidr_is_valid(other)
	net.cidr_contains(other, range)
}

# named_by: countries, and what is switched on.
named_by(location) := {country | some country in location.countriesAndRegions; is_string(country)} | {switch | some switch in ["isTrusted", "includeUnknownCountriesAndRegions"]; location[switch] == true}

lookup(location) := object.get(location, "countryLookupMethod", null)
