package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/sign"
)

// Setup makes what a configuration names and is not there yet: the keys and the
// locker. What is there is left alone. It returns the paths of what it made.
func Setup(ctx context.Context, c *config.Config, now func() time.Time) (made []string, err error) {
	for _, key := range newKeys(c) {
		if exists(key.path) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(key.path), 0o700); err != nil {
			return made, err
		}
		if err := key.generate(); err != nil {
			return made, err
		}
		made = append(made, key.path)
	}
	if r := c.Redaction; r != nil && !exists(r.Key) {
		if err := os.MkdirAll(filepath.Dir(r.Key), 0o700); err != nil {
			return made, err
		}
		if err := redaction.GenerateKey(r.Key); err != nil {
			return made, err
		}
		made = append(made, r.Key)
	}
	store, err := lockerStore(ctx, c, now)
	if err != nil {
		return made, err
	}
	if _, err := locker.OpenIn(ctx, store); err == nil || !errors.Is(err, locker.ErrNotFound) {
		return made, err
	}
	origin := "evidence/" + pack.Slug(c.Organisation.EN)
	signer, err := sign.NoteSigner(origin, c.Keys.Locker)
	if err != nil {
		return made, err
	}
	vkey, err := sign.NoteVerifierKey(origin, c.Keys.Locker)
	if err != nil {
		return made, err
	}
	if err := create(ctx, c, store, origin, signer, vkey); err != nil {
		return made, fmt.Errorf("make locker: %w", err)
	}
	return append(made, c.Locker), nil
}

// create makes a locker. A folder must not hold anything else.
func create(ctx context.Context, c *config.Config, store locker.Store, origin string, signer note.Signer, vkey string) error {
	if c.Bucket == nil {
		return locker.Create(c.Locker, origin, signer, vkey)
	}
	return locker.CreateIn(ctx, store, origin, signer, vkey)
}

// newKey is a key that is made where there is none.
type newKey struct {
	path     string
	generate func() error
}

// newKeys are those that a configuration leaves to be made: the locker's and, where the
// section sign names no key of the preparer's own, the packs'. A demonstration's keys are
// made for it, so that nobody takes them for anything else.
func newKeys(c *config.Config) []newKey {
	plain := func(path string) newKey { return newKey{path, func() error { return sign.GenerateEd25519(path) }} }
	list := []newKey{plain(c.Keys.Locker)}
	if !c.Demo {
		if c.Sign.Preparer.Key == c.Keys.Pack && c.Keys.Certificate == "" {
			list = append(list, plain(c.Keys.Pack))
		}
		return list
	}
	demo := func(s config.Signer) {
		if s.InFile() && s.Certificates != "" {
			list = append(list, newKey{s.Key, func() error { return sign.GenerateDemo(s.Key, s.Certificates, s.Role.EN) }})
		}
	}
	demo(c.Sign.Preparer)
	if c.Sign.Approver != nil {
		demo(*c.Sign.Approver)
	}
	return list
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
