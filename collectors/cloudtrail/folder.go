package cloudtrail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// signatureSuffix names the file beside a digest that may hold its signature in
// hex: a copy in a folder has lost the metadata that held it.
const signatureSuffix = ".signature"

// folder is a copy of an archive in a folder, as `aws s3 sync` makes it.
type folder struct {
	dir string // absolute

	mu sync.Mutex
	// Where the copy was taken from, as the first digest that was read says; all
	// others must agree.
	bucket, prefix string
	known          bool
}

func (f *folder) path(key string) string { return filepath.Join(f.dir, filepath.FromSlash(key)) }

func (f *folder) list(ctx context.Context, prefix string) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		root := f.path(path.Dir(prefix + "x"))
		if _, err := os.Lstat(root); errors.Is(err, fs.ErrNotExist) {
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
			if !strings.HasPrefix(key, prefix) || strings.HasSuffix(key, signatureSuffix) {
				return nil
			}
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			if !yield(object{key, info.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(object{}, fmt.Errorf("list %s: %w", f.url(prefix), err))
		}
	}
}

func (f *folder) folders(_ context.Context, prefix string) ([]string, error) {
	entries, err := os.ReadDir(f.path(prefix))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(f.dir); err != nil {
			return nil, fmt.Errorf("list %s: %w", f.url(""), err)
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", f.url(prefix), err)
	}
	var out []string
	for _, e := range entries {
		if info, err := os.Stat(f.path(prefix + e.Name())); err == nil && info.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

func (f *folder) open(ctx context.Context, key string) (content, error) {
	if err := ctx.Err(); err != nil {
		return content{}, err
	}
	file, err := os.Open(f.path(key))
	if err != nil {
		return content{}, err
	}
	return content{Body: file}, nil
}

func (f *folder) signature(_ context.Context, key string, _ content) (string, error) {
	file, err := os.Open(f.path(key + signatureSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, 64<<10))
	return strings.TrimSpace(string(b)), err
}

func (f *folder) url(key string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(f.dir) + "/" + key}).String()
}

func (f *folder) holds(bucket, object, key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	prefix, ok := strings.CutSuffix(object, key)
	if !ok || prefix != "" && !strings.HasSuffix(prefix, "/") {
		return false
	}
	if !f.known {
		f.bucket, f.prefix, f.known = bucket, prefix, true
	}
	return f.bucket == bucket && f.prefix == prefix
}

func (f *folder) local(bucket, object string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, ok := strings.CutPrefix(object, f.prefix)
	return key, ok && f.known && bucket == f.bucket
}
