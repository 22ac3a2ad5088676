package evidence.lib.workdays_test

import data.evidence.lib.workdays

at(text) := time.parse_rfc3339_ns(text)

# 2026-10-06 is a Tuesday.
test_working_days if {
	every example in [
		["2026-10-06T02:10:04Z", 3, [], "2026-10-09"],
		["2026-10-09T02:00:00Z", 3, [], "2026-10-14"], # from a Friday
		["2026-10-09T02:00:00Z", 3, ["2026-10-12"], "2026-10-15"], # over a holiday
		["2026-10-10T02:00:00Z", 1, ["2026-10-12"], "2026-10-13"], # from a Saturday
		["2026-10-09T02:00:00Z", 1, ["2026-10-10"], "2026-10-12"], # a holiday on a Saturday
		["2026-10-06T02:00:00Z", 0, [], "2026-10-06"],
		["2026-10-06T02:00:00Z", -1, [], "2026-10-06"],
		["2026-10-06T02:00:00Z", 0.5, [], "2026-10-07"],
		["2026-12-28T02:00:00Z", 3, ["2026-12-29", "2026-12-30", "2026-12-31", "2027-01-01"], "2027-01-06"],
		["2026-10-06T02:00:00Z", 25, [], "2026-11-10"],
	] {
		workdays.due(at(example[0]), example[1], example[2], 9) == example[3]
	}
}

test_the_day_is_that_of_the_zone if {
	workdays.due(at("2026-10-05T14:59:59Z"), 0, [], 9) == "2026-10-05"
	workdays.due(at("2026-10-05T15:00:00Z"), 0, [], 9) == "2026-10-06"
	workdays.due(at("2026-10-05T15:00:00Z"), 0, [], 0) == "2026-10-05"
	workdays.due(at("2026-10-05T03:00:00Z"), 0, [], -8) == "2026-10-04"
	workdays.due(at("2026-10-05T18:30:00Z"), 0, [], 5.5) == "2026-10-06"

	# Friday evening in UTC is Saturday in Tokyo: the next working day is Monday.
	workdays.due(at("2026-10-09T16:00:00Z"), 1, [], 9) == "2026-10-12"
}

test_deadline_is_the_end_of_the_day if {
	workdays.deadline(at("2026-10-06T02:10:04Z"), 3, [], 9) == "2026-10-09T15:00:00Z"
	workdays.ends(at("2026-10-06T02:10:04Z"), 3, [], 9) == at("2026-10-10T00:00:00+09:00")
}
