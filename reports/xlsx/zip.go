package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// sortedZip writes a zip whose entries stand in the order of their names and
// have one time, whatever order they are created in: excelize creates streamed
// sheets in the random order of a map. Entries are held compressed until Close.
type sortedZip struct {
	w       io.Writer
	time    time.Time
	entries []*zipEntry
}

type zipEntry struct {
	name   string
	data   bytes.Buffer // deflated
	deflat *flate.Writer
	crc    hash.Hash32
	size   uint64
}

// newSortedZip writes to w; at is the time of every entry.
func newSortedZip(w io.Writer, at time.Time) *sortedZip {
	return &sortedZip{w: w, time: at.UTC().Truncate(time.Second)}
}

// Create implements excelize.ZipWriter. An entry is complete when the next one
// is created.
func (z *sortedZip) Create(name string) (io.Writer, error) {
	if err := z.finish(); err != nil {
		return nil, err
	}
	e := &zipEntry{name: name, crc: crc32.NewIEEE()}
	var err error
	if e.deflat, err = flate.NewWriter(&e.data, flate.DefaultCompression); err != nil {
		return nil, err
	}
	z.entries = append(z.entries, e)
	return e, nil
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
			Name: e.name, Method: zip.Deflate, Modified: z.time, CRC32: e.crc.Sum32(),
			CompressedSize64: uint64(e.data.Len()), UncompressedSize64: e.size,
		})
		if err != nil {
			return fmt.Errorf("zip %s: %w", e.name, err)
		}
		if _, err := e.data.WriteTo(w); err != nil {
			return fmt.Errorf("zip %s: %w", e.name, err)
		}
	}
	return zw.Close()
}

// finish completes the entry created last and lets go of its compressor.
func (z *sortedZip) finish() error {
	if len(z.entries) == 0 {
		return nil
	}
	last := z.entries[len(z.entries)-1]
	if last.deflat == nil {
		return nil
	}
	err := last.deflat.Close()
	last.deflat = nil
	return err
}

// Write compresses more of the entry.
func (e *zipEntry) Write(p []byte) (int, error) {
	n, err := e.deflat.Write(p)
	_, _ = e.crc.Write(p[:n]) // a hash never fails
	e.size += uint64(n)
	return n, err
}

func contentTypesFirst(name string) int {
	if name == "[Content_Types].xml" {
		return 0
	}
	return 1
}
