package sign

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

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
// path is given, its certificate chain, which must hold against [Policy] at the time.
func LoadSigner(keyPath, chainPath string, at time.Time) (Signer, error) {
	key, _, err := ReadKey(keyPath, Passphrase{})
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	if chainPath != "" {
		if chain, err = LoadCertificates(chainPath); err != nil {
			return nil, err
		}
	}
	s, err := NewSigner(key, chain, Policy{At: at})
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", keyPath, err)
	}
	return s, nil
}

// NewSigner makes a signer of a key, in memory or in a token, and of its chain, leaf
// first, which may be empty and otherwise must hold against the policy.
func NewSigner(key crypto.Signer, chain []*x509.Certificate, p Policy) (Signer, error) {
	if _, err := HashOf(key.Public()); err != nil {
		return nil, err
	}
	if len(chain) == 0 && len(p.Roots) > 0 {
		return nil, errors.New("a root is configured and the key has no certificate: name its certificates, or no root")
	}
	if len(chain) > 0 {
		if err := p.Check(chain, key.Public()); err != nil {
			return nil, err
		}
	}
	return keySigner{key: key, chain: chain}, nil
}

// ReadKey reads a private key from a file: PEM (PKCS #8, encrypted by PBES2 or not,
// PKCS #1 or SEC 1), or PKCS #12, which may hold certificates too, leaf first. Nobody
// but its owner may be able to read the file.
func ReadKey(path string, p Passphrase) (crypto.Signer, []*x509.Certificate, error) {
	if err := private(path); err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read key: %w", err)
	}
	var passphrase []byte
	if p.Given() {
		if passphrase, err = p.Read(); err != nil {
			return nil, nil, fmt.Errorf("key %s: %w", path, err)
		}
	}
	key, chain, err := parseKey(data, passphrase)
	if err != nil {
		return nil, nil, fmt.Errorf("key %s: %w", path, err)
	}
	return key, chain, nil
}

// parseKey tells PEM from PKCS #12 by its looks.
func parseKey(data, passphrase []byte) (crypto.Signer, []*x509.Certificate, error) {
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		return parsePKCS12(data, passphrase)
	}
	key, err := parsePrivate(data, passphrase)
	return key, nil, err
}

// parsePKCS12 does not repeat the causes of errors: they may speak of what was read.
func parsePKCS12(data, passphrase []byte) (crypto.Signer, []*x509.Certificate, error) {
	key, leaf, above, err := pkcs12.DecodeChain(data, string(passphrase))
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && passphrase == nil:
		return nil, nil, errEncrypted
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, errPassphrase
	case err != nil:
		return nil, nil, errors.New("there is no private key in it: want PEM, or PKCS #12 with one key and its certificate")
	}
	signer, err := asSigner(key)
	if err != nil {
		return nil, nil, err
	}
	return signer, ordered(leaf, above), nil
}

// ordered puts the certificates above a leaf in the order of their issuing: PKCS #12
// gives them in any. What does not belong to the chain is left out.
func ordered(leaf *x509.Certificate, above []*x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{leaf}
	for len(above) > 0 {
		last := chain[len(chain)-1]
		i := slices.IndexFunc(above, func(c *x509.Certificate) bool {
			return !c.Equal(last) && bytes.Equal(c.RawSubject, last.RawIssuer) && !slices.ContainsFunc(chain, c.Equal)
		})
		if i < 0 {
			break
		}
		chain = append(chain, above[i])
		above = slices.Delete(slices.Clone(above), i, i+1)
	}
	return chain
}

// loadPrivate reads a key that no passphrase protects.
func loadPrivate(path string) (crypto.Signer, error) {
	key, _, err := ReadKey(path, Passphrase{})
	return key, err
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
func parsePrivate(data, passphrase []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "PRIVATE KEY":
			return parsePKCS8(block.Bytes)
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, errLegacy
			}
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil {
				return nil, errors.New("its PKCS #1 cannot be read")
			}
			return key, nil
		case "EC PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				return nil, errLegacy
			}
			key, err := x509.ParseECPrivateKey(block.Bytes)
			if err != nil {
				return nil, errors.New("its SEC 1 cannot be read")
			}
			return key, nil
		case "ENCRYPTED PRIVATE KEY":
			if passphrase == nil {
				return nil, errEncrypted
			}
			der, err := decryptPKCS8(block.Bytes, passphrase)
			if err != nil {
				return nil, err
			}
			key, err := parsePKCS8(der)
			if err != nil { // what a wrong passphrase gives may be padded by chance
				return nil, errPassphrase
			}
			return key, nil
		}
	}
	return nil, errors.New("no private key in PEM in it")
}

func parsePKCS8(der []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("its PKCS #8 cannot be read")
	}
	return asSigner(key)
}

func asSigner(key any) (crypto.Signer, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T cannot sign", key)
	}
	return signer, nil
}

var (
	errEncrypted = errors.New("it is encrypted, and no passphrase is named for it (passphrase_env or passphrase_file of a signer in the configuration)")
	errLegacy    = errors.New("it is encrypted in OpenSSL's old form, which is weak: convert it (openssl pkcs8 -topk8 -v2 aes-256-cbc)")
)
