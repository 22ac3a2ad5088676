package entraidexport

import (
	"context"
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/window"
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

// lookingBack is how long before a day files are looked for, where its first hours have
// none. It is as long as is looked behind it.
const lookingBack = late

// lookBack finds out whether the export was on before the day, for those categories of
// which the day's first hours do not show it. Files are only listed for that.
func (r *run) lookBack(ctx context.Context, l *layout) error {
	start := r.unit.Window.Start
	for category := range r.cover.hours {
		if first, _ := r.writtenFromTo(category); first.Before(start.Add(silence * time.Hour)) {
			continue
		}
		for _, at := range l.roots {
			if at.tenant != "" && at.tenant != r.tenant || at.category != "" && at.category != category {
				continue
			}
			files, _, err := r.source.hours(ctx, at, start.Add(-lookingBack), start)
			if err != nil {
				return err
			}
			if len(files) > 0 {
				r.cover.before[category] = true
				break
			}
		}
	}
	return nil
}

// writtenFromTo are the first and the last hour of which there is a file, of the window
// and around it.
func (r *run) writtenFromTo(category string) (first, last time.Time) {
	for hour := range r.cover.hours[category] {
		if first.IsZero() || hour.Before(first) {
			first = hour
		}
		if hour.After(last) {
			last = hour
		}
	}
	return first, last
}

// judgeHours looks at the hours of a day of which there is some file. Nothing is
// written of an hour in which nothing happens, so that hours without a file are told
// of, and not missed, as long as an earlier file shows that the export was on before and
// a later one that it went on. Where there is none in the days around that are looked
// at too, it may have begun or ended within the day: then what lies before its first
// file or after its last one is missing, as far as no download reaches over it.
func (r *run) judgeHours(category string) {
	first, last := r.writtenFromTo(category)
	on := r.unit.Window // as far as files show that the export was on
	if !first.Before(r.unit.Window.Start.Add(silence*time.Hour)) && !r.cover.before[category] {
		on.Start = first
		r.missing("export_begins", category, evidence.Period{Start: r.unit.Window.Start, End: first},
			"no file of the log is of an earlier hour: if the export was switched on only then, add downloads of the admin centre for the time before")
	}
	if end := last.Add(time.Hour); end.Before(r.unit.Window.End) && !end.Add(silence*time.Hour).After(r.settled()) {
		on.End = end
		r.missing("export_ends", category, evidence.Period{Start: end, End: r.unit.Window.End},
			"no file of the log is of a later hour: read the export again once there is one, or, if the log stopped, find out why")
	}
	if without, run := r.silent(category, on); run.Duration() >= silence*time.Hour {
		r.finding(&r.tally.notes, "hours_without_file", category, fmt.Sprintf("%d hours, the longest run from %s to %s", without, stamp(run.Start), stamp(run.End)))
	}
}

// silent counts the hours of a time without a file, and finds the longest run of them.
func (r *run) silent(category string, of evidence.Period) (without int, longest evidence.Period) {
	hours := r.cover.hours[category]
	for at := of.Start.UTC().Truncate(time.Hour); at.Before(of.End); {
		end := at
		for end.Before(of.End) && !hours[end] {
			end = end.Add(time.Hour)
		}
		without += int(end.Sub(at) / time.Hour)
		if run := (evidence.Period{Start: at, End: end}); run.Duration() > longest.Duration() {
			longest = run
		}
		at = end.Add(time.Hour)
	}
	return without, longest
}

// missing adds gaps for those parts of a time over which no download reaches.
func (r *run) missing(code, category string, of evidence.Period, detail string) {
	for _, h := range r.holes(category) {
		part := evidence.Period{Start: window.Later(h.Start, of.Start), End: window.Earlier(h.End, of.End)}
		if part.Start.Before(part.End) {
			r.tally.gaps = append(r.tally.gaps, evidence.Finding{Code: code, Object: category, Window: part, Detail: detail})
		}
	}
}
