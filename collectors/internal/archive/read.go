package archive

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// readAttempts is how often an object is read again from its beginning when the
// connection breaks in the middle of it. (Requests that fail are repeated by the SDK.)
const readAttempts = 4

// Unreadable is the error of an object that its store does not give whole.
type Unreadable struct{ err error }

func (e Unreadable) Error() string { return e.err.Error() }
func (e Unreadable) Unwrap() error { return e.err }

// Read opens an object and has use read its body, again from the beginning when
// the connection broke: use must be able to start over. What the store does not
// give is Unreadable; when ctx ended, that is the error; others are use's own.
func Read(ctx context.Context, st Store, log *slog.Logger, key string, use func(c Content, body io.Reader) error) error {
	for attempt := 1; ; attempt++ {
		broke, err := readOnce(ctx, st, key, use)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case broke && attempt < readAttempts:
			log.Debug("read an object again", "object", st.URL(key), "attempt", attempt, "error", err)
		case broke:
			return Unreadable{fmt.Errorf("the connection broke %d times: %w", attempt, err)}
		default:
			return err
		}
	}
}

func readOnce(ctx context.Context, st Store, key string, use func(Content, io.Reader) error) (broke bool, err error) {
	c, err := st.Open(ctx, key)
	if err != nil {
		return false, Unreadable{err}
	}
	defer c.Body.Close()
	body := breakable{Reader: c.Body, alive: ctx.Err}
	err = use(c, &body)
	return err != nil && body.broke != nil, err
}

// breakable remembers that a body broke off, which an inflater cannot tell from
// an object that ends too early.
type breakable struct {
	io.Reader
	alive func() error // of the context: files on disk do not know it
	broke error
}

func (b *breakable) Read(p []byte) (int, error) {
	if err := b.alive(); err != nil {
		b.broke = err
		return 0, err
	}
	n, err := b.Reader.Read(p)
	if err != nil && err != io.EOF {
		b.broke = err
	}
	return n, err
}
