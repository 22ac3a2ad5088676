package controls

import (
	"testing"
)

// TestShipped runs the Rego tests and the meta-tests of every shipped control.
func TestShipped(t *testing.T) {
	report, err := Test(t.Context(), Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Controls {
		for _, p := range c.Problems {
			t.Errorf("%s: %s", c.ID, p)
		}
		for _, test := range c.Tests {
			if !test.Passed {
				t.Errorf("%s: %s: %s", c.ID, test.Name, test.Message)
			}
		}
	}
}
