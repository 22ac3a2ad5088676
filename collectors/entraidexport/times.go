package entraidexport

import (
	"strconv"
	"strings"
	"time"
)

// layouts are the ways in which exports write times. Those without a zone are
// UTC: the diagnostic settings write nothing else there.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05",
	"1/2/2006 3:04:05 PM",
}

// instant reads a time, and writes it as Graph does: in UTC, with "Z" and as many
// fractional digits as were given.
func instant(s string) (at time.Time, text string, ok bool) {
	for _, layout := range layouts {
		at, err := time.Parse(layout, s)
		if err != nil || at.IsZero() {
			continue
		}
		at = at.UTC()
		return at, at.Format("2006-01-02T15:04:05") + fraction(s) + "Z", true
	}
	return time.Time{}, "", false
}

// fraction is the fractional second of a time, with its dot.
func fraction(s string) string {
	_, rest, ok := strings.Cut(s, ".")
	if !ok {
		return ""
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(rest)
	}
	return "." + rest[:end]
}

// subsecond is the fraction of a second, as far as it is given.
type subsecond struct {
	nanos  int32
	digits int8
}

// subsecondOf is that of a time, whose digits beyond nanoseconds say nothing.
func subsecondOf(text string) subsecond {
	f := strings.TrimPrefix(fraction(text), ".")
	f = f[:min(len(f), 9)]
	n, err := strconv.ParseInt((f + "000000000")[:9], 10, 32)
	if err != nil {
		return subsecond{}
	}
	return subsecond{int32(n), int8(len(f))}
}

// equal compares two as far as both are given.
func (s subsecond) equal(other subsecond) bool {
	unit := int32(1)
	for range 9 - min(s.digits, other.digits) {
		unit *= 10
	}
	return s.nanos/unit == other.nanos/unit
}
