package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/durable"
)

// GenerateEd25519 makes a key at path, PKCS #8 in PEM, readable by its owner
// alone, and its public key beside it as path with ".pub.pem" in place of ".pem".
// It never overwrites.
func GenerateEd25519(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("make key %s: it is there already", path)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return err
	}
	spki, err := PublicPEM(public)
	if err != nil {
		return err
	}
	return durable.WriteFile(strings.TrimSuffix(path, ".pem")+".pub.pem", spki, 0o644)
}

// PublicPEM writes a public key as SubjectPublicKeyInfo in PEM.
func PublicPEM(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// LoadSigner reads a private key (PKCS #8, PKCS #1 or SEC 1 in PEM) and, where a
// path is given, its certificate chain. The certificate must be of that key,
// meant for signatures and valid at the time.
func LoadSigner(keyPath, chainPath string, at time.Time) (Signer, error) {
	key, err := loadPrivate(keyPath)
	if err != nil {
		return nil, err
	}
	if _, err := HashOf(key.Public()); err != nil {
		return nil, fmt.Errorf("key %s: %w", keyPath, err)
	}
	s := keySigner{key: key}
	if chainPath == "" {
		return s, nil
	}
	if s.chain, err = loadChain(chainPath); err != nil {
		return nil, err
	}
	if err := checkCertificate(s.chain[0], key.Public(), at); err != nil {
		return nil, fmt.Errorf("certificate %s: %w", chainPath, err)
	}
	return s, nil
}

func loadPrivate(path string) (crypto.Signer, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	key, err := parsePrivate(data)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", path, err)
	}
	return key, nil
}

// private refuses a key that others can read: whoever can read it can sign.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read key: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("key %s: others than its owner can read it (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	return nil
}

// parsePrivate never puts a part of the key into its errors.
func parsePrivate(data []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, errors.New("its PKCS #8 cannot be read")
			}
			signer, ok := key.(crypto.Signer)
			if !ok {
				return nil, fmt.Errorf("a key of type %T cannot sign", key)
			}
			return signer, nil
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, errEncrypted
			}
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil {
				return nil, errors.New("its PKCS #1 cannot be read")
			}
			return key, nil
		case "EC PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, errEncrypted
			}
			key, err := x509.ParseECPrivateKey(block.Bytes)
			if err != nil {
				return nil, errors.New("its SEC 1 cannot be read")
			}
			return key, nil
		case "ENCRYPTED PRIVATE KEY":
			return nil, errEncrypted
		}
	}
	return nil, errors.New("no private key in PEM in it")
}

var errEncrypted = errors.New("it is encrypted: give a key without passphrase, kept where only this job can read it")
