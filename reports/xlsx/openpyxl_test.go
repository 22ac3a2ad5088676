package xlsx

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestNoSheetSaysItIsSmaller: what a sheet says of its extent, readers that stream it
// believe: openpyxl in its read-only mode reads no further.
func TestNoSheetSaysItIsSmaller(t *testing.T) {
	sheets := 0
	for name, content := range parts(t, render(t, Renderer{}, reportstest.Pack(reportstest.Options{}))) {
		if !strings.HasPrefix(name, "xl/worksheets/sheet") {
			continue
		}
		sheets++
		if strings.Contains(content, "<dimension") {
			t.Errorf("%s: %.600s", name, content)
		}
	}
	if sheets == 0 {
		t.Error("no sheets")
	}
}

// TestOpenpyxlReadsEveryItem: an auditor's script finds the items of a population that
// goes on in further sheets, each once.
func TestOpenpyxlReadsEveryItem(t *testing.T) {
	if exec.CommandContext(t.Context(), "python3", "-c", "import openpyxl").Run() != nil {
		t.Skip("NOT READ BY OPENPYXL: python3-openpyxl is not installed")
	}
	const script = `
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
numbers = []
for sheet in book:
    if sheet.title.startswith("NET-02"):
        numbers += [row[0] for row in sheet.iter_rows(max_col=1, values_only=True) if isinstance(row[0], int)]
print(len(numbers), numbers == list(range(1, len(numbers) + 1)))
`
	p := reportstest.Pack(reportstest.Options{Lang: evidence.English, Items: 1000})
	path := filepath.Join(t.TempDir(), "report.xlsx")
	if err := os.WriteFile(path, render(t, Renderer{maxRows: 300}, p), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "python3", "-c", script, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	total := int64(0)
	for _, c := range p.Controls {
		if c.ID == "NET-02" {
			total = c.Counts.Total
		}
	}
	if got, want := strings.TrimSpace(string(out)), fmt.Sprintf("%d True", total); got != want || total < 1000 {
		t.Errorf("openpyxl finds %s, want %s", got, want)
	}
}
