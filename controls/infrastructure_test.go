package controls

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
)

// changed is a record of a control's testdata/shaped.json with texts replaced.
func changed(t *testing.T, dir, kind, name string, replace ...string) string {
	t.Helper()
	return strings.NewReplacer(replace...).Replace(shapedRecord(t, dir, kind, name))
}

func shippedControl(t *testing.T, id string) Control {
	t.Helper()
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

// TestAnotherAgent: an agent that is not shipped is judged by a relation to its records
// and a parameter that says where these tell of its life; the policy stays as it is.
func TestAnotherAgent(t *testing.T) {
	c := shippedControl(t, "INF-01")
	c.schemas = maps.Clone(c.schemas)
	c.schemas["edr.host"] = []byte(`{"type": "object", "properties": {"host": {"type": "string"}, "state": {"type": "string"}, "seen": {"type": "string"}}}`)
	c.Related = maps.Clone(c.Related)
	c.Related["sensor"] = Related{Kind: "edr.host", Match: map[string]string{"host": "Instance.InstanceId"}, LatestOf: "host"}
	c.Params = maps.Clone(c.Params)
	c.Params["agents"] = map[string]any{"sensor": map[string]any{"status": "state", "alive": []any{"active"}, "seen": "seen"}}
	e, err := Prepare(t.Context(), &c)
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	for id, state := range map[string]string{"i-1": "active", "i-2": "off", "i-3": ""} {
		m.add("ec2.instance", id, changed(t, "infrastructure/endpoints-behind-waf", "ec2.instance", "instance", "i-0a1b2c3d4e5f60718", id, "2026-10-20", "2026-10-01"))
		if state != "" {
			m.add("edr.host", id, `{"host":"`+id+`","state":"`+state+`","seen":"`+stamp(15)+`"}`)
		}
	}
	items, _, err := evaluate(t, e, input(m))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, i := range items {
		got[i.ID] = string(i.Verdict) + " " + i.Codes
	}
	want := map[string]string{"i-1": "pass ", "i-2": "exception agent_silent", "i-3": "exception no_agent"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestEndpointsAndAgentsAreJoined: each kind is judged by what it has itself, and an
// instance by the node of its own account and region.
func TestEndpointsAndAgentsAreJoined(t *testing.T) {
	const dir = "infrastructure/endpoints-behind-waf"
	c := shippedControl(t, "INF-01")
	for name, tt := range map[string]struct {
		node []string
		want string
	}{
		"its own":        {nil, "pass "},
		"other instance": {[]string{"i-0a1b2c3d4e5f60718", "i-2"}, "exception no_agent"},
		"other region":   {[]string{`"ap-northeast-1"`, `"us-east-1"`}, "exception no_agent"},
		"other account":  {[]string{"111122223333", "444455556666"}, "exception no_agent"},
		"silent":         {[]string{"2026-10-15", "2026-10-13"}, "exception agent_silent"},
	} {
		m := memory{}
		m.add("elbv2.load_balancer", "lb", changed(t, dir, "elbv2.load_balancer", "balancer"))
		m.add("apigateway.stage", "stage", changed(t, dir, "apigateway.stage", "stage", "webAclArn", "nothing"))
		m.add("cloudfront.distribution", "cdn", changed(t, dir, "cloudfront.distribution", "distribution"))
		m.add("ec2.instance", "instance", changed(t, dir, "ec2.instance", "instance", "2026-10-20", "2026-10-10"))
		node := changed(t, dir, "ssm.instance_information", "node", "2026-11-01", "2026-10-15")
		m.add("ssm.instance_information", "node", strings.NewReplacer(tt.node...).Replace(node))
		e, err := Prepare(t.Context(), &c)
		if err != nil {
			t.Fatal(err)
		}
		items, _, err := evaluate(t, e, input(m))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, i := range items {
			got[i.ID] = string(i.Verdict) + " " + i.Codes
		}
		want := map[string]string{"lb": "pass ", "stage": "exception no_web_acl", "cdn": "pass ", "instance": tt.want}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestCopiesAreJoined: a volume's own snapshots count, and not the copies of others,
// which carry an arbitrary volume.
func TestCopiesAreJoined(t *testing.T) {
	const dir = "infrastructure/volumes-copied"
	c := shippedControl(t, "INF-03")
	for name, tt := range map[string]struct {
		snapshot []string
		want     string
	}{
		"its own":       {nil, "pass "},
		"a copy":        {[]string{"vol-0a1b2c3d4e5f60718", "vol-ffffffff"}, "exception no_copy"},
		"other region":  {[]string{`"ap-northeast-1"`, `"us-east-1"`}, "exception no_copy"},
		"other account": {[]string{"111122223333", "444455556666"}, "exception no_copy"},
		"before":        {[]string{"2026-10-15T", "2026-10-12T"}, "exception copy_too_old"},
	} {
		m := memory{}
		m.add("ec2.volume", "volume", changed(t, dir, "ec2.volume", "volume"))
		snapshot := changed(t, dir, "ec2.snapshot", "snapshot", "2026-10-31T17", "2026-10-15T01")
		m.add("ec2.snapshot", "snapshot", strings.NewReplacer(tt.snapshot...).Replace(snapshot))
		e, err := Prepare(t.Context(), &c)
		if err != nil {
			t.Fatal(err)
		}
		items, _, err := evaluate(t, e, input(m))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(items[0].Verdict) + " " + items[0].Codes; len(items) != 1 || got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestAccountsAreJoinedToTheirOrganization by the management account.
func TestAccountsAreJoinedToTheirOrganization(t *testing.T) {
	const dir = "logging/nobody-can-stop-logging"
	c := shippedControl(t, "LOG-03")
	e, err := Prepare(t.Context(), &c)
	if err != nil {
		t.Fatal(err)
	}
	m := memory{}
	m.add("organizations.account", "production", changed(t, dir, "organizations.account", "production"))
	m.add("organizations.organization", "another", changed(t, dir, "organizations.organization", "organization", "999900001111", "999900002222", "o-a1b2c3d4e5", "o-zzzzzzzzzz", "ENABLED", "DISABLED"))
	items, _, err := evaluate(t, e, input(m))
	if err != nil || len(items) != 1 || items[0].Verdict != evidence.Undetermined || items[0].Codes != "organization_not_read" {
		t.Errorf("without its organization: %+v, %v", items, err)
	}
	m.add("organizations.organization", "its own", changed(t, dir, "organizations.organization", "organization"))
	items, _, err = evaluate(t, e, input(m))
	if err != nil || len(items) != 1 || items[0].Verdict != evidence.Pass {
		t.Errorf("with its organization: %+v, %v", items, err)
	}
}
