# LOG-02: one completeness claim of CloudTrail's digest chain.
package evidence.log_02

exception contains {"code": "unreadable", "detail": gap(g)} if {
	some g in input.record.gaps
	not_checked(g)
}

exception contains {"code": "integrity_gap", "detail": gap(g)} if {
	some g in input.record.gaps
	not not_checked(g)
}

# The figures are checked as well: a claim that counts short and names no gap is
# not a sound one.
exception contains {"code": "count_differs", "detail": {
	"account": account, "region": region, "unit": input.record.unit,
	"expected": input.record.expected, "found": input.record.found,
}} if {
	input.record.found != input.record.expected
	not any_gap
}

any_gap if some _ in input.record.gaps

# Codes of gaps that say nothing of the evidence itself: an object could not be
# read, or what is needed to check it could not be had. Every other code, also
# one that is not known here, is evidence that is missing or altered.
not_checked(g) if endswith(g.code, "_unreadable")

not_checked(g) if endswith(g.code, "_unavailable")

gap(g) := {
	"account": account, "region": region,
	"gap": g.code,
	"object": object.get(g, "object", ""),
	"seen": object.get(g, "detail", ""),
}

account := object.get(input.record.scope, "account", "")

region := object.get(input.record.scope, "region", "")
