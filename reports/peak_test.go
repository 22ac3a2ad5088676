package reports_test

import (
	"iter"
	"runtime"

	"github.com/evidencepack/evidence/reports"
)

// peak samples how much memory is alive while a pack is rendered: now and then
// between items, and whenever the file is written to.
type peak struct {
	live    uint64
	written int64
	next    int64
}

func (p *peak) sample() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	p.live = max(p.live, m.HeapAlloc)
}

// Write drops the file, and samples at every further mebibyte.
func (p *peak) Write(b []byte) (int, error) {
	p.written += int64(len(b))
	if p.written >= p.next {
		p.next = p.written + 1<<20
		p.sample()
	}
	return len(b), nil
}

func (p *peak) watch(items func() iter.Seq2[reports.Item, error]) func() iter.Seq2[reports.Item, error] {
	return func() iter.Seq2[reports.Item, error] {
		return func(yield func(reports.Item, error) bool) {
			n := 0
			for item, err := range items() {
				if n++; n%5000 == 0 {
					p.sample()
				}
				if !yield(item, err) {
					return
				}
			}
		}
	}
}
