package sign

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"slices"

	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// Timestamp asks all authorities for a token over each signature of an envelope and
// puts the tokens beside them, after those that are there. It does not sign: tokens
// stand where no signature reaches, so that they can come later. The envelope that it
// returns has the tokens that came; failed has the errors of the authorities that gave
// none.
func Timestamp(ctx context.Context, data []byte, authorities []tsa.Authority) (stamped []byte, failed []error, err error) {
	e, _, err := parseEnvelope(data)
	if err != nil {
		return nil, nil, fmt.Errorf("envelope: %w", err)
	}
	for i := range e.Signatures {
		s := &e.Signatures[i]
		sig, err := base64.StdEncoding.Strict().DecodeString(s.Sig)
		if err != nil {
			return nil, nil, fmt.Errorf("envelope: signature %d: %w", i+1, err)
		}
		tokens, errs := tsa.Gather(ctx, authorities, sig)
		failed = append(failed, errs...)
		for _, token := range tokens {
			s.Timestamps = append(s.Timestamps, base64.StdEncoding.EncodeToString(token))
		}
	}
	stamped, err = encodeEnvelope(e)
	return stamped, failed, err
}

// Timestamped counts an envelope's signatures, and those of them that have a token.
func Timestamped(data []byte) (with, all int, err error) {
	e, _, err := parseEnvelope(data)
	if err != nil {
		return 0, 0, fmt.Errorf("envelope: %w", err)
	}
	for _, s := range e.Signatures {
		if len(s.Timestamps) > 0 {
			with++
		}
	}
	return with, len(e.Signatures), nil
}

// stamps verifies the tokens over a signature, each of which must be sound.
func (s signature) stamps(sig []byte, roots []*x509.Certificate) ([]tsa.Stamp, error) {
	var all []tsa.Stamp
	for i, text := range s.Timestamps {
		if slices.Contains(s.Timestamps[:i], text) {
			return nil, fmt.Errorf("timestamp %d stands there twice", i+1)
		}
		token, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("timestamp %d: %w", i+1, err)
		}
		stamp, err := tsa.Verify(token, sig, roots)
		if err != nil {
			return nil, fmt.Errorf("timestamp %d: %w", i+1, err)
		}
		all = append(all, stamp)
	}
	return all, nil
}

// LoadRoots reads the certificates, in PEM, of whom a verifier trusts: roots and, where
// chains lack them, what is between. An empty path gives none.
func LoadRoots(path string) ([]*x509.Certificate, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read roots: %w", err)
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("roots %s: a PEM block %q is no certificate", path, block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("roots %s: %w", path, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("roots %s: no certificate in PEM in it", path)
	}
	return all, nil
}
