package pack

import (
	"testing"

	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/reports"
)

// TestNotSettledIsOneCode: reports know no collectors, and mean the same note.
func TestNotSettledIsOneCode(t *testing.T) {
	if reports.NotSettled != collectors.NotSettled {
		t.Errorf("reports look for %q, and claims say %q", reports.NotSettled, collectors.NotSettled)
	}
}
