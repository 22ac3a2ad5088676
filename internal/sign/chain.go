package sign

import (
	"crypto/x509"
	"errors"
	"time"
)

// Chain is what a signature's certificate comes to.
type Chain string

// The outcomes. Those but ChainTrusted vouch for nobody.
const (
	NoCertificate    Chain = "none"          // a bare key signed
	NoRoot           Chain = "no_root_given" // the verifier named no root that the certificate could reach
	ChainTrusted     Chain = "trusted"       // it reached a given root, and was valid when it signed
	ChainUnknown     Chain = "unknown"       // it reached none of the given roots
	ChainExpired     Chain = "expired"       // it, or one above it, had expired when it signed, or has since and nobody else tells when it signed
	ChainNotYetValid Chain = "not_yet_valid" // it, or one above it, was not valid yet when it signed
)

// moment is when a certificate must have been valid.
type moment struct {
	at     time.Time
	proven bool      // an authority that the verifier trusts tells so; else it is the signer's word
	now    time.Time // the verifier's clock; zero: it does not count
}

// chain judges a certificate chain, leaf first. Without a timestamp a certificate
// that has expired by now proves nothing: who has its key could sign today under an
// earlier date.
func (t Trust) chain(certificates []*x509.Certificate, m moment) Chain {
	if len(certificates) == 0 {
		return NoCertificate
	}
	switch leaf := certificates[0]; {
	case m.at.Before(leaf.NotBefore):
		return ChainNotYetValid
	case m.at.After(leaf.NotAfter), !m.proven && m.now.After(leaf.NotAfter):
		return ChainExpired
	case len(t.Roots) == 0:
		return NoRoot
	}
	err := t.reaches(certificates, m.at)
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil && !m.proven && !m.now.IsZero() && t.reaches(certificates, m.now) != nil:
		return ChainExpired // one above the leaf has, since
	case err == nil:
		return ChainTrusted
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && m.at.Before(invalid.Cert.NotBefore):
		return ChainNotYetValid
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ChainExpired
	}
	return ChainUnknown
}

// selfSigned: its subject issued it, so that nobody else vouches for it.
func selfSigned(c *x509.Certificate) bool {
	return string(c.RawIssuer) == string(c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}
