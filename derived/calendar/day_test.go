package calendar

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func derive(t *testing.T, from, to time.Time) (all []evidence.Record) {
	t.Helper()
	for r, err := range Day().Derive(t.Context(), kind.Input{Period: evidence.Period{Start: from, End: to}}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// TestDays: days are those of the period's time zone, however long, and a day that the
// period has a part of says so.
func TestDays(t *testing.T) {
	tokyo, berlin := zone(t, "Asia/Tokyo"), zone(t, "Europe/Berlin")
	for name, c := range map[string]struct {
		from, to time.Time
		want     []string
	}{
		"tokyo": {time.Date(2026, 10, 30, 0, 0, 0, 0, tokyo), time.Date(2026, 11, 1, 0, 0, 0, 0, tokyo), []string{
			`2026-10-30 2026-10-29T15:00:00Z {"Date":"2026-10-30","Weekday":"Fri","Start":"2026-10-30T00:00:00+09:00","End":"2026-10-31T00:00:00+09:00","Whole":true}`,
			`2026-10-31 2026-10-30T15:00:00Z {"Date":"2026-10-31","Weekday":"Sat","Start":"2026-10-31T00:00:00+09:00","End":"2026-11-01T00:00:00+09:00","Whole":true}`,
		}},
		"25 hours": {time.Date(2026, 10, 25, 0, 0, 0, 0, berlin), time.Date(2026, 10, 26, 0, 0, 0, 0, berlin), []string{
			`2026-10-25 2026-10-24T22:00:00Z {"Date":"2026-10-25","Weekday":"Sun","Start":"2026-10-25T00:00:00+02:00","End":"2026-10-26T00:00:00+01:00","Whole":true}`,
		}},
		"parts": {time.Date(2026, 10, 1, 12, 0, 0, 0, tokyo), time.Date(2026, 10, 2, 12, 0, 0, 0, tokyo), []string{
			`2026-10-01 2026-10-01T03:00:00Z {"Date":"2026-10-01","Weekday":"Thu","Start":"2026-10-01T12:00:00+09:00","End":"2026-10-02T00:00:00+09:00","Whole":false}`,
			`2026-10-02 2026-10-01T15:00:00Z {"Date":"2026-10-02","Weekday":"Fri","Start":"2026-10-02T00:00:00+09:00","End":"2026-10-02T12:00:00+09:00","Whole":false}`,
		}},
	} {
		var got []string
		for _, r := range derive(t, c.from, c.to) {
			got = append(got, fmt.Sprintf("%s %s %s", r.ID, r.Time.Format(time.RFC3339), r.Body))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestStops: a derivation that is cancelled says so, and one whose reader has enough ends.
func TestStops(t *testing.T) {
	period := evidence.Period{Start: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for r, err := range Day().Derive(ctx, kind.Input{Period: period}) {
		if n++; n == 2 && (!errors.Is(err, context.Canceled) || r.ID != "") {
			t.Errorf("after cancelling: %q, %v", r.ID, err)
		}
		cancel()
	}
	if n != 2 {
		t.Errorf("%d records", n)
	}
	for range Day().Derive(t.Context(), kind.Input{Period: period}) {
		break
	}
}

// TestSchema: bodies have exactly the members that the kind's schema lists.
func TestSchema(t *testing.T) {
	text, err := os.ReadFile("../../controls/schemas/calendar.day.json")
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Required   []string
		Properties map[string]any
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for _, r := range derive(t, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)) {
		var b map[string]any
		if err := json.Unmarshal(r.Body, &b); err != nil {
			t.Fatal(err)
		}
		for name := range b {
			if s.Properties[name] == nil || !slices.Contains(s.Required, name) {
				t.Errorf("%s is not in the schema", name)
			}
		}
		if len(b) != len(s.Required) || len(b) != len(s.Properties) {
			t.Errorf("members %v", b)
		}
	}
}
