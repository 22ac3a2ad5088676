package oscal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
)

// stream writes JSON from front to back, so that lists of any length need no memory.
// It keeps the first error and writes nothing after it.
type stream struct {
	w     *bufio.Writer
	first bool // nothing stands yet in the object or list that is open
	err   error
}

func newStream(w io.Writer) *stream { return &stream{w: bufio.NewWriter(w), first: true} }

func (s *stream) raw(text string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(text)
	}
}

// open begins an object or a list, close ends one.
func (s *stream) open(bracket string) {
	s.raw(bracket)
	s.first = true
}

func (s *stream) close(bracket string) {
	s.raw(bracket)
	s.first = false
}

// next separates what follows from what stands before it, and begins a line.
func (s *stream) next() {
	if !s.first {
		s.raw(",")
	}
	s.raw("\n")
	s.first = false
}

func (s *stream) key(name string) {
	s.next()
	s.value(name)
	s.raw(":")
}

func (s *stream) member(name string, v any) {
	s.key(name)
	s.value(v)
}

func (s *stream) element(v any) {
	s.next()
	s.value(v)
}

func (s *stream) value(v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && s.err == nil {
		s.err = err
	}
	s.raw(string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
}

func (s *stream) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *stream) finish() error {
	if s.err != nil {
		return s.err
	}
	return s.w.Flush()
}
