package evidence

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Period is a half-open interval of time: Start belongs to it, End does not.
type Period struct{ Start, End time.Time }

// Contains reports whether t lies in the period.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.Start) && t.Before(p.End) }

// Overlaps reports whether the two periods share an instant.
func (p Period) Overlaps(o Period) bool { return p.Start.Before(o.End) && o.Start.Before(p.End) }

// IsZero reports whether the period is the zero value: no period at all.
func (p Period) IsZero() bool { return p.Start.IsZero() && p.End.IsZero() }

// Duration is the period's length.
func (p Period) Duration() time.Duration { return p.End.Sub(p.Start) }

// Days cuts the period at the midnights of the location that its start is in. Where a
// day begins later than at midnight, since clocks go forward then, it begins when it
// begins there.
func (p Period) Days() []Period {
	var days []Period
	y, m, d := p.Start.Date()
	for start := p.Start; start.Before(p.End); {
		// Not from the day before: a midnight that does not exist would never be passed.
		d++
		end := Midnight(y, m, d, p.Start.Location())
		if end.After(p.End) {
			end = p.End.In(p.Start.Location())
		}
		if end.After(start) {
			days = append(days, Period{start, end})
			start = end
		}
	}
	return days
}

// String writes both ends in UTC: "2026-09-30T15:00:00Z/2026-10-31T15:00:00Z".
func (p Period) String() string {
	return p.Start.UTC().Format(time.RFC3339Nano) + "/" + p.End.UTC().Format(time.RFC3339Nano)
}

type periodJSON struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// MarshalJSON writes {"start": …, "end": …} in UTC, so that equal periods give
// equal bytes whatever location they were made in.
func (p Period) MarshalJSON() ([]byte, error) {
	return json.Marshal(periodJSON{p.Start.UTC(), p.End.UTC()})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Period) UnmarshalJSON(b []byte) error {
	var j periodJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*p = Period(j)
	return nil
}

// Calendar turns names of periods into periods in an organisation's time zone.
type Calendar struct {
	Location        *time.Location
	FiscalYearStart time.Month // the month in which a fiscal year begins; FY2026 begins in 2026
}

var (
	monthName   = regexp.MustCompile(`^(\d{4})-(\d{2})$`)
	quarterName = regexp.MustCompile(`^(FY)?(\d{4})-Q([1-4])$`)
	halfName    = regexp.MustCompile(`^(FY)?(\d{4})-H([12])$`)
	yearName    = regexp.MustCompile(`^(FY)?(\d{4})$`)
	dateName    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// Parse reads the name of a period: a month "2026-10", a calendar quarter
// "2026-Q3", half "2026-H1" or year "2026", a fiscal year "FY2026" or its
// "FY2026-Q3" and "FY2026-H1", a day "2026-10-05", or a range "2026-10-05..2026-10-12"
// whose end is not part of it.
func (c Calendar) Parse(name string) (Period, error) {
	if from, to, ok := cutRange(name); ok {
		return c.Range(from, to)
	}
	if dateName.MatchString(name) {
		start, err := c.date(name)
		if err != nil {
			return Period{}, err
		}
		return Period{start, start.AddDate(0, 0, 1)}, nil
	}
	if m := monthName.FindStringSubmatch(name); m != nil {
		month := number(m[2])
		if month < 1 || month > 12 {
			return Period{}, fmt.Errorf("period %q: there is no month %s", name, m[2])
		}
		return c.months(number(m[1]), time.Month(month), 1), nil
	}
	if m := quarterName.FindStringSubmatch(name); m != nil {
		return c.months(number(m[2]), c.first(m[1])+time.Month(3*(number(m[3])-1)), 3), nil
	}
	if m := halfName.FindStringSubmatch(name); m != nil {
		return c.months(number(m[2]), c.first(m[1])+time.Month(6*(number(m[3])-1)), 6), nil
	}
	if m := yearName.FindStringSubmatch(name); m != nil {
		return c.months(number(m[2]), c.first(m[1]), 12), nil
	}
	return Period{}, fmt.Errorf("period %q: want 2026-10, 2026-Q3, 2026-H1, 2026, FY2026, FY2026-Q3, FY2026-H1, 2026-10-05 or 2026-10-05..2026-10-12", name)
}

// Range makes a period of two dates "2026-10-05", or times in RFC 3339; the
// second is not part of it.
func (c Calendar) Range(from, to string) (Period, error) {
	start, err := c.instant(from)
	if err != nil {
		return Period{}, err
	}
	end, err := c.instant(to)
	if err != nil {
		return Period{}, err
	}
	if !start.Before(end) {
		return Period{}, fmt.Errorf("period %s..%s: its end is not after its start (the end is not part of the period)", from, to)
	}
	return Period{start, end}, nil
}

// Name is the inverse of Parse: the shortest name that gives p, as used in the
// names of files. A period that has none is named by its two ends.
func (c Calendar) Name(p Period) string {
	start, end := p.Start.In(c.Location), p.End.In(c.Location)
	y, m, _ := start.Date()
	names := []string{
		start.Format("2006-01"),
		fmt.Sprintf("%d-Q%d", y, (m-1)/3+1),
		fmt.Sprintf("%d-H%d", y, (m-1)/6+1),
		fmt.Sprintf("%d", y),
		start.Format("2006-01-02"),
	}
	fy := y
	if m < c.fiscalStart() {
		fy--
	}
	for _, n := range []string{"", "-Q1", "-Q2", "-Q3", "-Q4", "-H1", "-H2"} {
		names = append(names, fmt.Sprintf("FY%d%s", fy, n))
	}
	for _, n := range names {
		if q, err := c.Parse(n); err == nil && q.Start.Equal(p.Start) && q.End.Equal(p.End) {
			return n
		}
	}
	const day = "2006-01-02"
	if c.midnight(start) && c.midnight(end) {
		return start.Format(day) + ".." + end.Format(day)
	}
	const second = "20060102T150405Z0700"
	return start.Format(second) + ".." + end.Format(second)
}

// Previous is the period of the same kind before p: the month before a month,
// the quarter before a quarter; for other ranges, the same length of time.
func (c Calendar) Previous(p Period) Period {
	start, end := p.Start.In(c.Location), p.End.In(c.Location)
	if start.Day() == 1 && end.Day() == 1 && c.midnight(start) && c.midnight(end) {
		months := (end.Year()-start.Year())*12 + int(end.Month()-start.Month())
		return Period{start.AddDate(0, -months, 0), start}
	}
	return Period{start.Add(-p.Duration()), start}
}

func (c Calendar) fiscalStart() time.Month {
	if c.FiscalYearStart == 0 {
		return time.January
	}
	return c.FiscalYearStart
}

// first is the first month of a year: of a fiscal year if marked "FY".
func (c Calendar) first(mark string) time.Month {
	if mark == "FY" {
		return c.fiscalStart()
	}
	return time.January
}

// months lets time.Date carry months beyond December into the next year.
func (c Calendar) months(year int, first time.Month, n int) Period {
	return Period{
		Midnight(year, first, 1, c.Location),
		Midnight(year, first+time.Month(n), 1, c.Location),
	}
}

func (c Calendar) midnight(t time.Time) bool {
	y, m, d := t.Date()
	return t.Equal(Midnight(y, m, d, c.Location))
}

func (c Calendar) date(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("date %q: want 2026-10-05", s)
	}
	y, m, d := t.Date()
	return Midnight(y, m, d, c.Location), nil
}

func (c Calendar) instant(s string) (time.Time, error) {
	if dateName.MatchString(s) {
		return c.date(s)
	}
	for _, layout := range []string{time.RFC3339Nano, "20060102T150405Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.In(c.Location), nil
		}
	}
	return time.Time{}, fmt.Errorf("time %q: want a date 2026-10-05 or a time 2026-10-05T09:00:00+09:00", s)
}

func cutRange(name string) (from, to string, ok bool) {
	for i := 0; i+1 < len(name); i++ {
		if name[i] == '.' && name[i+1] == '.' {
			return name[:i], name[i+2:], true
		}
	}
	return "", "", false
}

// number reads digits that a pattern has already matched.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// Midnight is the first moment of a day. Where clocks are put forward at midnight there
// is no such hour, and time.Date may give one of the day before.
func Midnight(y int, m time.Month, d int, loc *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	if t.Day() != time.Date(y, m, d, 12, 0, 0, 0, loc).Day() {
		_, t = t.ZoneBounds()
	}
	return t
}
