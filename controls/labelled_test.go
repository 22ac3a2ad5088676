package controls

import (
	"bufio"
	"encoding/json"
	"fmt"
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

// groupsDiffer explains every labelled security group that NET-02 judges differently.
// A policy of Panther says whether a group complies.
var groupsDiffer = map[string]string{
	"In Scope Security Group Does Not Restrict Access":          "Panther forbids every public address in groups of card data; NET-02 the whole world, and this is one address",
	"Security Group Does Not Restrict Outbound Traffic":         "Panther judges where traffic may go; NET-02 what may come in",
	"Security Group Does Not Tightly Restrict Outbound Traffic": "Panther judges where traffic may go; NET-02 what may come in",
}

// TestLabelledGroups compares NET-02's verdict on groups as they are with those that
// others gave. What of them is open to the world is open in it too.
func TestLabelledGroups(t *testing.T) {
	f, err := os.Open("testdata/panther/groups.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.Find("NET-02")
	if err != nil {
		t.Fatal(err)
	}
	differed := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var labelled struct {
			Test     string
			Expected bool
			Event    map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		got := isExceptionOf(t, c, labelled.Event)
		if got == labelled.Expected {
			differed[labelled.Test] = true
		}
		if _, explained := groupsDiffer[labelled.Test]; (got == labelled.Expected) != explained {
			t.Errorf("%s: exception %t, complies %t, explained %t", labelled.Test, got, labelled.Expected, explained)
		}
		in, _ := labelled.Event["IpPermissions"].([]any)
		labelled.Event["IpPermissions"] = append(in, map[string]any{"IpProtocol": "-1", "IpRanges": []any{map[string]any{"CidrIp": "0.0.0.0/0"}}})
		if !isExceptionOf(t, c, labelled.Event) {
			t.Errorf("%s, opened to the world: no exception", labelled.Test)
		}
	}
	for test := range groupsDiffer {
		if !differed[test] {
			t.Errorf("%s: no group of this name is judged differently", test)
		}
	}
}

// isExceptionOf judges one event, or one security group as AWS Config would have it
// recorded; what is outside the population is none.
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
	if id, is := event["GroupId"]; is {
		m.add("config.item", "x", fmt.Sprintf(`{"AccountId":%q,"Region":"us-west-2","ConfigurationItem":{"resourceType":"AWS::EC2::SecurityGroup","resourceId":%q,"configurationItemStatus":"OK","configuration":%q}}`, event["OwnerId"], id, body))
	} else {
		m.add("cloudtrail.event", "x", string(body))
	}
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
