package cloudtrail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	objects "github.com/evidencepack/evidence/collectors/internal/archive"
)

// What a batch holds at most: it ends with the record that reaches either.
const (
	batchRecords = 5000
	batchBytes   = 8 << 20
)

// cursor says which record of which file was the last to be handed over, and
// what all that were handed over are. A unit that is resumed is read again from
// its beginning, and what lies before the cursor is checked and counted but not
// handed over again: claims then speak of what is there now. When that is not
// what was handed over, since a file has come or can be read by now, the unit is
// handed over anew.
type cursor struct {
	Key  string `json:"key,omitempty"`  // the log file
	N    int    `json:"n,omitempty"`    // how many of its wanted records were dealt with
	Sum  []byte `json:"sum,omitempty"`  // over the records up to here; see run.pass
	Done bool   `json:"done,omitempty"` // the claims were handed over too
}

// Collect reads one unit: first the digests, then the log files in the order of
// their keys.
func (a *archive) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := a.newRun(u, from, yield)
		if err == nil && !r.resume.Done {
			err = r.all(ctx)
		}
		if err == errChanged {
			a.log.Info("read a unit anew: what lies before its cursor has changed", "unit", u.String())
			if r, err = a.newRun(u, nil, yield); err == nil {
				err = r.all(ctx)
			}
		}
		if err != nil && err != errStopped {
			yield(evidence.Batch{}, fmt.Errorf("collect %s: %w", u, err))
		}
	}
}

var (
	// errStopped ends a run whose consumer wants no more.
	errStopped = errors.New("stopped")
	// errChanged ends a run, before it handed anything over, that resumes from a
	// cursor which no longer fits what is there.
	errChanged = errors.New("changed")
)

// run is the collection of one unit.
type run struct {
	*archive
	unit   evidence.Unit
	spec   spec
	place  place
	filter *filter
	resume cursor
	yield  func(evidence.Batch, error) bool

	proof *proof
	files []logKey
	tally tally
	seen  map[[16]byte][16]byte // of kept events: hash of the ID → hash of the body

	batch evidence.Batch
	bytes int
	at    cursor
	sum   []byte // over the records that were passed so far
	past  bool   // the cursor to resume from lies behind, and fits
}

func (a *archive) newRun(u evidence.Unit, from evidence.Cursor, yield func(evidence.Batch, error) bool) (*run, error) {
	r := &run{archive: a, unit: u, place: placeOf(u.Scope), filter: newFilter(u.Want), yield: yield, seen: map[[16]byte][16]byte{}}
	if err := json.Unmarshal(u.Spec, &r.spec); err != nil {
		return nil, fmt.Errorf("its spec: %w", err)
	}
	if len(from) > 0 {
		if err := json.Unmarshal(from, &r.resume); err != nil {
			return nil, fmt.Errorf("its cursor: %w", err)
		}
	}
	r.tally.init(r.filter.want)
	return r, nil
}

func (r *run) all(ctx context.Context) (err error) {
	if r.settings.Digests == digestsAbsent {
		r.proof = &proof{}
	} else if r.proof, err = r.validate(ctx, r.place, r.spec.Delivery); err != nil {
		return err
	}
	if err := r.listLogs(ctx); err != nil {
		return err
	}
	if err := r.readAll(ctx, r.files, r.accept); err != nil {
		return err
	}
	strays := make([]logKey, len(r.proof.strays))
	for i, s := range r.proof.strays {
		strays[i] = s.logKey
	}
	if err := r.readAll(ctx, strays, r.acceptStray); err != nil {
		return err
	}
	return r.finish()
}

// listLogs finds the unit's log files and compares them with what digests list.
func (r *run) listLogs(ctx context.Context) error {
	present := map[string]bool{}
	for _, day := range days(r.spec.Delivery) {
		for o, err := range r.store.List(ctx, r.place.folder(r.prefix, logFolder)+day) {
			if err != nil {
				return err
			}
			k, ok := parseLogKey(o.Key, r.place)
			switch {
			case !ok:
				r.tally.gap("unknown_key", o.Key, "it has not the form of a log file's key, or lies in another day's folder")
			case r.spec.Delivery.Contains(k.Delivered):
				k.Size = o.Size
				r.files = append(r.files, k)
				present[k.Key] = true
			}
		}
	}
	// A cursor counts on the order of keys, and not every store lists in it.
	slices.SortFunc(r.files, func(a, b logKey) int { return strings.Compare(a.Key, b.Key) })
	for _, key := range sortedKeys(r.proof.listed) {
		if !present[key] {
			r.tally.gap("log_missing", key, "listed by "+r.proof.listed[key].Digest)
		}
	}
	return nil
}

// readAll reads files, several at a time, and hands over the results in order.
func (r *run) readAll(ctx context.Context, files []logKey, accept func(context.Context, *logFile) error) error {
	read := func(ctx context.Context, k logKey) (*logFile, error) { return r.readLog(ctx, k, r.filter) }
	return objects.InOrder(ctx, r.workers, files, read, accept)
}

// accept takes over one log file: its counts, what is wrong with it, its records.
func (r *run) accept(ctx context.Context, f *logFile) error {
	listed := r.verify(f)
	f.origin.Proof = listed.Digest
	r.tally.add(f)
	r.tally.clock(f.skew)
	for n, w := range f.kept {
		if err := r.keep(f, n, w); err != nil {
			return err
		}
	}
	if f.overflow {
		return r.readAgain(ctx, f)
	}
	return nil
}

// verify compares a log file with the digest that lists it.
func (r *run) verify(f *logFile) listing {
	if r.settings.Digests == digestsAbsent {
		return listing{}
	}
	l, ok := r.proof.listed[f.Key]
	switch {
	case !ok:
		f.gap("log_not_listed", "no digest lists it")
	case f.whole || f.hashed():
		f.compare(l)
	}
	return l
}

// acceptStray checks a file that the unit's digests list and another unit reads.
func (r *run) acceptStray(_ context.Context, f *logFile) error {
	for _, l := range r.proof.strays {
		if l.Key == f.Key {
			f.compare(l)
			break
		}
	}
	r.tally.gaps = append(r.tally.gaps, f.gaps...)
	return nil
}

// readAgain hands over the records of a file that wants more of them kept than
// are held before its hash is known.
func (r *run) readAgain(ctx context.Context, first *logFile) error {
	done := 0
	var stopped error
	err := r.inflate(ctx, first.Key, r.settings.MaxInflatedSize, func(rd *reader) error {
		again := &logFile{logKey: first.logKey}
		n := 0
		err := again.scan(rd, r.filter, func(w wanted) error {
			if n++; n <= done { // the connection broke, and this was dealt with before
				return nil
			}
			done = n
			stopped = r.keep(first, n-1, w)
			return stopped
		})
		if err == nil && rd.hash() != first.origin.SHA256 {
			r.tally.gap("object_changed", first.Key, "it was replaced while it was being read")
		}
		return err
	})
	switch {
	case stopped != nil:
		return stopped
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && first.whole:
		r.tally.gap("object_changed", first.Key, "it could be read the first time, and then not: "+err.Error())
	}
	return nil
}

// keep takes over the n-th wanted record of a file: once, and only if it lies
// after the cursor.
func (r *run) keep(f *logFile, n int, w wanted) error {
	id, body := short([]byte(w.ID)), short(w.Body)
	if before, ok := r.seen[id]; ok {
		if before == body {
			r.tally.duplicates++
			return nil
		}
		r.tally.gap("conflicting_event", f.Key, fmt.Sprintf("event %s has another content than before in this unit", w.ID))
	} else {
		r.seen[id] = body
	}
	r.tally.keep(f, w, r.spec.Period)
	if r.before(f.Key, n) {
		r.pass(f.Key, id, body)
		return nil
	}
	if err := r.resumed(); err != nil {
		return err
	}
	r.pass(f.Key, id, body)
	if o := r.batch.Origins; len(o) == 0 || o[len(o)-1].Request != f.origin.Request {
		r.batch.Origins = append(o, f.origin)
	}
	rec := w.Record
	rec.Origin = len(r.batch.Origins) - 1
	r.batch.Records = append(r.batch.Records, rec)
	r.bytes += len(rec.Body)
	r.at = cursor{Key: f.Key, N: n + 1, Sum: r.sum}
	if len(r.batch.Records) >= r.batchRecords || r.bytes >= batchBytes {
		return r.flush()
	}
	return nil
}

// before reports whether the cursor that the run resumes from lies after the
// n-th wanted record of a file.
func (r *run) before(key string, n int) bool {
	return key < r.resume.Key || key == r.resume.Key && n < r.resume.N
}

// pass adds a record to the sum over all before it: a chain of hashes.
func (r *run) pass(key string, id, body [16]byte) {
	sum := sha256.Sum256(slices.Concat(r.sum, id[:], body[:], []byte(key)))
	r.sum = sum[:]
}

// resumed is asked once all before the cursor has been passed: was it the same
// when the cursor was made?
func (r *run) resumed() error {
	if !r.past && !bytes.Equal(r.sum, r.resume.Sum) {
		return errChanged
	}
	r.past = true
	return nil
}

func (r *run) finish() error {
	if err := r.resumed(); err != nil {
		return err
	}
	r.batch.Claims = []evidence.Claim{r.claim()}
	r.at = cursor{Done: true}
	return r.flush()
}

func (r *run) flush() error {
	c, err := json.Marshal(r.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b := r.batch
	b.Kind, b.Cursor = EventKind, c
	r.batch, r.bytes = evidence.Batch{}, 0
	if !r.yield(b, nil) {
		return errStopped
	}
	return nil
}

// short is enough of a SHA-256 to tell a unit's events and bodies apart.
func short(b []byte) [16]byte {
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}
