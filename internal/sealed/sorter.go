package sealed

import (
	"container/heap"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/klauspost/compress/s2"

	"github.com/evidencepack/evidence"
)

// sorter sorts records by (Time, ID) in bounded memory: what exceeds a run's
// size goes to a temporary file, and the runs are merged when read.
type sorter struct {
	runBytes int
	pending  []sortable
	size     int
	runs     []run
	writer   *s2.Writer // of the run that is written: it holds blocks, and so is used again
	buffer   []byte
	added    int64
	dropped  bits
}

// sortable is a record with its number, in the order in which records were added.
type sortable struct {
	record evidence.Record
	number int64
}

// run is a file of sorted records.
type run struct {
	name  string
	first evidence.Record // without its body
}

// defaultRunBytes of record bodies are sorted in memory before a run is written.
const defaultRunBytes = 16 << 20

func newSorter() *sorter { return &sorter{runBytes: defaultRunBytes} }

// add takes a record and returns its number.
func (s *sorter) add(r evidence.Record) (int64, error) {
	number := s.added
	s.added++
	s.pending = append(s.pending, sortable{r, number})
	s.size += len(r.Body) + len(r.ID) + 128
	if s.size < s.runBytes {
		return number, nil
	}
	return number, s.spill()
}

// drop takes a record back.
func (s *sorter) drop(number int64) { s.dropped.set(number) }

// finish sorts what is left. Records may be read from then on, any number of times.
func (s *sorter) finish() error {
	s.sortPending()
	s.writer, s.buffer = nil, nil
	return nil
}

// sortPending sorts what is in memory, without what was dropped of it.
func (s *sorter) sortPending() {
	s.pending = slices.DeleteFunc(s.pending, func(r sortable) bool { return s.dropped.has(r.number) })
	slices.SortFunc(s.pending, func(a, b sortable) int { return compareRecords(a.record, b.record) })
}

func (s *sorter) spill() (err error) {
	s.sortPending()
	if len(s.pending) == 0 {
		s.size = 0
		return nil
	}
	f, err := os.CreateTemp("", "evidence-sort-*.s2")
	if err != nil {
		return fmt.Errorf("sort records: %w", err)
	}
	first := s.pending[0].record
	first.Body = nil
	s.runs = append(s.runs, run{f.Name(), first})
	defer func() { err = errors.Join(err, f.Close()) }()
	if s.writer == nil {
		s.writer = s2.NewWriter(f, s2.WriterConcurrency(1), s2.WriterBlockSize(runBlock))
	} else {
		s.writer.Reset(f)
	}
	for _, r := range s.pending {
		s.buffer = appendRun(s.buffer[:0], r)
		if _, err := s.writer.Write(s.buffer); err != nil {
			return fmt.Errorf("sort records: %w", err)
		}
	}
	clear(s.pending)
	s.pending, s.size = s.pending[:0], 0
	return s.writer.Close()
}

func (s *sorter) close() error {
	var errs []error
	for _, r := range s.runs {
		errs = append(errs, os.Remove(r.name))
	}
	s.runs, s.pending = nil, nil
	return errors.Join(errs...)
}

// all merges the runs. A run is opened when its first record is about to be due:
// sources deliver nearly in the order of time, so that few are open at once.
func (s *sorter) all() iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		waiting := slices.Clone(s.runs)
		slices.SortFunc(waiting, func(a, b run) int { return compareRecords(a.first, b.first) })
		var h mergeHeap
		defer func() {
			for _, head := range h {
				head.close()
			}
		}()
		fail := func(err error) { yield(evidence.Record{}, fmt.Errorf("sort records: %w", err)) }
		if err := h.add(&inMemory{rest: s.pending}); err != nil {
			fail(err)
			return
		}
		for {
			for len(waiting) > 0 && (h.Len() == 0 || compareRecords(waiting[0].first, h[0].at.record) <= 0) {
				r, err := openRun(waiting[0].name)
				if err == nil {
					err = h.add(r)
				}
				if err != nil {
					fail(err)
					return
				}
				waiting = waiting[1:]
			}
			if h.Len() == 0 {
				return
			}
			least := h[0]
			if !s.dropped.has(least.at.number) && !yield(least.at.record, nil) {
				return
			}
			if err := h.replace(); err != nil {
				fail(err)
				return
			}
		}
	}
}

// stream is a run that is read.
type stream interface {
	next() (sortable, error) // io.EOF: there is no more
	close()
}

type inMemory struct{ rest []sortable }

func (m *inMemory) next() (sortable, error) {
	if len(m.rest) == 0 {
		return sortable{}, io.EOF
	}
	r := m.rest[0]
	m.rest = m.rest[1:]
	return r, nil
}

func (m *inMemory) close() {}

// head is the next record of a stream.
type head struct {
	at sortable
	stream
}

type mergeHeap []head

// add puts a stream in its place.
func (m *mergeHeap) add(from stream) error {
	r, err := from.next()
	if err != nil {
		from.close()
		return unlessEnd(err)
	}
	heap.Push(m, head{r, from})
	return nil
}

// replace puts the next record of the least's stream in its place.
func (m *mergeHeap) replace() error {
	r, err := (*m)[0].next()
	if err != nil {
		heap.Pop(m).(head).close()
		return unlessEnd(err)
	}
	(*m)[0].at = r
	heap.Fix(m, 0)
	return nil
}

func unlessEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

func (m mergeHeap) Len() int           { return len(m) }
func (m mergeHeap) Less(i, j int) bool { return compareRecords(m[i].at.record, m[j].at.record) < 0 }
func (m mergeHeap) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *mergeHeap) Push(x any)        { *m = append(*m, x.(head)) }
func (m *mergeHeap) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// bits is a set of numbers.
type bits []uint64

func (b *bits) set(n int64) {
	if word := int(n / 64); word >= len(*b) {
		*b = append(*b, make([]uint64, word+1-len(*b))...)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bits) has(n int64) bool {
	return int(n/64) < len(b) && b[n/64]>>(n%64)&1 == 1
}
