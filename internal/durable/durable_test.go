package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// record returns a disk that notes its system calls, with temporary names and
// the root cut away.
func record(root string, into *[]string) Disk {
	return Disk{Before: func(op Op, path string) error {
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if strings.HasPrefix(filepath.Base(rel), TempPrefix) {
			rel = filepath.Join(filepath.Dir(rel), "TEMP")
		}
		*into = append(*into, string(op)+" "+filepath.ToSlash(rel))
		return nil
	}}
}

func TestWriteOrder(t *testing.T) {
	root := t.TempDir()
	var got []string
	d := record(root, &got)
	err := d.Write(
		File{Path: filepath.Join(root, "a", "b", "one"), Data: []byte("1"), Perm: 0o644},
		File{Path: filepath.Join(root, "a", "b", "two"), Data: []byte("2"), Perm: 0o644, Replace: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"mkdir a", "fsync folder .",
		"mkdir a/b", "fsync folder a",
		"create a/b/TEMP", "write a/b/TEMP", "fsync a/b/TEMP",
		"create a/b/TEMP", "write a/b/TEMP", "fsync a/b/TEMP",
		"link a/b/one",
		"rename a/b/two",
		"fsync folder a/b",
		"remove a/b/TEMP",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("system calls (-want +got):\n%s", diff)
	}
}

// Whatever call fails, the target holds the old bytes or the new ones, and it
// holds the new ones when Write reported success.
func TestFailEveryCall(t *testing.T) {
	for _, replace := range []bool{true, false} {
		for fail := 0; ; fail++ {
			root := t.TempDir()
			path := filepath.Join(root, "sub", "file")
			if replace {
				if err := WriteFile(path, []byte("old"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			stopped := errors.New("stopped")
			calls := 0
			d := Disk{Before: func(Op, string) error {
				calls++
				if calls > fail {
					return stopped
				}
				return nil
			}}
			err := d.Write(File{Path: path, Data: []byte("new"), Perm: 0o600, Replace: replace})
			if err != nil && !errors.Is(err, stopped) {
				t.Fatalf("call %d: %v", fail, err)
			}
			got, rerr := os.ReadFile(path)
			switch {
			case err == nil && string(got) != "new":
				t.Fatalf("call %d: reported written, holds %q", fail, got)
			case replace && string(got) != "old" && string(got) != "new":
				t.Fatalf("call %d: holds %q", fail, got)
			case !replace && !errors.Is(rerr, fs.ErrNotExist) && string(got) != "new":
				t.Fatalf("call %d: holds %q, %v", fail, got, rerr)
			}
			if err := (Disk{}).Write(File{Path: path, Data: []byte("new"), Perm: 0o600, Replace: replace}); err != nil {
				t.Fatalf("call %d: again: %v", fail, err)
			}
			if calls <= fail {
				break
			}
		}
	}
}

// What is streamed is there as a whole, or what was there before, whatever call fails.
func TestReplaceFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	stopped := errors.New("stopped")
	for fail := 0; ; fail++ {
		if err := WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		calls := 0
		d := Disk{Before: func(Op, string) error {
			if calls++; calls > fail {
				return stopped
			}
			return nil
		}}
		err := d.replaceFile(path, 0o600, func(w io.Writer) error {
			old, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			_, err = w.Write(append(old, " and new"...))
			return err
		})
		got, _ := os.ReadFile(path)
		if err == nil && string(got) != "old and new" || err != nil && (!errors.Is(err, stopped) || string(got) != "old" && string(got) != "old and new") {
			t.Fatalf("call %d: %q, %v", fail, got, err)
		}
		if calls <= fail {
			break
		}
	}
	if err := ReplaceFile(path, 0o600, func(w io.Writer) error { _, _ = w.Write([]byte("half")); return stopped }); !errors.Is(err, stopped) {
		t.Error(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old and new" {
		t.Errorf("after half a write it holds %q", got)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "file" && !strings.HasPrefix(e.Name(), TempPrefix) {
			t.Errorf("left: %s", e.Name())
		}
	}
}

func TestCreateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := CreateFile(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	if err := CreateFile(path, []byte("one"), 0o600); err != nil {
		t.Errorf("the same bytes again: %v", err)
	}
	if err := CreateFile(path, []byte("two"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("other bytes: %v, want fs.ErrExist", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("temporary files were left: %v", entries)
	}
}

func TestLinkAndRemove(t *testing.T) {
	root := t.TempDir()
	from, to := filepath.Join(root, "from"), filepath.Join(root, "new", "to")
	if err := WriteFile(from, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // linking and removing again change nothing
		if err := (Disk{}).Link([]string{from}, []string{to}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := (Disk{}).Remove(from); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(to)
	if err != nil || string(got) != "x" {
		t.Errorf("linked file holds %q, %v", got, err)
	}
}
