package locker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// config is locker.json.
type config struct {
	Version   int    `json:"version"`
	Origin    string `json:"origin"`    // first line of every checkpoint
	Verifier  string `json:"verifier"`  // the key that signs checkpoints, as a signed-note verifier key
	Signature []byte `json:"signature"` // by that key over message: nobody edits the file unseen
}

// formatVersion is that of the folder's layout.
const formatVersion = 1

const maxConfig = 16 << 10

// message is what the signature in locker.json is over.
func (c config) message() []byte {
	return fmt.Appendf(nil, "evidence locker %d\n%s\n%s\n", c.Version, c.Origin, c.Verifier)
}

func (c config) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// parseConfig reads locker.json and refuses every byte that encode would not
// have written.
func parseConfig(data []byte) (config, note.Verifier, error) {
	var c config
	if err := json.Unmarshal(data, &c); err != nil {
		return config{}, nil, err
	}
	if c.Version != formatVersion {
		return config{}, nil, fmt.Errorf("format version %d, this program reads %d", c.Version, formatVersion)
	}
	canonical, err := c.encode()
	if err != nil {
		return config{}, nil, err
	}
	if !bytes.Equal(canonical, data) {
		return config{}, nil, errors.New("not written in its canonical form")
	}
	v, err := note.NewVerifier(c.Verifier)
	if err != nil {
		return config{}, nil, fmt.Errorf("verifier key: %w", err)
	}
	if !v.Verify(c.message(), c.Signature) {
		return config{}, nil, errors.New("its signature does not fit")
	}
	return c, v, nil
}
