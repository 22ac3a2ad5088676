package locker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence"
)

const (
	// MaxLine is the longest line of an object, in bytes with its newline.
	MaxLine = 16 << 20

	// window is that of the objects that are written.
	window = 4 << 20

	// maxWindow bounds what reading an object needs besides one line. It is what
	// RFC 8878, section 3.1.1.1.2, asks every decoder to support.
	maxWindow = 8 << 20
)

// encoders are reused because each holds buffers of a few megabytes.
var encoders = sync.Pool{New: func() any {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window))
	if err != nil { // only an invalid option
		panic("locker: zstd: " + err.Error())
	}
	return e
}}

// EncodeObject compresses records, one a line. Equal records give equal bytes
// with the same version of the compressor.
func EncodeObject(records []evidence.Record) ([]byte, error) {
	var out bytes.Buffer
	enc := encoders.Get().(*zstd.Encoder)
	defer encoders.Put(enc)
	enc.Reset(&out)
	var line []byte
	for _, r := range records {
		line = r.AppendLine(line[:0])
		if err := checkLine(line); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.Kind, r.ID, err)
		}
		if _, err := enc.Write(line); err != nil {
			return nil, err
		}
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// checkLine refuses a line that could not be read back.
func checkLine(line []byte) error {
	switch {
	case len(line) > MaxLine:
		return fmt.Errorf("record of %d bytes, at most %d can be kept", len(line), MaxLine)
	case bytes.IndexByte(line, '\n') != len(line)-1:
		return errors.New("record with a line break in its body")
	case !json.Valid(line):
		return errors.New("record whose body is not JSON")
	}
	return nil
}

// DecodeObject reads the records of an object from its compressed bytes. It
// needs memory for one record and one window of at most 8 MiB, whatever is in r. The
// first error ends the sequence.
func DecodeObject(r io.Reader) iter.Seq2[evidence.Record, error] {
	return func(yield func(evidence.Record, error) bool) {
		dec, err := zstd.NewReader(r,
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			yield(evidence.Record{}, fmt.Errorf("decompress: %w", err))
			return
		}
		defer dec.Close()
		lines := bufio.NewScanner(dec)
		lines.Buffer(make([]byte, 64<<10), MaxLine)
		lines.Split(splitLine)
		for n := 1; lines.Scan(); n++ {
			rec, err := evidence.ParseLine(lines.Bytes())
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(evidence.Record{}, fmt.Errorf("decompress: %w", err))
		}
	}
}

// splitLine splits at newlines and nothing else; the last line must have one.
func splitLine(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}
