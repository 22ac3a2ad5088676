package cloudtrail

import (
	"context"
	"io"
	"iter"
	"time"
)

// A store holds an archive's objects: a bucket, or a copy of one in a folder.
type store interface {
	// list yields the objects whose keys begin with prefix, in the order of their keys.
	list(ctx context.Context, prefix string) iter.Seq2[object, error]
	// folders names what lies one level below a prefix, without slashes, in order.
	folders(ctx context.Context, prefix string) ([]string, error)
	// open reads an object.
	open(ctx context.Context, key string) (content, error)
	// signature returns what a digest was signed with, given its metadata, and
	// empty if the store does not know.
	signature(ctx context.Context, key string, c content) (string, error)
	// url names an object for people.
	url(key string) string
	// holds reports whether a bucket and key that CloudTrail wrote down are the
	// object that this store has at key.
	holds(bucket, object, key string) bool
	// local turns a key that CloudTrail wrote down into this store's key.
	local(bucket, object string) (key string, ok bool)
}

type object struct {
	Key  string
	Size int64
}

// content is an open object.
type content struct {
	Body     io.ReadCloser
	Metadata map[string]string
	Response string        // the version's id, or the ETag
	Date     time.Time     // when the store answered, by its own clock; zero if it has none
	Skew     time.Duration // our clock less the store's, when it answered
}
