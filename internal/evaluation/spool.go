package evaluation

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence/controls"
)

// spool keeps every item of a population in a temporary file, so that reports
// can go through populations that do not fit in memory, as often as they need.
type spool struct {
	file *os.File
	zip  *zstd.Encoder
	enc  *json.Encoder
}

// spooled is an item as the spool holds it.
type spooled struct {
	Item
	Fields []controls.Field `json:"fields"`
	Link   string           `json:"link"`
	Group  string           `json:"group,omitempty"`
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "evidence-items-*.zst")
	if err != nil {
		return nil, fmt.Errorf("spool items: %w", err)
	}
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return &spool{file: f, zip: z, enc: json.NewEncoder(z)}, nil
}

func (s *spool) add(i Item) error {
	if err := s.enc.Encode(spooled{i, i.Fields, i.Link, i.Group}); err != nil {
		return fmt.Errorf("spool items: %w", err)
	}
	return nil
}

// finish writes what is buffered and gives the encoder's memory back.
func (s *spool) finish() error {
	err := s.zip.Close()
	s.zip, s.enc = nil, nil
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
		f, err := os.Open(s.file.Name())
		if err != nil {
			yield(Item{}, fmt.Errorf("spool items: %w", err))
			return
		}
		defer f.Close()
		z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer z.Close()
		dec := json.NewDecoder(bufio.NewReaderSize(z, 64<<10))
		for {
			var i spooled
			err := dec.Decode(&i)
			if err == io.EOF {
				return
			}
			i.Item.Fields, i.Item.Link, i.Item.Group = i.Fields, i.Link, i.Group
			if !yield(i.Item, err) || err != nil {
				return
			}
		}
	}
}
