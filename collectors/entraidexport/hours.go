package entraidexport

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
)

// writtenWithin reports whether there is a file of an hour of the window.
func (r *run) writtenWithin(category string) bool {
	for hour := range r.cover.hours[category] {
		if r.unit.Window.Overlaps(evidence.Period{Start: hour, End: hour.Add(time.Hour)}) {
			return true
		}
	}
	return false
}

// silence is how many hours without a file are worth telling of: nights are quiet.
const silence = 6

// judgeHours looks at the hours of a day of which there is some file. Nothing is
// written of an hour in which nothing happens, so that hours without a file are told
// of, and not missed, as long as a later file shows that the export went on. Where
// there is none in the days behind that are read too, the export may have ended: then
// what follows its last file is missing.
func (r *run) judgeHours(category string) {
	hours := r.cover.hours[category]
	last := time.Time{}
	for hour := range hours {
		if hour.After(last) {
			last = hour
		}
	}
	var without, longest int
	var run evidence.Period // the longest run of hours without a file
	for at := r.unit.Window.Start.UTC().Truncate(time.Hour); at.Before(r.unit.Window.End); {
		end := at
		for end.Before(r.unit.Window.End) && !hours[end] {
			end = end.Add(time.Hour)
		}
		n := int(end.Sub(at) / time.Hour)
		if without += n; n > longest {
			longest, run = n, evidence.Period{Start: at, End: end}
		}
		at = end.Add(time.Hour)
	}
	if end := last.Add(time.Hour); end.Before(r.unit.Window.End) && !end.Add(silence*time.Hour).After(r.settled()) {
		r.tally.gaps = append(r.tally.gaps, evidence.Finding{
			Code: "export_ends", Object: category, Window: evidence.Period{Start: end, End: r.unit.Window.End},
			Detail: "no file of the log is of a later hour: read the export again once there is one, or, if the log stopped, find out why",
		})
		return
	}
	if longest >= silence {
		r.finding(&r.tally.notes, "hours_without_file", category, fmt.Sprintf("%d hours, the longest run from %s to %s", without, stamp(run.Start), stamp(run.End)))
	}
}
