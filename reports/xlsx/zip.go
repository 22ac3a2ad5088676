package xlsx

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/flate"
)

// sortedZip writes a zip whose entries stand in the order of their names and
// have one time, whatever order they are created in: excelize creates streamed
// sheets in the random order of a map. Until Close, what is compressed waits in a
// temporary file: that of a million rows is some hundred megabytes.
type sortedZip struct {
	w       io.Writer
	time    time.Time
	entries []*zipEntry
	waiting *os.File
	buf     *bufio.Writer // over waiting
	deflate *flate.Writer // of the last entry, into buf
	written int64         // bytes in waiting and buf
}

type zipEntry struct {
	zip              *sortedZip
	name             string
	method           uint16
	offset, deflated int64 // in waiting
	crc              hash.Hash32
	size             uint64
}

// newSortedZip writes to w; at is the time of every entry. It is to be discarded.
func newSortedZip(w io.Writer, at time.Time) *sortedZip {
	return &sortedZip{w: w, time: at.UTC().Truncate(time.Second)}
}

// discard removes the temporary file.
func (z *sortedZip) discard() error {
	if z.waiting == nil {
		return nil
	}
	return errors.Join(z.waiting.Close(), os.Remove(z.waiting.Name()))
}

// Create implements excelize.ZipWriter. An entry is complete when the next one
// is created.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	if err := z.begin(); err != nil {
		return nil, fmt.Errorf("zip %s: %w", name, err)
	}
	e := &zipEntry{zip: z, name: name, method: zip.Deflate, offset: z.written, crc: crc32.NewIEEE()}
	if changedBySigning(name) {
		e.method = zip.Store
	}
	z.entries = append(z.entries, e)
	return e, nil
}

// begin completes the entry before, and makes ready for another.
func (z *sortedZip) begin() (err error) {
	if z.waiting != nil {
		if err := z.finish(); err != nil {
			return err
		}
		z.deflate.Reset(counting{z})
		return nil
	}
	if z.waiting, err = os.CreateTemp("", "evidence-workbook-*"); err != nil {
		return err
	}
	z.buf = bufio.NewWriterSize(z.waiting, 64<<10)
	z.deflate, err = flate.NewWriter(counting{z}, flate.DefaultCompression)
	return err
}

// counting writes what is compressed and counts it.
type counting struct{ zip *sortedZip }

func (c counting) Write(p []byte) (int, error) {
	n, err := c.zip.buf.Write(p)
	c.zip.written += int64(n)
	return n, err
}

// AddFS implements excelize.ZipWriter, which has no need of it for a workbook.
func (z *sortedZip) AddFS(fs.FS) error {
	return errors.New("zip of a workbook: no file system can be added")
}

// Close implements excelize.ZipWriter: it writes the archive.
func (z *sortedZip) Close() error {
	if err := z.finish(); err != nil {
		return err
	}
	slices.SortFunc(z.entries, func(a, b *zipEntry) int {
		// Readers that sniff a file's type look for the content types first.
		if c := contentTypesFirst(a.name) - contentTypesFirst(b.name); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	zw := zip.NewWriter(z.w)
	for _, e := range z.entries {
		w, err := zw.CreateRaw(&zip.FileHeader{
			Name: e.name, Method: e.method, Modified: z.time, CRC32: e.crc.Sum32(),
			CompressedSize64: uint64(e.deflated), UncompressedSize64: e.size,
		})
		if err != nil {
			return fmt.Errorf("zip %s: %w", e.name, err)
		}
		if _, err := io.Copy(w, io.NewSectionReader(z.waiting, e.offset, e.deflated)); err != nil {
			return fmt.Errorf("zip %s: %w", e.name, err)
		}
	}
	return zw.Close()
}

// finish completes the entry created last.
func (z *sortedZip) finish() error {
	if len(z.entries) == 0 {
		return nil
	}
	last := z.entries[len(z.entries)-1]
	if last.method == zip.Deflate {
		if err := z.deflate.Close(); err != nil {
			return err
		}
	}
	if err := z.buf.Flush(); err != nil {
		return err
	}
	last.deflated = z.written - last.offset
	return nil
}

// Write adds to the entry.
func (e *zipEntry) Write(p []byte) (int, error) {
	var w io.Writer = counting{e.zip}
	if e.method == zip.Deflate {
		w = e.zip.deflate
	}
	n, err := w.Write(p)
	_, _ = e.crc.Write(p[:n]) // a hash never fails
	e.size += uint64(n)
	return n, err
}

// changedBySigning: the parts that a signature changes. They are stored, so that taking it off gives the
// same bytes with every version of a compressor.
func changedBySigning(name string) bool {
	return name == "[Content_Types].xml" || name == "_rels/.rels"
}

func contentTypesFirst(name string) int {
	if name == "[Content_Types].xml" {
		return 0
	}
	return 1
}
