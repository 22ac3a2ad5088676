package format_test

import (
	"math"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/internal/format"
)

var tokyo = time.FixedZone("JST", 9*60*60)

func TestTime(t *testing.T) {
	at := time.Date(2026, 10, 31, 14, 59, 59, 999, time.UTC)
	if got, want := format.Time(at, tokyo), "2026-10-31 23:59:59 JST"; got != want {
		t.Errorf("Time = %q, want %q", got, want)
	}
	if got := format.Time(time.Time{}, tokyo) + format.Date(time.Time{}, tokyo); got != "" {
		t.Errorf("the zero time is shown as %q", got)
	}
}

func TestWindow(t *testing.T) {
	at := func(h, m, s int) time.Time { return time.Date(2026, 10, 1, h, m, s, 0, tokyo) }
	tests := []struct {
		p    evidence.Period
		want string
	}{
		{evidence.Period{}, ""},
		{evidence.Period{Start: at(0, 0, 0), End: at(24, 0, 0)}, "2026-10-01 00:00 – 2026-10-02 00:00 JST"},
		{evidence.Period{Start: at(0, 0, 0), End: at(1, 2, 3)}, "2026-10-01 00:00:00 – 2026-10-01 01:02:03 JST"},
	}
	for _, tt := range tests {
		if got := format.Window(tt.p, tokyo); got != tt.want {
			t.Errorf("Window(%v) = %q, want %q", tt.p, got, tt.want)
		}
	}
}

func TestCount(t *testing.T) {
	tests := map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567",
		-1: "-1", -1000: "-1,000", math.MinInt64: "-9,223,372,036,854,775,808",
	}
	for n, want := range tests {
		if got := format.Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		n, all int64
		want   string
	}{
		{0, 0, "—"}, {0, 7, "0.0%"}, {1, 3, "33.3%"}, {2, 3, "66.7%"}, {7, 7, "100.0%"},
		{1, 1_000_000, "<0.1%"}, {999_999, 1_000_000, ">99.9%"}, {1, 2000, "0.1%"}, {1, 2001, "<0.1%"},
	} {
		if got := format.Share(c.n, c.all); got != c.want {
			t.Errorf("Share(%d, %d) = %q, want %q", c.n, c.all, got, c.want)
		}
	}
}
