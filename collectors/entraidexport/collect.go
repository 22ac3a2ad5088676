package entraidexport

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
	"github.com/evidencepack/evidence/collectors/internal/archive"
)

const (
	// What a batch holds at most: it ends with the record that reaches either.
	batchRecords = 5000
	batchBytes   = 8 << 20
	// heldBytes bounds what is held of one file before its hash is known. A file of
	// which more is wanted is read twice.
	heldBytes = 8 << 20
)

// cursor says how many records were handed over, and what they are. A unit that is
// resumed is read again from its beginning, and what lies before the cursor is
// checked and counted but not handed over again: claims then speak of what is
// there now. When that is not what was handed over, the unit is handed over anew.
type cursor struct {
	N    int64  `json:"n"`
	Sum  []byte `json:"sum,omitempty"` // over the records up to here; see run.pass
	Done bool   `json:"done,omitempty"`
}

var (
	// errStopped ends a run whose consumer wants no more.
	errStopped = errors.New("stopped")
	// errChanged ends a run, before it handed anything over, that resumes from a
	// cursor which no longer fits what is there.
	errChanged = errors.New("changed")
)

// Collect reads one unit: the files of its hours in the order in which they were
// written, and then the loose ones, those that say the most first.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r, err := s.newRun(u, from, yield)
		if err == nil && !r.resume.Done {
			err = r.all(ctx)
		}
		if err == errChanged {
			s.log.Info("read a unit anew: what lies before its cursor has changed", "unit", u.String())
			if r, err = s.newRun(u, nil, yield); err == nil {
				err = r.all(ctx)
			}
		}
		if err != nil && err != errStopped {
			yield(evidence.Batch{}, fmt.Errorf("collect %s: %w", u, err))
		}
	}
}

// run is the collection of one unit.
type run struct {
	*source
	unit    evidence.Unit
	kind    kind
	tenant  string
	tenants []string // all that are known
	resume  cursor
	yield   func(evidence.Batch, error) bool

	tally tally
	cover coverage
	seen  map[[16]byte]version     // of what was kept: hash of the identity → what it was
	alike map[[16]byte][]subsecond // when, within the second, directory audits happened that were kept of more than a CSV
	held  []*kept                  // of a kind of which there are few: what is handed over in the end
	place map[string]int           // where in held an identity is

	batch evidence.Batch
	bytes int
	at    cursor
	past  bool // the cursor to resume from lies behind, and fits
}

// version is what was kept under an identity. There is one for each record of a day:
// with its identity it is to be small (see BenchmarkSeen).
type version struct {
	body  [8]byte // the beginning of its hash
	shape shape
}

// kept is a wanted record.
type kept struct {
	evidence.Record
	shape shape
	like  [16]byte
	part  subsecond
	fors  []string // who wants it
	from  *facts
}

func (s *source) newRun(u evidence.Unit, from evidence.Cursor, yield func(evidence.Batch, error) bool) (*run, error) {
	r := &run{source: s, unit: u, tenant: u.Scope["tenant"], yield: yield, seen: map[[16]byte]version{}, alike: map[[16]byte][]subsecond{}, place: map[string]int{}}
	if len(u.Kinds) != 1 || r.tenant == "" {
		return nil, fmt.Errorf("it has %d kinds and tenant %q: want one of each", len(u.Kinds), r.tenant)
	}
	var ok bool
	if r.kind, ok = kindOf(u.Kinds[0]); !ok {
		return nil, fmt.Errorf("%s is no kind of this source", u.Kinds[0])
	}
	if len(from) > 0 {
		if err := json.Unmarshal(from, &r.resume); err != nil {
			return nil, fmt.Errorf("its cursor: %w", err)
		}
	}
	r.tally.init(u.Want)
	r.cover.init()
	return r, nil
}

func (r *run) all(ctx context.Context) error {
	l, err := r.found(ctx)
	if err != nil {
		return err
	}
	r.tenants = r.source.tenants(l)
	dated, err := r.dated(ctx, l)
	if err != nil {
		return err
	}
	loose, err := r.loose(ctx, l)
	if err != nil {
		return err
	}
	if err := archive.InOrder(ctx, r.workers, slices.Concat(dated, loose), r.read, r.accept); err != nil {
		return err
	}
	for _, k := range r.held {
		if k == nil {
			continue
		}
		if err := r.emit(k); err != nil {
			return err
		}
	}
	if err := r.lookBack(ctx, l); err != nil {
		return err
	}
	return r.finish(l)
}

// dated lists the files of the hours in which records of the window may have been
// written, the first hour first.
func (r *run) dated(ctx context.Context, l *layout) ([]file, error) {
	from, to := r.unit.Window.Start.Add(-early), r.unit.Window.End.Add(r.kind.late)
	if settled := r.settled(); to.After(settled) {
		to = settled // a file that is still being written is left to the next run
	}
	var list []file
	for _, at := range l.roots {
		if at.tenant != "" && at.tenant != r.tenant || at.category != "" && (file{category: at.category}).kind() != r.kind.name {
			continue
		}
		files, strays, err := r.hours(ctx, at, from, to)
		if err != nil {
			return nil, err
		}
		for _, key := range strays {
			r.tally.gap("unknown_key", key, "it lies in no hour's folder h=…/m=…/ and is not read")
		}
		list = append(list, files...)
	}
	slices.SortStableFunc(list, func(a, b file) int {
		if c := a.hour.Compare(b.hour); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return list, nil
}

// loose lists the files that are no hour's, those that say the most first. What is
// in them is known only from reading them, which is done once for all units.
func (r *run) loose(ctx context.Context, l *layout) ([]file, error) {
	var list []file
	ranks := map[string]shape{}
	of := slices.DeleteFunc(slices.Clone(l.loose), func(f file) bool {
		return f.tenant != "" && f.tenant != r.tenant || f.category != "" && f.kind() != r.kind.name
	})
	at := 0
	err := archive.InOrder(ctx, r.workers, of, r.facts, func(_ context.Context, parts []*facts) error {
		f := of[at]
		at++
		for _, p := range parts {
			ranks[f.Key] = max(ranks[f.Key], p.shape)
		}
		list = append(list, f)
		return nil
	})
	slices.SortStableFunc(list, func(a, b file) int { return int(ranks[a.Key]) - int(ranks[b.Key]) })
	return list, err
}

// facts are those of a file, out of memory or by reading it.
func (r *run) facts(ctx context.Context, f file) ([]*facts, error) {
	if parts := r.known.get(f.Object); parts != nil {
		return parts, nil
	}
	parts, err := r.scan(ctx, f, func() {}, func(*facts, entry, string) error { return nil })
	if err == nil {
		r.known.put(f, parts)
	}
	return parts, err
}

// reading is what reading a file gave.
type reading struct {
	file     file
	parts    []*facts
	within   int64 // records of the window, wanted or not
	kept     []*kept
	overflow bool // more is wanted of it than is held: it must be read again
}

// read reads a file, unless it is known that nothing of the window is in it. What
// is wrong with it stands in the result.
func (r *run) read(ctx context.Context, f file) (*reading, error) {
	out := &reading{file: f, parts: r.known.get(f.Object)}
	if out.parts != nil && !slices.ContainsFunc(out.parts, r.touches) {
		return out, nil
	}
	size := 0
	begin := func() { out.within, out.kept, out.overflow, size = 0, nil, false, 0 }
	parts, err := r.scan(ctx, f, begin, func(from *facts, e entry, tenant string) error {
		if !r.inside(e, tenant) {
			return nil
		}
		out.within++
		k, err := r.want(e, from)
		if k == nil || err != nil {
			return err
		}
		if size += len(k.Body); size > r.heldBytes {
			out.overflow, out.kept = true, nil
		}
		if !out.overflow {
			out.kept = append(out.kept, k)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.known.put(f, parts)
	out.parts = parts
	return out, nil
}

// touches reports whether a part holds records of the unit.
func (r *run) touches(f *facts) bool {
	for at, s := range f.held {
		if r.mine(at) && s.first.Before(r.unit.Window.End) && !s.last.Before(r.unit.Window.Start) {
			return true
		}
	}
	return false
}

// mine reports whether records of a slot are of the unit's kind and tenant.
func (r *run) mine(at slot) bool {
	c, _ := categoryNamed(at.category)
	return c.kind == r.kind.name && r.ours(at.tenant)
}

// ours reports whether the unit's tenant is meant. Where nothing says which, it is
// the only one that there is.
func (r *run) ours(tenant string) bool {
	return tenant == r.tenant || tenant == "" && len(r.tenants) == 1
}

func (r *run) inside(e entry, tenant string) bool {
	return e.kind == r.kind.name && r.ours(tenant) && r.unit.Window.Contains(e.at)
}

// want makes a record of an entry of the unit, if a selection wants it.
func (r *run) want(e entry, from *facts) (*kept, error) {
	body := []byte(e.body())
	var fors []string
	for _, s := range r.unit.Want {
		if s.Where.Match(body) && !slices.Contains(fors, s.For) {
			fors = append(fors, s.For)
		}
	}
	if len(fors) == 0 {
		return nil, nil
	}
	rec, err := evidence.NewRecord(e.kind, e.id, e.at, 0, body)
	if err != nil {
		return nil, err
	}
	return &kept{Record: rec, shape: e.shape, like: e.like, part: e.part, fors: fors, from: from}, nil
}

// accept takes over one file: what there is to say of it, and its records.
func (r *run) accept(ctx context.Context, f *reading) error {
	r.judge(f)
	for _, k := range f.kept {
		if err := r.keep(k); err != nil {
			return err
		}
	}
	if f.overflow {
		return r.readAgain(ctx, f)
	}
	return nil
}

// readAgain hands over the records of a file that wants more of them kept than are
// held before its hash is known.
func (r *run) readAgain(ctx context.Context, first *reading) error {
	n, done := 0, 0
	origins := map[string]*facts{}
	for _, f := range first.parts {
		origins[f.name] = f
	}
	again, err := r.scan(ctx, first.file, func() { n = 0 }, func(from *facts, e entry, tenant string) error {
		if !r.inside(e, tenant) {
			return nil
		}
		k, err := r.want(e, from)
		if k == nil || err != nil {
			return err
		}
		if n++; n <= done { // the connection broke, and this was dealt with before
			return nil
		}
		done = n
		if k.from = origins[from.name]; k.from == nil {
			return nil // another file by now, which is told of below
		}
		return r.keep(k)
	})
	if err != nil {
		return err
	}
	same := func(a, b *facts) bool { return a.name == b.name && a.origin.SHA256 == b.origin.SHA256 }
	if !slices.EqualFunc(first.parts, again, same) {
		r.tally.gap("object_changed", first.file.Key, "it was replaced while it was being read")
	}
	return nil
}

// keep takes over a wanted record: once, in the shape that says the most. A later
// version of it comes after the earlier one, or instead of it where there are few.
func (r *run) keep(k *kept) error {
	id, body := short([]byte(k.ID)), short(k.Body)
	if k.Kind == DirectoryAudit {
		if k.shape == tabular && slices.ContainsFunc(r.alike[k.like], k.part.equal) {
			r.tally.duplicates++
			return nil
		}
		if k.shape != tabular {
			if parts := r.alike[k.like]; !slices.Contains(parts, k.part) {
				r.alike[k.like] = append(parts, k.part)
			}
		}
	}
	before, met := r.seen[id]
	switch {
	case met && (before.body == [8]byte(body[:8]) || before.shape < k.shape):
		r.tally.duplicates++
		return nil
	case met:
		r.tally.versions++
	}
	r.seen[id] = version{[8]byte(body[:8]), k.shape}
	if !r.kind.few {
		return r.emit(k)
	}
	if i, ok := r.place[k.ID]; ok {
		r.held[i] = nil
	}
	r.place[k.ID] = len(r.held)
	r.held = append(r.held, k)
	return nil
}

// emit hands over a record, if it lies after the cursor.
func (r *run) emit(k *kept) error {
	r.tally.keep(k)
	if r.at.N < r.resume.N {
		r.pass(k)
		return nil
	}
	if err := r.resumed(); err != nil {
		return err
	}
	r.pass(k)
	if o := r.batch.Origins; len(o) == 0 || o[len(o)-1].Request != k.from.origin.Request {
		r.batch.Origins = append(o, k.from.origin)
	}
	rec := k.Record
	rec.Origin = len(r.batch.Origins) - 1
	r.batch.Records = append(r.batch.Records, rec)
	if r.bytes += len(rec.Body); len(r.batch.Records) >= r.batchRecords || r.bytes >= batchBytes {
		return r.flush()
	}
	return nil
}

// pass adds a record to the sum over all before it: a chain of hashes.
func (r *run) pass(k *kept) {
	id, body := short([]byte(k.ID)), short(k.Body)
	sum := sha256.Sum256(slices.Concat(r.at.Sum, id[:], body[:]))
	r.at.Sum = sum[:]
	r.at.N++
}

// resumed is asked once all before the cursor has been passed: was it the same
// when the cursor was made?
func (r *run) resumed() error {
	if !r.past && !bytes.Equal(r.at.Sum, r.resume.Sum) {
		return errChanged
	}
	r.past = true
	return nil
}

func (r *run) finish(l *layout) error {
	if r.at.N < r.resume.N {
		return errChanged
	}
	if err := r.resumed(); err != nil {
		return err
	}
	r.batch.Claims = []evidence.Claim{r.claim(l)}
	r.at = cursor{Done: true}
	return r.flush()
}

func (r *run) flush() error {
	c, err := json.Marshal(r.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b := r.batch
	b.Kind, b.Cursor = r.kind.name, c
	r.batch, r.bytes = evidence.Batch{}, 0
	if !r.yield(b, nil) {
		return errStopped
	}
	return nil
}

// short is enough of a SHA-256 to tell a unit's records apart.
func short(b []byte) [16]byte {
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}
