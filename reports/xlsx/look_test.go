package xlsx_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

// TestLook writes workbooks to look at into the folder that EVIDENCE_LOOK names.
func TestLook(t *testing.T) {
	dir := os.Getenv("EVIDENCE_LOOK")
	if dir == "" {
		t.Skip("EVIDENCE_LOOK names no folder to write reports for looking at")
	}
	for name, o := range map[string]reportstest.Options{
		"ja.xlsx": {Lang: evidence.Japanese, Demo: true}, "en.xlsx": {Lang: evidence.English, Open: true},
	} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := (xlsx.Renderer{}).Render(f, reportstest.Pack(o)); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
