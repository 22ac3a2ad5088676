package pipeline

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/pack"
)

// TestWhichReportsAreDrawnAgain: packs of other versions verify although they
// lack a report that this one draws, or draw one otherwise; with the version
// that made it nothing of a pack may differ.
func TestWhichReportsAreDrawnAgain(t *testing.T) {
	r, _ := twoMonths(t)
	without := func(t *testing.T, dir string) { removeReport(t, r, dir, pack.ReportHTML) }
	withoutOSCAL := func(t *testing.T, dir string) { removeReport(t, r, dir, pack.ReportOSCAL) }
	altered := func(t *testing.T, dir string) {
		page := read(t, dir, pack.ReportHTML)
		write(t, dir, pack.ReportHTML, bytes.ReplaceAll(page, []byte("exception"), []byte("exemption")))
		signAnew(t, r, dir)
	}
	for name, tt := range map[string]struct {
		made, verified string
		change         func(*testing.T, string)
		note, refused  string // what is noted, or why it is refused; neither: all is as it was
	}{
		"as it was made":                     {made: "evidence v1.0.0", verified: "evidence v1.0.0", change: func(*testing.T, string) {}},
		"before there were pages":            {made: "evidence v0.9.0", verified: "evidence v1.0.0", change: without, note: "made by evidence v0.9.0"},
		"without its page":                   {made: "evidence v1.0.0", verified: "evidence v1.0.0", change: without, refused: "the pack has no report.html"},
		"of an earlier development version":  {made: "evidence v1.0.0-dev", verified: "evidence v1.0.0-dev", change: without, note: "the pack has no report.html"},
		"before there was OSCAL":             {made: "evidence v0.9.0", verified: "evidence v1.0.0", change: withoutOSCAL, note: "made by evidence v0.9.0"},
		"without OSCAL":                      {made: "evidence v1.0.0", verified: "evidence v1.0.0", change: withoutOSCAL, refused: "the pack has no oscal/assessment-results.json"},
		"with another page":                  {made: "evidence v1.0.0", verified: "evidence v1.0.0", change: altered, refused: "report.html is not what the results give"},
		"of another development version":     {made: "evidence v1.0.0-dev", verified: "evidence v1.0.0-dev", change: altered, note: "report.html is drawn otherwise"},
		"another page, of another version":   {made: "evidence v0.9.0", verified: "evidence v1.0.0", change: altered, note: "made by evidence v0.9.0"},
		"a page that is not of what it says": {made: "evidence v1.0.0", verified: "evidence v1.0.0", change: func(t *testing.T, dir string) { write(t, dir, pack.ReportHTML, nil) }, refused: "altered: report.html"},
	} {
		t.Run(name, func(t *testing.T) {
			r.Tool = tt.made
			dir := forgePack(t, r, "all")
			tt.change(t, dir)
			r.Tool = tt.verified
			notes, err := verifyForge(t, r, dir)
			switch {
			case tt.refused != "" && (!errors.Is(err, pack.ErrTampered) || !strings.Contains(err.Error(), tt.refused)):
				t.Errorf("%v, want %q", err, tt.refused)
			case tt.refused == "" && err != nil:
				t.Error(err)
			}
			noted := slices.ContainsFunc(notes, func(n string) bool { return tt.note != "" && strings.Contains(n, tt.note) })
			if noted != (tt.note != "") {
				t.Errorf("notes %q, want %q", notes, tt.note)
			}
		})
	}
}

// removeReport makes a pack as a version would that does not draw the report.
func removeReport(t *testing.T, r *Run, dir, report string) {
	t.Helper()
	m, err := pack.ParseManifest(read(t, dir, pack.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	listed := len(m.Files)
	m.Files = slices.DeleteFunc(m.Files, func(f pack.File) bool { return f.Path == report })
	if len(m.Files) != listed-1 {
		t.Fatalf("the pack has no %s: this tests nothing", report)
	}
	manifest, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.ManifestFile, manifest)
	if err := os.Remove(filepath.Join(dir, report)); err != nil {
		t.Fatal(err)
	}
	signAnew(t, r, dir)
}
