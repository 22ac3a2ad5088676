package locker

import (
	"context"
	"io"
	"iter"
)

// Store holds a locker's objects under slash-separated names. Apart from the
// latest checkpoint and what is pending, objects are immutable: written once,
// never deleted.
//
// An implementation must be safe for concurrent use, and a Get or List must see
// every Put and Delete that returned before it.
type Store interface {
	// Get opens an object. The error wraps fs.ErrNotExist when there is none.
	Get(ctx context.Context, name string) (io.ReadCloser, error)

	// Put stores objects. When it returns nil, all of them are durable. Each
	// appears under its name as a whole or not at all; after an error, any of
	// them may be there. Storing an object that exists already with the same
	// bytes succeeds; with other bytes, and without Replace, it fails with an
	// error that wraps fs.ErrExist.
	Put(ctx context.Context, objects ...Object) error

	// List yields the names that begin with prefix, in no particular order.
	// A prefix is empty or ends with a slash.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]

	// Delete deletes objects in the given order, so that a deletion that was
	// cut off leaves the last ones. One that does not exist is no error.
	Delete(ctx context.Context, names ...string) error
}

// Object is something to be put into a store.
type Object struct {
	Name    string
	Data    []byte
	From    string // when set, the bytes are those of the object of this name, and an existing Name is left alone
	Replace bool   // whether an object of this name gives way
}
