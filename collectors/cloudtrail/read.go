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
	objects "github.com/evidencepack/evidence/collectors/internal/archive"
)

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
	ahead  *bufio.Reader // of the object's body: the inflater's own would read 4 KB at a time
	sum    hash.Hash
	size   int64
	limit  int64
	opened objects.Content
	skew   time.Duration // our clock less the store's, when it answered; zero if it has none
}

var readers = sync.Pool{New: func() any {
	return &reader{scan: newScanner(nil), sum: sha256.New(), ahead: bufio.NewReaderSize(nil, 64<<10)}
}}

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
	err := objects.Read(ctx, a.store, a.log, key, func(c objects.Content, body io.Reader) error {
		r := readers.Get().(*reader)
		defer readers.Put(r)
		r.sum.Reset()
		r.size, r.limit, r.opened, r.skew = 0, limit, c, 0
		if !c.Date.IsZero() {
			r.skew = a.now().Sub(c.Date)
		}
		r.ahead.Reset(body)
		if err := r.gzip.Reset(r.ahead); err != nil {
			return codedError{"log_corrupt", fmt.Errorf("gzip: %w", err)}
		}
		if err := use(r); err != nil {
			return classifyRead(err)
		}
		return nil
	})
	if _, ok := errors.AsType[objects.Unreadable](err); ok {
		return codedError{"log_unreadable", err}
	}
	return err
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
func (a *archive) readWhole(ctx context.Context, key string, limit int64) (b []byte, skew time.Duration, c objects.Content, err error) {
	err = a.inflate(ctx, key, limit, func(r *reader) (err error) {
		c, skew = r.opened, r.skew
		b, err = io.ReadAll(r)
		return err
	})
	return b, skew, c, err
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
			Request: a.store.URL(k.Key), Response: r.opened.Response, Date: r.opened.Date,
			SHA256: r.hash(), Size: r.size,
		}
		out.skew, out.whole = r.skew, err == nil
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
