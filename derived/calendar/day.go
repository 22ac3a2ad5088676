// Package calendar derives the days of a period, for controls on what has to happen
// every day: what did not happen leaves no record.
package calendar

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

// Day is the kind calendar.day: one record per day of the period, in the time zone of
// the period's start. It rests on nothing recorded, so that no day can be missing.
func Day() kind.Kind {
	return kind.Kind{
		Name:   "calendar.day",
		Title:  evidence.Text{JA: "暦日", EN: "Days of the calendar"},
		Derive: days,
	}
}

type body struct {
	Date    string
	Weekday string
	Start   time.Time
	End     time.Time
	Whole   bool // the period has all of the day
}

func days(ctx context.Context, in kind.Input) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for _, d := range in.Period.Days() {
			if err := ctx.Err(); err != nil {
				yield(evidence.Record{}, err)
				return
			}
			r, err := record(d)
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func record(d evidence.Period) (evidence.Record, error) {
	zone := d.Start.Location()
	date := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	b := body{
		Date: date(d.Start), Weekday: d.Start.Format("Mon"), Start: d.Start, End: d.End.In(zone),
		Whole: date(d.Start.Add(-1)) != date(d.Start) && date(d.End) != date(d.Start),
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return evidence.Record{}, err
	}
	return evidence.Record{Kind: "calendar.day", ID: b.Date, Time: d.Start.UTC(), Body: raw}, nil
}
