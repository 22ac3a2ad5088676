package controls

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// findingSeverities are the lowest severities of Panther's rules, each of which is of
// one band; LOG-04 has one severity from which on findings must be handled.
var findingSeverities = map[string]float64{
	"AWS.GuardDuty.HighSeverityFinding":   7,
	"AWS.GuardDuty.MediumSeverityFinding": 4,
	"AWS.GuardDuty.LowSeverityFinding":    1,
}

// findingDisagreements explains every labelled finding that LOG-04 judges differently.
var findingDisagreements = map[string]string{
	"Medium Sev Finding": "Panther has a rule for each band of severities; LOG-04 those from its parameter severity on, 7 by default, and this one is 5",
	"Low Sev Finding":    "Panther has a rule for each band of severities; LOG-04 those from its parameter severity on, 7 by default, and this one is 1",
}

// TestLabelledFindings compares verdicts with those that others gave to the same
// findings of GuardDuty, which nobody handled in time. With the severity of Panther's
// rule none is judged differently.
func TestLabelledFindings(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.Find("LOG-04")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/panther/findings.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	differed, rules := map[string]bool{}, map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var labelled struct {
			Rule, Test string
			Expected   bool
			Event      map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		record := findingOf(t, labelled.Event)
		got := findingVerdict(t, c, record)
		if (got == "exception not_handled") != labelled.Expected {
			differed[labelled.Test] = true
		}
		if _, explained := findingDisagreements[labelled.Test]; differed[labelled.Test] != explained {
			t.Errorf("%s: %s, labelled %v, explained %v: %s", labelled.Test, got, labelled.Expected, explained, record)
		}
		rules[labelled.Rule] = true
		lowest, known := findingSeverities[labelled.Rule]
		if !known {
			t.Fatalf("%s: from which severity on is it?", labelled.Rule)
		}
		stricter := *c
		stricter.Params = maps.Clone(c.Params)
		stricter.Params["severity"] = lowest
		want := "not_applicable sample"
		if labelled.Expected {
			want = "exception not_handled"
		}
		if got := findingVerdict(t, &stricter, record); got != want {
			t.Errorf("%s, from severity %v on: %s, want %s: %s", labelled.Test, lowest, got, want, record)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(rules) != len(findingSeverities) {
		t.Errorf("cases of %v alone", slices.Sorted(maps.Keys(rules)))
	}
	for test := range findingDisagreements {
		if !differed[test] {
			t.Errorf("%s: no case of this name is judged differently", test)
		}
	}
}

// findingVerdict is the verdict on one finding, with the codes of its reasons.
func findingVerdict(t *testing.T, c *Control, record string) string {
	t.Helper()
	e, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	m.add("guardduty.finding", "finding", record)
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 1 {
		t.Fatalf("%d items of %s", len(items), record)
	}
	return strings.TrimSpace(string(items[0].Verdict) + " " + items[0].Codes)
}

// findingOf is a finding as GetFindings gives it, made in October. An event of Panther
// is what GuardDuty exports, whose members begin with a small letter and whose
// additional information is an object; the API has it as text within AdditionalInfo.
func findingOf(t *testing.T, event map[string]any) string {
	t.Helper()
	information, err := json.Marshal(event["service"].(map[string]any)["additionalInfo"])
	if err != nil {
		t.Fatal(err)
	}
	finding := membersOfAPI(event).(map[string]any)
	finding["Service"].(map[string]any)["AdditionalInfo"] = map[string]any{"Type": "default", "Value": string(information)}
	for _, member := range []string{"CreatedAt", "UpdatedAt"} {
		finding[member] = noon.UTC().Format(time.RFC3339)
	}
	body, err := json.Marshal(map[string]any{"AccountId": finding["AccountId"], "Region": finding["Region"], "Finding": finding})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// membersOfAPI writes the names of members with a capital, and leaves out those that
// are null, as the collector does.
func membersOfAPI(value any) any {
	members, is := value.(map[string]any)
	if !is {
		return value
	}
	named := map[string]any{}
	for name, value := range members {
		if value != nil {
			named[strings.ToUpper(name[:1])+name[1:]] = membersOfAPI(value)
		}
	}
	return named
}
