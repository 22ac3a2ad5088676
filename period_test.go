package evidence

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
)

func calendar(t *testing.T, zone string) Calendar {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return Calendar{Location: loc, FiscalYearStart: time.April}
}

func TestParsePeriod(t *testing.T) {
	c := calendar(t, "Asia/Tokyo")
	for _, tt := range []struct{ name, want string }{
		{"2026-10", "2026-09-30T15:00:00Z/2026-10-31T15:00:00Z"},
		{"2026-12", "2026-11-30T15:00:00Z/2026-12-31T15:00:00Z"},
		{"2026-02", "2026-01-31T15:00:00Z/2026-02-28T15:00:00Z"},
		{"2028-02", "2028-01-31T15:00:00Z/2028-02-29T15:00:00Z"},
		{"2026-Q3", "2026-06-30T15:00:00Z/2026-09-30T15:00:00Z"},
		{"2026-Q4", "2026-09-30T15:00:00Z/2026-12-31T15:00:00Z"},
		{"2026-H1", "2025-12-31T15:00:00Z/2026-06-30T15:00:00Z"},
		{"2026", "2025-12-31T15:00:00Z/2026-12-31T15:00:00Z"},
		{"FY2026", "2026-03-31T15:00:00Z/2027-03-31T15:00:00Z"},
		{"FY2026-Q1", "2026-03-31T15:00:00Z/2026-06-30T15:00:00Z"},
		{"FY2026-Q4", "2026-12-31T15:00:00Z/2027-03-31T15:00:00Z"},
		{"FY2026-H2", "2026-09-30T15:00:00Z/2027-03-31T15:00:00Z"},
		{"2026-10-05", "2026-10-04T15:00:00Z/2026-10-05T15:00:00Z"},
		{"2026-10-05..2026-10-12", "2026-10-04T15:00:00Z/2026-10-11T15:00:00Z"},
	} {
		p, err := c.Parse(tt.name)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if p.String() != tt.want {
			t.Errorf("%s is %s, want %s", tt.name, p, tt.want)
		}
		if again, err := c.Parse(c.Name(p)); err != nil || again.String() != p.String() {
			t.Errorf("%s is named %s, which is %v (%v)", tt.name, c.Name(p), again, err)
		}
	}
}

func TestParsePeriodRefuses(t *testing.T) {
	c := calendar(t, "Asia/Tokyo")
	for _, name := range []string{"", "2026-13", "2026-00", "2026-Q5", "2026-H3", "FY26", "october", "2026-10-32", "2026-10-12..2026-10-05", "2026-10-05..2026-10-05", "..", "2026-1"} {
		if p, err := c.Parse(name); err == nil {
			t.Errorf("%q is %s", name, p)
		}
	}
}

func TestPeriodsAreHalfOpen(t *testing.T) {
	p, err := calendar(t, "Asia/Tokyo").Parse("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-09-30T14:59:59.999999999Z": false,
		"2026-09-30T15:00:00Z":           true,
		"2026-10-31T14:59:59.999999999Z": true,
		"2026-10-31T15:00:00Z":           false,
		"2026-11-01T00:00:00+09:00":      false,
	} {
		when, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		if p.Contains(when) != want {
			t.Errorf("contains %s: %t", at, !want)
		}
	}
}

// TestDaylightSaving: a month is as long as its local days are, and a day that
// a clock change makes shorter ends at the next midnight.
func TestDaylightSaving(t *testing.T) {
	c := calendar(t, "Europe/Berlin")
	for name, want := range map[string]time.Duration{"2026-03-29": 23 * time.Hour, "2026-10-25": 25 * time.Hour, "2026-03-28": 24 * time.Hour} {
		p, err := c.Parse(name)
		if err != nil || p.Duration() != want {
			t.Errorf("%s lasts %s (%v), want %s", name, p.Duration(), err, want)
		}
	}
}

func TestPeriodNames(t *testing.T) {
	c := calendar(t, "Asia/Tokyo")
	for _, tt := range []struct{ from, to, want string }{
		{"2026-10-01", "2026-11-01", "2026-10"},
		{"2026-04-01", "2027-04-01", "FY2026"},
		{"2026-10-01", "2027-01-01", "2026-Q4"},
		{"2026-10-01", "2027-04-01", "FY2026-H2"},
		{"2026-10-05", "2026-10-06", "2026-10-05"},
		{"2026-10-05", "2026-10-12", "2026-10-05..2026-10-12"},
		{"2026-10-05T09:00:00+09:00", "2026-10-05T10:30:00+09:00", "20261005T090000+0900..20261005T103000+0900"},
	} {
		p, err := c.Range(tt.from, tt.to)
		if err != nil {
			t.Errorf("%s..%s: %v", tt.from, tt.to, err)
			continue
		}
		if got := c.Name(p); got != tt.want {
			t.Errorf("%s..%s is named %s, want %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestPrevious(t *testing.T) {
	c := calendar(t, "Asia/Tokyo")
	for name, want := range map[string]string{"2026-03": "2026-02", "2026-01": "2025-12", "2026-Q1": "2025-Q4", "FY2026": "FY2025", "2026-10-05": "2026-10-04"} {
		p, err := c.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Name(c.Previous(p)); got != want {
			t.Errorf("before %s is %s, want %s", name, got, want)
		}
	}
}

func TestPeriodJSON(t *testing.T) {
	p, err := calendar(t, "Asia/Tokyo").Parse("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(p)
	if want := `{"start":"2026-09-30T15:00:00Z","end":"2026-10-31T15:00:00Z"}`; err != nil || string(b) != want {
		t.Errorf("%s (%v), want %s", b, err, want)
	}
	var again Period
	if err := json.Unmarshal(b, &again); err != nil || again.String() != p.String() {
		t.Errorf("read back as %s (%v)", again, err)
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2026-10", "FY2026-Q3", "2026-10-05..2026-10-12", "9999-H2", "0000"} {
		f.Add(s)
	}
	loc, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		f.Fatal(err)
	}
	c := Calendar{Location: loc, FiscalYearStart: time.April}
	f.Fuzz(func(t *testing.T, name string) {
		p, err := c.Parse(name)
		if err == nil && !p.Start.Before(p.End) {
			t.Errorf("%q gives %s", name, p)
		}
	})
}

// TestDays: a period is cut at midnight, and no zone's habits make a day be lost, be
// empty or come twice: in some, clocks go forward at midnight.
func TestDays(t *testing.T) {
	for _, tt := range []struct {
		zone, start, end string
		want             []string
	}{
		{"Asia/Tokyo", "2026-10-01T00:00:00+09:00", "2026-10-03T00:00:00+09:00", []string{"24h0m0s", "24h0m0s"}},
		{"Asia/Tokyo", "2026-10-01T12:00:00+09:00", "2026-10-02T06:00:00+09:00", []string{"12h0m0s", "6h0m0s"}},
		{"Asia/Tokyo", "2026-10-01T00:00:00+09:00", "2026-10-01T00:00:00+09:00", nil},
		{"America/New_York", "2026-03-07T00:00:00-05:00", "2026-03-10T00:00:00-04:00", []string{"24h0m0s", "23h0m0s", "24h0m0s"}},
		{"America/New_York", "2026-10-31T00:00:00-04:00", "2026-11-03T00:00:00-05:00", []string{"24h0m0s", "25h0m0s", "24h0m0s"}},
		{"Europe/Berlin", "2026-10-24T00:00:00+02:00", "2026-10-27T00:00:00+01:00", []string{"24h0m0s", "25h0m0s", "24h0m0s"}},
		{"America/Sao_Paulo", "2018-11-03T00:00:00-03:00", "2018-11-06T00:00:00-02:00", nil},                                      // 2018-11-04 begins at 01:00
		{"America/Santiago", "2026-09-05T00:00:00-04:00", "2026-09-08T00:00:00-03:00", []string{"24h0m0s", "23h0m0s", "24h0m0s"}}, // 6 September begins at 01:00
		{"America/Havana", "2026-03-07T00:00:00-05:00", "2026-03-10T00:00:00-04:00", []string{"24h0m0s", "23h0m0s", "24h0m0s"}},
	} {
		location, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		start, _ := time.Parse(time.RFC3339, tt.start)
		end, _ := time.Parse(time.RFC3339, tt.end)
		days := Period{start.In(location), end}.Days()
		var got []string
		at := start
		for _, d := range days {
			got = append(got, d.Duration().String())
			if !d.Start.Equal(at) || d.Duration() <= 0 || d.Duration() > 25*time.Hour {
				t.Errorf("%s %s: %s after %s", tt.zone, tt.start, d, at)
			}
			at = d.End
		}
		if !at.Equal(end) {
			t.Errorf("%s %s: the days end at %s", tt.zone, tt.start, at)
		}
		if tt.want == nil && start.Before(end) {
			if len(days) != 3 {
				t.Errorf("%s %s: %d days: %v", tt.zone, tt.start, len(days), days)
			}
			continue
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.zone, tt.start, d)
		}
	}
}
