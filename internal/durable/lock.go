package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrLocked: another process, or another part of this one, holds the lock.
var ErrLocked = errors.New("locked")

// Lock takes a lock of the operating system on the file at path, which it makes, and does
// not wait: when another holds it, the error wraps [ErrLocked]. The system gives it up
// when its holder ends, however that happens; a file that is left behind locks nobody
// out. A file system that knows no locks, such as some of networks, gives one that
// excludes nobody.
func Lock(path string) (release func() error, err error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, fmt.Errorf("lock: %w", err)
		}
		if err := lockFile(f); err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		// The holder before removed the file when it was done. What was opened before
		// that is nobody's lock any more.
		same, err := names(path, f)
		if err == nil && same {
			return func() error { return removeLock(f) }, nil
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("lock: %w", err)
		}
	}
}

// names reports whether the path still leads to the open file.
func names(path string, f *os.File) (bool, error) {
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, there), err
}
