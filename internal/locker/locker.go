package locker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence/internal/durable"
)

// Errors that callers branch on.
var (
	ErrNotFound = errors.New("no locker")
	ErrLocked   = errors.New("locker is being written to")
	ErrUnsealed = errors.New("nothing in the locker is sealed")
	ErrTampered = errors.New("locker was tampered with")
)

// Locker is an open locker. It is safe for concurrent use.
type Locker struct {
	dir      string
	store    Store
	origin   string
	vkey     string
	verifier note.Verifier
}

// Create makes a locker in dir, which must be empty or not exist. The origin
// names the log in every checkpoint and must be unique, such as
// "example.co.jp/audit"; signer signs checkpoints, and vkey is its verifier key
// in the encoding of package note.
func Create(dir, origin string, signer note.Signer, vkey string) error {
	if origin == "" || strings.ContainsFunc(origin, unicode.IsControl) {
		return fmt.Errorf("create locker: origin %q: want a name on one line", origin)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("create locker: %s: %w and is not empty", dir, fs.ErrExist)
	}
	c := config{Version: formatVersion, Origin: origin, Verifier: vkey}
	sig, err := signer.Sign(c.message())
	if err != nil {
		return fmt.Errorf("create locker in %s: sign: %w", dir, err)
	}
	c.Signature = sig
	data, err := c.encode()
	if err != nil {
		return fmt.Errorf("create locker in %s: %w", dir, err)
	}
	if _, _, err := parseConfig(data); err != nil { // signer and verifier key are of different keys
		return fmt.Errorf("create locker in %s: %w", dir, err)
	}
	return durable.CreateFile(filepath.Join(dir, configName), data, filePerm)
}

// Open opens the locker in dir. The error wraps [ErrNotFound] when there is none.
func Open(dir string) (*Locker, error) { return open(dir, newDir(dir)) }

func open(dir string, s Store) (*Locker, error) {
	data, err := read(context.Background(), s, configName, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrNotFound, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open locker: %w", err)
	}
	c, v, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("open locker %s: %s: %w", dir, configName, err)
	}
	return &Locker{dir: dir, store: s, origin: c.Origin, vkey: c.Verifier, verifier: v}, nil
}

// Origin returns the log's name.
func (l *Locker) Origin() string { return l.origin }

// Dir returns the folder that the locker is in.
func (l *Locker) Dir() string { return l.dir }

// VerifierKey returns the public key of the locker's checkpoints in the encoding
// of package note.
func (l *Locker) VerifierKey() string { return l.vkey }

// Verifier returns the verifier of the locker's checkpoints.
func (l *Locker) Verifier() note.Verifier { return l.verifier }
