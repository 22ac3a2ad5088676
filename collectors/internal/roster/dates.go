package roster

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Dates reads the dates of one source. They are days in its time zone.
type Dates struct{ Location *time.Location }

// errDate does not quote what was read: it may be another column of somebody's.
var errDate = errors.New("not a date such as 2026-10-31, 2026/10/31, 20261031, 2026年10月31日, 令和8年10月31日 or R8.10.31, and no time in RFC 3339")

// From reads the day that something begins, as its first instant. A time is kept
// as it is; an empty text is the zero time.
func (d Dates) From(s string) (time.Time, error) {
	return d.read(s, func(y, m, day int) time.Time { return time.Date(y, time.Month(m), day, 0, 0, 0, 0, d.Location) })
}

// Until reads the last day of something, as its last second: who leaves on the
// 31st is employed all that day, and leaves in that month. A time is kept as it
// is; an empty text is the zero time.
func (d Dates) Until(s string) (time.Time, error) {
	return d.read(s, func(y, m, day int) time.Time { return time.Date(y, time.Month(m), day, 23, 59, 59, 0, d.Location) })
}

func (d Dates) read(s string, of func(y, m, d int) time.Time) (time.Time, error) {
	s = hyphens.Replace(Fold(s))
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		if !credible(t.Year()) {
			return time.Time{}, errDate
		}
		return t, nil
	}
	var clock [3]int
	if m := withClock.FindStringSubmatch(s); m != nil {
		s = m[1]
		for i := range clock {
			clock[i], _ = strconv.Atoi(m[i+2])
		}
		if clock[0] > 23 || clock[1] > 59 || clock[2] > 59 {
			return time.Time{}, errDate
		}
	}
	year, month, day, ok := calendarDay(s)
	if !ok {
		return time.Time{}, errDate
	}
	if clock != [3]int{} {
		return time.Date(year, time.Month(month), day, clock[0], clock[1], clock[2], 0, d.Location), nil
	}
	return of(year, month, day), nil
}

var hyphens = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2212", "-")

// The ways of writing a day, after Fold. A clock of 00:00:00 behind one, as
// databases and spreadsheets write it, says nothing more.
var (
	withClock = regexp.MustCompile(`^(.*?\S)[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.0+)?$`)
	western   = regexp.MustCompile(`^(\d{4}) ?([-/.年]) ?(\d{1,2}) ?([-/.月]) ?(\d{1,2}) ?(日?)$`)
	compact   = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	japanese  = regexp.MustCompile(`^(明治|大正|昭和|平成|令和|[MTSHRmtshr]) ?(元|\d{1,2}) ?([-/.年]) ?(\d{1,2}) ?([-/.月]) ?(\d{1,2}) ?(日?)$`)
)

// before holds, for each era, the year before its first one. A year is counted on
// from there even where another era has begun since: 平成32年 is written, and means
// 2020.
var before = map[string]int{
	"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
	"M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018,
}

func calendarDay(s string) (year, month, day int, ok bool) {
	var y, m, d string
	if f := western.FindStringSubmatch(s); f != nil && together(f[2], f[4], f[6]) {
		y, m, d = f[1], f[3], f[5]
	} else if f := compact.FindStringSubmatch(s); f != nil {
		y, m, d = f[1], f[2], f[3]
	} else if f := japanese.FindStringSubmatch(s); f != nil && together(f[3], f[5], f[7]) {
		n := 1
		if f[2] != "元" {
			n, _ = strconv.Atoi(f[2])
		}
		if n < 1 {
			return 0, 0, 0, false
		}
		y, m, d = strconv.Itoa(before[strings.ToUpper(f[1])]+n), f[4], f[6]
	} else {
		return 0, 0, 0, false
	}
	year, _ = strconv.Atoi(y)
	month, _ = strconv.Atoi(m)
	day, _ = strconv.Atoi(d)
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return year, month, day, credible(year) && t.Year() == year && int(t.Month()) == month && t.Day() == day
}

// together: 年, 月 and 日 go with each other, other signs with themselves.
func together(first, second, last string) bool {
	if first == "年" {
		return second == "月" && last == "日"
	}
	return first == second && last == ""
}

// credible years are those that people now employed can have joined in, and
// those that systems write for "never", such as 9999.
func credible(year int) bool { return year >= 1900 && year <= 9999 }
