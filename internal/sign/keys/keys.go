// Package keys opens the keys that sign packs, wherever they are: files in PEM and
// PKCS#12, AWS KMS, PKCS#11 tokens.
package keys

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/awskms"
	"github.com/evidencepack/evidence/internal/sign/pkcs11"
)

// Key says where a key is, and what its certificates must be.
type Key struct {
	URI          string          // path of a file (PEM, PKCS#12), awskms:///…, or pkcs11:…
	Passphrase   sign.Passphrase // of a file, or a token's PIN
	Certificates string          // path of the chain, PEM, leaf first; empty: the one in PKCS#12 or the token, or a bare key
	Roots        string          // path of the roots that the chain must lead to, PEM; empty: any
}

// Open opens the key, and refuses it where its certificates do not hold at the time: see
// [sign.Policy].
func (k Key) Open(ctx context.Context, at time.Time) (sign.Signer, error) {
	policy := sign.Policy{At: at}
	var chain []*x509.Certificate
	var err error
	if k.Roots != "" {
		if policy.Roots, err = sign.LoadCertificates(k.Roots); err != nil {
			return nil, err
		}
	}
	if k.Certificates != "" {
		if chain, err = sign.LoadCertificates(k.Certificates); err != nil {
			return nil, err
		}
	}
	switch {
	case strings.HasPrefix(k.URI, awskms.Scheme+":"):
		if k.Passphrase.Given() {
			return nil, errors.New("AWS KMS key: it has no passphrase: who may sign is a matter of its policy and of the role")
		}
		place, err := awskms.Parse(k.URI)
		if err != nil {
			return nil, err
		}
		return awskms.Open(ctx, place, chain, policy)
	case strings.HasPrefix(k.URI, pkcs11.Scheme+":"):
		place, err := pkcs11.Parse(k.URI)
		if err != nil {
			return nil, err
		}
		return pkcs11.Open(place, k.Passphrase, chain, policy)
	}
	return k.openFile(chain, policy)
}

func (k Key) openFile(chain []*x509.Certificate, policy sign.Policy) (sign.Signer, error) {
	key, own, err := sign.ReadKey(k.URI, k.Passphrase)
	if err != nil {
		return nil, err
	}
	if len(chain) == 0 {
		chain = own
	}
	s, err := sign.NewSigner(key, chain, policy)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", k.URI, err)
	}
	return s, nil
}
