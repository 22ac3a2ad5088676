package controls

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

// entraLabelledBy maps rules of Panther to the controls that judge the same
// events of Entra ID.
var entraLabelledBy = map[string][]string{
	"Azure.Audit.ROPCLoginNoMFA":                   {"ACC-01", "ACC-02"},
	"Azure.Audit.PolicyChanged":                    {"ACC-07"},
	"Azure.Audit.HighRiskSignIn":                   {"ACC-12"},
	"Azure.Audit.RiskLevelPassthrough":             {"ACC-12"},
	"Azure.Audit.ServicePrincipalCredentialsAdded": {"ACC-13"},
}

// entraDisagreements explains every labelled event that a control judges
// differently.
var entraDisagreements = map[string]string{
	"ACC-07 Policy Updated":                                          "Panther reports any change of any policy of the directory; ACC-07 those of conditional access, which Conditional Access itself logs with what was changed, and this event of Core Directory tells neither the kind of the policy nor what was changed",
	"ACC-12 Failed Sign-In with riskLevelAggregated":                 "Panther reports any level; ACC-12 those of its parameter level, medium by default, and this one is low",
	"ACC-12 Failed Sign-In with riskLevelDuringSignIn and dismissed": "for Panther a risk that was dismissed is no alert; ACC-12 asks for the reason, and here there is none",
}

// TestLabelledEntraEvents compares verdicts with those that others gave to the same
// events of Entra ID.
func TestLabelledEntraEvents(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/panther/azure.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	differed := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var labelled struct {
			Rule, Test string
			Expected   bool
			Event      diagnosticEvent
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		if len(entraLabelledBy[labelled.Rule]) == 0 {
			t.Errorf("%s: no control judges its events", labelled.Rule)
		}
		for _, id := range entraLabelledBy[labelled.Rule] {
			got := slices.Contains(verdictsOf(t, lib, id, labelled.Event.evidenceFor(t, id)), evidence.Exception)
			name := id + " " + labelled.Test
			if got != labelled.Expected {
				differed[name] = true
			}
			if _, explained := entraDisagreements[name]; (got != labelled.Expected) != explained {
				t.Errorf("%s: exception: %v, expected %v, explained: %v", name, got, labelled.Expected, explained)
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range entraDisagreements {
		if !differed[name] {
			t.Errorf("%s: no case of this name is judged differently", name)
		}
	}
}

// diagnosticEvent is an event as diagnostic settings export it: what Microsoft
// Graph gives stands in its properties, in the main.
type diagnosticEvent struct {
	ResultType    any    `json:"resultType"`
	CorrelationID string `json:"correlationId"`
	Properties    map[string]any
}

// evidenceFor is the event as a record of the kind that the control judges, in
// October.
func (e diagnosticEvent) evidenceFor(t *testing.T, id string) memory {
	t.Helper()
	m := memory{}
	at := noon.UTC().Format(time.RFC3339)
	body := e.Properties
	kind := "entraid.sign_in"
	switch id {
	case "ACC-07":
		kind = "entraid.directory_audit"
		body["activityDateTime"] = at
		// A tenant whose other policies are as they should be.
		m.add("entraid.conditional_access_policy", "p", `{"id": "p", "displayName": "CA001", "state": "enabled"}`)
	case "ACC-13":
		kind = "entraid.directory_audit"
		body["activityDateTime"] = at
	case "ACC-12":
		kind = "entraid.risk_detection"
		body = e.detection(at)
	default:
		body["createdDateTime"] = at
		if body["status"] == nil {
			code, err := strconv.Atoi(fmt.Sprint(e.ResultType))
			if err != nil {
				t.Fatal(err)
			}
			body["status"] = map[string]any{"errorCode": code}
		}
	}
	if body["id"] == nil {
		body["id"] = e.CorrelationID
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	m.add(kind, "event", string(b))
	return m
}

// detection is the risk that a sign-in tells of, as Microsoft Graph gives it: of
// the higher of its two levels.
func (e diagnosticEvent) detection(at string) map[string]any {
	p := e.Properties
	level := p["riskLevelDuringSignIn"]
	if level == "none" {
		level = p["riskLevelAggregated"]
	}
	return map[string]any{
		"id": "r", "riskEventType": "generic", "riskLevel": level, "riskState": p["riskState"], "riskDetail": p["riskDetail"],
		"detectedDateTime": at, "lastUpdatedDateTime": at, "userId": p["userId"], "userPrincipalName": p["userPrincipalName"],
	}
}
