package sampling_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/sampling"
)

func TestSizes(t *testing.T) {
	populations := []int64{0, 1, 5, 6, 50, 51, 55, 120, 250, 251, 100_000}
	want := map[string]map[string][]int64{
		sampling.JSOX: {
			"yearly": {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "quarterly": {0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2}, "monthly": {0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2},
			"weekly": {0, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5}, "daily": {0, 1, 5, 6, 25, 25, 25, 25, 25, 25, 25},
			"per-occurrence": {0, 1, 5, 6, 25, 25, 25, 25, 25, 25, 25}, "continuous": {0, 1, 5, 6, 25, 25, 25, 25, 25, 25, 25},
		},
		sampling.AICPA: {
			"yearly": {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "quarterly": {0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2}, "monthly": {0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2},
			"weekly": {0, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5}, "daily": {0, 1, 5, 5, 5, 6, 6, 12, 25, 25, 25},
			"per-occurrence": {0, 1, 5, 5, 5, 6, 6, 12, 25, 25, 25}, "continuous": {0, 1, 5, 5, 5, 6, 6, 12, 25, 25, 25},
		},
	}
	got := map[string]map[string][]int64{}
	for _, table := range sampling.Tables {
		got[table.Name] = map[string][]int64{}
		if !table.Title.Complete() {
			t.Errorf("%s has no title in both languages", table.Name)
		}
		for frequency, steps := range table.Sizes {
			if err := sampling.CheckSteps(steps); err != nil {
				t.Errorf("%s %s: %v", table.Name, frequency, err)
			}
			for _, n := range populations {
				got[table.Name][frequency] = append(got[table.Name][frequency], sampling.SizeOf(steps, n))
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestEveryControlHasASize: a frequency that controls may have stands in every table.
func TestEveryControlHasASize(t *testing.T) {
	library, err := controls.Load(controls.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range sampling.Tables {
		for _, f := range controls.Frequencies() {
			if len(table.Sizes[string(f)]) == 0 {
				t.Errorf("table %s has no size for what is %s", table.Name, f)
			}
		}
		for _, c := range library.Controls {
			if len(table.Sizes[string(c.Frequency)]) == 0 {
				t.Errorf("table %s has no size for %s", table.Name, c.ID)
			}
		}
	}
}

func TestCheckSteps(t *testing.T) {
	for name, steps := range map[string][]sampling.Step{
		"none": {}, "no way": {{}}, "two ways": {{All: true, Size: 5}}, "an end": {{UpTo: 5, Size: 5}}, "no end before": {{Size: 5}, {Size: 6}},
		"not ascending": {{UpTo: 5, All: true}, {UpTo: 5, Size: 2}, {Size: 5}}, "more than all": {{Percent: 101}}, "less than none": {{Size: -1}}, "less than none percent": {{Percent: -1}},
	} {
		if err := sampling.CheckSteps(steps); err == nil {
			t.Errorf("%s: %v was accepted", name, steps)
		}
	}
}

// TestImplementationStandardsExample: 25 is the smallest sample without a deviation that
// shows, at 90 % confidence, that fewer than 9 of 100 items deviate.
func TestImplementationStandardsExample(t *testing.T) {
	const tolerable, risk = 0.09, 0.10
	unseen, n := 1.0, int64(0) // the probability that n items show no deviation at the tolerable rate
	for unseen > risk {
		unseen *= 1 - tolerable
		n++
	}
	for _, table := range sampling.Tables {
		if table.Name != sampling.JSOX {
			continue
		}
		if got := sampling.SizeOf(table.Sizes["per-occurrence"], 100_000); got != n {
			t.Errorf("the table has %d, the presumptions give %d", got, n)
		}
	}
}
