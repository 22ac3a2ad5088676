package pack

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/reports"
)

// TestExemptions: what parameters say of an exemption is told, and nothing that they do not.
func TestExemptions(t *testing.T) {
	zone := time.FixedZone("JST", 9*60*60)
	c := &contents{location: zone, manifest: &Manifest{Period: evidence.Period{
		Start: time.Date(2026, 10, 1, 0, 0, 0, 0, zone), End: time.Date(2026, 11, 1, 0, 0, 0, 0, zone),
	}}}
	got, err := c.exemptions(&controls.Control{Exempting: []string{"bots"}}, map[string]any{
		"limit": 3, "bots": []any{"renovate[bot]"}, "people": []any{"x"}, "exempt_none": []any{}, "exempt_days": 3,
		"exempt_users": []any{"svc@example.com", map[string]any{"value": "app@example.com", "approved_by": "CISO"}},
		"exempt": []any{
			map[string]any{"item": "i-1", "why": " spare ", "approved_by": map[string]any{"ja": "責任者", "en": "CISO"}, "until": "2026-10-31"},
			map[string]any{"account": "1", "region": "r", "until": "2026-10-30"},
			map[string]any{"item": "i-2", "until": "2026-09-30"}, map[string]any{"item": "i-3", "why": nil},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []reports.Exemption{
		{Parameter: "bots", What: "renovate[bot]"},
		{Parameter: "exempt", What: "item = i-1", Why: "spare", ApprovedBy: "CISO", Until: "2026-10-31"},
		{Parameter: "exempt", What: "account = 1, region = r", Until: "2026-10-30", Lapsed: true},
		{Parameter: "exempt", What: "item = i-2", Until: "2026-09-30", Lapsed: true, Over: true},
		{Parameter: "exempt", What: "item = i-3"},
		{Parameter: "exempt_users", What: "svc@example.com"}, {Parameter: "exempt_users", What: "app@example.com", ApprovedBy: "CISO"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := c.exemptions(&controls.Control{}, map[string]any{"exempt": []any{map[string]any{"approved_by": map[string]any{"ja": "責任者"}}}}); err == nil {
		t.Error("an approver was taken in one language")
	}
	if _, err := c.exemptions(&controls.Control{}, map[string]any{"exempt": []any{map[string]any{"until": "some day"}}}); err == nil {
		t.Error("a last day that is none was taken")
	}
}
