package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/internal/demo"
)

const tenantConfiguration = `version: 1
organisation: {ja: 例, en: Example}
timezone: Asia/Tokyo
frameworks: [soc1]
sources:
  - {name: entra, driver: entraid, tenant: example.onmicrosoft.com, client: 5b6f2f0e-7c1d-4b8e-9a53-0d4c6e1f2a37, client_secret_env: ENTRA_CLIENT_SECRET}
  - {name: m365, driver: m365, tenant: example.onmicrosoft.com, client: 5b6f2f0e-7c1d-4b8e-9a53-0d4c6e1f2a37, client_secret_env: ENTRA_CLIENT_SECRET}
`

// TestGraphPermissionsSuffice: what the command prints is exactly what the demo's tenant
// grants, and with that the demo reads all that the controls want: one permission
// too few would be a gap there, one too many a difference here.
func TestGraphPermissionsSuffice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "evidence.yaml")
	if err := os.WriteFile(path, []byte(tenantConfiguration), 0o600); err != nil {
		t.Fatal(err)
	}
	var grants []struct {
		Graph []string `json:"graph_application_permissions"`
	}
	if err := json.Unmarshal(output(t, "permissions", "--config", path, "--json"), &grants); err != nil {
		t.Fatal(err)
	}
	var printed []string
	for _, g := range grants {
		printed = append(printed, g.Graph...)
	}
	slices.Sort(printed)
	if d := cmp.Diff(demo.GraphPermissions(), slices.Compact(printed)); d != "" {
		t.Errorf("(-granted by the demo's tenant +printed)\n%s", d)
	}
}
