// Package durable writes files that survive a crash.
//
// When a function returns nil, what it wrote is on stable storage under its
// final name, as a whole; when it fails or the machine stops, the name holds
// what it held before. The sequence of system calls is always
//
//	create temporary file, write, fsync, link or rename to the final name, fsync the folder
//
// and a folder made on the way is itself synced into the folder above it.
package durable

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Op is one kind of system call that changes a file system.
type Op string

// The system calls of which a [Disk] tells its Before function.
const (
	Mkdir   Op = "mkdir"
	Create  Op = "create" // a temporary file
	Write   Op = "write"
	Sync    Op = "fsync"
	Link    Op = "link"   // to a name that must be free
	Rename  Op = "rename" // over whatever has the name
	Remove  Op = "remove"
	SyncDir Op = "fsync folder"
)

// Disk writes to the local file system. The zero value is ready to use.
type Disk struct {
	// Temp is the folder for temporary files, on the same file system as the
	// targets; when empty, a file's temporary one stands beside it.
	Temp string

	// Before, when set, is called ahead of every system call that changes the
	// file system. Its error takes the place of the call: this is how tests
	// stop the machine at each step in turn. For the error ErrSkip, an fsync is
	// left out and taken to have succeeded, which saves tests most of their time.
	Before func(op Op, path string) error
}

// ErrSkip is for a [Disk]'s Before function.
var ErrSkip = errors.New("skip this system call")

// File is a file to be written.
type File struct {
	Path    string
	Data    []byte
	Perm    fs.FileMode // before umask
	Replace bool        // whether an existing file gives way; otherwise one with other bytes is an error
}

// WriteFile writes data to path, replacing what is there.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return Disk{}.Write(File{Path: path, Data: data, Perm: perm, Replace: true})
}

// CreateFile writes data to path, which must not exist, or holds data already;
// otherwise the error wraps [fs.ErrExist].
func CreateFile(path string, data []byte, perm fs.FileMode) error {
	return Disk{}.Write(File{Path: path, Data: data, Perm: perm})
}

// Write writes files, each as a whole, and makes missing folders. The files are
// published in the given order, and each folder is synced once for all of them,
// which is what makes a group cheaper than its members. After an error some of
// the files may be there.
func (d Disk) Write(files ...File) error {
	temps := make([]string, len(files))
	defer func() {
		for _, t := range temps {
			if t != "" {
				_ = d.remove(t) // a leftover harms nobody: its name is not a target's
			}
		}
	}()
	var folders folders
	for i, f := range files {
		folders.add(filepath.Dir(f.Path))
		if err := d.mkdir(filepath.Dir(f.Path)); err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
		if !f.Replace {
			present, err := holds(f.Path, f.Data)
			if err != nil {
				return fmt.Errorf("write %s: %w", f.Path, err)
			}
			if present {
				continue
			}
		}
		t, err := d.temporary(f, func(w io.Writer) error {
			_, err := w.Write(f.Data)
			return err
		})
		temps[i] = t
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
	}
	for i, f := range files {
		if temps[i] == "" {
			continue
		}
		renamed, err := d.publish(temps[i], f)
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
		if renamed {
			temps[i] = ""
		}
	}
	return d.syncAll(folders)
}

// Link gives existing files further names, pairwise: to[i] becomes another name
// of from[i]. A name that is taken already is left as it is.
func (d Disk) Link(from, to []string) error {
	var folders folders
	for i := range from {
		folders.add(filepath.Dir(to[i]))
		if err := d.mkdir(filepath.Dir(to[i])); err != nil {
			return fmt.Errorf("link %s: %w", to[i], err)
		}
		if err := d.link(from[i], to[i]); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("link %s: %w", to[i], err)
		}
	}
	return d.syncAll(folders)
}

// Remove removes files in the given order. One that is not there is no error.
func (d Disk) Remove(paths ...string) error {
	var folders folders
	for _, p := range paths {
		if err := d.remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", p, err)
		}
		folders.add(filepath.Dir(p))
	}
	return d.syncAll(folders)
}

// temporary makes a file of what write gives under a name of its own and syncs it. The
// name is returned with an error too, once something may have it.
func (d Disk) temporary(f File, write func(io.Writer) error) (string, error) {
	dir := d.Temp
	if dir == "" {
		dir = filepath.Dir(f.Path)
	} else if err := d.mkdir(dir); err != nil {
		return "", err
	}
	path := filepath.Join(dir, TempPrefix+rand.Text())
	if err := d.before(Create, path); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.Perm)
	if err != nil {
		return "", err
	}
	err = d.fill(file, write)
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	return path, err
}

// TempPrefix begins the name of every temporary file.
const TempPrefix = ".tmp-"

func (d Disk) fill(file *os.File, write func(io.Writer) error) error {
	if err := d.before(Write, file.Name()); err != nil {
		return err
	}
	if err := write(file); err != nil {
		return err
	}
	if err := d.before(Sync, file.Name()); err != nil {
		return skipped(err)
	}
	return file.Sync()
}

// publish gives a complete temporary file its final name. A file that must not
// replace another is linked, because a link, unlike a rename, fails when the
// name is taken in the meantime.
func (d Disk) publish(temp string, f File) (renamed bool, err error) {
	if !f.Replace {
		err := d.link(temp, f.Path)
		if !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
			return false, err
		}
		// A file system without hard links: the name was free a moment ago.
	}
	if err := d.before(Rename, f.Path); err != nil {
		return false, err
	}
	return true, os.Rename(temp, f.Path)
}

func (d Disk) link(from, to string) error {
	if err := d.before(Link, to); err != nil {
		return err
	}
	return os.Link(from, to)
}

func (d Disk) remove(path string) error {
	if err := d.before(Remove, path); err != nil {
		return err
	}
	return os.Remove(path)
}

// mkdir makes a folder and those above it, each synced into its parent.
func (d Disk) mkdir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is not a folder", dir)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := d.mkdir(parent); err != nil {
		return err
	}
	if err := d.before(Mkdir, dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.syncDir(parent)
}

func (d Disk) syncAll(dirs folders) error {
	for _, dir := range dirs.order {
		if err := d.syncDir(dir); err != nil {
			return fmt.Errorf("sync folder %s: %w", dir, err)
		}
	}
	return nil
}

func (d Disk) syncDir(dir string) error {
	if err := d.before(SyncDir, dir); err != nil {
		return skipped(err)
	}
	return syncFolder(dir)
}

// skipped turns ErrSkip into success.
func skipped(err error) error {
	if err == ErrSkip {
		return nil
	}
	return err
}

func (d Disk) before(op Op, path string) error {
	if d.Before == nil {
		return nil
	}
	return d.Before(op, path)
}

// holds reports whether path exists with these bytes; other bytes are an error.
func holds(path string, data []byte) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if info.Mode().IsRegular() && info.Size() == int64(len(data)) {
		have, err := os.ReadFile(path)
		if err != nil {
			return false, err
		}
		if bytes.Equal(have, data) {
			return true, nil
		}
	}
	return false, fmt.Errorf("%w with other bytes", fs.ErrExist)
}

// folders is a set that keeps its order.
type folders struct {
	order []string
	seen  map[string]bool
}

func (f *folders) add(dir string) {
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if !f.seen[dir] {
		f.seen[dir] = true
		f.order = append(f.order, dir)
	}
}
