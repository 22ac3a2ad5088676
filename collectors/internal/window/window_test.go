package window

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDays(t *testing.T) {
	tokyo, berlin, cairo := place(t, "Asia/Tokyo"), place(t, "Europe/Berlin"), place(t, "Africa/Cairo")
	for _, tt := range []struct {
		name       string
		start, end time.Time
		want       []string
	}{
		{"two days of Tokyo", time.Date(2026, 10, 5, 0, 0, 0, 0, tokyo), time.Date(2026, 10, 7, 0, 0, 0, 0, tokyo), []string{
			"2026-10-04T15:00:00Z/2026-10-05T15:00:00Z", "2026-10-05T15:00:00Z/2026-10-06T15:00:00Z"}},
		{"the end in another location", time.Date(2026, 10, 5, 0, 0, 0, 0, tokyo), time.Date(2026, 10, 5, 16, 0, 0, 0, time.UTC), []string{
			"2026-10-04T15:00:00Z/2026-10-05T15:00:00Z", "2026-10-05T15:00:00Z/2026-10-05T16:00:00Z"}},
		{"parts of days", time.Date(2026, 10, 5, 22, 30, 0, 0, time.UTC), time.Date(2026, 10, 6, 1, 0, 0, 0, time.UTC), []string{
			"2026-10-05T22:30:00Z/2026-10-06T00:00:00Z", "2026-10-06T00:00:00Z/2026-10-06T01:00:00Z"}},
		{"clocks go back", time.Date(2026, 10, 24, 0, 0, 0, 0, berlin), time.Date(2026, 10, 27, 0, 0, 0, 0, berlin), []string{
			"2026-10-23T22:00:00Z/2026-10-24T22:00:00Z", "2026-10-24T22:00:00Z/2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z/2026-10-26T23:00:00Z"}},
		{"clocks go forward", time.Date(2026, 3, 29, 0, 0, 0, 0, berlin), time.Date(2026, 3, 30, 0, 0, 0, 0, berlin), []string{
			"2026-03-28T23:00:00Z/2026-03-29T22:00:00Z"}},
		{"clocks go forward at midnight", time.Date(2026, 4, 23, 0, 0, 0, 0, cairo), time.Date(2026, 4, 25, 0, 0, 0, 0, cairo), []string{
			"2026-04-22T22:00:00Z/2026-04-23T22:00:00Z", "2026-04-23T22:00:00Z/2026-04-24T21:00:00Z"}},
		{"nothing", time.Date(2026, 10, 5, 0, 0, 0, 0, tokyo), time.Date(2026, 10, 5, 0, 0, 0, 0, tokyo), nil},
		{"less than nothing", time.Date(2026, 10, 6, 0, 0, 0, 0, tokyo), time.Date(2026, 10, 5, 0, 0, 0, 0, tokyo), nil},
	} {
		var got []string
		for _, d := range Days(evidence.Period{Start: tt.start, End: tt.end}) {
			got = append(got, d.Start.Format(time.RFC3339)+"/"+d.End.Format(time.RFC3339))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestReach(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 10, n, 0, 0, 0, 0, time.UTC) }
	period := evidence.Period{Start: day(5), End: day(8)}
	around := Around(period, []evidence.Selection{{Before: 24 * time.Hour}, {Before: time.Hour, After: 48 * time.Hour}, {}})
	if want := (evidence.Period{Start: day(4), End: day(10)}); around != want {
		t.Fatalf("around the period: %s, want %s", around, want)
	}
	first, last := day(4), day(10)
	for _, tt := range []struct {
		w, around evidence.Period
		from, to  *time.Time
	}{
		{evidence.Period{Start: day(5), End: day(6)}, around, &first, nil},
		{evidence.Period{Start: day(6), End: day(7)}, around, nil, nil},
		{evidence.Period{Start: day(7), End: day(8)}, around, nil, &last},
		{evidence.Period{Start: day(7), End: day(8).Add(-time.Hour)}, around, nil, nil}, // not over yet
		{period, around, &first, &last},
		{period, period, nil, nil},
	} {
		from, to := Reach(tt.w, period, tt.around)
		if diff := cmp.Diff([]*time.Time{tt.from, tt.to}, []*time.Time{from, to}); diff != "" {
			t.Errorf("%s within %s (-want +got):\n%s", tt.w, tt.around, diff)
		}
	}
}
