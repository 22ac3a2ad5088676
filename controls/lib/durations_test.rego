package evidence.lib.durations_test

import data.evidence.lib.durations

test_hours if {
	every text, hours in {
		"PT8H": 8, "PT30M": 0.5, "PT480M": 8, "P1D": 24, "P1DT12H": 36,
		"P1W": 168, "P1M": 720, "P1Y": 8760, "PT1H30M": 1.5, "PT5400S": 1.5, "PT0.5S": 0.5 / 3600,
	} {
		durations.hours(text) == hours
	}
}

test_no_duration if {
	every text in ["", "P", "PT", "8h", "PT8", "-PT8H", "P8H", " PT8H", null, 8] {
		not durations.hours(text)
	}
}

test_between if durations.between("2026-10-01T00:00:00+09:00", "2026-09-30T23:30:00Z") == 8.5
