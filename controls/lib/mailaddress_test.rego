package evidence.lib.mailaddress_test

import data.evidence.lib.mailaddress

test_found if {
	mailaddress.found("Sales <Sales@Example.com>; smtp:ops@mail.example.co.jp") == {"sales@example.com", "ops@mail.example.co.jp"}
	mailaddress.found(`"Partner" [SMTP:a.b+c@partner.example]`) == {"a.b+c@partner.example"}
	every text in ["", "Sales", "@example.com", "sales@", "sales@localhost", null, 7] {
		mailaddress.found(text) == set()
	}
}

test_domains if {
	mailaddress.domains("a@example.com, b@EXAMPLE.com, c@example.net") == {"example.com", "example.net"}
	mailaddress.domains("j_smith_partner.example#EXT#@acme.onmicrosoft.com") == {"partner.example"}
	mailaddress.domains("Everyone except external users") == set()
}

test_domain_of if {
	mailaddress.domain_of("a@example.com") == "example.com"
	mailaddress.domain_of("a_b_example.com#ext#@acme.onmicrosoft.com") == "example.com"
}

test_within if {
	mailaddress.within("example.co.jp", ["EXAMPLE.co.jp"])
	mailaddress.within("mail.example.co.jp", ["@example.co.jp"])
	not mailaddress.within("notexample.co.jp", ["example.co.jp"])
	not mailaddress.within("example.co.jp.evil.example", ["example.co.jp"])
	not mailaddress.within("example.com", ["", "other.example"])
	not mailaddress.within("example.com", [])
}
