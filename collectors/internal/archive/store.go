// Package archive lists and reads the objects of an archive: a bucket in S3, or a
// folder that is a copy of one.
//
//	store.go   what a store is, and which one a location names
//	bucket.go  a bucket
//	folder.go  a folder
//	read.go    reading an object to its end, also over a connection that breaks
//	order.go   reading several at a time, with the results in order
package archive

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// Store holds an archive's objects.
type Store interface {
	// List yields the objects whose keys begin with prefix. A bucket lists them in
	// the order of their keys, a folder in that of its tree.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]
	// Level tells what lies directly below a prefix: the names of folders, without
	// slashes, and the objects, in the store's own order, which is always the same.
	Level(ctx context.Context, prefix string) (folders []string, objects []Object, err error)
	// Open opens an object. Its body breaks off when ctx ends or the connection
	// does: Read begins it again.
	Open(ctx context.Context, key string) (Content, error)
	// URL names an object for people. It holds no secret.
	URL(key string) string
}

// Object is one entry of a listing.
type Object struct {
	Key  string
	Size int64
	Mark string // differs when the object does: its ETag, or when it was changed
}

// Content is an open object.
type Content struct {
	Body     io.ReadCloser
	Metadata map[string]string
	Response string    // the version's id, or the ETag
	Date     time.Time // when the store answered, by its own clock; zero if it has none
}

// Options say how a bucket is reached.
type Options struct {
	BaseDir   string // what a relative path is relative to
	PathStyle bool   // the bucket's name stands in the path of URLs even where no endpoint is set
	Session   *awsauth.Session
}

// Locate finds the store that a location names: s3://bucket/prefix,
// file:///folder or a path. prefix is the part of a bucket's location behind its
// name, without slashes around it; a folder has none. It does no I/O.
func Locate(location string, o Options) (st Store, prefix string, err error) {
	if location == "" {
		return nil, "", fmt.Errorf("location is missing: want s3://bucket/prefix or file:///folder")
	}
	u, err := url.Parse(location)
	if err != nil {
		return nil, "", fmt.Errorf("location: %w", err)
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, "", fmt.Errorf("location: user, query and fragment mean nothing here")
	case u.Scheme == "s3" && u.Host != "":
		return NewBucket(u.Host, o.PathStyle, o.Session), strings.Trim(path.Clean("/"+u.Path), "/"), nil
	case u.Scheme == "file" && (u.Host == "" || u.Host == "localhost"):
		return NewFolder(filepath.FromSlash(u.Path)), "", nil
	case u.Scheme == "" || filepath.VolumeName(location) != "":
		dir := location
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(o.BaseDir, dir)
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, "", fmt.Errorf("location: %w", err)
		}
		return NewFolder(dir), "", nil
	}
	return nil, "", fmt.Errorf("location %q: want s3://bucket/prefix, file:///folder or a path", location)
}
