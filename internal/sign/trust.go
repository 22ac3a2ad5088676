package sign

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// ErrUntrusted is the error of an envelope that is sound but was not signed by
// whom the verifier expects.
var ErrUntrusted = errors.New("it is not signed by whom it should be")

// Trust says whose signature is expected. Empty, it expects nobody in particular.
type Trust struct {
	Keys       []crypto.PublicKey  // each of them must have signed
	Roots      []*x509.Certificate // when there are any, a certificate below one of them must have signed
	Timestamps []*x509.Certificate // roots of the authorities whose timestamps count
	Now        time.Time           // the verifier's clock, which counts where no timestamp does; zero: it does not
}

// LoadTrust reads public keys and certificates in PEM; empty paths are left out.
// A signer's certificate stands for its key, an authority's for all that it issues.
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
		if err := t.add(data); err != nil {
			return Trust{}, fmt.Errorf("public key %s: %w", path, err)
		}
	}
	return t, nil
}

func (t *Trust) add(data []byte) error {
	found := false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		found = true
		switch block.Type {
		case "PUBLIC KEY":
			key, err := x509.ParsePKIXPublicKey(block.Bytes)
			if err != nil {
				return err
			}
			t.Keys = append(t.Keys, key)
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return err
			}
			if c.IsCA {
				t.Roots = append(t.Roots, c)
			} else {
				t.Keys = append(t.Keys, c.PublicKey)
			}
		default:
			return fmt.Errorf("a PEM block %q is neither a public key nor a certificate", block.Type)
		}
	}
	if !found {
		return errors.New("no public key and no certificate in PEM in it")
	}
	return nil
}

// moment is when a signature was made, as far as trust knows: by the earliest timestamp
// that counts, or as the signer says.
func (t Trust) moment(stamps []tsa.Stamp, said time.Time) moment {
	m := moment{now: t.Now}
	m.at, m.proven = SignedAt(said, stamps...)
	return m
}

// SignedAt is when a signature was made: by the earliest timestamp of an authority that
// the verifier trusts, or as the signer says. Anybody can be an authority that nobody
// vouches for, and confirm any time.
func SignedAt(said time.Time, stamps ...tsa.Stamp) (at time.Time, proven bool) {
	at = said
	for _, s := range stamps {
		if s.Trusted && (!proven || s.At.Before(at)) {
			at, proven = s.At, true
		}
	}
	return at, proven
}

// reaches verifies a chain up to one of the roots.
func (t Trust) reaches(chain []*x509.Certificate, at time.Time) error {
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, // there is no one usage for signing documents
	}
	for _, c := range t.Roots {
		options.Roots.AddCert(c)
	}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(options)
	return err
}

// Each is trust in one at a time of those that are expected. Trust in nobody stays as it is.
func (t Trust) Each() []Trust {
	var all []Trust
	for _, k := range t.Keys {
		one := t
		one.Keys, one.Roots = []crypto.PublicKey{k}, nil
		all = append(all, one)
	}
	if len(t.Roots) > 0 || len(all) == 0 {
		rooted := t
		rooted.Keys = nil
		all = append(all, rooted)
	}
	return all
}

func (t Trust) has(public crypto.PublicKey) bool { return contains(t.Keys, public) }

// satisfied tells whose signature is missing.
func (t Trust) satisfied(signed []crypto.PublicKey, signatures []SignatureInfo) error {
	for _, want := range t.Keys {
		if !contains(signed, want) {
			return fmt.Errorf("%w: the key %s has not signed", ErrUntrusted, Fingerprint(want))
		}
	}
	if len(t.Roots) == 0 || slices.ContainsFunc(signatures, func(s SignatureInfo) bool { return s.Chain == ChainTrusted }) {
		return nil
	}
	why := "no certificate that signed was issued below the authority that was given"
	for _, s := range signatures {
		switch s.Chain {
		case ChainExpired:
			why = fmt.Sprintf("the certificate of %s, or one above it, expired, and no timestamp of an authority that was given tells that it signed before", s.Subject)
		case ChainNotYetValid:
			why = fmt.Sprintf("the certificate of %s, or one above it, was not valid yet when it signed", s.Subject)
		}
	}
	return fmt.Errorf("%w: %s", ErrUntrusted, why)
}

func contains(keys []crypto.PublicKey, key crypto.PublicKey) bool {
	return slices.ContainsFunc(keys, func(k crypto.PublicKey) bool { return samePublic(k, key) })
}
