package pack

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

var windowZone = time.FixedZone("JST", 9*60*60)

// windowDays are six days about a month's end, one of each state.
func windowDays() []sealed.Day {
	day := func(d int, s sealed.DayState, covered time.Duration) sealed.Day {
		at := time.Date(2026, 9, d, 0, 0, 0, 0, windowZone)
		return sealed.Day{Date: at, State: s, Covered: at.Add(covered)}
	}
	const days = 24 * time.Hour
	provisional := day(28, sealed.DayComplete, 2*days)
	provisional.Until = provisional.Date.Add(4 * days)
	return []sealed.Day{provisional, day(29, sealed.DayComplete, 46*days), day(30, sealed.DayComplete, 46*days+1), day(31, sealed.DayGap, 90*days),
		day(32, sealed.DayMissing, 0), day(33, sealed.DayAhead, 0)}
}

func TestCalendarKeepsItsDays(t *testing.T) {
	s := Calendar("aws", "aws-state", windowDays(), windowZone)
	want := []MonthDays{{"2026-09-28", "pcl"}, {"2026-10-01", "gma"}}
	if diff := cmp.Diff(want, s.Days); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	days, err := s.days(windowZone)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range windowDays() {
		if !days[i].Date.Equal(d.Date) || days[i].State != DayState(d) {
			t.Errorf("%s is %s, want %s on %s", days[i].Date, days[i].State, DayState(d), d.Date)
		}
	}
}

// TestWindowMustAgreeWithThePack: of the pack's own days nothing is believed that its
// evidence does not say.
func TestWindowMustAgreeWithThePack(t *testing.T) {
	model := func(states string) (*reports.Window, error) {
		c := &contents{
			manifest: &Manifest{PeriodName: "2026-10"}, location: windowZone, results: &evaluation.Results{Controls: []evaluation.Control{{ID: "A", Result: evidence.Effective}}},
			sources: []sealed.Description{{Source: sealed.Source{Name: "aws"}, Days: windowDays()[3:]}},
			window: &Window{Sources: []WindowSource{{Name: "aws", Days: []MonthDays{{"2026-09-29", "cc"}, {"2026-10-01", states}}}},
				Months: []WindowMonth{{Name: "2026-09", Manifest: "m", Results: map[string]evidence.Result{"A": evidence.ExceptionsNoted}}, {Name: "2026-10", Results: map[string]evidence.Result{"A": evidence.ExceptionsNoted}}}},
		}
		return c.windowModel()
	}
	w, err := model("gma")
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Months[1].Results["A"]; got != evidence.Effective {
		t.Errorf("the pack's own month is %s, and its results say effective", got)
	}
	if got := w.Months[0].Results["A"]; got != evidence.ExceptionsNoted {
		t.Errorf("the month before is %s", got)
	}
	for _, states := range []string{"cma", "gca", "gmm", "lma", "gmx"} {
		if _, err := model(states); err == nil || !strings.Contains(err.Error(), WindowFile) {
			t.Errorf("%s: error %v", states, err)
		}
	}
}

// TestEarlierWindows: packs of format 1 called provisional days complete, and later ones must not.
func TestEarlierWindows(t *testing.T) {
	for format, accepted := range map[int]bool{1: true, 2: false} {
		c := &contents{
			manifest: &Manifest{Format: format}, location: windowZone,
			sources: []sealed.Description{{Source: sealed.Source{Name: "aws"}, Days: windowDays()[:1]}},
			window:  &Window{Sources: []WindowSource{{Name: "aws", Days: []MonthDays{{"2026-09-28", "c"}}}}},
			results: &evaluation.Results{},
		}
		if _, err := c.windowModel(); (err == nil) != accepted {
			t.Errorf("format %d: %v", format, err)
		}
	}
}
