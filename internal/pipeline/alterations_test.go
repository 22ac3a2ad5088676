package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
)

// altered is a folder, or one file, that is changed and put back.
type altered struct {
	rng   *rand.Rand
	root  string
	files []string // below root; of a zip the zip alone
}

func alter(t *testing.T, seed uint64, root string) *altered {
	t.Helper()
	a := &altered{rng: rand.New(rand.NewPCG(seed, 1)), root: root}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		a.files = append(a.files, path)
		return os.Chmod(path, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// alterations are the ways of altering. Each returns what it did, and nothing where it would change
// nothing: then another is tried.
var alterations = []struct {
	name string
	do   func(a *altered) (what string, undo func() error, err error)
}{
	{"a byte changed", func(a *altered) (string, func() error, error) {
		return a.edit(func(b []byte) ([]byte, string) {
			if len(b) == 0 {
				return nil, ""
			}
			i, by := a.rng.IntN(len(b)), byte(1+a.rng.IntN(255))
			b[i] ^= by
			return b, fmt.Sprintf("byte %d by %#x", i, by)
		})
	}},
	{"a byte removed", func(a *altered) (string, func() error, error) {
		return a.edit(func(b []byte) ([]byte, string) {
			if len(b) == 0 {
				return nil, ""
			}
			i := a.rng.IntN(len(b))
			return slices.Delete(b, i, i+1), fmt.Sprintf("byte %d", i)
		})
	}},
	{"a byte added", func(a *altered) (string, func() error, error) {
		return a.edit(func(b []byte) ([]byte, string) {
			i, with := a.rng.IntN(len(b)+1), byte(a.rng.IntN(256))
			return slices.Insert(b, i, with), fmt.Sprintf("%#x before byte %d", with, i)
		})
	}},
	{"two bytes swapped", func(a *altered) (string, func() error, error) {
		return a.edit(func(b []byte) ([]byte, string) {
			if len(b) < 2 {
				return nil, ""
			}
			i, j := a.rng.IntN(len(b)), a.rng.IntN(len(b))
			if b[i] == b[j] {
				return nil, ""
			}
			b[i], b[j] = b[j], b[i]
			return b, fmt.Sprintf("bytes %d and %d", i, j)
		})
	}},
	{"an end cut off", func(a *altered) (string, func() error, error) {
		return a.edit(func(b []byte) ([]byte, string) {
			if len(b) == 0 {
				return nil, ""
			}
			n := a.rng.IntN(len(b))
			return b[:n], fmt.Sprintf("from byte %d on", n)
		})
	}},
	{"a file removed", func(a *altered) (string, func() error, error) {
		if len(a.files) == 1 {
			return "", nil, nil
		}
		path := a.files[a.rng.IntN(len(a.files))]
		hidden := a.root + ".aside"
		return path, func() error { return os.Rename(hidden, path) }, os.Rename(path, hidden)
	}},
	{"a file added", func(a *altered) (string, func() error, error) {
		if len(a.files) == 1 {
			return "", nil, nil
		}
		like := a.files[a.rng.IntN(len(a.files))]
		path := filepath.Join(filepath.Dir(like), fmt.Sprintf("%d%s", a.rng.IntN(1e6), filepath.Ext(like)))
		if _, err := os.Lstat(path); err == nil {
			return "", nil, nil
		}
		return path, func() error { return os.Remove(path) }, os.WriteFile(path, []byte("added"), 0o644)
	}},
	{"two files swapped", func(a *altered) (string, func() error, error) {
		one, other := a.files[a.rng.IntN(len(a.files))], a.files[a.rng.IntN(len(a.files))]
		first, err := os.ReadFile(one)
		if err != nil {
			return "", nil, err
		}
		second, err := os.ReadFile(other)
		if err != nil || bytes.Equal(first, second) {
			return "", nil, err
		}
		undo := func() error {
			return errors.Join(os.WriteFile(one, first, 0o644), os.WriteFile(other, second, 0o644))
		}
		return one + " and " + other, undo, errors.Join(os.WriteFile(one, second, 0o644), os.WriteFile(other, first, 0o644))
	}},
}

// edit rewrites one file.
func (a *altered) edit(do func([]byte) ([]byte, string)) (string, func() error, error) {
	path := a.files[a.rng.IntN(len(a.files))]
	before, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	after, what := do(bytes.Clone(before))
	if what == "" {
		return "", nil, nil
	}
	if bytes.Equal(before, after) {
		return "", nil, nil
	}
	return path + ": " + what, func() error { return os.WriteFile(path, before, 0o644) }, os.WriteFile(path, after, 0o644)
}

// TestTenThousandAlterations: whatever byte of a pack or a locker is changed, removed, added
// or swapped with another, and whatever file, verification says so.
func TestTenThousandAlterations(t *testing.T) {
	trials := map[string]int{"zip": 4000, "folder": 3000, "locker": 3000}
	if raceEnabled || testing.Short() {
		trials = map[string]int{"zip": 40, "folder": 40, "locker": 40}
	}
	r, dir := overlaidPack(t)
	l, err := locker.Open(r.Config.Locker)
	if err != nil {
		t.Fatal(err)
	}
	cp, err := l.Latest()
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(l.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	verifies := func(path string) error {
		return pack.Verify(t.Context(), path, pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English})
	}
	verifyLocker := func(path string) error {
		return locker.Verify(t.Context(), path, []note.Verifier{verifier}, func(locker.Check) {}, locker.Known{From: "checkpoint", Note: cp.Note})
	}
	t.Run("kinds", func(t *testing.T) {
		for seed, target := range []struct {
			name, path string
			verify     func(string) error
		}{{"zip", dir + ".zip", verifies}, {"folder", dir, verifies}, {"locker", r.Config.Locker, verifyLocker}} {
			t.Run(target.name, func(t *testing.T) {
				t.Parallel()
				if err := target.verify(target.path); err != nil {
					t.Fatalf("as it was made: %v", err)
				}
				a := alter(t, uint64(seed), target.path)
				tried, detected := map[string]int{}, 0
				for n := 0; n < trials[target.name]; {
					way := alterations[a.rng.IntN(len(alterations))]
					what, undo, err := way.do(a)
					if err != nil {
						t.Fatal(way.name, err)
					}
					if what == "" {
						continue
					}
					n++
					tried[way.name]++
					switch err := target.verify(target.path); {
					case errors.Is(err, pack.ErrTampered), errors.Is(err, locker.ErrTampered), target.name == "locker" && errors.Is(err, locker.ErrNotFound):
						detected++
					default:
						t.Errorf("%s: %s: %v", way.name, what, err)
					}
					if err := undo(); err != nil {
						t.Fatal(err)
					}
				}
				if detected != trials[target.name] {
					t.Errorf("%d of %d alterations were detected", detected, trials[target.name])
				}
				if err := target.verify(target.path); err != nil {
					t.Errorf("as it was put back: %v", err)
				}
				t.Logf("%d alterations detected: %v", detected, tried)
			})
		}
	})
}
