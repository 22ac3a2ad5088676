package locker

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence/internal/durable"
)

var errStopped = errors.New("the machine stopped")

// stoppingStore is a folder whose machine stops after a number of system calls:
// from then on each of them fails, and one that writes leaves half its bytes.
func stoppingStore(root string, after int, calls *int) Store {
	d := newDir(root)
	d.disk.Before = func(op durable.Op, path string) error {
		*calls++
		if *calls <= after {
			return withoutSync(op, path)
		}
		if *calls == after+1 && op == durable.Write {
			if err := os.WriteFile(path, []byte("torn"), 0o666); err != nil {
				return err
			}
		}
		return errStopped
	}
	return d
}

// script is a run of the pipeline: done again from its beginning, it goes on
// where it was cut off. It seals within a tile, over the edge of one, and with an
// object that two batches share.
func script(t *testing.T, s Store, signer note.Signer) error {
	l, err := OpenIn(t.Context(), s)
	if err != nil {
		return err
	}
	w, err := l.Writer(t.Context())
	if err != nil {
		return err
	}
	defer w.Close() // a dead process's lock is dead too
	plan, err := w.Append(t.Context(), planItem(0).Manifest, nil)
	if err != nil {
		return err
	}
	for i := range 3 {
		item := batchItem(t, plan, i, i)
		if _, err := w.Append(t.Context(), item.Manifest, item.Records); err != nil {
			return err
		}
	}
	if _, err := sealFirst(w, t, signer, 4); err != nil {
		return err
	}
	var items []Item
	for i := range tileWidth + 4 {
		items = append(items, planItem(1000+i))
	}
	same := batchItem(t, plan, 2, 2)
	same.Manifest.Seq = 99
	items = append(items, batchItem(t, plan, 5, 3), same, batchItem(t, plan, 7, 1))
	if _, err := w.AppendAll(t.Context(), items); err != nil {
		return err
	}
	_, err = w.Seal(t.Context(), signer, testTime.Add(time.Hour))
	return err
}

// sealFirst seals unless the log has as many entries already: done again, the
// script must not seal in another place.
func sealFirst(w *Writer, t *testing.T, signer note.Signer, size int64) (Checkpoint, error) {
	if w.latest.Size >= size {
		return w.latest, nil
	}
	return w.Seal(t.Context(), signer, testTime)
}

func created(t *testing.T) (root string, signer note.Signer) {
	t.Helper()
	root = t.TempDir()
	signer, vkey := testKey(t, "test-key")
	if err := Create(root, testOrigin, signer, vkey); err != nil {
		t.Fatal(err)
	}
	return root, signer
}

// The machine stops at every system call in turn, and sometimes once more while
// the next writer recovers. In between, verification finds nothing
// but leftovers, and in the end the locker is byte for byte that of a run that
// nothing disturbed.
func TestCrashAtEveryCall(t *testing.T) {
	root, signer := created(t)
	calls := 0
	if err := script(t, stoppingStore(root, 1<<30, &calls), signer); err != nil {
		t.Fatal(err)
	}
	want, total := files(t, root), calls
	if total < 100 {
		t.Fatalf("the script makes %d system calls: are they still counted?", total)
	}
	step := 1
	if raceEnabled || testing.Short() { // many times slower, and nothing here is concurrent
		step = 7
	}
	for stop := 0; stop < total; stop += step {
		root, signer := created(t)
		stops := []int{stop}
		if stop%5 == 0 {
			stops = append(stops, stop/3) // and while recovering
		}
		for _, after := range stops {
			calls = 0
			err := script(t, stoppingStore(root, after, &calls), signer)
			if err != nil && !errors.Is(err, errStopped) {
				t.Fatalf("stopped at call %d: %v", after, err)
			}
			if failed, _, err := verify(t, root); err != nil {
				t.Fatalf("stopped at call %d: verification failed on %q", after, failed)
			}
		}
		if err := script(t, quickDir(root), signer); err != nil {
			t.Fatalf("stopped at call %d, then undisturbed: %v", stop, err)
		}
		got := files(t, root)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
			t.Fatalf("stopped at call %d: files (-want +got):\n%s", stop, diff)
		}
		for name := range want {
			if string(got[name]) != string(want[name]) {
				t.Fatalf("stopped at call %d: %s differs from an undisturbed run", stop, name)
			}
		}
		if failed, leftovers, err := verify(t, root); err != nil || len(leftovers) > 0 {
			t.Fatalf("stopped at call %d: %v, failed %q, leftovers %q", stop, err, failed, leftovers)
		}
	}
}

// More is appended after a seal that was cut off: what it wrote is right, and
// remains as leftovers that verification names without failing.
func TestAppendAfterInterruptedSeal(t *testing.T) {
	root, signer := created(t)
	calls := 0
	if err := script(t, stoppingStore(root, 1<<30, &calls), signer); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	step := 1
	if raceEnabled || testing.Short() {
		step = 3
	}
	for stop := calls - 40; stop < calls; stop += step {
		root, signer := created(t)
		n := 0
		if err := script(t, stoppingStore(root, stop, &n), signer); !errors.Is(err, errStopped) {
			t.Fatalf("call %d: %v", stop, err)
		}
		l, err := OpenIn(t.Context(), quickDir(root))
		if err != nil {
			t.Fatal(err)
		}
		w := newWriter(t, l)
		fill(t, w, 5000, 2)
		cp := seal(t, w, signer, testTime.Add(2*time.Hour))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		failed, leftovers, err := verify(t, root)
		if err != nil {
			t.Fatalf("call %d: failed on %q", stop, failed)
		}
		for _, name := range leftovers {
			if !strings.HasPrefix(name, tileFolder) {
				t.Errorf("call %d: %s was left", stop, name)
			}
			kinds["leftovers"] = true
		}
		if got := int64(len(collect(t, l.Sealed(t.Context(), cp)))); got != cp.Size {
			t.Errorf("call %d: %d entries, want %d", stop, got, cp.Size)
		}
	}
	if !kinds["leftovers"] {
		t.Error("no seal was cut off after it wrote a tile: the test has lost its aim")
	}
}

// After a power failure a name counts only if its folder was synced. Each step of
// appending and sealing must be on the disk before the next one begins.
func TestOrderOfSyncs(t *testing.T) {
	root, signer := created(t)
	unsynced := map[string]bool{} // folders with new names
	steps := map[string]int{}
	d := newDir(root)
	d.disk.Before = func(op durable.Op, path string) error {
		folder := filepath.Dir(path)
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		step := ""
		switch {
		case op == durable.SyncDir:
			delete(unsynced, path)
		case op == durable.Link && strings.HasSuffix(path, groupSuffix):
			step = "manifests become pending"
		case op == durable.Link && strings.HasPrefix(filepath.ToSlash(name), keptFolder):
			step = "sealed"
		case op == durable.Rename && name == latestName:
			step = "latest"
		case op == durable.Remove && strings.HasSuffix(path, groupSuffix):
			step = "cleared"
		}
		if step != "" {
			if len(unsynced) > 0 {
				t.Errorf("%s: %v are not synced", step, slices.Collect(maps.Keys(unsynced)))
			}
			steps[step]++
		}
		if op == durable.Link || op == durable.Rename || op == durable.Mkdir {
			unsynced[folder] = true
		}
		return nil
	}
	if err := script(t, d, signer); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"manifests become pending": 5, "sealed": 2, "latest": 2, "cleared": 5}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if len(unsynced) > 0 {
		t.Errorf("in the end %v are not synced", slices.Collect(maps.Keys(unsynced)))
	}
}

// A writer whose write failed does not know what became of it and must not go on.
func TestWriterStopsAfterFailure(t *testing.T) {
	root, _ := created(t)
	calls, fail := 0, false
	d := newDir(root)
	d.disk.Before = func(op durable.Op, _ string) error {
		calls++
		if fail && op == durable.SyncDir {
			return errStopped
		}
		return nil
	}
	l, err := OpenIn(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	w := newWriter(t, l)
	defer w.Close()
	fail = true
	if _, err := w.Append(t.Context(), planItem(0).Manifest, nil); !errors.Is(err, errStopped) {
		t.Fatalf("Append: %v", err)
	}
	fail = false
	if _, err := w.Append(t.Context(), planItem(1).Manifest, nil); !errors.Is(err, errStopped) {
		t.Errorf("Append after a failure: %v", err)
	}
}
