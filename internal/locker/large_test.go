package locker

import (
	"testing"
)

// BenchmarkLarge appends and seals 50,000 manifests, one in five with an object,
// and verifies the locker.
func BenchmarkLarge(b *testing.B) {
	const leaves, group = 50_000, 1_000
	for b.Loop() {
		l, signer := newLocker(b)
		l.store = newDir(l.Where()) // with every fsync
		w := newWriter(b, l)
		plan, err := w.Append(b.Context(), planItem(0).Manifest, nil)
		if err != nil {
			b.Fatal(err)
		}
		for first := 1; first < leaves; first += group {
			var items []Item
			for i := range group {
				items = append(items, batchItem(b, plan, first+i, (i+1)/group+i%5/4*20))
			}
			if _, err := w.AppendAll(b.Context(), items); err != nil {
				b.Fatal(err)
			}
		}
		appended := b.Elapsed()
		cp := seal(b, w, signer, testTime)
		sealed := b.Elapsed()
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		if n := len(collect(b, l.Sealed(b.Context(), cp))); int64(n) != cp.Size {
			b.Fatalf("%d entries, want %d", n, cp.Size)
		}
		read := b.Elapsed()
		if _, _, err := verify(b, l.Where()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(appended.Seconds(), "append-s")
		b.ReportMetric((sealed - appended).Seconds(), "seal-s")
		b.ReportMetric((read - sealed).Seconds(), "read-s")
		b.ReportMetric((b.Elapsed() - read).Seconds(), "verify-s")
	}
}
