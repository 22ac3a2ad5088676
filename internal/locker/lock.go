package locker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The lock is a folder with one file for each process that writes or tries to.
// A process puts its file there under a name that nobody else will ever use,
// and holds the lock if it then sees no other file that is alive. Of two that
// try at once, whichever looks last sees the other, so both cannot win; and
// because names are never used again, removing a dead file can never remove a
// living one. A file is dead when
//
//   - its process ran in the same boot and the same space of process numbers as
//     ours, and is gone; or
//   - it has not been touched for [LockSilence]. Holders touch theirs every
//     thirty seconds. Both times are the file system's, so clocks need not agree.
const (
	// LockSilence is how long another host's lock must have been silent before
	// it is taken over. A process that was suspended for longer notices before
	// its next write that it lost the lock.
	LockSilence = 10 * time.Minute

	heartbeat = 30 * time.Second
)

// LockedError says who is writing to a locker. It wraps [ErrLocked].
type LockedError struct {
	PID   int
	Host  string
	Since time.Time
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return ErrLocked.Error() + " by an unknown process"
	}
	return fmt.Sprintf("%v by process %d on %s since %s", ErrLocked, e.PID, e.Host, e.Since.Format(time.RFC3339))
}

func (e *LockedError) Unwrap() error { return ErrLocked }

// folderLock is a lock that this process holds.
type folderLock struct {
	path string
	stop chan struct{}
	done chan struct{}
}

// acquire takes the lock of the locker in root.
func acquire(root string) (*folderLock, error) {
	folder := filepath.Join(root, filepath.FromSlash(lockFolder))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	for {
		path, other, err := try(folder)
		if err != nil {
			return nil, fmt.Errorf("lock: %w", err)
		}
		if other == nil {
			l := &folderLock{path: path, stop: make(chan struct{}), done: make(chan struct{})}
			go l.beat()
			return l, nil
		}
		// The other may have been trying too and have stood back as we did. Of
		// two that stand back, one finds the other's file gone.
		if _, err := os.Lstat(other.path); err == nil {
			return nil, other.locked()
		}
	}
}

// Busy looks and touches nothing.
func (d dir) Busy(context.Context) error {
	other, err := alive(filepath.Join(d.root, filepath.FromSlash(lockFolder)), time.Now(), "")
	if errors.Is(err, fs.ErrNotExist) || err == nil && other == nil {
		return nil
	}
	if err != nil {
		return err
	}
	return other.locked()
}

// try puts a file down and looks around. When there is another that is alive, it
// takes the file away again and returns the other.
func try(folder string) (path string, other *claim, err error) {
	path = filepath.Join(folder, rand.Text())
	if err := os.WriteFile(path, self(time.Now()).line(), filePerm); err != nil {
		return "", nil, err
	}
	own, err := os.Stat(path)
	if err == nil {
		other, err = alive(folder, own.ModTime(), path)
	}
	if err != nil || other != nil {
		_ = os.Remove(path)
	}
	return path, other, err
}

// claim is a file in the lock folder.
type claim struct {
	path    string
	process process // zero when the file cannot be read: it is just being written
}

func (c claim) locked() *LockedError {
	return &LockedError{PID: c.process.PID, Host: c.process.Host, Since: c.process.Since}
}

// alive removes the dead files of a lock folder and returns a living one other
// than own, if there is any. now is the file system's time.
func alive(folder string, now time.Time, own string) (*claim, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		c := claim{path: filepath.Join(folder, e.Name())}
		if c.path == own {
			continue
		}
		info, err := os.Lstat(c.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if data, err := os.ReadFile(c.path); err == nil {
			c.process, _ = parseProcess(data) // one that is half written stays zero
		}
		if own == "" && c.process.PID == 0 {
			continue // not a lock, which verification names, or of one that is only trying
		}
		if now.Sub(info.ModTime()) <= LockSilence && !c.process.gone() {
			return &c, nil
		}
		if own == "" {
			continue // only looking
		}
		if err := os.Remove(c.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, nil
}

// beat touches the file until the lock is released.
func (l *folderLock) beat() {
	defer close(l.done)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
			_ = l.touch() // when it fails for long, Held says so
		}
	}
}

// touch writes the first byte again: unlike setting the time, this lets the file
// system say what time it is, and no reader ever sees another content.
func (l *folderLock) touch() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte("{"), 0)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// Held reports whether the lock is still ours: another may have taken it over
// while this process was suspended.
func (l *folderLock) Held(context.Context) error {
	if _, err := os.Lstat(l.path); err != nil {
		return fmt.Errorf("%w: the lock was lost: %w", ErrLocked, err)
	}
	return nil
}

// Commit is all that files can do. Of several machines that share a folder, one that
// is suspended between this look and its write for as long as [LockSilence] could
// still write; lockers that several machines write belong in a bucket.
func (l *folderLock) Commit(ctx context.Context, _ []byte) error { return l.Held(ctx) }

func (l *folderLock) Committed() []byte { return nil }

func (l *folderLock) Release() error {
	close(l.stop)
	<-l.done
	if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}
