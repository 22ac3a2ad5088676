package locker_test

import (
	"testing"
	"time"

	"github.com/evidencepack/evidence/internal/locker"
)

// sealedLocker makes a locker of two full tiles and a partial one, sealed twice,
// and returns the hashes of its manifests.
func sealedLocker(t *testing.T) (root string, hashes []string) {
	t.Helper()
	l, signer := locker.NewLockerForTest(t)
	w := locker.NewWriterForTest(t, l)
	defer w.Close()
	for round := range 2 {
		for i := range 26 {
			for _, m := range locker.FillForTest(t, w, 10000*round+100*i, 10) {
				hashes = append(hashes, m.Hash())
			}
		}
		if _, err := w.Seal(t.Context(), signer, time.Date(2026, 11, 1+round, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	return l.Where(), hashes
}
