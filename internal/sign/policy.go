package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Policy is what a certificate must be for its key to sign.
type Policy struct {
	At    time.Time           // when it signs
	Roots []*x509.Certificate // where there are any, the chain must lead to one of them
}

// PolicyError says why a certificate must not sign, and what mends that.
type PolicyError struct {
	Certificate string // its subject, issuer and serial number
	Why, Mend   string
}

func (e *PolicyError) Error() string {
	return fmt.Sprintf("certificate %s: %s: %s", e.Certificate, e.Why, e.Mend)
}

// Check tells why a key must not sign under a chain, leaf first: the leaf is of another
// key, not valid at the time, weak, or meant for something else, or the chain does not
// hold together or lead to the roots. Revocation it does not know: that needs a network.
func (p Policy) Check(chain []*x509.Certificate, public crypto.PublicKey) error {
	if len(chain) == 0 {
		return errors.New("there is no certificate")
	}
	leaf := chain[0]
	if !samePublic(leaf.PublicKey, public) {
		return refused(leaf, "it is of another key", "name the certificate that was issued for this key, and put it first")
	}
	for i, c := range chain {
		if err := p.valid(c); err != nil {
			return err
		}
		if err := strong(c, i > 0); err != nil {
			return err
		}
	}
	if err := meant(leaf); err != nil {
		return err
	}
	for i := range chain[1:] {
		if err := chain[i].CheckSignatureFrom(chain[i+1]); err != nil {
			return refused(chain[i], fmt.Sprintf("it is not signed by the one after it, %s", chain[i+1].Subject),
				"put the certificates in order, the signer's first, then each issuer's")
		}
	}
	return p.reaches(chain)
}

func refused(c *x509.Certificate, why, mend string) error {
	return &PolicyError{fmt.Sprintf("%q (issuer %q, serial %x)", c.Subject, c.Issuer, c.SerialNumber), why, mend}
}

func (p Policy) valid(c *x509.Certificate) error {
	switch {
	case p.At.Before(c.NotBefore):
		return refused(c, fmt.Sprintf("it is not valid before %s, and it is to sign at %s", utc(c.NotBefore), utc(p.At)),
			"wait until then, use another certificate, or set the clock right")
	case p.At.After(c.NotAfter):
		return refused(c, fmt.Sprintf("it expired on %s, and it is to sign at %s", utc(c.NotAfter), utc(p.At)),
			"have it renewed by its issuer and put the new one in its place")
	}
	return nil
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// weak are the signature algorithms that anybody could forge.
var weak = []x509.SignatureAlgorithm{
	x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.DSAWithSHA256, x509.ECDSAWithSHA1,
}

// strong refuses keys and signatures that are too weak. A root's signature over itself
// proves nothing, however strong, and is not looked at; issuer tells that it may be one.
func strong(c *x509.Certificate, issuer bool) error {
	const mend = "have a certificate issued with RSA of at least 2048 bits or ECDSA, signed with SHA-256 or better"
	if slices.Contains(weak, c.SignatureAlgorithm) && !(issuer && string(c.RawIssuer) == string(c.RawSubject)) {
		return refused(c, fmt.Sprintf("it is signed with %s, which can be forged", c.SignatureAlgorithm), mend)
	}
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return refused(c, fmt.Sprintf("its RSA key has %d bits: at least 2048 are needed", k.N.BitLen()), mend)
		}
	case *ecdsa.PublicKey:
		if k.Curve.Params().BitSize < 256 {
			return refused(c, fmt.Sprintf("its key is on the curve %s: want P-256, P-384 or P-521", k.Curve.Params().Name), mend)
		}
	}
	return nil
}

// The extended key usages under which documents are signed, beside those that x509
// knows: RFC 9336, Microsoft's and Adobe's.
var documentUsages = []asn1.ObjectIdentifier{
	{1, 3, 6, 1, 5, 5, 7, 3, 36},
	{1, 3, 6, 1, 4, 1, 311, 10, 3, 12},
	{1, 2, 840, 113583, 1, 1, 5},
}

// meant refuses a certificate that was issued for something else than signing documents.
func meant(c *x509.Certificate) error {
	const mend = "have a certificate issued for signing documents"
	if c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return refused(c, "its key usage allows neither digitalSignature nor nonRepudiation", mend)
	}
	if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 {
		return nil
	}
	known := func(u x509.ExtKeyUsage) bool {
		return u == x509.ExtKeyUsageAny || u == x509.ExtKeyUsageEmailProtection
	}
	document := func(u asn1.ObjectIdentifier) bool { return slices.ContainsFunc(documentUsages, u.Equal) }
	if slices.ContainsFunc(c.ExtKeyUsage, known) || slices.ContainsFunc(c.UnknownExtKeyUsage, document) {
		return nil
	}
	return refused(c, "its extended key usage does not allow signing documents (documentSigning, emailProtection or any)", mend)
}

// reaches verifies the chain up to one of the roots.
func (p Policy) reaches(chain []*x509.Certificate) error {
	if len(p.Roots) == 0 {
		return nil
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: p.At,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, // meant has looked at the leaf's
	}
	for _, c := range p.Roots {
		options.Roots.AddCert(c)
	}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	if _, err := chain[0].Verify(options); err != nil {
		return refused(chain[0], fmt.Sprintf("it does not lead to a root that is configured (%v)", err),
			"add the certificates between it and the root to its file, or configure the root of its issuer")
	}
	return nil
}
