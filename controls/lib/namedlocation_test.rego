package evidence.lib.namedlocation_test

import data.evidence.lib.namedlocation

trusted := data.testdata.conditionalaccess.trusted

countries := data.testdata.conditionalaccess.countries

untrusted := data.testdata.conditionalaccess.untrusted

with_range(location, cidr) := object.union(location, {"ipRanges": array.concat(location.ipRanges, [{"cidrAddress": cidr}])})

test_trusted if {
	namedlocation.trusted(trusted)
	not namedlocation.trusted(untrusted)
	not namedlocation.trusted(countries)
}

test_as_it_was if {
	every location in [trusted, countries, untrusted, {}] {
		namedlocation.wider(location, location) == set()
		namedlocation.narrower(location, location) == set()
	}
}

test_ranges if {
	wide := with_range(untrusted, "203.0.113.0/24")
	namedlocation.wider(untrusted, wide) == {"+203.0.113.0/24"}
	namedlocation.narrower(untrusted, wide) == set()
	namedlocation.narrower(wide, untrusted) == {"-203.0.113.0/24"}

	# What lies in another range is nothing new.
	namedlocation.wider(untrusted, with_range(untrusted, "127.126.125.128/25")) == set()
	namedlocation.wider(untrusted, with_range(untrusted, "127.126.124.0/23")) == {"+127.126.124.0/23"}
	namedlocation.wider(trusted, with_range(trusted, "127.0.0.0/8")) == {"+127.0.0.0/8"}
	namedlocation.wider(untrusted, with_range(untrusted, "somewhere")) == {"+somewhere"}
	namedlocation.wider({"ipRanges": ["192.0.2.0/24"]}, {"ipRanges": ["192.0.2.0/24", "192.0.2.0/25", null, {}, {"cidrAddress": null}]}) == set()
}

test_trust if {
	namedlocation.wider(untrusted, object.union(untrusted, {"isTrusted": true})) == {"+isTrusted"}
	namedlocation.narrower(trusted, object.union(trusted, {"isTrusted": false})) == {"-isTrusted"}
}

test_countries if {
	japan := object.union(countries, {"countriesAndRegions": ["US", "CA", "JP"], "includeUnknownCountriesAndRegions": true})
	namedlocation.wider(countries, japan) == {"+JP", "+includeUnknownCountriesAndRegions"}
	namedlocation.narrower(japan, countries) == {"-JP", "-includeUnknownCountriesAndRegions"}
	by_phone := object.union(countries, {"countryLookupMethod": "authenticatorAppGps"})
	namedlocation.wider(countries, by_phone) == {"countryLookupMethod"}
	namedlocation.narrower(countries, by_phone) == {"countryLookupMethod"}
}
