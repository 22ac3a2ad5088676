package collectortest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// snapshots collects everything again an hour later: what was taken at another
// time has another identity, or one would hide the other.
func (c Case) snapshots(t *testing.T) {
	if !slices.ContainsFunc(c.Driver.Kinds, func(k collectors.Kind) bool { return k.Form == evidence.Snapshot }) {
		t.Skip("the driver yields no snapshots")
	}
	later, now := c, c.Env.Now
	later.Env.Now = func() time.Time { return now().Add(time.Hour) }
	compare := compareSnapshots
	if c.Recorded {
		compare = compareRecorded
	}
	for _, problem := range compare(c.taken(t), later.taken(t)) {
		t.Error(problem)
	}
}

// compareRecorded tells what is wrong with two readings of snapshots whose moments
// the source wrote down: they must not depend on when they are read.
func compareRecorded(first, later []evidence.Record) (problems []string) {
	if len(first) == 0 {
		return []string{"no snapshots: the case tests nothing"}
	}
	if len(first) != len(later) {
		return []string{fmt.Sprintf("%d snapshots, and %d an hour later", len(first), len(later))}
	}
	for i, r := range first {
		if l := later[i]; l.Kind != r.Kind || l.ID != r.ID || !l.Time.Equal(r.Time) {
			problems = append(problems, fmt.Sprintf("%s %s of %s is %s %s of %s an hour later", r.Kind, r.ID, r.Time, l.Kind, l.ID, l.Time))
		}
	}
	return problems
}

// taken collects everything and keeps the snapshots.
func (c Case) taken(t *testing.T) []evidence.Record {
	t.Helper()
	form := map[string]evidence.Form{}
	for _, k := range c.Driver.Kinds {
		form[k.Name] = k.Form
	}
	var taken []evidence.Record
	col := c.open(t)
	for _, u := range c.plan(t, col) {
		batches, err := drain(col.Collect(t.Context(), u, nil))
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		for _, b := range batches {
			for _, r := range b.Records {
				if form[r.Kind] == evidence.Snapshot {
					taken = append(taken, r)
				}
			}
		}
	}
	return taken
}

// compareSnapshots tells what is wrong with two readings at different times.
func compareSnapshots(first, later []evidence.Record) (problems []string) {
	if len(first) == 0 || len(first) != len(later) {
		return []string{fmt.Sprintf("%d snapshots, and %d an hour later: the case tests nothing", len(first), len(later))}
	}
	at := map[string]time.Time{}
	for _, r := range first {
		at[r.Kind+" "+r.ID] = r.Time
	}
	for _, r := range later {
		before, same := at[r.Kind+" "+r.ID]
		switch {
		case !same:
		case before.Equal(r.Time):
			problems = append(problems, fmt.Sprintf("%s %s: an hour later it says again that it was taken at %s", r.Kind, r.ID, r.Time))
		default:
			problems = append(problems, fmt.Sprintf("%s %s was taken at %s and at %s: its identity must hold its time", r.Kind, r.ID, before, r.Time))
		}
	}
	return problems
}
