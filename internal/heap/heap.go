// Package heap sets how often the process collects its garbage.
package heap

import "runtime/debug"

// floor is memory that is never written to, and so is none but in the accounts of
// the garbage collector.
var floor []byte

// Tune sets the collector for what evaluation does: it makes garbage fast and keeps
// little. Collecting it at half of what is kept costs some percent and halves what a
// large population needs. But where hardly anything is kept that would be every few
// megabytes, many times a second; so at least half of the floor piles up before.
//
// Undo sets it back, for benchmarks.
func Tune() (undo func()) {
	const percent, floorBytes = 50, 64 << 20
	before := debug.SetGCPercent(percent)
	floor = make([]byte, floorBytes)
	return func() {
		debug.SetGCPercent(before)
		floor = nil
	}
}
