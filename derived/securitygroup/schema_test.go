package securitygroup

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

type schema struct {
	Required   []string
	Properties map[string]any
}

func schemaOf(t *testing.T, kind string) (s schema) {
	t.Helper()
	text, err := os.ReadFile("../../controls/schemas/" + kind + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// check holds a body against the schema, and gives the members that it has.
func (s schema) check(t *testing.T, r evidence.Record) (names []string) {
	t.Helper()
	var b map[string]any
	if err := json.Unmarshal(r.Body, &b); err != nil {
		t.Fatal(err)
	}
	for name := range b {
		if names = append(names, name); s.Properties[name] == nil {
			t.Errorf("%s is not in the schema", name)
		}
	}
	for _, name := range s.Required {
		if _, ok := b[name]; !ok {
			t.Errorf("%s: %s is required and missing", r.ID, name)
		}
	}
	return names
}

// TestSchema: bodies have what the kind's schema requires, and nothing it does not list.
func TestSchema(t *testing.T) {
	s := schemaOf(t, "securitygroup.diff")
	seen, ids := map[string]bool{}, map[string]bool{}
	w := history(1, true)
	w.records = slices.Delete(w.records, w.ops[0].record, w.ops[0].record+1) // which is then unobserved
	w.records = append(w.records, event(9999, start.Add(80*time.Hour), "DeleteSecurityGroup", `{"groupName":"default"}`, `{"_return":true}`), event(9998, start.Add(80*time.Hour), "CreateVpc", `{}`, `{"vpc":{"vpcId":"vpc-9"}}`))
	other := snapshot(start.Add(-time.Hour), nil)
	other.ID, other.Body = "sg-9", []byte(`{"AccountId":"111122223333","Region":"us-east-1","SecurityGroup":{"GroupId":"sg-9","GroupName":"default","VpcId":"vpc-9"},"Rules":[]}`)
	w.records = append([]evidence.Record{other}, w.records...)
	for r, err := range Diff().Derive(t.Context(), input(w.records)) {
		if err != nil {
			t.Fatal(err)
		}
		if ids[r.ID] {
			t.Errorf("%s twice", r.ID)
		}
		ids[r.ID] = true
		for _, name := range s.check(t, r) {
			seen[name] = true
		}
	}
	for _, name := range []string{"Between", "EventId", "Actor", "GroupName", "Candidates"} {
		if !seen[name] {
			t.Errorf("no body had %s", name)
		}
	}
}
