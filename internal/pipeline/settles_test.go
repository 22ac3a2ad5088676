package pipeline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// A claim that was made before its window had settled says so, and until when.
func TestClaimsThatHaveNotSettled(t *testing.T) {
	d := collectors.Driver{Kinds: []collectors.Kind{{Name: "sign_in", Settles: 72 * time.Hour}, {Name: "user"}}}
	end := time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)
	window := evidence.Period{Start: end.AddDate(0, 0, -1), End: end}
	made := []evidence.Claim{
		{Kind: "sign_in", Window: window, Scope: evidence.Scope{"tenant": "t"}, Notes: []evidence.Finding{{Code: "other"}}},
		{Kind: "user", Window: window}, {Kind: "unknown", Window: window},
	}
	now := end.Add(2 * time.Hour)
	got := unsettled(made, d, now)
	note := evidence.Finding{Code: evidence.NotSettled, Object: "tenant=t", Window: evidence.Period{Start: now, End: end.Add(72 * time.Hour)}}
	if d := cmp.Diff([]evidence.Finding{{Code: "other"}, note}, got[0].Notes); d != "" || len(got[1].Notes)+len(got[2].Notes) > 0 {
		t.Errorf("%s%+v", d, got[1:])
	}
	if len(made[0].Notes) != 1 {
		t.Error("the collector's own claim was changed")
	}
	if got := unsettled(made, d, end.Add(72*time.Hour)); len(got[0].Notes) != 1 {
		t.Errorf("after it has settled: %+v", got[0].Notes)
	}
	if !collectors.Texts[evidence.NotSettled].Complete() {
		t.Error("no text explains it")
	}
}
