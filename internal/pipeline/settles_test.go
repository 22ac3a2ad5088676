package pipeline

import (
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/locker"
)

// What arrives late is read again until it has settled, and then left alone: a
// day of sign-ins for three days, a pull request for ever, an API call never.
func TestUntilWhenAUnitIsReadAgain(t *testing.T) {
	d := collectors.Driver{Kinds: []collectors.Kind{
		{Name: "call"}, {Name: "late_call", Settles: 72 * time.Hour},
		{Name: "sign_in", Form: evidence.Mutable, Settles: 72 * time.Hour}, {Name: "pull", Form: evidence.Mutable},
	}}
	end := time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		kind      string
		read, now time.Duration // after the unit's end
		want      bool
	}{
		{"call", time.Hour, 48 * time.Hour, false},
		{"late_call", time.Hour, 48 * time.Hour, true},
		{"late_call", 72 * time.Hour, 100 * time.Hour, false},
		{"sign_in", time.Hour, 2 * time.Hour, false},         // just read
		{"sign_in", time.Hour, 24 * time.Hour, true},         // the next day's run
		{"sign_in", 71 * time.Hour, 400 * time.Hour, true},   // read a little too early
		{"sign_in", 72 * time.Hour, 400 * time.Hour, false},  // settled when it was read
		{"sign_in", -5 * time.Hour, 20 * time.Hour, true},    // read while it lasted
		{"pull", 500 * time.Hour, 600 * time.Hour, true},     // may change at any time
		{"another", 500 * time.Hour, 600 * time.Hour, false}, // of no kind that is known
	} {
		a := &attempt{begun: end.Add(tt.read), at: end.Add(tt.read)}
		u := evidence.Unit{Kinds: []string{tt.kind}, Window: evidence.Period{Start: end.AddDate(0, 0, -1), End: end}}
		if got := a.outdated(u, d, end.Add(tt.now)); got != tt.want {
			t.Errorf("%s read %s after its end, and again after %s: %t, want %t", tt.kind, tt.read, tt.now, got, tt.want)
		}
	}
}

// What was begun before it had settled was not read when it had, whenever it ended.
func TestAReadingSettlesByItsBeginning(t *testing.T) {
	d := collectors.Driver{Kinds: []collectors.Kind{{Name: "sign_in", Form: evidence.Mutable, Settles: 72 * time.Hour}}}
	end := time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)
	a := &attempt{}
	a.add(locker.Manifest{Seq: 0, Collected: locker.Collected{At: end.Add(65 * time.Hour)}})
	a.add(locker.Manifest{Seq: 1, Collected: locker.Collected{At: end.Add(73 * time.Hour)}})
	u := evidence.Unit{Kinds: []string{"sign_in"}, Window: evidence.Period{Start: end.AddDate(0, 0, -1), End: end}}
	if !a.outdated(u, d, end.Add(100*time.Hour)) {
		t.Error("a reading that was begun too early is not read again")
	}
}
