package cloudtrail

import (
	"context"

	objects "github.com/evidencepack/evidence/collectors/internal/archive"
)

// A store holds an archive's objects, and knows what CloudTrail writes of them.
type store interface {
	objects.Store
	// signature returns what a digest was signed with, given its metadata, and
	// empty if the store does not know.
	signature(ctx context.Context, key string, c objects.Content) (string, error)
	// holds reports whether a bucket and key that CloudTrail wrote down are the
	// object that this store has at key.
	holds(bucket, object, key string) bool
	// local turns a key that CloudTrail wrote down into this store's key.
	local(bucket, object string) (key string, ok bool)
}

// storeOf is the store that a location names.
func storeOf(st objects.Store) store {
	if f, ok := st.(*objects.Folder); ok {
		return &folder{Folder: f}
	}
	return &bucket{st.(*objects.Bucket)}
}
