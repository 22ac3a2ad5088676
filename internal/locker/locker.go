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
	store    Store
	origin   string
	vkey     string
	verifier note.Verifier
}

// Create makes a locker in the folder dir, which must be empty or not exist. The
// origin names the log in every checkpoint and must be unique, such as
// "example.co.jp/audit"; signer signs checkpoints, and vkey is its verifier key
// in the encoding of package note.
func Create(dir, origin string, signer note.Signer, vkey string) error {
	data, err := newConfig(origin, signer, vkey)
	if err != nil {
		return fmt.Errorf("create locker in %s: %w", dir, err)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("create locker: %s: %w and is not empty", dir, fs.ErrExist)
	}
	return durable.CreateFile(filepath.Join(dir, configName), data, filePerm)
}

// CreateIn makes a locker in a store that holds nothing; otherwise as [Create].
func CreateIn(ctx context.Context, s Store, origin string, signer note.Signer, vkey string) (err error) {
	data, err := newConfig(origin, signer, vkey)
	if err != nil {
		return fmt.Errorf("create locker in %s: %w", s, err)
	}
	k, err := s.Lock(ctx)
	if err != nil {
		return fmt.Errorf("create locker in %s: %w", s, err)
	}
	defer func() { err = errors.Join(err, k.Release()) }()
	for name, err := range s.List(ctx, "") {
		if err != nil {
			return fmt.Errorf("create locker in %s: %w", s, err)
		}
		if !strings.HasPrefix(name, lockFolder) {
			return fmt.Errorf("create locker: %s: %w and is not empty: it holds %s", s, fs.ErrExist, name)
		}
	}
	if err := s.Put(ctx, Object{Name: configName, Data: data}); err != nil {
		return fmt.Errorf("create locker in %s: %w", s, err)
	}
	return nil
}

// newConfig makes locker.json.
func newConfig(origin string, signer note.Signer, vkey string) ([]byte, error) {
	if origin == "" || strings.ContainsFunc(origin, unicode.IsControl) {
		return nil, fmt.Errorf("origin %q: want a name on one line", origin)
	}
	c := config{Version: formatVersion, Origin: origin, Verifier: vkey}
	sig, err := signer.Sign(c.message())
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	c.Signature = sig
	data, err := c.encode()
	if err != nil {
		return nil, err
	}
	_, _, err = parseConfig(data) // signer and verifier key may be of different keys
	return data, err
}

// Dir is the store of a locker in a folder.
func Dir(root string) Store { return newDir(root) }

// Open opens the locker in the folder dir. The error wraps [ErrNotFound] when
// there is none.
func Open(dir string) (*Locker, error) { return OpenIn(context.Background(), newDir(dir)) }

// OpenIn opens the locker in a store. The error wraps [ErrNotFound] when there is none.
func OpenIn(ctx context.Context, s Store) (*Locker, error) {
	data, err := read(ctx, s, configName, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s", ErrNotFound, s)
	}
	if err != nil {
		return nil, fmt.Errorf("open locker: %w", err)
	}
	c, v, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("open locker %s: %s: %w", s, configName, err)
	}
	return &Locker{store: s, origin: c.Origin, vkey: c.Verifier, verifier: v}, nil
}

// Origin returns the log's name.
func (l *Locker) Origin() string { return l.origin }

// Identity returns locker.json, byte for byte: what tells one locker from another.
func (l *Locker) Identity(ctx context.Context) ([]byte, error) {
	return read(ctx, l.store, configName, maxConfig)
}

// Where says where the locker is: its folder, or its place in a bucket.
func (l *Locker) Where() string { return l.store.String() }

// VerifierKey returns the public key of the locker's checkpoints in the encoding
// of package note.
func (l *Locker) VerifierKey() string { return l.vkey }

// Verifier returns the verifier of the locker's checkpoints.
func (l *Locker) Verifier() note.Verifier { return l.verifier }
