package reports_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/reports"
)

func TestByDayAndGroup(t *testing.T) {
	japan := time.FixedZone("JST", 9*60*60)
	type item struct {
		at    string
		group string
	}
	items := func(list []item, err error) iter.Seq2[item, error] {
		return func(yield func(item, error) bool) {
			for _, i := range list {
				if !yield(i, nil) {
					return
				}
			}
			if err != nil {
				yield(item{}, err)
			}
		}
	}
	of := func(i item) (time.Time, string) {
		at, err := time.Parse(time.RFC3339, i.at)
		if err != nil {
			t.Fatal(err)
		}
		return at, i.group
	}
	// The second and the third lie on either side of midnight in Japan.
	list := []item{{"2026-10-01T01:00:00Z", "b"}, {"2026-10-01T14:59:59Z", "a"}, {"2026-10-01T15:00:00Z", "b"}, {"2026-10-02T01:00:00Z", "a"}, {"2026-10-02T02:00:00Z", "b"}}
	var got []string
	for g, err := range reports.ByDayAndGroup(items(list, nil), of, japan) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, g.Day.Format("01-02")+" "+g.Group)
		for _, i := range g.Items {
			got = append(got, i.at)
		}
	}
	want := []string{"10-01 a", "2026-10-01T14:59:59Z", "10-01 b", "2026-10-01T01:00:00Z",
		"10-02 a", "2026-10-02T01:00:00Z", "10-02 b", "2026-10-01T15:00:00Z", "2026-10-02T02:00:00Z"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	broken := errors.New("broken")
	var errs []error
	for _, err := range reports.ByDayAndGroup(items(list[:1], broken), of, japan) {
		errs = append(errs, err)
	}
	if !slices.Contains(errs, broken) {
		t.Errorf("the error is lost: %v", errs)
	}
	for range reports.ByDayAndGroup(items(list, nil), of, japan) {
		break // without a panic
	}
}
