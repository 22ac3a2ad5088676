package demo

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

const (
	// deliveryEvery is how often log files are delivered. CloudTrail delivers
	// about every five minutes; longer makes fewer and fuller files.
	deliveryEvery = 15 * time.Minute
	// deliveryDelay is how long after an event its file may be closed.
	deliveryDelay = 5 * time.Minute
)

// recordings is everything that the trail records, the routine of two months and the
// story, in order of time.
func recordings() []recorded {
	return slices.Concat(routineEvents(earlierSeed, recordingFrom, monthFrom), month())
}

// month is what the trail records from the month's beginning on.
func month() []recorded {
	all := routineEvents(seed, monthFrom, presentDay.Add(-time.Hour))
	for _, p := range story() {
		all = append(all, p.recorded)
	}
	slices.SortStableFunc(all, func(x, y recorded) int { return x.event.EventTime.Compare(y.event.EventTime) })
	return all
}

// file is one log file to be delivered.
type file struct {
	place
	at time.Time
}

// deliver puts the events into log files as CloudTrail does: some minutes late,
// by account and region, and now and then twice.
func deliver(a *aws.Archive, events []recorded) error {
	files := map[file][]json.RawMessage{}
	for _, r := range events {
		body := r.event.encode()
		at := r.event.EventTime.Add(deliveryDelay).Truncate(deliveryEvery).Add(deliveryEvery)
		files[file{r.place, at}] = append(files[file{r.place, at}], body)
		if r.twice {
			at = at.Add(2 * deliveryEvery)
			files[file{r.place, at}] = append(files[file{r.place, at}], body)
		}
	}
	for _, f := range slices.SortedFunc(maps.Keys(files), file.compare) {
		if _, err := a.AddLog(f.account, f.region, f.at, files[f]); err != nil {
			return err
		}
	}
	return nil
}

func (f file) compare(o file) int {
	return cmp.Or(f.at.Compare(o.at), cmp.Compare(f.account, o.account), cmp.Compare(f.region, o.region))
}
