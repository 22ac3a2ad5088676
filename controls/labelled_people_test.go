package controls

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// peopleDisagreements explains every labelled event of Entra ID's audit log that
// the controls on people and their access judge differently.
var peopleDisagreements = map[string]string{
	"Add member to role (Non PIM)": "Panther's rule is about what PIM completes; for ACC-05 a privileged role that was given around PIM is the worse case",
}

// applicationAdministrator is the template of the role that the labelled events
// name; they are published with made-up ids.
const applicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"

// TestLabelledPeople compares verdicts with those that others gave to the same
// events of Entra ID's audit log.
func TestLabelledPeople(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/panther/people.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	differed := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var labelled struct {
			Test     string
			Expected bool
			Event    struct{ Properties map[string]any }
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		m := memory{}
		m.add("entraid.directory_audit", "event", unmasked(t, labelled.Event.Properties))
		got := slices.Contains(verdictsOf(t, lib, "ACC-05", m), evidence.Exception)
		if got != labelled.Expected {
			differed[labelled.Test] = true
		}
		if _, explained := peopleDisagreements[labelled.Test]; (got != labelled.Expected) != explained {
			t.Errorf("%s: exception of ACC-05: %v, expected %v, explained: %v", labelled.Test, got, labelled.Expected, explained)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for test := range peopleDisagreements {
		if !differed[test] {
			t.Errorf("%s: no case of this name is judged differently", test)
		}
	}
}

// unmasked is an event with a time and a role as tenants have them.
func unmasked(t *testing.T, event map[string]any) string {
	t.Helper()
	event["activityDateTime"] = noon.UTC().Format(time.RFC3339)
	named := false
	for _, d := range event["additionalDetails"].([]any) {
		if detail := d.(map[string]any); detail["key"] == "TemplateId" {
			detail["value"], named = applicationAdministrator, true
		}
	}
	if !named {
		t.Fatal("an event without a role")
	}
	b, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
