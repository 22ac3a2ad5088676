package evidence.lib.graphtime_test

import data.evidence.lib.graphtime

test_times if {
	graphtime.ns("1970-01-01T00:00:00.0000001Z") == 100
	graphtime.ns("2026-10-01T09:00:00+09:00") == graphtime.ns("2026-10-01T00:00:00Z")
	graphtime.ns("2024-02-29T00:00:00Z") > 0
	graphtime.ns("2000-02-29T00:00:00Z") > 0
	every text in [
		null, 0, "", "0001-01-01T00:00:00Z", "2026-10-01", "2026-13-01T00:00:00Z", "2026-10-01T24:00:00Z", "9999-12-31T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-10-01T00:00:00",
	] {
		not graphtime.ns(text)
	}
}

test_written if {
	graphtime.rfc3339(graphtime.ns("2026-10-05T10:00:00.1234567+09:00")) == "2026-10-05T01:00:00.1234567Z"
	graphtime.rfc3339(0) == "1970-01-01T00:00:00Z"
}
