package locker

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const childVariable = "EVIDENCE_LOCKER_TEST_CHILD"

// TestChild is the process that TestKill kills. It says on standard output what
// the locker acknowledged.
func TestChild(t *testing.T) {
	root := os.Getenv(childVariable)
	if root == "" {
		t.Skip("only a child of TestKill")
	}
	signer, _ := testKey(t, "test-key")
	if err := killScript(t, root, func(hash string) { fmt.Println("acknowledged " + hash) }, signer.Name()); err != nil {
		t.Fatal(err)
	}
}

const killBatches = 40

func killScript(t *testing.T, root string, acknowledge func(hash string), key string) error {
	signer, _ := testKey(t, key)
	l, err := Open(root)
	if err != nil {
		return err
	}
	w, err := l.Writer(t.Context())
	if err != nil {
		return err
	}
	defer w.Close()
	plan, err := w.Append(t.Context(), planItem(0).Manifest, nil)
	if err != nil {
		return err
	}
	acknowledge(plan.Hash())
	for i := range killBatches {
		item := batchItem(t, plan, i, 1+i%3)
		m, err := w.Append(t.Context(), item.Manifest, item.Records)
		if err != nil {
			return err
		}
		acknowledge(m.Hash())
		if i%7 == 6 {
			if _, err := w.Seal(t.Context(), signer, testTime); err != nil {
				return err
			}
		}
	}
	_, err = w.Seal(t.Context(), signer, testTime)
	return err
}

// A process is killed with no chance to clear up. Everything that it was told is
// durable is there, its lock does not hold up the next process, and going on
// gives each manifest once.
func TestKill(t *testing.T) {
	for _, after := range []int{1, 8, 9, 23} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			root, _ := created(t)
			acknowledged := killAfter(t, root, after)
			l, err := Open(root)
			if err != nil {
				t.Fatal(err)
			}
			held := map[string]bool{}
			if cp, err := l.Latest(); err == nil {
				for _, e := range collect(t, l.Sealed(t.Context(), cp)) {
					held[e.Hash()] = true
				}
			} else if !errors.Is(err, ErrUnsealed) {
				t.Fatal(err)
			}
			for _, m := range collect(t, l.Pending(t.Context())) {
				held[m.Hash()] = true
				collect(t, l.Records(t.Context(), m))
			}
			for _, hash := range acknowledged {
				if !held[hash] {
					t.Errorf("manifest %s was acknowledged and is lost", hash)
				}
			}
			if failed, _, err := verify(t, root); err != nil {
				t.Errorf("verification failed on %q: %v", failed, err)
			}
			var again []string
			if err := killScript(t, root, func(h string) { again = append(again, h) }, "test-key"); err != nil {
				t.Fatal(err)
			}
			cp, err := l.Latest()
			if err != nil {
				t.Fatal(err)
			}
			var sealed []string
			for _, e := range collect(t, l.Sealed(t.Context(), cp)) {
				sealed = append(sealed, e.Hash())
			}
			if got, want := strings.Join(sealed, "\n"), strings.Join(again, "\n"); got != want {
				t.Errorf("sealed\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// killAfter runs the script in a process and kills it when that many manifests
// are acknowledged. It returns all that were.
func killAfter(t *testing.T, root string, after int) []string {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	child.Env = append(os.Environ(), childVariable+"="+root)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if hash, ok := strings.CutPrefix(lines.Text(), "acknowledged "); ok {
			if acknowledged = append(acknowledged, hash); len(acknowledged) == after {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	err = child.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the child was not killed: %v", err)
	}
	if len(acknowledged) < after {
		t.Fatalf("%d acknowledgements, want %d", len(acknowledged), after)
	}
	return acknowledged
}

func TestLock(t *testing.T) {
	l, _ := newLocker(t)
	w := newWriter(t, l)
	_, err := l.Writer(t.Context())
	var locked *LockedError
	if !errors.As(err, &locked) || !errors.Is(err, ErrLocked) {
		t.Fatalf("a second writer: %v", err)
	}
	if host, _ := os.Hostname(); locked.PID != os.Getpid() || locked.Host != host || locked.Since.IsZero() {
		t.Errorf("locked by %+v", locked)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := newWriter(t, l).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStaleLock(t *testing.T) {
	me := self(time.Now())
	finished := exec.Command(os.Args[0], "-test.run=^$")
	if err := finished.Run(); err != nil {
		t.Fatal(err)
	}
	gone := me
	gone.PID, gone.Started = finished.Process.Pid, "1"
	elsewhere := gone
	elsewhere.Host = "elsewhere"
	container := gone
	container.Space = "pid:[1]"
	rebooted := gone
	rebooted.Boot = "another"
	reused := me
	reused.Started = "1" // our number, but not our time of starting
	old, recent := 2*LockSilence, LockSilence/2
	tests := map[string]struct {
		lock  []byte
		age   time.Duration
		taken bool
	}{
		"the process is gone":                           {gone.line(), 0, true},
		"its number is another process's now":           {reused.line(), 0, me.Started != ""},
		"the process lives, silent for long":            {me.line(), old, true},
		"the process lives":                             {me.line(), recent, false},
		"another host":                                  {elsewhere.line(), recent, false},
		"another host, silent for long":                 {elsewhere.line(), old, true},
		"another container of this host":                {container.line(), recent, false},
		"another boot: perhaps a host of the same name": {rebooted.line(), recent, false},
		"half written":                                  {me.line()[:10], 0, false},
		"half written long ago":                         {me.line()[:10], old, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l, _ := newLocker(t)
			write(t, l.Where(), lockFolder+"OTHER", test.lock)
			then := time.Now().Add(-test.age)
			if err := os.Chtimes(l.Where()+"/"+lockFolder+"OTHER", then, then); err != nil {
				t.Fatal(err)
			}
			w, err := l.Writer(t.Context())
			if err == nil {
				defer w.Close()
			}
			if taken := err == nil; taken != test.taken || !taken && !errors.Is(err, ErrLocked) {
				t.Errorf("taken over: %t, want %t (%v)", taken, test.taken, err)
			}
		})
	}
}

// Many try at once, over and over, with a dead lock in the way: never do two hold it.
func TestLockContention(t *testing.T) {
	root := t.TempDir()
	dead := self(time.Now())
	dead.Started, dead.PID = "1", 1<<30
	write(t, root, lockFolder+"DEAD", dead.line())
	holder := make(chan struct{}, 1)
	done := make(chan int)
	const contenders = 8
	for range contenders {
		go func() {
			won := 0
			for range 50 {
				k, err := acquire(root)
				if err != nil {
					if !errors.Is(err, ErrLocked) {
						t.Error(err)
					}
					continue
				}
				select {
				case holder <- struct{}{}:
				default:
					t.Error("two hold the lock")
				}
				won++
				<-holder
				if err := k.Release(); err != nil {
					t.Error(err)
				}
			}
			done <- won
		}()
	}
	won := 0
	for range contenders {
		won += <-done
	}
	if won == 0 {
		t.Error("nobody ever got the lock")
	}
}

// A process that slept so long that it lost the lock must not write.
func TestLostLock(t *testing.T) {
	l, signer := newLocker(t)
	w := newWriter(t, l)
	fill(t, w, 0, 1)
	if err := os.Remove(w.lock.(*folderLock).path); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Append(t.Context(), planItem(1).Manifest, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("Append: %v", err)
	}
	if _, err := w.Seal(t.Context(), signer, testTime); !errors.Is(err, ErrLocked) {
		t.Errorf("Seal: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}
