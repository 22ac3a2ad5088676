# Durations as ISO 8601 writes them: PT8H, P1DT30M.
package evidence.lib.durations

# hours that a duration lasts; a year has 365 days and a month 30.
hours(text) := sum(parts) / 3600 if {
	is_string(text)
	found := regex.find_all_string_submatch_n(pattern, text, 1)[0]
	parts := [n | some i, seconds in units; found[i + 1] != ""; n := to_number(found[i + 1]) * seconds]
	count(parts) > 0
}

pattern := `^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`

units := [31536000, 2592000, 604800, 86400, 3600, 60, 1]

# between two times in RFC 3339, in hours.
between(from, to) := (time.parse_rfc3339_ns(to) - time.parse_rfc3339_ns(from)) / 3600000000000
