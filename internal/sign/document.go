package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"
)

// SignsDocuments tells why a signer cannot sign documents for readers' own viewers
// to show: they ask for a certificate, and few of them know Ed25519.
func SignsDocuments(s Signer) error {
	if len(s.Certificates()) == 0 {
		return fmt.Errorf("the key %s has no certificate", Fingerprint(s.Public()))
	}
	switch s.Public().(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return nil
	}
	return fmt.Errorf("the key is %s: viewers of documents know RSA and ECDSA", Algorithm(s.Public()))
}

// CheckSignature checks a signature that a Signer of the key made over the message.
func CheckSignature(public crypto.PublicKey, message, sig []byte) error {
	return verify(public, message, sig)
}

// CheckChain checks that each certificate was issued by the one after it, and that
// the first, the signer's, allowed signatures at that time.
func CheckChain(chain []*x509.Certificate, at time.Time) error {
	for i := range len(chain) - 1 {
		if err := chain[i].CheckSignatureFrom(chain[i+1]); err != nil {
			return fmt.Errorf("%s is not signed by the one after it: %w", chain[i].Subject, err)
		}
	}
	if err := checkCertificate(chain[0], chain[0].PublicKey, at); err != nil {
		return fmt.Errorf("the certificate %s: %w", chain[0].Subject, err)
	}
	return nil
}
