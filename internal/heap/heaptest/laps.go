// Package heaptest measures, in benchmarks, what steps of a long piece of work take: time,
// on the clock and of the processors, and memory as the system sees it.
package heaptest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Lap is what a step took.
type Lap struct {
	Elapsed    time.Duration
	Processors time.Duration // as long as the process had a processor
	PeakMB     float64       // the most memory that it held
}

// Laps returns what ends a step of a benchmark: it reports, under the step's name, the
// seconds since the last call (<name>_s), those that the process had a processor
// (<name>_cpu_s), which other work on the machine does not lengthen, and the most memory
// that the process held in between (<name>_peak_MB). The last two are as Linux tells them;
// elsewhere they are not there. The benchmark's timer must run.
func Laps(b *testing.B) func(name string) Lap {
	begin := func() (at, worked time.Duration) {
		debug.FreeOSMemory()
		resetPeak(b)
		return b.Elapsed(), processors(b)
	}
	last, worked := begin()
	return func(name string) Lap {
		l := Lap{b.Elapsed() - last, processors(b) - worked, peak(b)}
		b.ReportMetric(l.Elapsed.Seconds(), name+"_s")
		b.ReportMetric(l.Processors.Seconds(), name+"_cpu_s")
		b.ReportMetric(l.PeakMB, name+"_peak_MB")
		last, worked = begin()
		return l
	}
}

// Over reports how many times as long as another step, the floor, this one took: on the
// clock (<name>) and of the processors (<name>_cpu).
func (l Lap) Over(b *testing.B, name string, floor Lap) {
	b.ReportMetric(l.Elapsed.Seconds()/floor.Elapsed.Seconds(), name)
	if floor.Processors > 0 {
		b.ReportMetric(l.Processors.Seconds()/floor.Processors.Seconds(), name+"_cpu")
	}
}

// processors is the time that the process had a processor, in its own code and in the
// kernel's: the 14th and 15th fields of proc_pid_stat(5), in hundredths of a second.
func processors(b *testing.B) time.Duration {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		b.Logf("no time of the processors: %v", err)
		return 0
	}
	named := bytes.LastIndexByte(text, ')') // the name before it may have spaces
	fields := bytes.Fields(text[named+1:])
	var ticks time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			b.Logf("no time of the processors: %v", err)
			return 0
		}
		ticks += time.Duration(n)
	}
	return ticks * time.Second / 100
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
