package pack

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// TestExemptions: what parameters say of an exemption is told, and nothing that they do not.
func TestExemptions(t *testing.T) {
	zone := time.FixedZone("JST", 9*60*60)
	c := &contents{location: zone, manifest: &Manifest{Period: evidence.Period{
		Start: time.Date(2026, 10, 1, 0, 0, 0, 0, zone), End: time.Date(2026, 11, 1, 0, 0, 0, 0, zone),
	}}}
	got := c.exemptions(map[string]any{
		"limit": 3, "bots": []any{"renovate[bot]"}, "exempt_none": []any{}, "exempt_days": 3,
		"exempt_users": []any{"svc@example.com"},
		"exempt": []any{
			map[string]any{"item": "i-1", "why": " spare ", "approved_by": "CISO", "until": "2026-10-31"},
			map[string]any{"account": "1", "region": "r", "until": "2026-10-30"},
			map[string]any{"item": "i-2", "until": "some day"},
		},
	})
	want := []reports.Exemption{
		{Parameter: "exempt", What: "item = i-1", Why: "spare", ApprovedBy: "CISO", Until: "2026-10-31"},
		{Parameter: "exempt", What: "account = 1, region = r", Until: "2026-10-30", Lapsed: true},
		{Parameter: "exempt", What: "item = i-2", Until: "some day"},
		{Parameter: "exempt_users", What: "svc@example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
