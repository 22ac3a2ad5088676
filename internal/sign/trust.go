package sign

import (
	"crypto"
	"fmt"
	"os"
	"slices"
)

// Trust says whose signature is expected. Empty, it expects nobody in particular.
type Trust struct{ Keys []crypto.PublicKey }

// LoadTrust reads public keys or certificates in PEM; empty paths are left out.
func LoadTrust(paths ...string) (Trust, error) {
	var t Trust
	for _, path := range paths {
		if path == "" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return Trust{}, fmt.Errorf("read public key: %w", err)
		}
		key, err := parsePublic(data)
		if err != nil {
			return Trust{}, fmt.Errorf("public key %s: %w", path, err)
		}
		t.Keys = append(t.Keys, key)
	}
	return t, nil
}

func (t Trust) empty() bool { return len(t.Keys) == 0 }

func (t Trust) has(public crypto.PublicKey) bool {
	return slices.ContainsFunc(t.Keys, func(k crypto.PublicKey) bool { return samePublic(k, public) })
}
