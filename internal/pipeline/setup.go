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
	for _, key := range []string{c.Keys.Locker, c.Keys.Pack} {
		if exists(key) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(key), 0o700); err != nil {
			return made, err
		}
		if err := sign.GenerateEd25519(key); err != nil {
			return made, err
		}
		made = append(made, key)
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

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
