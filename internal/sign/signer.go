package sign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
)

// Signer holds a private key, or knows who does.
type Signer interface {
	// Sign signs the whole message: Ed25519 as it is, RSA (PKCS #1 v1.5) and
	// ECDSA (ASN.1) over its hash, which HashOf names. All are what
	// `openssl dgst -verify` and `openssl pkeyutl -verify` verify.
	Sign(ctx context.Context, message []byte) ([]byte, error)
	// Public is the public key of the signatures.
	Public() crypto.PublicKey
	// Certificates is the chain of the key, leaf first; empty for a bare key.
	Certificates() []*x509.Certificate
}

// keySigner signs with a key in memory.
type keySigner struct {
	key   crypto.Signer
	chain []*x509.Certificate
}

func (s keySigner) Public() crypto.PublicKey          { return s.key.Public() }
func (s keySigner) Certificates() []*x509.Certificate { return s.chain }

func (s keySigner) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, err := HashOf(s.key.Public())
	if err != nil {
		return nil, err
	}
	sig, err := s.key.Sign(rand.Reader, digest(h, message), h)
	if err != nil {
		return nil, fmt.Errorf("sign with %s key: %w", Algorithm(s.key.Public()), err)
	}
	return sig, nil
}

// digest hashes the message; a hash of zero, as of Ed25519, leaves it as it is.
func digest(h crypto.Hash, message []byte) []byte {
	if h == 0 {
		return message
	}
	d := h.New()
	d.Write(message)
	return d.Sum(nil)
}

// HashOf is the hash that signatures of a key are over: SHA-256 for RSA and
// P-256, SHA-384 for P-384, SHA-512 for P-521, none for Ed25519. It refuses keys
// that are too weak to sign evidence.
func HashOf(public crypto.PublicKey) (crypto.Hash, error) {
	switch k := public.(type) {
	case ed25519.PublicKey:
		return 0, nil
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return 0, fmt.Errorf("RSA key of %d bits: at least 2048 are needed", k.N.BitLen())
		}
		return crypto.SHA256, nil
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return crypto.SHA256, nil
		case elliptic.P384():
			return crypto.SHA384, nil
		case elliptic.P521():
			return crypto.SHA512, nil
		}
		return 0, fmt.Errorf("curve %s: want P-256, P-384 or P-521", k.Curve.Params().Name)
	}
	return 0, fmt.Errorf("key of type %T: want Ed25519, RSA or ECDSA", public)
}

var errSignature = errors.New("the signature is not of this key over these bytes")

// verify checks one signature over a message.
func verify(public crypto.PublicKey, message, sig []byte) error {
	h, err := HashOf(public)
	if err != nil {
		return err
	}
	d := digest(h, message)
	ok := false
	switch k := public.(type) {
	case ed25519.PublicKey:
		ok = ed25519.Verify(k, message, sig)
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(k, h, d, sig) == nil
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(k, d, sig)
	}
	if !ok {
		return errSignature
	}
	return nil
}

// Algorithm names a key's algorithm as readers know it: "Ed25519", "RSA 3072", "ECDSA P-256".
func Algorithm(public crypto.PublicKey) string {
	switch k := public.(type) {
	case ed25519.PublicKey:
		return "Ed25519"
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	}
	return fmt.Sprintf("%T", public)
}

// Fingerprint names a public key: "SHA256:" and the base64 of the SHA-256 of its
// SubjectPublicKeyInfo in DER. It is empty for keys that X.509 does not know.
func Fingerprint(public crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}
