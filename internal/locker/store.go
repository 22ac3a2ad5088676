package locker

import (
	"context"
	"io"
	"iter"
)

// Store holds a locker's objects under slash-separated names, and its lock.
// Apart from the latest checkpoint and what is pending, objects are immutable:
// written once, never deleted.
//
// An implementation must be safe for concurrent use, and a Get or List must see
// every Put and Delete that returned before it.
type Store interface {
	// Get opens an object. The error wraps fs.ErrNotExist when there is none.
	Get(ctx context.Context, name string) (io.ReadCloser, error)

	// Put stores objects. When it returns nil, all of them are durable. Each
	// appears under its name as a whole or not at all; after an error, any of
	// them may be there. Storing an object that exists already with the same
	// bytes succeeds; with other bytes it fails with an error that wraps
	// fs.ErrExist, unless Replace is set and Over is what is there.
	Put(ctx context.Context, objects ...Object) error

	// List yields the names that begin with prefix, in no particular order.
	// A prefix is empty or ends with a slash.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]

	// Delete deletes objects. After an error any of them may be there. One that
	// does not exist is no error.
	Delete(ctx context.Context, names ...string) error

	// Lock takes the lock of the one writer. While another process holds it, the
	// error is a [*LockedError].
	Lock(ctx context.Context) (Lock, error)

	// Busy returns a [*LockedError] while another process holds the lock.
	Busy(ctx context.Context) error

	// String says where the store is.
	String() string
}

// Lock is the lock of a store, held.
type Lock interface {
	// Held reports whether the lock is still ours. The error wraps [ErrLocked]
	// when another process took it over.
	Held(ctx context.Context) error

	// Commit is Held for the one write that decides: storing a signed checkpoint
	// under its kept name. A store whose processes share no kernel remembers the
	// checkpoint with the lock, for whoever takes that over.
	Commit(ctx context.Context, checkpoint []byte) error

	// Committed is the checkpoint that was committed to last, by whomever. It may
	// not have been stored. Nil: there is none, or the store remembers none.
	Committed() []byte

	// Release gives the lock back.
	Release() error
}

// Object is something to be put into a store.
type Object struct {
	Name    string
	Data    []byte
	From    string // when set, the bytes are those of the object of this name, and an existing Name is left alone
	Replace bool   // whether an object of this name gives way
	Over    []byte // with Replace: the bytes that give way; nil: there is no such object yet
}
