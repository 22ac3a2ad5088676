package sealed

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os"

	"github.com/klauspost/compress/s2"

	"github.com/evidencepack/evidence"
)

// runBlock is what a run is compressed by. It bounds what reading a run holds in memory.
const runBlock = 64 << 10

// appendRun writes a record to a run: kind, id, time and body, each with its length
// before it, origin and number. A run lives for minutes and is read by nobody else,
// so that it need not be JSON, which takes most of the time to read, nor small: it
// is compressed as fast as it can be.
func appendRun(b []byte, s sortable) []byte {
	r := s.record
	when, err := r.Time.MarshalBinary()
	if err != nil { // a zone offset with fractions of a minute: records are in UTC
		panic("sealed: " + err.Error())
	}
	for _, part := range [][]byte{[]byte(r.Kind), []byte(r.ID), when, r.Body} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(r.Origin)), uint64(s.number))
}

// runReader reads what appendRun wrote.
type runReader struct {
	file *os.File
	in   *bufio.Reader
	kind string // of the record before: nearly always that of the next
	part []byte
}

func openRun(name string) (*runReader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	in := s2.NewReader(f, s2.ReaderMaxBlockSize(runBlock), s2.ReaderAllocBlock(runBlock))
	return &runReader{file: f, in: bufio.NewReaderSize(in, 64<<10)}, nil
}

func (r *runReader) close() { r.file.Close() }

func (r *runReader) next() (sortable, error) {
	kind, err := r.text()
	if err != nil {
		return sortable{}, err // io.EOF: there is no more
	}
	if string(kind) != r.kind {
		r.kind = string(kind)
	}
	rec := evidence.Record{Kind: r.kind}
	id, err := r.text()
	if err != nil {
		return sortable{}, cut(err)
	}
	rec.ID = string(id)
	when, err := r.text()
	if err != nil {
		return sortable{}, cut(err)
	}
	if err := rec.Time.UnmarshalBinary(when); err != nil {
		return sortable{}, err
	}
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return sortable{}, cut(err)
	}
	if rec.Body, err = r.body(int(n)); err != nil {
		return sortable{}, cut(err)
	}
	origin, err := binary.ReadUvarint(r.in)
	if err != nil {
		return sortable{}, cut(err)
	}
	rec.Origin = int(origin)
	number, err := binary.ReadUvarint(r.in)
	return sortable{rec, int64(number)}, cut(err)
}

// body reads a body, nearly always out of the buffer: so its memory need not be
// cleared before.
func (r *runReader) body(n int) ([]byte, error) {
	if n <= r.in.Size() {
		b, err := r.in.Peek(n)
		if err != nil {
			return nil, err
		}
		b = bytes.Clone(b)
		_, err = r.in.Discard(n)
		return b, err
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r.in, b)
	return b, err
}

// text reads a short part, which is valid until the next is read.
func (r *runReader) text() ([]byte, error) {
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return nil, err
	}
	if uint64(cap(r.part)) < n {
		r.part = make([]byte, n)
	}
	r.part = r.part[:n]
	_, err = io.ReadFull(r.in, r.part)
	return r.part, cut(err)
}

// cut is the error of a run that ends within a record.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
