package controls

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived"
)

// labelledBy maps rules of Panther to the control that judges the same events.
var labelledBy = map[string]string{
	"AWS.CloudTrail.SecurityConfigurationChange":   "LOG-01",
	"AWS.CloudTrail.LoginProfileCreatedOrModified": "ACC-08",
	"AWS.Console.RootLogin":                        "ACC-10",
	"AWS.CloudTrail.RootPasswordChanged":           "ACC-10",
	"AWS.EC2.SecurityGroupModified":                "NET-02",
	"AWS.EC2.ManualSecurityGroupChange":            "NET-02",
}

// disagreements explains every labelled case that a control judges differently.
var disagreements = map[string]string{
	"ChangeOwnPassword":                      "Panther forgives a role session that has the name of the IAM user whose password it sets; for ACC-08 the user has a password then, whoever set it",
	"Security Group Modified":                "Panther reports any change of a group; NET-02 only an opening to the world, and this one is of one address",
	"AWS Console - Ingress SG Authorization": "Panther reports any change by hand; NET-02 judges what is opened, and 443 from a /16 is no administrative port open to the world",
}

// TestLabelledCases compares verdicts with those that others gave to the same
// real-shaped events.
func TestLabelledCases(t *testing.T) {
	f, err := os.Open("testdata/panther/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	differed := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var labelled struct {
			Rule, Test string
			Expected   bool
			Event      map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		c, err := lib.Find(labelledBy[labelled.Rule])
		if err != nil {
			t.Fatalf("%s: %v", labelled.Rule, err)
		}
		got := isExceptionOf(t, c, labelled.Event)
		if got != labelled.Expected {
			differed[labelled.Test] = true
		}
		if _, explained := disagreements[labelled.Test]; (got != labelled.Expected) != explained {
			t.Errorf("%s, %s: exception of %s: %v, expected %v, explained: %v", labelled.Rule, labelled.Test, c.ID, got, labelled.Expected, explained)
		}
	}
	for test := range disagreements {
		if !differed[test] {
			t.Errorf("%s: no case of this name is judged differently", test)
		}
	}
}

// isExceptionOf judges one event; an event outside the population is none.
func isExceptionOf(t *testing.T, c *Control, event map[string]any) bool {
	t.Helper()
	// Some cases have times in Panther's own format, or none.
	event["eventTime"] = noon.UTC().Format(time.RFC3339)
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	m.add("cloudtrail.event", "x", string(body))
	if kind, ok := derived.Of(c.Population.Kind); ok {
		for r, err := range kind.Derive(t.Context(), derived.Input{Period: october, Records: m.Records}) {
			if err != nil {
				t.Fatal(err)
			}
			m[kind.Name] = append(m[kind.Name], r)
		}
	}
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	return len(items) == 1 && items[0].Verdict == evidence.Exception
}
