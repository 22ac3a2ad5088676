package cloudtrail

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"strings"
	"sync"

	objects "github.com/evidencepack/evidence/collectors/internal/archive"
)

// signatureSuffix names the file beside a digest that may hold its signature in
// hex: a copy in a folder has lost the metadata that held it.
const signatureSuffix = ".signature"

// folder is a copy of an archive in a folder, as `aws s3 sync` makes it.
type folder struct {
	*objects.Folder

	mu sync.Mutex
	// Where the copy was taken from, as the first digest that was read says; all
	// others must agree.
	bucket, prefix string
	known          bool
}

// List leaves the signatures out, which belong to the digests beside them.
func (f *folder) List(ctx context.Context, prefix string) iter.Seq2[objects.Object, error] {
	return func(yield func(objects.Object, error) bool) {
		for o, err := range f.Folder.List(ctx, prefix) {
			if strings.HasSuffix(o.Key, signatureSuffix) {
				continue
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

func (f *folder) signature(ctx context.Context, key string, _ objects.Content) (string, error) {
	c, err := f.Open(ctx, key+signatureSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer c.Body.Close()
	b, err := io.ReadAll(io.LimitReader(c.Body, 64<<10))
	return strings.TrimSpace(string(b)), err
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
