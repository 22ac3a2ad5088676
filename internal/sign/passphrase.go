package sign

import (
	"bytes"
	"errors"
	"fmt"
	"os"
)

// Passphrase says where a passphrase or a PIN is. It never holds the passphrase, so
// that it may stand in a configuration, a log or an error.
type Passphrase struct {
	Env  string // name of an environment variable
	File string // path of a file that its owner alone can read; a line end at its end is no part of it
}

// Given reports whether there is a passphrase.
func (p Passphrase) Given() bool { return p != (Passphrase{}) }

// Read is the passphrase. Errors name where it should be, and nothing of it.
func (p Passphrase) Read() ([]byte, error) {
	switch {
	case p.Env != "" && p.File != "":
		return nil, errors.New("passphrase: want an environment variable or a file, not both")
	case p.Env != "":
		if s := os.Getenv(p.Env); s != "" {
			return []byte(s), nil
		}
		return nil, fmt.Errorf("passphrase: the environment variable %s is not set", p.Env)
	case p.File != "":
		if err := private(p.File); err != nil {
			return nil, fmt.Errorf("passphrase: %w", err)
		}
		b, err := os.ReadFile(p.File)
		if err != nil {
			return nil, fmt.Errorf("passphrase: %w", err)
		}
		return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r")), nil
	}
	return nil, errors.New("passphrase: none is given")
}
