package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Folder is a copy of an archive in a folder, as `aws s3 sync` makes it.
type Folder struct{ dir string } // absolute

// NewFolder is the folder at an absolute path.
func NewFolder(dir string) *Folder { return &Folder{dir: dir} }

// Path is where an object lies on disk.
func (f *Folder) Path(key string) string { return filepath.Join(f.dir, filepath.FromSlash(key)) }

// List yields the files in the order of the tree.
func (f *Folder) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		root := f.Path(path.Dir(prefix + "x"))
		if _, err := os.Lstat(root); errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Stat(f.dir); err != nil {
				yield(Object{}, fmt.Errorf("list %s: %w", f.URL(""), err))
			}
			return
		}
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(f.dir, name)
			if err != nil {
				return err
			}
			key := filepath.ToSlash(rel)
			if !strings.HasPrefix(key, prefix) {
				return nil
			}
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			if !yield(file(key, info), nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Object{}, fmt.Errorf("list %s: %w", f.URL(prefix), err))
		}
	}
}

func file(key string, info fs.FileInfo) Object {
	return Object{key, info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)}
}

// Level tells the folders and files in a folder. A prefix that does not end with
// a slash is the beginning of their names.
func (f *Folder) Level(ctx context.Context, prefix string) (folders []string, objects []Object, err error) {
	dir, beginning := path.Split(prefix)
	entries, err := os.ReadDir(f.Path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(f.dir); err != nil {
			return nil, nil, fmt.Errorf("list %s: %w", f.URL(""), err)
		}
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list %s: %w", f.URL(prefix), err)
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), beginning)
		if !ok {
			continue
		}
		switch info, err := os.Stat(f.Path(dir + e.Name())); {
		case errors.Is(err, fs.ErrNotExist): // it has just gone, or is a link to nowhere
		case err != nil:
			return nil, nil, fmt.Errorf("list %s: %w", f.URL(prefix), err)
		case info.IsDir():
			folders = append(folders, rest)
		default:
			objects = append(objects, file(dir+e.Name(), info))
		}
	}
	return folders, objects, ctx.Err()
}

// Open opens a file.
func (f *Folder) Open(ctx context.Context, key string) (Content, error) {
	if err := ctx.Err(); err != nil {
		return Content{}, err
	}
	file, err := os.Open(f.Path(key))
	if err != nil {
		return Content{}, err
	}
	return Content{Body: file}, nil
}

// URL is the file's address on this machine.
func (f *Folder) URL(key string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(f.dir) + "/" + key}).String()
}
