package entraidexport

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/evidencepack/evidence/collectors/internal/archive"
)

var errTooLarge = errors.New("it inflates to more than max_inflated_size")

// part is a content that is read by itself: a file's, or that of a member of a zip
// file.
type part struct {
	name   string // for people: the key, with "#member" of a zip file's
	url    string
	opened archive.Content
	sum    hash.Hash
	size   int64
	left   *int64 // what the file may still inflate to
	inner  io.Reader
}

// Read gives the inflated content and hashes it.
func (p *part) Read(b []byte) (int, error) {
	n, err := p.inner.Read(b)
	p.sum.Write(b[:n])
	p.size += int64(n)
	if *p.left -= int64(n); *p.left < 0 {
		return n, errTooLarge
	}
	return n, err
}

func (p *part) hash() string { return hex.EncodeToString(p.sum.Sum(nil)) }

// parts opens a file and has use read its parts, in order; again from the first
// when the connection broke, after begin.
func (s *source) parts(ctx context.Context, key string, begin func(), use func(*part) error) error {
	return archive.Read(ctx, s.store, s.log, key, func(c archive.Content, body io.Reader) error {
		begin()
		left := s.settings.MaxInflatedSize
		ahead := bufio.NewReaderSize(body, 64<<10)
		whole := &part{name: key, url: s.store.URL(key), opened: c, sum: sha256.New(), left: &left}
		if magic, _ := ahead.Peek(4); string(magic) == "PK\x03\x04" || string(magic) == "PK\x05\x06" {
			return unzip(ctx, ahead, whole, use)
		}
		return inflate(ahead, whole, use)
	})
}

// inflate reads a content that may be compressed.
func inflate(ahead *bufio.Reader, p *part, use func(*part) error) error {
	p.inner = ahead
	if magic, _ := ahead.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(ahead)
		if err != nil {
			return corrupt{fmt.Errorf("gzip: %w", err)}
		}
		defer z.Close()
		p.inner = unreadable{z}
	}
	return use(p)
}

// unreadable marks the errors of an inflater: they are the file's.
type unreadable struct{ r io.Reader }

func (u unreadable) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if err != nil && err != io.EOF {
		err = corrupt{fmt.Errorf("decompress: %w", err)}
	}
	return n, err
}

// corrupt is the error of a file whose compressed content is damaged or cut short.
type corrupt struct{ err error }

func (c corrupt) Error() string { return c.err.Error() }
func (c corrupt) Unwrap() error { return c.err }

// unzip reads the members of a zip file. Its directory stands at its end, so that
// it is put on the disk first, without a name.
func unzip(ctx context.Context, content io.Reader, whole *part, use func(*part) error) error {
	file, err := os.CreateTemp("", "entraid-export-*")
	if err != nil {
		return fmt.Errorf("unpack %s: %w", whole.name, err)
	}
	defer file.Close()
	if err := os.Remove(file.Name()); err != nil {
		defer os.Remove(file.Name()) // where an open file cannot be removed
	}
	size, err := io.Copy(file, content)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return corrupt{fmt.Errorf("zip: %w", err)}
	}
	for _, m := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if strings.HasSuffix(m.Name, "/") || ignorable(m.Name) {
			continue
		}
		if err := unzipMember(m, whole, use); err != nil {
			return err
		}
	}
	return nil
}

func unzipMember(m *zip.File, whole *part, use func(*part) error) error {
	r, err := m.Open()
	if err != nil {
		return corrupt{fmt.Errorf("zip: %s: %w", m.Name, err)}
	}
	defer r.Close()
	p := *whole
	p.name, p.url, p.sum, p.size = p.name+"#"+m.Name, p.url+"#"+m.Name, sha256.New(), 0
	return inflate(bufio.NewReaderSize(unreadable{r}, 64<<10), &p, use)
}

// ignorable are the names that no export has: what systems leave in folders.
func ignorable(key string) bool {
	switch base := path.Base(key); base {
	case "__MACOSX", "_SUCCESS", "Thumbs.db", "desktop.ini":
		return true
	default:
		return strings.HasPrefix(base, ".") || strings.HasPrefix(key, "__MACOSX/")
	}
}
