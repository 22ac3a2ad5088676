package pack

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// WriteZip writes the files of fsys as a pack's zip: sorted by path, stored
// without compression (the large ones are compressed already), all of 1980-01-01,
// since zips keep no time zone and a pack's own times stand in its manifest. The bytes follow from the files alone, so that a reader can rebuild
// them and see whether a single one differs.
func WriteZip(w io.Writer, fsys fs.FS) error {
	paths, err := List(fsys)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, path := range paths {
		if err := addStored(z, fsys, path); err != nil {
			return fmt.Errorf("zip %s: %w", path, err)
		}
	}
	return z.Close()
}

func addStored(z *zip.Writer, fsys fs.FS, path string) (err error) {
	f, err := fsys.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// Sizes and checksum go into the local header, so the file is read twice
	// rather than held in memory.
	sum := crc32.NewIEEE()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	h := &zip.FileHeader{Name: path, Method: zip.Store, CRC32: sum.Sum32(),
		CompressedSize64: uint64(n), UncompressedSize64: uint64(n)}
	// CreateRaw takes the MS-DOS fields as they are; the modern one would add
	// an extra field that says the same.
	h.ModifiedDate, h.ModifiedTime = 0x21, 0 //nolint:staticcheck // 1980-01-01 00:00
	h.SetMode(0o644)
	out, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	again, err := fsys.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, again.Close()) }()
	m, err := io.Copy(out, again)
	if err == nil && m != n {
		err = fmt.Errorf("%d bytes, then %d: it changes while it is read", n, m)
	}
	return err
}

// List lists the files of a pack's folder by path, sorted. Anything that is
// neither file nor folder, such as a link, is an error.
func List(fsys fs.FS) ([]string, error) {
	var paths []string
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s: neither file nor folder", path)
		}
		paths = append(paths, path)
		return nil
	})
	slices.Sort(paths)
	return paths, err
}

// OpenZip opens a pack's zip. Its members are read in place.
func OpenZip(path string) (*zip.ReadCloser, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("open pack %s: %w", path, err)
	}
	seen := map[string]bool{}
	for _, f := range z.File {
		if !fs.ValidPath(f.Name) || strings.Contains(f.Name, `\`) || seen[f.Name] {
			return nil, errors.Join(fmt.Errorf("open pack %s: %w: member %q: its name is doubled or no plain path", path, ErrTampered, f.Name), z.Close())
		}
		if f.Method != zip.Store {
			return nil, errors.Join(fmt.Errorf("open pack %s: member %s is compressed, and a pack's are stored: %w", path, f.Name, zip.ErrAlgorithm), z.Close())
		}
		seen[f.Name] = true
	}
	return z, nil
}

// CheckZip rebuilds the zip from its members and compares byte for byte.
func CheckZip(path string, fsys fs.FS) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return compare(f, func(w io.Writer) error { return WriteZip(w, fsys) })
}

// compare holds what is written against what is there, byte for byte.
func compare(there io.Reader, write func(io.Writer) error) error {
	c := &comparer{want: there}
	if err := write(c); err != nil {
		return err
	}
	var one [1]byte
	if n, _ := there.Read(one[:]); n != 0 {
		return fmt.Errorf("bytes follow the end at %d", c.at)
	}
	return nil
}

// comparer is a writer that compares what is written with what it expects.
type comparer struct {
	want io.Reader
	at   int64
	buf  []byte
}

func (c *comparer) Write(p []byte) (int, error) {
	if cap(c.buf) < len(p) {
		c.buf = make([]byte, len(p))
	}
	b := c.buf[:len(p)]
	n, err := io.ReadFull(c.want, b)
	if !bytes.Equal(b[:n], p[:n]) {
		i := 0
		for b[i] == p[i] {
			i++
		}
		return 0, fmt.Errorf("byte %d differs from what the files give", c.at+int64(i))
	}
	if err != nil {
		return 0, fmt.Errorf("ends at byte %d, too early", c.at+int64(n))
	}
	c.at += int64(n)
	return n, nil
}
