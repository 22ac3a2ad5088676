package durable

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".pack.lock")
	release, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is held: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is left behind: %v", err)
	}
	if err := os.WriteFile(path, []byte("left by a process that died"), 0o600); err != nil {
		t.Fatal(err)
	}
	if release, err = Lock(path); err != nil {
		t.Fatalf("a file that was left behind: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

// TestLockExcludes: of many that take it in turn no two hold it at once, though each
// removes the file under the hands of the others.
func TestLockExcludes(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".pack.lock")
	var holders, taken atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for taken.Load() < 500 {
				release, err := Lock(path)
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if holders.Add(1) != 1 {
					t.Error("two hold the lock")
				}
				taken.Add(1)
				holders.Add(-1)
				if err := release(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

const lockVariable = "EVIDENCE_DURABLE_TEST_LOCK"

// TestLockChild is the process that TestLockOfTheDead kills.
func TestLockChild(t *testing.T) {
	path := os.Getenv(lockVariable)
	if path == "" {
		t.Skip("only a child of TestLockOfTheDead")
	}
	if _, err := Lock(path); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("locked\n")
	select {} // until it is killed
}

// TestLockOfTheDead: a process that was killed locks nobody out.
func TestLockOfTheDead(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".pack.lock")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestLockChild$", "-test.v")
	child.Env = append(os.Environ(), lockVariable+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill() }()
	for lines := bufio.NewScanner(out); ; {
		if !lines.Scan() {
			t.Fatal("the child ended without the lock")
		}
		if lines.Text() == "locked" {
			break
		}
	}
	if _, err := Lock(path); !errors.Is(err, ErrLocked) {
		t.Errorf("while another process holds it: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file of the dead: %v", err)
	}
	release, err := Lock(path)
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
