# LOG-02: one completeness claim of CloudTrail's digest chain.
package evidence.log_02

exception contains {"code": "unreadable", "detail": gap(g)} if {
	some g in input.record.gaps
	endswith(g.code, "unreadable")
}

exception contains {"code": "integrity_gap", "detail": gap(g)} if {
	some g in input.record.gaps
	not endswith(g.code, "unreadable")
}

# The figures are checked as well: a claim that counts short and names no gap is
# not a sound one.
exception contains {"code": "count_differs", "detail": {
	"account": account, "region": region, "unit": input.record.unit,
	"expected": input.record.expected, "found": input.record.found,
}} if {
	input.record.found != input.record.expected
}

gap(g) := {
	"account": account, "region": region,
	"gap": g.code,
	"object": object.get(g, "object", ""),
	"seen": object.get(g, "detail", ""),
}

account := object.get(input.record.scope, "account", "")

region := object.get(input.record.scope, "region", "")
