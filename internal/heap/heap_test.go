package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestPercentFor(t *testing.T) {
	for kept, want := range map[uint64]int{0: 1000, 1 << 20: 1000, 8 << 20: 400, 32 << 20: 100, 64 << 20: 50, 1 << 30: 50} {
		if got := percentFor(kept); got != want {
			t.Errorf("%d bytes kept: %d percent, want %d", kept, got, want)
		}
	}
}

func current() uint64 {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// TestTune: the measure follows what is kept, and is set back.
func TestTune(t *testing.T) {
	before := current()
	undo := Tune()
	follows := func(ok func(uint64) bool) bool {
		for range 100 {
			runtime.GC()
			if ok(current()) {
				return true
			}
			time.Sleep(10 * time.Millisecond)
		}
		return false
	}
	if !follows(func(p uint64) bool { return p > percent }) {
		t.Errorf("%d percent where little is kept", current())
	}
	held := make([]byte, 3*least)
	if !follows(func(p uint64) bool { return p == percent }) {
		t.Errorf("%d percent where much is kept", current())
	}
	runtime.KeepAlive(held)
	undo()
	if got := current(); got != before {
		t.Errorf("%d percent afterwards, %d before", got, before)
	}
	debug.SetGCPercent(int(before))
}
