package sealed

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence"
)

// sorter sorts records by (Time, ID) in bounded memory: what exceeds a run's
// size goes to a temporary file, and the runs are merged when read.
type sorter struct {
	runBytes int
	pending  []evidence.Record
	size     int
	runs     []string // files of sorted records
}

// defaultRunBytes of record bodies are sorted in memory before a run is written.
const defaultRunBytes = 16 << 20

func newSorter() *sorter { return &sorter{runBytes: defaultRunBytes} }

func (s *sorter) add(r evidence.Record) error {
	s.pending = append(s.pending, r)
	s.size += len(r.Body) + len(r.ID) + 128
	if s.size < s.runBytes {
		return nil
	}
	return s.spill()
}

// finish sorts what is left. Records may be read from then on, any number of times.
func (s *sorter) finish() error {
	slices.SortFunc(s.pending, compareRecords)
	return nil
}

func (s *sorter) spill() (err error) {
	slices.SortFunc(s.pending, compareRecords)
	f, err := os.CreateTemp("", "evidence-sort-*.zst")
	if err != nil {
		return fmt.Errorf("sort records: %w", err)
	}
	s.runs = append(s.runs, f.Name())
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	var b []byte
	for _, r := range s.pending {
		b = appendRun(b[:0], r)
		if _, err := z.Write(b); err != nil {
			return fmt.Errorf("sort records: %w", err)
		}
	}
	s.pending, s.size = nil, 0
	return z.Close()
}

func (s *sorter) close() error {
	var errs []error
	for _, name := range s.runs {
		errs = append(errs, os.Remove(name))
	}
	s.runs, s.pending = nil, nil
	return errors.Join(errs...)
}

// all merges the runs.
func (s *sorter) all() iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		streams := []iter.Seq2[evidence.Record, error]{inMemory(s.pending)}
		for _, name := range s.runs {
			streams = append(streams, readRun(name))
		}
		var h mergeHeap
		for _, stream := range streams {
			next, stop := iter.Pull2(stream)
			defer stop()
			if err := h.advance(head{next: next}); err != nil {
				yield(evidence.Record{}, err)
				return
			}
		}
		for h.Len() > 0 {
			least := heap.Pop(&h).(head)
			if !yield(least.record, nil) {
				return
			}
			if err := h.advance(least); err != nil {
				yield(evidence.Record{}, err)
				return
			}
		}
	}
}

func inMemory(records []evidence.Record) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func readRun(name string) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		f, err := os.Open(name)
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		defer f.Close()
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			yield(evidence.Record{}, err)
			return
		}
		defer z.Close()
		in := bufio.NewReaderSize(z, 64<<10)
		for {
			r, err := readRunRecord(in)
			if err == io.EOF {
				return
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// appendRun writes a record to a run: kind, id, time, origin and body, each with
// its length before it. A run lives for minutes and is read by nobody else, so
// that it need not be JSON, which takes most of the time to read.
func appendRun(b []byte, r evidence.Record) []byte {
	when, err := r.Time.MarshalBinary()
	if err != nil { // a zone offset with fractions of a minute: records are in UTC
		panic("sealed: " + err.Error())
	}
	for _, part := range [][]byte{[]byte(r.Kind), []byte(r.ID), when, r.Body} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return binary.AppendUvarint(b, uint64(r.Origin))
}

// readRunRecord reads what appendRun wrote; io.EOF says that there is no more.
func readRunRecord(in *bufio.Reader) (evidence.Record, error) {
	var parts [4][]byte
	for i := range parts {
		n, err := binary.ReadUvarint(in)
		if err != nil {
			if i > 0 && err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return evidence.Record{}, err
		}
		parts[i] = make([]byte, n)
		if _, err := io.ReadFull(in, parts[i]); err != nil {
			return evidence.Record{}, io.ErrUnexpectedEOF
		}
	}
	origin, err := binary.ReadUvarint(in)
	if err != nil {
		return evidence.Record{}, io.ErrUnexpectedEOF
	}
	r := evidence.Record{Kind: string(parts[0]), ID: string(parts[1]), Origin: int(origin), Body: parts[3]}
	return r, r.Time.UnmarshalBinary(parts[2])
}

// head is the next record of one run.
type head struct {
	record evidence.Record
	next   func() (evidence.Record, error, bool)
}

type mergeHeap []head

// advance takes the next record of h's run and puts it in its place.
func (m *mergeHeap) advance(h head) error {
	r, err, ok := h.next()
	if !ok {
		return nil
	}
	if err != nil {
		return err
	}
	h.record = r
	heap.Push(m, h)
	return nil
}

func (m mergeHeap) Len() int           { return len(m) }
func (m mergeHeap) Less(i, j int) bool { return compareRecords(m[i].record, m[j].record) < 0 }
func (m mergeHeap) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *mergeHeap) Push(x any)        { *m = append(*m, x.(head)) }
func (m *mergeHeap) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
