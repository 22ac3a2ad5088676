package locker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/evidencepack/evidence/internal/durable"
)

// dir is a Store in a folder. Names are paths below root.
type dir struct {
	root string
	disk durable.Disk
}

func newDir(root string) dir {
	return dir{root: root, disk: durable.Disk{Temp: filepath.Join(root, "tmp")}}
}

const filePerm = 0o644

func (d dir) path(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

// Get refuses what is not a regular file: a symbolic link or device in a locker
// was put there by somebody else.
func (d dir) Get(_ context.Context, name string) (io.ReadCloser, error) {
	info, err := os.Lstat(d.path(name))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", d.path(name))
	}
	return os.Open(d.path(name))
}

func (d dir) Put(_ context.Context, objects ...Object) error {
	var files []durable.File
	var from, to []string
	for _, o := range objects {
		if o.From == "" {
			if err := d.givesWay(o); err != nil {
				return err
			}
			files = append(files, durable.File{Path: d.path(o.Name), Data: o.Data, Perm: filePerm, Replace: o.Replace})
			continue
		}
		if _, err := os.Lstat(d.path(o.Name)); errors.Is(err, fs.ErrNotExist) {
			from, to = append(from, d.path(o.From)), append(to, d.path(o.Name))
		} else if err != nil {
			return err
		}
	}
	if err := d.disk.Write(files...); err != nil {
		return err
	}
	err := d.disk.Link(from, to)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return d.copy(from, to) // a file system without hard links
	}
	return err
}

// givesWay reports whether an object may be put in the place of what is there.
// That nobody writes between this look and the renaming is the lock's business.
func (d dir) givesWay(o Object) error {
	if !o.Replace {
		return nil // durable.Disk looks itself
	}
	data, err := os.ReadFile(d.path(o.Name))
	if errors.Is(err, fs.ErrNotExist) {
		data, err = nil, nil
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(data, o.Over) && !bytes.Equal(data, o.Data) {
		return fmt.Errorf("write %s: another has been written there: %w", d.path(o.Name), fs.ErrExist)
	}
	return nil
}

func (d dir) copy(from, to []string) error {
	for i := range from {
		data, err := os.ReadFile(from[i])
		if err != nil {
			return err
		}
		if err := d.disk.Write(durable.File{Path: to[i], Data: data, Perm: filePerm}); err != nil {
			return err
		}
	}
	return nil
}

func (d dir) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		stop := errors.New("stop")
		err := filepath.WalkDir(d.path(prefix), func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // removed since its folder was read, or nothing has this prefix
			}
			if err != nil || e.IsDir() {
				return errors.Join(err, ctx.Err())
			}
			rel, err := filepath.Rel(d.root, path)
			if err != nil {
				return err
			}
			if !yield(filepath.ToSlash(rel), nil) {
				return stop
			}
			return nil
		})
		if err != nil && err != stop {
			yield("", err)
		}
	}
}

func (d dir) Delete(_ context.Context, names ...string) error {
	paths := make([]string, len(names))
	for i, n := range names {
		paths[i] = d.path(n)
	}
	return d.disk.Remove(paths...)
}

func (d dir) Lock(context.Context) (Lock, error) { return acquire(d.root) }

func (d dir) String() string { return d.root }

// read returns all of an object, which must not be larger than limit.
func read(ctx context.Context, s Store, name string, limit int64) ([]byte, error) {
	r, err := s.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: larger than %d bytes", name, limit)
	}
	return data, nil
}

// list returns the names that begin with prefix.
func list(ctx context.Context, s Store, prefix string) ([]string, error) {
	var names []string
	for name, err := range s.List(ctx, prefix) {
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, err)
		}
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names, nil
}
