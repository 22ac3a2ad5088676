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
	"slices"
	"strings"
	"time"
)

// Folder is a copy of an archive in a folder, as `aws s3 sync` makes it. The folder
// may be a symbolic link itself. Of the links in it those to files of the folder are
// files; others, which may lead out of it or in a circle, are errors that name them.
type Folder struct{ dir string } // absolute

// NewFolder is the folder at an absolute path.
func NewFolder(dir string) *Folder { return &Folder{dir: dir} }

// List yields the files in the order of the tree.
func (f *Folder) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		root, err := os.OpenRoot(f.dir)
		if err != nil {
			yield(Object{}, fmt.Errorf("list %s: %w", f.URL(""), err))
			return
		}
		defer root.Close()
		dir, _ := path.Split(prefix)
		if _, err := f.walk(ctx, root, dir, prefix, yield); err != nil {
			yield(Object{}, fmt.Errorf("list %s: %w", f.URL(prefix), err))
		}
	}
}

// walk yields the files in a folder, whose key is empty or ends with a slash, and in
// those below it. It tells whether more are wanted.
func (f *Folder) walk(ctx context.Context, root *os.Root, dir, prefix string, yield func(Object, error) bool) (more bool, err error) {
	folders, objects, err := f.entries(ctx, root, dir)
	if err != nil {
		return false, err
	}
	for len(folders) > 0 || len(objects) > 0 {
		if len(objects) == 0 || len(folders) > 0 && dir+folders[0] < objects[0].Key {
			below := dir + folders[0] + "/"
			folders = folders[1:]
			if !strings.HasPrefix(below, prefix) {
				continue
			}
			if more, err := f.walk(ctx, root, below, prefix, yield); err != nil || !more {
				return false, err
			}
			continue
		}
		o := objects[0]
		objects = objects[1:]
		if strings.HasPrefix(o.Key, prefix) && !yield(o, nil) {
			return false, nil
		}
	}
	return true, nil
}

// Level tells the folders and files in a folder. A prefix that does not end with
// a slash is the beginning of their names.
func (f *Folder) Level(ctx context.Context, prefix string) (folders []string, objects []Object, err error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, nil, fmt.Errorf("list %s: %w", f.URL(""), err)
	}
	defer root.Close()
	dir, beginning := path.Split(prefix)
	names, all, err := f.entries(ctx, root, dir)
	if err != nil {
		return nil, nil, fmt.Errorf("list %s: %w", f.URL(prefix), err)
	}
	for _, name := range names {
		if rest, ok := strings.CutPrefix(name, beginning); ok {
			folders = append(folders, rest)
		}
	}
	return folders, slices.DeleteFunc(all, func(o Object) bool { return !strings.HasPrefix(o.Key, prefix) }), nil
}

// entries are the names of the folders and the files in one folder, in order; none
// where it is not there.
func (f *Folder) entries(ctx context.Context, root *os.Root, dir string) (folders []string, objects []Object, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := f.straight(root, dir); err != nil {
		return nil, nil, err
	}
	d, err := root.Open(local(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	list, err := d.ReadDir(-1)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range list {
		key := dir + e.Name()
		if e.IsDir() {
			folders = append(folders, e.Name())
			continue
		}
		link := e.Type()&fs.ModeSymlink != 0
		switch info, err := root.Stat(local(key)); {
		case link && (err != nil || info.IsDir()):
			return nil, nil, f.refuse(key)
		case errors.Is(err, fs.ErrNotExist): // it has just gone
		case err != nil:
			return nil, nil, err
		default:
			objects = append(objects, file(key, info))
		}
	}
	return folders, objects, nil
}

// straight refuses a folder to which a link leads.
func (f *Folder) straight(root *os.Root, dir string) error {
	for at := range len(dir) {
		if dir[at] != '/' {
			continue
		}
		info, err := root.Lstat(local(dir[:at]))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return f.refuse(dir[:at])
		}
	}
	return nil
}

func (f *Folder) refuse(key string) error {
	return fmt.Errorf("%s is a symbolic link, and not to a file within the folder: links to folders and out of it are not followed; put what it leads to in its place (copy it or mount it there), or remove it", f.URL(key))
}

// local is a key as a name within the folder.
func local(key string) string { return filepath.FromSlash(path.Clean("./" + key)) }

func file(key string, info fs.FileInfo) Object {
	return Object{key, info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)}
}

// Open opens a file of the folder.
func (f *Folder) Open(ctx context.Context, key string) (Content, error) {
	if err := ctx.Err(); err != nil {
		return Content{}, err
	}
	file, err := os.OpenInRoot(f.dir, local(key))
	if err != nil {
		return Content{}, fmt.Errorf("%s: %w", f.URL(key), err)
	}
	return Content{Body: file}, nil
}

// URL is the file's address on this machine.
func (f *Folder) URL(key string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(f.dir) + "/" + key}).String()
}
