package hrcsv

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

// maxSize bounds a roster. A million people take less.
const maxSize = 256 << 20

// chosen is the roster: the file that the settings name, or of those that a
// pattern matches the one whose name comes last, numbers in it compared as such. Names
// with a date in them (roster-2026-10.csv, roster-2026-9.csv) put the newest last,
// whenever each was copied here.
func (s *source) chosen() (string, error) {
	name := s.settings.File
	if info, err := os.Stat(s.path(name)); err == nil || !strings.ContainsAny(name, "*?[") {
		return filepath.ToSlash(name), regular(name, info, err)
	}
	matches, err := filepath.Glob(s.path(name))
	if err != nil {
		return "", err
	}
	last := ""
	for _, m := range matches {
		info, err := os.Stat(m)
		if err != nil || !info.Mode().IsRegular() || s.beside(m) {
			continue
		}
		if last == "" || cmp.Or(natural(filepath.Base(m), filepath.Base(last)), natural(m, last), strings.Compare(m, last)) > 0 {
			last = m
		}
	}
	if last == "" {
		return "", fmt.Errorf("no file is called %s", name)
	}
	if !filepath.IsAbs(filepath.FromSlash(name)) {
		if last, err = filepath.Rel(s.dir, last); err != nil {
			return "", err
		}
	}
	return filepath.ToSlash(last), nil
}

// natural compares names as people order them: numbers in them by their value, the
// rest by characters. Full-width digits are digits.
func natural(a, b string) int {
	a, b = roster.Fold(a), roster.Fold(b)
	for a != "" && b != "" {
		x, y := leading(a), leading(b)
		if x != "" && y != "" {
			m, n := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n)); c != 0 {
				return c
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// leading are the digits that a text begins with.
func leading(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}

func regular(name string, info fs.FileInfo, err error) error {
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", name)
	}
	return nil
}

// beside reports whether a file is one that stands beside a roster.
func (s *source) beside(name string) bool {
	for _, suffix := range []string{s.settings.Checksum, s.settings.RowsFile} {
		if strings.HasPrefix(suffix, ".") && strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// content is a file as it was read.
type content struct {
	name     string
	bytes    []byte
	modified time.Time
	sha256   string
}

// load reads a file whole. One that is written to meanwhile is not whole.
func (s *source) load(name string) (content, error) {
	f, err := os.Open(s.path(name))
	if err != nil {
		return content{}, err
	}
	defer f.Close()
	before, err := f.Stat()
	if err := regular(name, before, err); err != nil {
		return content{}, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return content{}, fmt.Errorf("read %s: %w", name, err)
	}
	after, err := os.Stat(s.path(name))
	switch {
	case err != nil:
		return content{}, err
	case len(b) > maxSize:
		return content{}, fmt.Errorf("%s is larger than %d bytes", name, maxSize)
	case changed(before, after, int64(len(b))):
		return content{}, fmt.Errorf("%s was written to while it was read: read it again", name)
	case len(b) == 0:
		return content{}, fmt.Errorf("%s is empty", name)
	}
	sum := sha256.Sum256(b)
	return content{name, b, before.ModTime().UTC(), hex.EncodeToString(sum[:])}, nil
}

// changed reports whether a file is not the one that was opened and read.
func changed(before, after fs.FileInfo, read int64) bool {
	return !os.SameFile(before, after) || after.Size() != read || !after.ModTime().Equal(before.ModTime())
}

// origin describes the file for who wants to compare.
func (c content) origin(proof string) evidence.Origin {
	return evidence.Origin{Request: "file " + c.name, Date: c.modified, SHA256: c.sha256, Size: int64(len(c.bytes)), Proof: proof}
}

// companion names a file that stands beside a roster: a path, or what comes
// behind the roster's name.
func companion(name, rosterFile string) string {
	if strings.HasPrefix(name, ".") && !strings.ContainsAny(name, `/\`) {
		return rosterFile + name
	}
	return name
}

// small reads a file beside a roster.
func (s *source) small(name string) (string, error) {
	f, err := os.Open(s.path(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	return string(bytes.TrimPrefix(b, bom)), err
}

// errNotListed: a list of checksums is not of this file.
var errNotListed = errors.New("it does not list the roster")

// checksumIn finds a file's SHA-256 in a text: alone, or in a list as sha256sum
// writes it, with or without --tag.
func checksumIn(text, file string) (string, error) {
	base := path.Base(file)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		sum, name := line, ""
		if rest, ok := strings.CutPrefix(line, "SHA256 ("); ok {
			name, sum, _ = strings.Cut(rest, ") = ")
		} else if first, rest, ok := strings.Cut(line, " "); ok {
			sum, name = first, strings.TrimPrefix(strings.TrimSpace(rest), "*")
		}
		if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size {
			continue
		}
		if name == "" || path.Base(filepath.ToSlash(name)) == base {
			return strings.ToLower(sum), nil
		}
	}
	return "", errNotListed
}
