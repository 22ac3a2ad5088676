package locker

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
)

// Writer appends to a locker and seals it. There is one at a time, in whatever
// process. It is safe for concurrent use.
type Writer struct {
	l    *Locker
	lock Lock

	mu     sync.Mutex
	latest Checkpoint             // of size 0 when nothing is sealed
	groups []group                // pending, in order
	next   int64                  // the index that the next manifest will have
	known  map[tlog.Hash]struct{} // leaf hashes of all that is sealed or pending
	failed error                  // a write that may or may not have happened
}

// Item is a manifest with its records.
type Item struct {
	Manifest Manifest
	Records  []evidence.Record // of a batch
}

// Writer takes the locker's lock and clears up after a predecessor that was cut
// off. While another process holds it, the error is a [*LockedError], which
// wraps [ErrLocked]. It reads the hash of every leaf, 32 bytes each.
func (l *Locker) Writer(ctx context.Context) (*Writer, error) {
	k, err := l.store.Lock(ctx)
	if err != nil {
		return nil, err
	}
	w := &Writer{l: l, lock: k}
	if err := w.recover(ctx); err != nil {
		return nil, errors.Join(err, k.Release())
	}
	return w, nil
}

// Close gives the lock back. What is pending stays pending.
func (w *Writer) Close() error { return w.lock.Release() }

// Append makes a manifest and, of a batch, its records durable in the pending
// area, and returns the manifest with Version, Records, Object and Size filled
// in. Appending a manifest that the locker holds already, sealed or pending,
// changes nothing. Once begun, an append is not interrupted by ctx.
//
// After a failed write the writer refuses to go on; open another, and it will
// find out what became of that write.
func (w *Writer) Append(ctx context.Context, m Manifest, records []evidence.Record) (Manifest, error) {
	all, err := w.AppendAll(ctx, []Item{{m, records}})
	if err != nil {
		return Manifest{}, err
	}
	return all[0], nil
}

// AppendAll appends several items as one: after a crash all of them are there or
// none. It costs as many fsyncs as there are objects, and four more.
func (w *Writer) AppendAll(ctx context.Context, items []Item) ([]Manifest, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if err := w.ready(ctx); err != nil {
		return nil, err
	}
	manifests := make([]Manifest, len(items))
	lines := make([][]byte, len(items))
	var objects []Object
	for i, item := range items {
		m, object, err := prepare(item)
		if err != nil {
			return nil, fmt.Errorf("append %s of %s: %w", m.Type, m.Source, err)
		}
		if lines[i], err = Encode(m); err != nil {
			return nil, err
		}
		manifests[i] = m
		if object != nil && !w.knows(lines[i]) {
			objects = append(objects, Object{Name: stagedName(m.Object), Data: object})
		}
	}
	// Objects come first, so that a manifest never speaks of one that is not
	// there. Several goroutines may be writing theirs at a time.
	if err := w.l.store.Put(ctx, objects...); err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	if err := w.enqueue(ctx, lines); err != nil {
		return nil, err
	}
	return manifests, nil
}

// prepare completes a manifest, encodes its records and validates both.
func prepare(item Item) (m Manifest, object []byte, err error) {
	m = item.Manifest
	if m.Version == 0 {
		m.Version = Version
	}
	m.Records, m.Object, m.Size = int64(len(item.Records)), "", 0
	if len(item.Records) > 0 {
		if err := checkRecords(m, item.Records); err != nil {
			return m, nil, err
		}
		if object, err = EncodeObject(item.Records); err != nil {
			return m, nil, err
		}
		m.Object, m.Size = hexSHA256(object), int64(len(object))
	}
	return m, object, m.validate()
}

// checkRecords holds records to what their batch promises of them.
func checkRecords(m Manifest, records []evidence.Record) error {
	for _, r := range records {
		switch {
		case r.Kind != m.Kind:
			return fmt.Errorf("record %s is of kind %q in a batch of %q", r.ID, r.Kind, m.Kind)
		case r.Origin < 0 || r.Origin >= len(m.Origins):
			return fmt.Errorf("record %s has origin %d of %d", r.ID, r.Origin, len(m.Origins))
		}
	}
	return nil
}

// enqueue makes manifests pending, those that the locker does not hold yet.
func (w *Writer) enqueue(ctx context.Context, lines [][]byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	var data []byte
	var added []tlog.Hash
	for _, line := range lines {
		h := tlog.RecordHash(line)
		if _, ok := w.known[h]; ok {
			continue
		}
		w.known[h] = struct{}{}
		added = append(added, h)
		data = append(append(data, line...), '\n')
	}
	if len(added) == 0 {
		return nil
	}
	g := group{first: w.next, sha: hexSHA256(data)}
	if err := w.l.store.Put(ctx, Object{Name: groupName(g), Data: data}); err != nil {
		w.failed = fmt.Errorf("the locker's writer failed before: %w", err)
		return fmt.Errorf("append: %w", err)
	}
	w.groups = append(w.groups, g)
	w.next += int64(len(added))
	return nil
}

// ready reports why the writer cannot write.
func (w *Writer) ready(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	return w.lock.Held(ctx)
}

func (w *Writer) knows(line []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.known[tlog.RecordHash(line)]
	return ok
}
