package cloudtrail

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"github.com/evidencepack/evidence"
)

// readAttempts is how often an object is read again from its beginning when the
// connection breaks in the middle of it. (Requests that fail are repeated by the SDK.)
const readAttempts = 4

var errTooLarge = errors.New("it inflates to more than max_inflated_size")

// codedError is an error with the code of the finding that it becomes.
type codedError struct {
	code string
	err  error
}

func (e codedError) Error() string { return e.err.Error() }
func (e codedError) Unwrap() error { return e.err }

// reader inflates, hashes and scans one object at a time. Readers are pooled:
// their buffers are most of what reading an object needs.
type reader struct {
	gzip   gzip.Reader
	scan   *scanner
	body   breakable
	ahead  *bufio.Reader // of body: the inflater's own would read 4 KB at a time
	sum    hash.Hash
	size   int64
	limit  int64
	opened content
}

var readers = sync.Pool{New: func() any {
	return &reader{scan: newScanner(nil), sum: sha256.New(), ahead: bufio.NewReaderSize(nil, 64<<10)}
}}

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

// Read inflates the object and hashes what comes out.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.gzip.Read(p)
	r.sum.Write(p[:n])
	r.size += int64(n)
	if r.size > r.limit {
		return n, errTooLarge
	}
	return n, err
}

func (r *reader) hash() string { return hex.EncodeToString(r.sum.Sum(nil)) }

// inflate opens an object and has use read it, again from the beginning when
// the connection broke. Errors of the object are codedErrors; others end the unit.
func (a *archive) inflate(ctx context.Context, key string, limit int64, use func(*reader) error) error {
	for attempt := 1; ; attempt++ {
		broke, err := a.inflateOnce(ctx, key, limit, use)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case broke && attempt < readAttempts:
			a.log.Debug("read an object again", "object", a.store.url(key), "attempt", attempt, "error", err)
		case broke:
			return codedError{"log_unreadable", fmt.Errorf("the connection broke %d times: %w", attempt, err)}
		default:
			return err
		}
	}
}

func (a *archive) inflateOnce(ctx context.Context, key string, limit int64, use func(*reader) error) (broke bool, err error) {
	c, err := a.store.open(ctx, key)
	if err != nil {
		return false, codedError{"log_unreadable", err}
	}
	defer c.Body.Close()
	if !c.Date.IsZero() {
		c.Skew = a.now().Sub(c.Date)
	}
	r := readers.Get().(*reader)
	defer readers.Put(r)
	r.body = breakable{Reader: c.Body, alive: ctx.Err}
	r.sum.Reset()
	r.size, r.limit, r.opened = 0, limit, c
	r.ahead.Reset(&r.body)
	if err := r.gzip.Reset(r.ahead); err != nil {
		return r.body.broke != nil, codedError{"log_corrupt", fmt.Errorf("gzip: %w", err)}
	}
	if err := use(r); err != nil {
		return r.body.broke != nil, classifyRead(err)
	}
	return false, nil
}

// classifyRead gives an error of inflating or scanning the code of its finding.
func classifyRead(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, errTooLarge):
		return codedError{"log_too_large", err}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &corrupt):
		return codedError{"log_corrupt", fmt.Errorf("gzip: %w", err)}
	}
	return codedError{"log_malformed", err}
}

// readWhole inflates an object that is small by its nature.
func (a *archive) readWhole(ctx context.Context, key string, limit int64) (b []byte, c content, err error) {
	err = a.inflate(ctx, key, limit, func(r *reader) (err error) {
		c = r.opened
		b, err = io.ReadAll(r)
		return err
	})
	return b, c, err
}

// logFile is what reading a log file gave.
type logFile struct {
	logKey
	origin   evidence.Origin
	whole    bool  // read to its end
	events   int64 // records in it, wanted or not
	kept     []wanted
	overflow bool // more is wanted of it than is held: it must be read again
	skew     time.Duration
	gaps     []evidence.Finding
}

// wanted is a record that selections want.
type wanted struct {
	evidence.Record
	who []int // indexes into the filter's selections
}

// heldBytes bounds what is held of one file before its hash is known.
const heldBytes = 8 << 20

// readLog reads a log file. What is wrong with it stands in the result; an
// error is that of ctx.
func (a *archive) readLog(ctx context.Context, k logKey, f *filter) (*logFile, error) {
	var out *logFile
	err := a.inflate(ctx, k.Key, a.settings.MaxInflatedSize, func(r *reader) error {
		held := 0
		out = &logFile{logKey: k}
		err := out.scan(r, f, func(w wanted) error {
			if held += len(w.Body); held > heldBytes {
				out.overflow, out.kept = true, nil
			}
			if !out.overflow {
				out.kept = append(out.kept, w)
			}
			return nil
		})
		if err != nil && classifyRead(err).(codedError).code == "log_malformed" {
			// The proof is over all bytes, whatever they mean.
			_, _ = io.Copy(io.Discard, r)
		}
		out.origin = evidence.Origin{
			Request: a.store.url(k.Key), Response: r.opened.Response, Date: r.opened.Date,
			SHA256: r.hash(), Size: r.size,
		}
		out.skew, out.whole = r.opened.Skew, err == nil
		return err
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if out == nil {
		out = &logFile{logKey: k}
	}
	var coded codedError
	if errors.As(err, &coded) {
		out.gap(coded.code, coded.Error())
		err = nil
	}
	return out, err
}

// scan hands over the wanted records of a file in order and counts the others.
func (l *logFile) scan(r *reader, f *filter, each func(wanted) error) error {
	r.scan.needles = f.needles
	r.scan.reset(r)
	for {
		record, candidate, err := r.scan.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		l.events++
		if !candidate {
			continue
		}
		if record[0] != '{' {
			l.gap("record_invalid", fmt.Sprintf("record %d is no JSON object", l.events))
			continue
		}
		who := f.match(record)
		if len(who) == 0 {
			continue
		}
		rec, err := NewEvent(record, 0)
		if err != nil {
			l.gap("record_invalid", fmt.Sprintf("record %d: %v", l.events, err))
			continue
		}
		if err := each(wanted{rec, who}); err != nil {
			return err
		}
	}
}

func (l *logFile) gap(code, detail string) {
	l.gaps = append(l.gaps, evidence.Finding{Code: code, Object: l.Key, Detail: detail})
}
