package evidence.lib.exemptions_test

import data.evidence.lib.exemptions

test_reasons if {
	entries := [
		{"item": "i-0123*", "why": " bastion "}, {"item": "*-legacy", "why": "moves in December"},
		{"item": "*", "why": " "}, {"item": "*"}, {"item": null, "why": "x"},
	]
	exemptions.reasons(entries, ["i-01234567890abcdef", "web"]) == {"bastion"}
	exemptions.reasons(entries, ["I-01234567890ABCDEF", "batch-Legacy"]) == {"bastion", "moves in December"}
	exemptions.reasons(entries, ["i-9", null, {}]) == set()
	exemptions.reasons([], ["i-01234567890abcdef"]) == set()
}
