# Working days of an organisation: Monday to Friday but for its holidays, in a
# zone without daylight saving time.
package evidence.lib.workdays

# due is the last day, as a date, of n working days after the day of an instant,
# which is given in nanoseconds. With n = 0 it is that day; a part of a day is one.
due(at, n, holidays, offset_hours) := date(last_day(at, n, holidays, offset_hours))

# deadline is the instant, in RFC 3339, at which that day ends.
deadline(at, n, holidays, offset_hours) := time.format(ends(at, n, holidays, offset_hours))

# ends is the same in nanoseconds.
ends(at, n, holidays, offset_hours) := (last_day(at, n, holidays, offset_hours) + day) - shift(offset_hours)

# last_day and the days below are midnights of the zone, written as if in UTC.
last_day(at, n, holidays, offset_hours) := days[max([ceil(n), 0])] if {
	today := midnight(at + shift(offset_hours))
	days := array.concat([today], [next |
		some i in numbers.range(1, ((max([ceil(n), 0]) * 2) + 10) + count(holidays))
		next := today + (i * day)
		working(next, holidays)
	])
}

working(start, holidays) if {
	not time.weekday(start) in {"Saturday", "Sunday"}
	not date(start) in {holiday | some holiday in holidays}
}

midnight(at) := at - (at % day)

date(at) := time.format([at, "UTC", "2006-01-02"])

day := 86400000000000

shift(offset_hours) := offset_hours * 3600000000000
