package pack

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/evidencepack/evidence/internal/locker"
)

func packed(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	err := WriteZip(&b, fstest.MapFS{
		"results.json":     {Data: []byte(`{"a":1}`)},
		"evidence/k.jsonl": {Data: bytes.Repeat([]byte("x"), 300)},
		"empty":            {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// check opens and checks a zip as Verify does.
func check(t *testing.T, zip []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.zip")
	if err := os.WriteFile(path, zip, 0o644); err != nil {
		t.Fatal(err)
	}
	fsys, closer, err := openPack(path)
	if err != nil {
		return err
	}
	defer closer()
	return CheckZip(path, fsys)
}

func TestZipFollowsFromItsFiles(t *testing.T) {
	zip := packed(t)
	if !bytes.Equal(zip, packed(t)) {
		t.Error("two zips of the same files differ")
	}
	if err := check(t, zip); err != nil {
		t.Errorf("an intact zip: %v", err)
	}
}

// TestEveryByteOfAZipCounts: content, names, headers and directory alike, before
// any hash of the manifest is looked at.
func TestEveryByteOfAZipCounts(t *testing.T) {
	zip := packed(t)
	for i := range zip {
		altered := bytes.Clone(zip)
		altered[i] ^= 0x20
		if err := check(t, altered); err == nil {
			t.Errorf("byte %d of %d altered: not found", i, len(zip))
		}
	}
	for name, altered := range map[string][]byte{
		"a byte after its end":  append(bytes.Clone(zip), 0),
		"a byte before it":      append([]byte{0}, zip...),
		"its last byte cut off": zip[:len(zip)-1],
		"nothing":               nil,
	} {
		if err := check(t, altered); err == nil {
			t.Errorf("%s: not found", name)
		}
	}
}

func TestListRefusesLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/etc/hosts", filepath.Join(dir, "report.pdf")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if _, err := List(os.DirFS(dir)); err == nil {
		t.Error("a link is listed as a file")
	}
}

func TestParseManifestRefuses(t *testing.T) {
	for _, text := range []string{"", "{}", `{"format":3}`, `{"format":1,"unknown":1}`, "[]"} {
		if _, err := ParseManifest([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	// Earlier packs are read; a later one is not called tampered with.
	for format, want := range map[string]error{"1": nil, "2": nil, "3": ErrFormat, "0": ErrFormat} {
		if _, err := ParseManifest([]byte(`{"format":` + format + `}`)); !errors.Is(err, want) {
			t.Errorf("format %s: %v, want %v", format, err, want)
		}
	}
}

func FuzzReadEntries(f *testing.F) {
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		// Whatever it is, no leaf of it can be in an empty checkpoint.
		if entries, err := readEntries(bytes.NewReader(b), locker.Checkpoint{}); err == nil && len(entries) > 0 {
			t.Errorf("%d entries of %q are in an empty log", len(entries), b)
		}
	})
}
