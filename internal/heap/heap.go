// Package heap sets how often the process collects its garbage.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

const (
	// percent of what is kept may pile up as garbage before it is collected.
	percent = 50

	// least is what may pile up however little is kept, in bytes.
	least = 32 << 20
)

// Tune sets the collector for what evaluation does: it makes garbage fast and keeps
// little. Collecting it at half of what is kept, where Go's own measure is all of it,
// costs some percent and saves a large population a quarter of the memory. But where
// hardly anything is kept, that would be every few megabytes, many times a second:
// there the measure is an amount.
//
// Undo sets it back, for benchmarks.
func Tune() (undo func()) {
	before := debug.SetGCPercent(percent)
	var stopped atomic.Bool
	afterEach(func() bool {
		if stopped.Load() {
			return false
		}
		adjust()
		return true
	})
	adjust()
	return func() {
		stopped.Store(true)
		debug.SetGCPercent(before)
	}
}

// afterEach calls f after each collection, until it says no.
func afterEach(f func() bool) {
	type sentinel struct{ _ [16]byte }
	var watch func(*sentinel)
	watch = func(*sentinel) {
		if f() {
			runtime.SetFinalizer(new(sentinel), watch)
		}
	}
	watch(nil)
}

func adjust() { debug.SetGCPercent(percentFor(kept())) }

// kept is what the last collection found in use, in bytes.
func kept() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// percentFor is how much may pile up where so many bytes are kept.
func percentFor(kept uint64) int {
	const most = 1000 // of next to nothing
	return int(min(max(percent, least*100/max(kept, 1)), most))
}
