package securitygroup

import (
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// TestPeriodsOfAnUnobservedChange: what nobody was seen changing belongs to every period
// in which it may have been, and to no other.
func TestPeriodsOfAnUnobservedChange(t *testing.T) {
	ports := func(p ...int) map[int]bool {
		m := map[int]bool{}
		for _, n := range p {
			m[n] = true
		}
		return m
	}
	// Known to be as it was on the tenth day, known to be otherwise on the fortieth.
	in := input([]evidence.Record{snapshot(start.Add(10*day), ports(22)), snapshot(start.Add(40*day), ports(22, 23))})
	for _, tt := range []struct {
		name     string
		from, to int // days
		want     time.Time
	}{
		{"before it was known to be as it was", -20, 10, time.Time{}},
		{"the month in which it may have been", 0, 31, start.Add(31*day - time.Second)},
		{"the month that shows it", 31, 61, start.Add(40 * day)},
		{"between", 15, 20, start.Add(20*day - time.Second)},
		{"after", 41, 61, time.Time{}},
	} {
		in.Period = evidence.Period{Start: start.Add(time.Duration(tt.from) * day), End: start.Add(time.Duration(tt.to) * day)}
		var got []evidence.Record
		for r, err := range Diff().Derive(t.Context(), in) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r)
		}
		switch {
		case tt.want.IsZero() && len(got) > 0, !tt.want.IsZero() && len(got) != 1:
			t.Errorf("%s: %d records", tt.name, len(got))
		case len(got) == 1 && !got[0].Time.Equal(tt.want):
			t.Errorf("%s: at %s, want %s", tt.name, got[0].Time, tt.want)
		}
	}
}
