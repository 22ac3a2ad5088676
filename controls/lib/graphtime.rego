# Times as Microsoft Graph writes them.
package evidence.lib.graphtime

# ns since 1970 of a time; none where there is no time, or the year 1, by which
# Microsoft Graph says the same.
ns(text) := time.parse_rfc3339_ns(text) if {
	is_string(text)
	regex.match(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`, text)
	text >= "1970"
	text < "2262"
	not impossible(text)
}

# impossible: days that their month does not have.
impossible(text) if substring(text, 5, 5) in {"02-30", "02-31", "04-31", "06-31", "09-31", "11-31"}

impossible(text) if {
	substring(text, 5, 5) == "02-29"
	year := to_number(substring(text, 0, 4))
	not leap(year)
}

leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

leap(year) if year % 400 == 0

rfc3339(ns) := time.format([ns, "UTC", "2006-01-02T15:04:05.999999999Z07:00"])
