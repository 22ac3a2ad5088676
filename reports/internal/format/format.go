// Package format writes times, counts and hashes the way every page of a pack
// shows them.
package format

import (
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// Time writes "2026-10-31 23:59:59 JST"; fractions of a second are cut. The
// zero time is an empty string.
func Time(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(loc).Format("2006-01-02 15:04:05 MST")
}

// Date writes "2026-10-31".
func Date(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(loc).Format(time.DateOnly)
}

// Month writes "2026-10".
func Month(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(loc).Format("2006-01")
}

// Zone names loc as it is at t: "Asia/Tokyo, JST (UTC+09:00)".
func Zone(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	name := loc.String()
	if short := t.Format("MST"); short != name {
		name += ", " + short
	}
	return name + " (UTC" + t.Format("-07:00") + ")"
}

// Window writes both ends of a period, to the minute where both are whole
// minutes: "2026-10-01 00:00 – 2026-11-01 00:00 JST".
func Window(p evidence.Period, loc *time.Location) string {
	if p.IsZero() {
		return ""
	}
	start, end := p.Start.In(loc), p.End.In(loc)
	layout := "2006-01-02 15:04:05"
	if start.Truncate(time.Minute).Equal(start) && end.Truncate(time.Minute).Equal(end) {
		layout = "2006-01-02 15:04"
	}
	if start.Format("MST") != end.Format("MST") {
		return start.Format(layout+" MST") + " – " + end.Format(layout+" MST")
	}
	return start.Format(layout) + " – " + end.Format(layout+" MST")
}

// Count writes n with a separator for thousands: "1,234,567".
func Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	first := (len(s)-1)%3 + 1
	var b strings.Builder
	b.WriteString(sign)
	b.WriteString(s[:first])
	for i := first; i < len(s); i += 3 {
		b.WriteByte(',')
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// Number writes a number of a record without an exponent, as short as it can be.
func Number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Short is a hash's first eight digits, for where the whole stands elsewhere.
func Short(hash string) string {
	if len(hash) > 8 {
		return hash[:8]
	}
	return hash
}

// Seconds writes a length of time in seconds, to a tenth.
func Seconds(d time.Duration, l evidence.Lang) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + evidence.Text{JA: " 秒", EN: " s"}.In(l)
}

// Share writes n as a part of all, to a tenth of a per cent: "12.3%". What is not nothing
// is not written as nothing, nor what is not all as all; of nothing there is no share.
func Share(n, all int64) string {
	if all == 0 {
		return "—"
	}
	tenths := (2000*n + all) / (2 * all)
	switch {
	case tenths == 0 && n > 0:
		return "<0.1%"
	case tenths == 1000 && n < all:
		return ">99.9%"
	}
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + "%"
}
