// Package heaptest measures, in benchmarks, what steps of a long piece of work take: time,
// and memory as the system sees it.
package heaptest

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// Laps returns what ends a step of a benchmark: it reports, under the step's name, the
// seconds since the last call (<name>_s) and the most memory that the process held in
// between (<name>_peak_MB), as Linux tells it; elsewhere there is no peak. The benchmark's
// timer must run.
func Laps(b *testing.B) func(name string) {
	begin := func() time.Duration {
		debug.FreeOSMemory()
		resetPeak(b)
		return b.Elapsed()
	}
	last := begin()
	return func(name string) {
		b.ReportMetric((b.Elapsed() - last).Seconds(), name+"_s")
		b.ReportMetric(peak(b), name+"_peak_MB")
		last = begin()
	}
}

// resetPeak makes the kernel forget the largest size the process ever had.
func resetPeak(b *testing.B) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Logf("the peak includes earlier steps: %v", err)
	}
}

// peak is the largest resident size since resetPeak, in MB.
func peak(b *testing.B) (mb float64) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		b.Logf("no peak: %v", err)
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			if _, err := fmt.Sscanf(strings.TrimSpace(rest), "%f kB", &mb); err == nil {
				return mb / 1024
			}
		}
	}
	return 0
}
