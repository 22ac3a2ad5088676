package hrcsv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
)

func TestWhichFileIsRead(t *testing.T) {
	f := newFolder(t)
	text := []byte(head + threeRows)
	// The newest by name is the oldest by time: it was copied last that was written first.
	f.put("roster/2026-08.csv", text, today)
	f.put("roster/2026-10.csv", text, today.Add(-time.Hour))
	f.put("roster/2026-09.csv", text, today.Add(-time.Minute))
	f.put("roster/2026-10.csv.sha256", text, today)
	f.put("roster/zz/2026-12.csv", text, today)
	f.put("roster/2026-11.csv/inside", text, today) // a folder of such a name
	f.put("名簿[1].csv", text, today)
	f.put("numbered/roster-9.csv", text, today)
	f.put("months/2026-9/export.csv", text, today)
	f.put("months/2026-10/export.csv", text, today)
	f.put("numbered/roster-10.csv", text, today)
	f.put("numbered/roster-010.csv.old", text, today)
	for _, tt := range []struct{ file, more, want, fails string }{
		{"roster/*.csv", "", "roster/2026-10.csv", ""},
		{"months/*/export.csv", "", "months/2026-10/export.csv", ""},
		{"numbered/*.csv", "", "numbered/roster-10.csv", ""}, // by number, not by characters
		{"roster/2026-0?.csv", "", "roster/2026-09.csv", ""},
		{"roster/2026-08.csv", "", "roster/2026-08.csv", ""},
		{"roster/*", "checksum: .sha256\n", "roster/2026-10.csv", ""},
		{"roster/*/*.csv", "", "roster/zz/2026-12.csv", ""},
		{"./roster/*.csv", "", "roster/2026-10.csv", ""},
		{"名簿[1].csv", "", "名簿[1].csv", ""}, // what looks like a pattern may be a name
		{filepath.Join(f.dir, "roster", "*.csv"), "", filepath.ToSlash(filepath.Join(f.dir, "roster", "2026-10.csv")), ""},
		{"roster/2027-*.csv", "", "", "no file is called roster/2027-*.csv"},
		{"missing.csv", "", "", "missing.csv"},
		{"roster", "", "", "is not a file"},
	} {
		file, err := f.source("file: \"" + tt.file + "\"\n" + tt.more).chosen()
		if tt.fails == "" && (err != nil || file != tt.want) || tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)) {
			t.Errorf("%s: %q, %v; want %q %q", tt.file, file, err, tt.want, tt.fails)
		}
	}
}

// TestPlans: scope and unit stay the same when another file comes, so that a later
// reading takes the place of an earlier one; other settings make another unit.
func TestPlans(t *testing.T) {
	f := newFolder(t)
	plan := func(settings string) evidence.Unit {
		t.Helper()
		var units []evidence.Unit
		for u, err := range f.source("file: roster/*.csv\n"+settings).Plan(t.Context(), query()) {
			if err != nil {
				t.Fatal(err)
			}
			units = append(units, u)
		}
		if len(units) != 1 {
			t.Fatalf("%d units", len(units))
		}
		return units[0]
	}
	for _, err := range f.source("file: roster/*.csv").Plan(t.Context(), query()) {
		if err == nil || !strings.Contains(err.Error(), "roster roster/*.csv is not readable: no file is called roster/*.csv") {
			t.Errorf("nothing there: %v", err)
		}
	}
	f.put("roster/2026-09.csv", []byte(head+threeRows), today.Add(-time.Hour))
	first := plan("")
	if first.Scope.String() != "roster=roster/*.csv" {
		t.Errorf("the scope is %s", first.Scope)
	}
	f.put("roster/2026-10.csv", []byte(head+threeRows), today)
	if plan("").Key() != first.Key() {
		t.Error("the next month's file makes another unit")
	}
	for _, settings := range []string{"employee_number_width: 6", "timezone: UTC", "keep: 役職", "columns: {emails: none}", "max_age: 0d", "checksum: .sha256", "rows: 3"} {
		if plan(settings).Key() == first.Key() {
			t.Errorf("%s: the unit is the same", settings)
		}
	}
}

// TestAFileThatIsWrittenToIsNotWhole.
func TestAFileThatIsWrittenToIsNotWhole(t *testing.T) {
	f := newFolder(t)
	stat := func(name string) os.FileInfo {
		info, err := os.Stat(filepath.Join(f.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	f.put("a.csv", []byte("1234"), today)
	before := stat("a.csv")
	if changed(before, stat("a.csv"), 4) {
		t.Error("a file that nobody touched has changed")
	}
	if !changed(before, stat("a.csv"), 3) {
		t.Error("a part of it is taken for the whole")
	}
	f.put("a.csv", []byte("1234"), today.Add(time.Second))
	if !changed(before, stat("a.csv"), 4) {
		t.Error("a file that was written to has not changed")
	}
	f.put("b.csv", []byte("1234"), today)
	if !changed(before, stat("b.csv"), 4) {
		t.Error("another file is taken for it")
	}
	f.put("empty.csv", nil, today)
	if _, _, err := f.collect("file: empty.csv"); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestAFileThatWentBetweenPlanAndCollection(t *testing.T) {
	f := newFolder(t)
	f.put("roster.csv", []byte(head+threeRows), today)
	s := f.source("file: roster.csv")
	for u, err := range s.Plan(t.Context(), query()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(f.dir, "roster.csv")); err != nil {
			t.Fatal(err)
		}
		for _, err := range s.Collect(t.Context(), u, nil) {
			if err == nil || !strings.Contains(err.Error(), "roster.csv") {
				t.Errorf("%v", err)
			}
		}
	}
}

func TestNaturalOrder(t *testing.T) {
	if natural("名簿２０２６年１０月.csv", "名簿２０２６年９月.csv") <= 0 {
		t.Error("full-width digits are no numbers")
	}
	order := []string{"", "2026-09.csv", "2026-9-2.csv", "2026-10.csv", "roster-9.csv", "roster-009a.csv", "roster-10.csv", "roster-99999999999999999999998.csv", "roster-99999999999999999999999.csv", "roster.csv", "名簿2.csv", "名簿10.csv"}
	for i, a := range order {
		for j, b := range order {
			got := natural(a, b)
			if a == "2026-09.csv" && b == "2026-9-2.csv" || b == "2026-09.csv" && a == "2026-9-2.csv" {
				continue // '-' against '.': by characters
			}
			if want := i - j; (got < 0) != (want < 0) || (got > 0) != (want > 0) {
				t.Errorf("%q and %q: %d, want as %d", a, b, got, want)
			}
		}
	}
}
