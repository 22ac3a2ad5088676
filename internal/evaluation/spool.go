package evaluation

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/s2"
)

// spool keeps every item of a population in a temporary file, so that reports
// can go through populations that do not fit in memory, as often as they need.
type spool struct {
	file *os.File
	zip  *s2.Writer
}

// spoolBlock is what a spool is compressed by: what writing and reading one holds in
// memory.
const spoolBlock = 256 << 10

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "evidence-items-*.s2")
	if err != nil {
		return nil, fmt.Errorf("spool items: %w", err)
	}
	return &spool{file: f, zip: s2.NewWriter(f, s2.WriterConcurrency(1), s2.WriterBlockSize(spoolBlock))}, nil
}

// add takes what appendItem made of an item.
func (s *spool) add(line []byte) error {
	if _, err := s.zip.Write(line); err != nil {
		return fmt.Errorf("spool items: %w", err)
	}
	return nil
}

// finish writes what is buffered and gives the encoder's memory back.
func (s *spool) finish() error {
	err := s.zip.Close()
	s.zip = nil
	return err
}

func (s *spool) close() error {
	if s == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// Items yields every item of the control's population in order of (time, id),
// from the beginning at each call.
func (c *Control) Items() iter.Seq2[Item, error] { return c.items.all() }

// AllExceptions yields those that are exceptions, with their fields and links.
func (c *Control) AllExceptions() iter.Seq2[Item, error] { return c.exceptions.all() }

func (s *spool) all() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		if s == nil { // of results that were read
			return
		}
		f, err := os.Open(s.file.Name())
		if err != nil {
			yield(Item{}, fmt.Errorf("spool items: %w", err))
			return
		}
		defer f.Close()
		r := itemReader{in: bufio.NewReaderSize(s2.NewReader(f, s2.ReaderMaxBlockSize(spoolBlock), s2.ReaderAllocBlock(spoolBlock)), 64<<10)}
		for {
			i, err := r.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				err = fmt.Errorf("spool items: %w", err)
			}
			if !yield(i, err) || err != nil {
				return
			}
		}
	}
}
