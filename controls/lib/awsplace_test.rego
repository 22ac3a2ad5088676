package evidence.lib.awsplace_test

import data.evidence.lib.awsplace

list := [
	{"account": "111122223333", "region": "us-*", "why": " sandbox "},
	{"region": "ap-northeast-3", "why": "not used"},
	{"account": "9*", "why": "closing"},
]

test_by_account_and_region if {
	awsplace.exemptions(list, "111122223333", "us-east-1") == {"sandbox"}
	awsplace.exemptions(list, "111122223333", "eu-west-1") == set()
	awsplace.exemptions(list, "444455556666", "us-east-1") == set()
}

test_by_one_of_them if {
	awsplace.exemptions(list, "444455556666", "ap-northeast-3") == {"not used"}
	awsplace.exemptions(list, "999900001111", "ap-northeast-3") == {"not used", "closing"}
}

test_listings_that_exempt_nothing if {
	every listed in [
		{"why": "all"}, {"account": "1", "why": " "}, {"account": "1"}, {"account": "1", "why": null},
		{"account": 1, "why": "a number"}, {"account": "1", "region": 5, "why": "x"}, "1", null,
	] {
		awsplace.exemptions([listed], "1", "us-east-1") == set()
	}
}

test_places_that_are_not_told if {
	awsplace.exemptions(list, null, "us-east-1") == set()
	awsplace.exemptions([{"account": "*", "why": "all"}], null, null) == set()
}
