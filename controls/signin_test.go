package controls

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// signInControls are those on how people sign in to Entra ID, by their folders.
var signInControls = map[string]string{
	"ACC-01": "multi-factor",
	"ACC-02": "no-legacy-authentication",
	"ACC-07": "conditional-access-stayed-on",
	"ACC-12": "risky-sign-ins-handled",
}

// signInRecords are the records in the testdata of a sign-in control, by kind.
func signInRecords(t *testing.T, c *Control) map[string]map[string]map[string]any {
	t.Helper()
	names, err := fs.Glob(shipped, path.Join("access", signInControls[c.ID], "testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[string]map[string]map[string]any{}
	for _, name := range names {
		b, err := fs.ReadFile(shipped, name)
		if err != nil {
			t.Fatal(err)
		}
		var groups map[string]map[string]map[string]any
		if err := json.Unmarshal(b, &groups); err != nil {
			t.Fatal(err)
		}
		for group, records := range groups {
			kind := kindOf(group, c)
			if byKind[kind] == nil {
				byKind[kind] = map[string]map[string]any{}
			}
			maps.Copy(byKind[kind], records)
		}
	}
	return byKind
}

// odd are values that a field may have and should not keep a policy from judging.
var odd = []string{`null`, `""`, `"x"`, `0`, `false`, `[]`, `[null]`, `[{}]`, `["x", null, 1]`, `{}`, `{"x": null}`}

// oddities calls each with the record once for each of its fields, at any depth,
// and odd value in its place.
func oddities(v any, whole func() string, set func(any), each func(string)) {
	for _, text := range odd {
		var value any
		_ = json.Unmarshal([]byte(text), &value) // a constant
		set(value)
		each(whole())
	}
	set(v)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inner := v[name]
			oddities(inner, whole, func(value any) { v[name] = value }, each)
			delete(v, name)
			each(whole())
			v[name] = inner
		}
	case []any:
		for i, inner := range v {
			oddities(inner, whole, func(value any) { v[i] = value }, each)
			v[i] = inner
		}
	}
}

// TestSignInControlsJudgeOddShapes: a field that is missing, null or of another
// type leaves an item that is judged, and no evaluation that fails.
func TestSignInControlsJudgeOddShapes(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for id := range signInControls {
		c, err := lib.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		judged := 0
		for kind, records := range signInRecords(t, c) {
			if !slices.Contains(c.Population.Kinds(), kind) {
				continue
			}
			var bodies []string
			for _, name := range slices.Sorted(maps.Keys(records)) {
				bodies = append(bodies, oddBodies(t, records[name])...)
			}
			// In parts: all policies are joined to each item of ACC-07.
			for part := range slices.Chunk(bodies, 40) {
				m := memory{}
				for n, body := range part {
					m.add(kind, fmt.Sprint(n), strings.Replace(body, "(id)", fmt.Sprint(n), 1))
				}
				got, _, err := evaluate(t, e, input(m))
				if err != nil {
					t.Fatalf("%s: %v", id, err)
				}
				if len(got) != len(part) {
					t.Errorf("%s: %d of %d items were judged", id, len(got), len(part))
				}
				judged += len(got)
			}
		}
		if judged < 500 {
			t.Errorf("%s: only %d items", id, judged)
		}
	}
}

// oddBodies are the record with odd values, each in the place of one field. What
// the population itself needs is there.
func oddBodies(t *testing.T, record map[string]any) []string {
	t.Helper()
	var bodies []string
	whole := func() string {
		body := maps.Clone(record)
		body["id"], body["loggedByService"] = "(id)", "Conditional Access"
		body["detectedDateTime"], body["activityDateTime"] = stamp(10), stamp(10)
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, field := range slices.Sorted(maps.Keys(record)) {
		value := record[field]
		oddities(value, whole, func(v any) { record[field] = v }, func(body string) { bodies = append(bodies, body) })
		record[field] = value
	}
	return bodies
}

// TestConditionalAccessThroughTheEngine: policies, locations, events and the tenant
// are items of one population, and snapshots and events reach the items that they
// are about.
func TestConditionalAccessThroughTheEngine(t *testing.T) {
	const weak = `{"id": "p1", "displayName": "CA001", "state": "enabled", "modifiedDateTime": "2026-10-10T00:00:00Z", "conditions": {"users": {"includeUsers": ["All"], "excludeUsers": ["u-1"]}}}`
	strong := strings.Replace(weak, `["u-1"]`, `[]`, 1)
	event := func(old, new string) string {
		b, err := json.Marshal(map[string]any{
			"id": "e1", "activityDisplayName": "Update conditional access policy", "activityDateTime": "2026-10-10T00:00:00Z",
			"loggedByService": "Conditional Access", "result": "success",
			"initiatedBy":     map[string]any{"app": map[string]any{"servicePrincipalId": "sp-1", "displayName": "entra-as-code"}},
			"targetResources": []any{map[string]any{"id": "p1", "displayName": "CA001", "modifiedProperties": []any{map[string]any{"displayName": "ConditionalAccessPolicy", "oldValue": old, "newValue": new}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	at := func(m memory, at time.Time, kind, id, body string) {
		m[kind] = append(m[kind], evidence.Record{Kind: kind, ID: id, Time: at, Body: []byte(body)})
	}
	before, within, after := october.Start.AddDate(0, 0, -3), noon, october.End.AddDate(0, 0, 1)
	for name, tt := range map[string]struct {
		params map[string]any
		events []string
		want   map[string]string
	}{
		"nothing tells of it": {
			want: map[string]string{"p1@3": "exception weaker_without_event", "p2@3": "pass ", "t@3": "pass ", "l@3": "exception weaker_without_event"},
		},
		"an event tells of it": {
			events: []string{event(strong, weak)},
			want:   map[string]string{"p1@3": "pass ", "e1": "exception policy_weakened", "p2@3": "pass ", "t@3": "pass ", "l@3": "exception weaker_without_event"},
		},
		"automation did it": {
			params: map[string]any{"allowed_initiators": []any{"sp-1"}},
			events: []string{event(strong, weak)},
			want:   map[string]string{"p1@3": "pass ", "e1": "pass ", "p2@3": "pass ", "t@3": "pass ", "l@3": "exception weaker_without_event"},
		},
		"required": {
			params: map[string]any{"required": []any{"CA001", "ca002", "CA003"}},
			events: []string{event(strong, weak)},
			want:   map[string]string{"p1@3": "pass ", "e1": "exception policy_weakened", "p2@3": "exception required_not_enabled", "t@3": "exception required_missing", "l@3": "exception weaker_without_event"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := memory{}
			at(m, before, "entraid.conditional_access_policy", "p1@1", strong)
			at(m, within, "entraid.conditional_access_policy", "p1@2", weak)
			at(m, after, "entraid.conditional_access_policy", "p1@3", weak)
			at(m, after, "entraid.conditional_access_policy", "p2@3", `{"id": "p2", "displayName": "CA002", "state": "enabledForReportingButNotEnforced"}`)
			at(m, before, "entraid.named_location", "l@1", `{"id": "l", "isTrusted": true, "ipRanges": []}`)
			at(m, after, "entraid.named_location", "l@3", `{"id": "l", "isTrusted": true, "ipRanges": [{"cidrAddress": "192.0.2.0/24"}]}`)
			at(m, after, "entraid.organization", "t@3", `{"id": "t", "displayName": "Corp"}`)
			for _, e := range tt.events {
				at(m, noon, "entraid.directory_audit", "e1", e)
			}
			at(m, noon, "entraid.directory_audit", "other", strings.Replace(strings.Replace(event(strong, weak), "Conditional Access", "Core Directory", 1), "Update conditional access policy", "Update policy", 1))
			lib, err := Load(Shipped())
			if err != nil {
				t.Fatal(err)
			}
			configured, err := lib.Configure(map[string]Settings{"ACC-07": {Params: tt.params}})
			if err != nil {
				t.Fatal(err)
			}
			c, err := configured.Find("ACC-07")
			if err != nil {
				t.Fatal(err)
			}
			e, err := Prepare(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			items, _, err := evaluate(t, e, input(m))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, item := range items {
				got[item.ID] = fmt.Sprintf("%s %s", item.Verdict, item.Codes)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestSignInControlsReadOddShapes: the same of what policies read beside the item:
// the forms of a policy that an event tells, and the users of a risk.
func TestSignInControlsReadOddShapes(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	find := func(id string) (*Control, *Evaluator) {
		c, err := lib.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Prepare(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return c, e
	}
	run := func(e *Evaluator, m memory, want int) {
		t.Helper()
		got, _, err := evaluate(t, e, input(m))
		if err != nil || len(got) != want {
			t.Errorf("%d items of %d were judged, %v", len(got), want, err)
		}
	}
	access, e := find("ACC-07")
	policy := signInRecords(t, access)["entraid.conditional_access_policy"]["exchange"]
	policy["sessionControls"] = map[string]any{
		"signInFrequency":   map[string]any{"value": 4, "type": "hours", "frequencyInterval": "timeBased", "isEnabled": true},
		"persistentBrowser": map[string]any{"mode": "never", "isEnabled": true},
	}
	location := signInRecords(t, access)["entraid.named_location"]["trusted"]
	m, n := memory{}, 0
	for activity, thing := range map[string]map[string]any{"Update conditional access policy": policy, "Update named location": location} {
		whole, err := json.Marshal(thing)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range oddBodies(t, thing) {
			for _, values := range [][2]string{{body, string(whole)}, {string(whole), body}} {
				b, err := json.Marshal(map[string]any{
					"id": fmt.Sprint(n), "activityDisplayName": activity, "activityDateTime": stamp(10), "loggedByService": "Conditional Access",
					"targetResources": []any{map[string]any{"id": fmt.Sprint("x", n), "modifiedProperties": []any{map[string]any{"oldValue": values[0], "newValue": values[1]}}}},
				})
				if err != nil {
					t.Fatal(err)
				}
				m.add("entraid.directory_audit", fmt.Sprint(n), string(b))
				n++
			}
		}
	}
	run(e, m, n)
	if n < 500 {
		t.Errorf("only %d events", n)
	}

	risks, e := find("ACC-12")
	user := signInRecords(t, risks)["entraid.risky_user"]["confirmed"]
	for _, body := range oddBodies(t, user) {
		m := memory{}
		m.add("entraid.risk_detection", "r", fmt.Sprintf(`{"id": "r", "detectedDateTime": %q, "riskLevel": "high", "riskState": "confirmedCompromised", "userId": "u"}`, stamp(10)))
		m.add("entraid.risky_user", "u", strings.Replace(body, "(id)", "u", 1))
		run(e, m, 1)
	}
}
