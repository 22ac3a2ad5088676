package sign

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// algEd25519 is the algorithm byte of signed notes.
const algEd25519 = 1

// NoteSigner makes a signer of notes, such as a locker's checkpoints, of an
// Ed25519 key in a PEM file. The name is the log's.
func NoteSigner(name, keyPath string) (note.Signer, error) {
	key, vkey, err := noteKey(name, keyPath)
	if err != nil {
		return nil, err
	}
	// "PRIVATE+KEY+" name "+" hash "+" base64 of the algorithm and the seed
	parts := strings.Split(strings.TrimPrefix(vkey, name+"+"), "+")
	seed := append([]byte{algEd25519}, key.Seed()...)
	s, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + parts[0] + "+" + base64.StdEncoding.EncodeToString(seed))
	if err != nil {
		return nil, fmt.Errorf("key %s as a signer of notes: %w", keyPath, err)
	}
	return s, nil
}

// NoteVerifierKey is the verifier key that goes with NoteSigner: "name+hash+base64".
func NoteVerifierKey(name, keyPath string) (string, error) {
	_, vkey, err := noteKey(name, keyPath)
	return vkey, err
}

func noteKey(name, keyPath string) (ed25519.PrivateKey, string, error) {
	signer, err := loadPrivate(keyPath)
	if err != nil {
		return nil, "", err
	}
	key, ok := signer.(ed25519.PrivateKey)
	if !ok {
		return nil, "", fmt.Errorf("key %s: checkpoints are signed with Ed25519, and this is %s", keyPath, Algorithm(signer.Public()))
	}
	vkey, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, "", fmt.Errorf("key %s under the name %q: %w", keyPath, name, err)
	}
	return key, vkey, nil
}
