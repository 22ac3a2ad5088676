// Package window divides an audit period into the windows of units of collection.
package window

import (
	"time"

	"github.com/evidencepack/evidence"
)

// Days are the days of a window, of the location that its start is in, with their bounds
// in UTC, as units have them.
func Days(w evidence.Period) []evidence.Period {
	days := w.Days()
	for i, d := range days {
		days[i] = evidence.Period{Start: d.Start.UTC(), End: d.End.UTC()}
	}
	return days
}

// Around is a period with what selections want before and after it.
func Around(period evidence.Period, want []evidence.Selection) evidence.Period {
	around := period
	for _, s := range want {
		a := s.Around(period)
		around.Start, around.End = Earlier(around.Start, a.Start), Later(around.End, a.End)
	}
	return around
}

// Reach tells, in UTC, how far a window of a period is to be read beyond itself: what
// lies before the period belongs to the window that the period begins with, what lies
// after it to the one that it ends with. It is nil where nothing is wanted.
func Reach(w, period, around evidence.Period) (from, to *time.Time) {
	if w.Start.Equal(period.Start) && around.Start.Before(w.Start) {
		t := around.Start.UTC()
		from = &t
	}
	if w.End.Equal(period.End) && around.End.After(w.End) {
		t := around.End.UTC()
		to = &t
	}
	return from, to
}

// Earlier is the earlier of two times.
func Earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Later is the later of two times.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
