package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/sign"
)

// Setup makes what a configuration names and is not there yet: the keys and the
// locker. What is there is left alone. It returns the paths of what it made.
func Setup(c *config.Config) (made []string, err error) {
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
	if _, err := locker.Open(c.Locker); err == nil || !errors.Is(err, locker.ErrNotFound) {
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
	if err := locker.Create(c.Locker, origin, signer, vkey); err != nil {
		return made, fmt.Errorf("make locker: %w", err)
	}
	return append(made, c.Locker), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
