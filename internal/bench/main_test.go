package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const printed = `goos: linux
goarch: amd64
pkg: github.com/evidencepack/evidence/reports
cpu: A processor
BenchmarkMillionRows-2   	       1	81234567890 ns/op	        10.50 floor_s	        12.00 xlsx_s	        11.00 xlsx_cpu_s	       123.4 xlsx_peak_MB	         1.143 times_floor	         1.100 times_floor_cpu
--- BENCH: BenchmarkMillionRows-2
    million_bench_test.go:1: NOT COMPARED WITH OPENPYXL: exit status 1
PASS
goos: linux
goarch: amd64
pkg: github.com/evidencepack/evidence/controls
BenchmarkEvaluate/CHG-01-2         	  100000	      2000 ns/op	    1500 B/op	      12 allocs/op
BenchmarkEvaluate/CHG-01/plainly-2 	   10000	     20000 ns/op	   15000 B/op	     120 allocs/op
BenchmarkEvaluate/NET-03-2         	  100000	      4000 ns/op	    1500 B/op	      12 allocs/op
BenchmarkEvaluate/NET-03/plainly-2 	   10000	     12000 ns/op	   15000 B/op	     120 allocs/op
BenchmarkExemptions/begin-2        	      50	  20500000 ns/op
PASS
`

// TestTable: figures stand in one table behind all output, with what was not measured
// said so, pairs summed up, and what no figure speaks of shown as it is.
func TestTable(t *testing.T) {
	var out bytes.Buffer
	ok, err := run(strings.NewReader(printed), &out)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	table, echoed := strings.CutPrefix(out.String(), printed)
	if !echoed {
		t.Errorf("the output is not passed on: %s", out.String())
	}
	for _, want := range []string{
		"goos: linux, goarch: amd64, cpu: A processor\n",
		"| workbook of a million items | 12.0 s (11.0 s) | 123 MB | excelize's StreamWriter, the bare cells | 1.14 × (1.1 ×) | at most 1.5 times as long |\n",
		"| the same workbook, against openpyxl | 12.0 s (11.0 s) | 123 MB | openpyxl, write-only mode | not measured | 3 times as fast |\n",
		"| GitHub, memory of 50,000 pull requests |  | not measured | 1,000 pull requests | not measured | memory does not grow with their number |\n",
		"| judging an item, the median of 2 controls (NET-03) | 4 µs | 1.5 kB allocated | the policy asked about all of it | 3 × |  |\n",
		"| the same, the slowest control (NET-03) |",
		"| controls Exemptions/begin | 20.5 ms |  |  |  |  |\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "Evaluate/") {
		t.Errorf("what is summed up is shown again:\n%s", table)
	}
}

// TestFailures: a benchmark that failed, or did not build, is not passed over.
func TestFailures(t *testing.T) {
	for _, line := range []string{"--- FAIL: BenchmarkMonth", "FAIL\tgithub.com/evidencepack/evidence/reports [build failed]", "FAIL"} {
		var out bytes.Buffer
		if ok, err := run(strings.NewReader(printed+line+"\n"), &out); ok || err != nil {
			t.Errorf("%s: %t, %v", line, ok, err)
		}
	}
}

// TestFiguresAreOfBenchmarks: each figure is of a benchmark that there is.
func TestFiguresAreOfBenchmarks(t *testing.T) {
	for _, f := range figures {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(f.folder), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, path := range files {
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(file); lines.Scan(); {
				found = found || regexp.MustCompile(`^func Benchmark`+f.bench+`\(`).MatchString(lines.Text())
			}
			_ = file.Close()
		}
		if !found {
			t.Errorf("%s: no Benchmark%s in %s", f.of, f.bench, f.folder)
		}
	}
}
