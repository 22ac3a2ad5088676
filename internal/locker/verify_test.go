package locker

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// smallLocker makes a locker with two checkpoints and something pending.
func smallLocker(t testing.TB) *Locker {
	t.Helper()
	l, signer := newLocker(t)
	w := newWriter(t, l)
	fill(t, w, 0, 3)
	seal(t, w, signer, testTime)
	fill(t, w, 100, 4)
	seal(t, w, signer, testTime.Add(time.Hour))
	fill(t, w, 200, 3)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return l
}

// files lists a folder's files with their bytes.
func files(t testing.TB, root string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	names := collect(t, newDir(root).List(t.Context(), ""))
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = data
	}
	return all
}

// verify returns the objects of failed checks and of leftovers.
func verify(t testing.TB, dir string, known ...Known) (failed, leftovers []string, err error) {
	t.Helper()
	return verifyIn(t, quickDir(dir), known...)
}

func verifyIn(t testing.TB, s Store, known ...Known) (failed, leftovers []string, err error) {
	t.Helper()
	err = VerifyIn(t.Context(), s, nil, func(c Check) {
		if !c.OK {
			failed = append(failed, c.Object)
		}
		if c.Name == "leftover" {
			leftovers = append(leftovers, c.Object)
		}
	}, known...)
	if (len(failed) > 0) != errors.Is(err, ErrTampered) {
		t.Errorf("checks failed on %q and the error is %v", failed, err)
	}
	return failed, leftovers, err
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestVerifySound(t *testing.T) {
	l := smallLocker(t)
	var checks []Check
	if err := Verify(t.Context(), l.Where(), nil, func(c Check) { checks = append(checks, c) }); err != nil {
		t.Error(err)
	}
	reported := map[string]bool{}
	for _, c := range checks {
		if !c.OK || c.Name == "leftover" {
			t.Errorf("%+v", c)
		}
		reported[c.Object] = true
	}
	for name := range files(t, l.Where()) {
		if !reported[name] {
			t.Errorf("no check tells of %s", name)
		}
	}
}

// Every file, and of a file that is long every so many bytes: its beginning, its
// end and what lies between.
func TestVerifyFindsEveryFlippedByte(t *testing.T) {
	l := smallLocker(t)
	samples := 60
	if raceEnabled || testing.Short() {
		samples = 10
	}
	for name, data := range files(t, l.Where()) {
		for _, i := range sample(len(data), samples) {
			flipped := slices.Clone(data)
			flipped[i] ^= 1 << (i % 8)
			write(t, l.Where(), name, flipped)
			failed, _, _ := verify(t, l.Where())
			if !slices.Contains(failed, name) {
				t.Errorf("%s byte %d: checks failed on %q", name, i, failed)
				break
			}
		}
		write(t, l.Where(), name, data)
	}
	if _, _, err := verify(t, l.Where()); err != nil {
		t.Errorf("restored: %v", err)
	}
}

// sample picks at most about n indexes below size, the last one among them.
func sample(size, n int) []int {
	picked := []int{size - 1}
	for i := 0; i < size-1; i += max(1, size/n) {
		picked = append(picked, i)
	}
	return picked
}

func TestVerifyFindsRemovedAndChangedFiles(t *testing.T) {
	l := smallLocker(t)
	all := files(t, l.Where())
	var lastGroup string // its removal cannot show, but its objects remain
	for name := range all {
		if strings.HasSuffix(name, groupSuffix) {
			lastGroup = max(lastGroup, name)
		}
	}
	for name, data := range all {
		if err := os.Remove(filepath.Join(l.Where(), filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
		failed, leftovers, _ := verify(t, l.Where())
		sha, isStaged := parseStaged(name)
		wanted := name
		if isStaged {
			wanted = objectName(sha)
		}
		switch {
		case name == lastGroup:
			if len(failed) > 0 || len(leftovers) == 0 {
				t.Errorf("removed %s: failed on %q, leftovers %q", name, failed, leftovers)
			}
		case strings.HasSuffix(name, groupSuffix):
			if len(failed) == 0 {
				t.Errorf("removed %s: nothing failed", name)
			}
		case !slices.Contains(failed, wanted):
			t.Errorf("removed %s: failed on %q", name, failed)
		}
		for what, changed := range map[string][]byte{
			"emptied": nil, "extended": append(slices.Clone(data), '\n'), "cut": data[:len(data)-1],
		} {
			write(t, l.Where(), name, changed)
			if failed, _, _ := verify(t, l.Where()); !slices.Contains(failed, name) {
				t.Errorf("%s %s: failed on %q", what, name, failed)
			}
		}
		write(t, l.Where(), name, data)
	}
}

func TestVerifyFindsAddedFiles(t *testing.T) {
	l := smallLocker(t)
	all := files(t, l.Where())
	added := []string{
		"notes.txt", ".hidden", "batches/readme", "batches/" + strings.Repeat("0", 64) + objectSuffix,
		"checkpoints/3", "checkpoints/03", "checkpoints/900", "tile/8/0/001", "tile/8/0/000.p/200", "tile/8/9/000", "tile/7/0/000",
		"tile/8/data/000.p/2", "tile/8/data/x", "pending/x", "pending/00000000000000000099-" + strings.Repeat("0", 64) + groupSuffix,
		"pending/" + strings.Repeat("0", 64) + objectSuffix, "lock/x", "tmp/x", "sub/folder/file",
	}
	for name, data := range all { // copies of what is there, under other names
		added = append(added, name+".bak")
		write(t, l.Where(), name+".bak", data)
		if failed, _, _ := verify(t, l.Where()); !slices.Contains(failed, name+".bak") {
			t.Errorf("copied %s: failed on %q", name, failed)
		}
		if err := os.Remove(filepath.Join(l.Where(), filepath.FromSlash(name+".bak"))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range added {
		if _, ok := all[name]; ok {
			t.Fatalf("%s is part of the locker", name)
		}
		write(t, l.Where(), name, []byte("x\n"))
		if failed, _, _ := verify(t, l.Where()); !slices.Contains(failed, name) {
			t.Errorf("added %s: failed on %q", name, failed)
		}
		if err := os.Remove(filepath.Join(l.Where(), filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(l.Where(), "link")
	if err := os.Symlink(l.Where(), link); err != nil {
		t.Skipf("symbolic links: %v", err)
	}
	if failed, _, _ := verify(t, l.Where()); !slices.Contains(failed, "link") {
		t.Errorf("added a symbolic link: failed on %q", failed)
	}
}

// from makes a checkpoint one that is known from elsewhere.
func from(where string, cp Checkpoint) Known { return Known{From: where, Note: cp.Note} }

// signed signs a checkpoint that a test made up.
func signed(t testing.TB, signer note.Signer, cp Checkpoint) Checkpoint {
	t.Helper()
	data, err := note.Sign(&note.Note{Text: cp.text()}, signer)
	if err != nil {
		t.Fatal(err)
	}
	cp.Note = data
	return cp
}

// An old state of the whole folder is a sound locker. Only who knows a later
// checkpoint can tell.
func TestVerifyKnownCheckpoint(t *testing.T) {
	l, signer := newLocker(t)
	w := newWriter(t, l)
	fill(t, w, 0, 3)
	first := seal(t, w, signer, testTime)
	earlier := files(t, l.Where())
	fill(t, w, 100, 3)
	second := seal(t, w, signer, testTime)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := verify(t, l.Where(), from("second", second), from("first", first)); err != nil {
		t.Errorf("the log contains both: %v", err)
	}
	old := t.TempDir()
	for name, data := range earlier {
		if !strings.HasPrefix(name, lockFolder) {
			write(t, old, name, data)
		}
	}
	if _, _, err := verify(t, old, from("first", first)); err != nil {
		t.Errorf("rolled back, held to what it contains: %v", err)
	}
	if failed, _, _ := verify(t, old, from("first", first), from("second", second)); !slices.Equal(failed, []string{"second"}) {
		t.Errorf("rolled back: failed on %q", failed)
	}
	stranger, _ := testKey(t, "stranger")
	for name, change := range map[string]func(*Checkpoint){
		"another history":   func(cp *Checkpoint) { cp.Root[0] ^= 1 },
		"another locker":    func(cp *Checkpoint) { cp.Origin = "example.com/other" },
		"another time":      func(cp *Checkpoint) { cp.SealedAt = cp.SealedAt.Add(time.Second) },
		"a size never kept": func(cp *Checkpoint) { cp.Size, cp.Root = 1, leafRoot(t, l, second) },
		"another key":       nil,
	} {
		key, made := signer, first
		if change == nil {
			key = stranger
		} else {
			change(&made)
		}
		failed, _, _ := verify(t, l.Where(), from("second", second), from(name, signed(t, key, made)))
		if !slices.Equal(failed, []string{name}) {
			t.Errorf("%s: failed on %q", name, failed)
		}
	}
}

// leafRoot is the root of the log's first entry alone.
func leafRoot(t *testing.T, l *Locker, cp Checkpoint) tlog.Hash {
	t.Helper()
	return tlog.RecordHash(collect(t, l.Sealed(t.Context(), cp))[0].Raw)
}

func TestVerifyKeys(t *testing.T) {
	l := smallLocker(t)
	_, other := testKey(t, "other")
	stranger, err := note.NewVerifier(other)
	if err != nil {
		t.Fatal(err)
	}
	ignore := func(Check) {}
	if err := Verify(t.Context(), l.Where(), []note.Verifier{stranger, l.Verifier()}, ignore); err != nil {
		t.Errorf("with its own key among others: %v", err)
	}
	if err := Verify(t.Context(), l.Where(), []note.Verifier{stranger}, ignore); !errors.Is(err, ErrTampered) {
		t.Errorf("with a stranger's key: %v", err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	ignore := func(c Check) { t.Errorf("checked %+v", c) }
	if err := Verify(t.Context(), t.TempDir(), nil, ignore); !errors.Is(err, ErrNotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := Verify(t.Context(), filepath.Join(t.TempDir(), "none"), nil, ignore); !errors.Is(err, ErrNotFound) {
		t.Errorf("no folder: %v", err)
	}
	l, _ := newLocker(t)
	w := newWriter(t, l)
	defer w.Close()
	if err := Verify(t.Context(), l.Where(), nil, ignore); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is written to: %v", err)
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	signer, vkey := testKey(t, "test-key")
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	const root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	const sha = "0000000000000000000000000000000000000000000000000000000000000000"
	good := "o\n5\n" + root + "\nsealed 2026-11-01T00:00:00Z\nprevious 4 " + sha + "\n"
	sign := func(text string) []byte {
		b, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if _, err := ParseCheckpoint(sign(good), verifier); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"size 0":            strings.Replace(good, "\n5\n", "\n0\n", 1),
		"leading zero":      strings.Replace(good, "\n5\n", "\n05\n", 1),
		"short root":        strings.Replace(good, root, "AAAA", 1),
		"local time":        strings.Replace(good, "00:00:00Z", "09:00:00+09:00", 1),
		"no time":           strings.Replace(good, "sealed 2026-11-01T00:00:00Z\n", "", 1),
		"previous is later": strings.Replace(good, "previous 4", "previous 5", 1),
		"no previous hash":  strings.Replace(good, sha, "", 1),
		"another line":      good + "more\n",
		"no origin":         "5\n" + root + "\nsealed 2026-11-01T00:00:00Z\n",
	} {
		if cp, err := ParseCheckpoint(sign(text), verifier); err == nil {
			t.Errorf("%s: read as %+v", name, cp)
		}
	}
	signed := sign(good)
	for name, b := range map[string][]byte{
		"unsigned":          []byte(good),
		"a line twice":      append(slices.Clone(signed), signed[strings.Index(string(signed), "— "):]...),
		"trailing newline":  append(slices.Clone(signed), '\n'),
		"another signature": []byte(strings.Replace(string(signed), "o\n", "p\n", 1)),
	} {
		if cp, err := ParseCheckpoint(b, verifier); err == nil {
			t.Errorf("%s: read as %+v", name, cp)
		}
	}
	_, other := testKey(t, "other")
	stranger, err := note.NewVerifier(other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseCheckpoint(signed, stranger); err == nil {
		t.Error("accepted without a signature of the key asked for")
	}
	if diff := cmp.Diff(good, func() string { c, _ := ParseCheckpoint(signed, verifier); return c.text() }()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}
