package tsa

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // ESSCertID names certificates by it
	"crypto/sha256"
	_ "crypto/sha512" // SHA-384 and SHA-512
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ErrNoRoots: the verifier named no authority to trust.
var ErrNoRoots = errors.New("no root of an authority was given")

// Stamp is what a sound token says.
type Stamp struct {
	At           time.Time     // when the message existed already, by the authority's clock, in UTC
	Accuracy     time.Duration // of that clock; zero: not said
	Authority    string        // the subject of its certificate
	Policy       string        // under which the authority works, an object identifier
	Serial       *big.Int
	Nonce        *big.Int            // nil: none was asked for
	Certificates []*x509.Certificate // of the token, the signer's first
	Trusted      bool                // the certificate's chain reached one of the roots, at At
	Untrusted    error               // why it did not: ErrNoRoots, or what x509 says; nil when Trusted
}

// Verify checks a token over a message, offline. The roots may have intermediate
// certificates among them, which some authorities leave out of their tokens. The error says that the token is
// unsound: it is over something else, its signature is wrong, its certificate is not
// one for timestamps alone, or was not valid at the token's time. A sound token of an
// authority that the roots do not vouch for is no error: Stamp.Trusted is false and
// Stamp.Untrusted tells why.
func Verify(der, message []byte, roots []*x509.Certificate) (Stamp, error) {
	t, err := parseToken(der)
	if err != nil {
		return Stamp{}, err
	}
	hash, err := hashOf(t.info.Imprint.Algorithm.Algorithm)
	if err != nil {
		return Stamp{}, err
	}
	if !bytes.Equal(t.info.Imprint.Hash, digest(hash, message)) {
		return Stamp{}, errors.New("it is over something else")
	}
	signer, err := t.signedBy()
	if err != nil {
		return Stamp{}, err
	}
	if err := t.checkSignature(signer); err != nil {
		return Stamp{}, err
	}
	if err := checkCertificate(signer, t.info.Time); err != nil {
		return Stamp{}, fmt.Errorf("certificate of %s: %w", signer.Subject, err)
	}
	s := Stamp{
		At: t.info.Time.UTC(), Accuracy: t.info.Accuracy.duration(), Authority: signer.Subject.String(), Policy: t.info.Policy.String(),
		Serial: t.info.Serial, Nonce: t.info.Nonce, Certificates: []*x509.Certificate{signer},
	}
	for _, c := range t.certificates {
		if !c.Equal(signer) {
			s.Certificates = append(s.Certificates, c)
		}
	}
	s.Untrusted = reaches(s.Certificates, roots, s.At)
	s.Trusted = s.Untrusted == nil
	return s, nil
}

// signedBy finds the certificate that the signer's identifier and the signed attribute
// name. Without the attribute another certificate of the same key could be put in its place.
func (t *token) signedBy() (*x509.Certificate, error) {
	for _, c := range t.certificates {
		if !t.signer.names(c) {
			continue
		}
		return c, t.bound(c)
	}
	return nil, errors.New("the certificate of its authority is not in it")
}

func (s signerInfo) names(c *x509.Certificate) bool {
	if s.SID.Class == asn1.ClassContextSpecific && s.SID.Tag == 0 {
		return len(c.SubjectKeyId) > 0 && bytes.Equal(s.SID.Bytes, c.SubjectKeyId)
	}
	var by issuerAndSerial
	if err := unmarshal(s.SID.FullBytes, &by, ""); err != nil {
		return false
	}
	return bytes.Equal(by.Issuer.FullBytes, c.RawIssuer) && by.Serial.Cmp(c.SerialNumber) == 0
}

// bound checks the certificate against the first entry of the signing-certificate
// attributes, which is the signer's (RFC 3161 as RFC 5816 amends it; RFC 5035, section 4).
func (t *token) bound(c *x509.Certificate) error {
	var v1 signingCert
	var v2 signingCertV2
	has1, err := t.attribute(oidSigningCert, &v1)
	if err != nil {
		return err
	}
	has2, err := t.attribute(oidSigningCertV2, &v2)
	if err != nil {
		return err
	}
	if !has1 && !has2 {
		return errors.New("its signature does not name the certificate that it was made with")
	}
	if has1 {
		sum := sha1.Sum(c.Raw) //nolint:gosec // what the attribute holds
		if len(v1.Certs) == 0 || !names(v1.Certs[0], sum[:], c) {
			return errNotItsCertificate
		}
	}
	if has2 {
		if len(v2.Certs) == 0 {
			return errNotItsCertificate
		}
		first := v2.Certs[0]
		hash := crypto.SHA256
		if len(first.Algorithm.Algorithm) > 0 {
			if hash, err = hashOf(first.Algorithm.Algorithm); err != nil {
				return err
			}
		}
		if !names(essCertID{first.Hash, first.IssuerSerial}, digest(hash, c.Raw), c) {
			return errNotItsCertificate
		}
	}
	return nil
}

var errNotItsCertificate = errors.New("its signature names another certificate than the one in it")

// names reports whether an entry is of a certificate with that hash. Issuer and serial
// number, where given, must be the certificate's too.
func names(id essCertID, sum []byte, c *x509.Certificate) bool {
	if !bytes.Equal(id.Hash, sum) {
		return false
	}
	if len(id.IssuerSerial.FullBytes) == 0 {
		return true
	}
	var by issuerAndSerial // whose issuer is here GeneralNames: the one, a directoryName
	var issuer asn1.RawValue
	return unmarshal(id.IssuerSerial.FullBytes, &by, "") == nil && unmarshal(by.Issuer.Bytes, &issuer, "") == nil &&
		issuer.Class == asn1.ClassContextSpecific && issuer.Tag == 4 && bytes.Equal(issuer.Bytes, c.RawIssuer) &&
		by.Serial.Cmp(c.SerialNumber) == 0
}

// checkSignature checks that the signature is of the certificate's key, over the signed
// attributes, and that these are of the timestamp.
func (t *token) checkSignature(c *x509.Certificate) error {
	var contentType asn1.ObjectIdentifier
	if found, err := t.attribute(oidContentType, &contentType); err != nil || !found || !contentType.Equal(oidTSTInfo) {
		return errors.Join(errors.New("its signature is not of a timestamp"), err)
	}
	hash, err := hashOf(t.signer.DigestAlgorithm.Algorithm)
	if err != nil {
		return err
	}
	var sum []byte
	if found, err := t.attribute(oidMessageDigest, &sum); err != nil || !found || !bytes.Equal(sum, digest(hash, t.content)) {
		return errors.Join(errors.New("its signature is of another timestamp"), err)
	}
	if hash, err = t.signer.hash(hash); err != nil {
		return err
	}
	message := t.signer.signedSet()
	var ok bool
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return fmt.Errorf("its RSA key has %d bits: at least 2048 are needed", k.N.BitLen())
		}
		ok = rsa.VerifyPKCS1v15(k, hash, digest(hash, message), t.signer.Signature) == nil
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(k, digest(hash, message), t.signer.Signature)
	case ed25519.PublicKey:
		ok = ed25519.Verify(k, message, t.signer.Signature)
	default:
		return fmt.Errorf("its key is of type %T: want RSA, ECDSA or Ed25519", k)
	}
	if !ok {
		return errors.New("its signature is wrong")
	}
	return nil
}

// hash is that of the signature: the one that its algorithm names, or the digest's
// where the algorithm names none.
func (s signerInfo) hash(ofDigest crypto.Hash) (crypto.Hash, error) {
	a := s.SignatureAlgorithm.Algorithm
	switch {
	case a.Equal(oidRSA), a.Equal(oidEd25519):
		return ofDigest, nil
	case a.Equal(oidRSAWithSHA256), a.Equal(oidECDSAWithSHA256):
		return crypto.SHA256, nil
	case a.Equal(oidRSAWithSHA384), a.Equal(oidECDSAWithSHA384):
		return crypto.SHA384, nil
	case a.Equal(oidRSAWithSHA512), a.Equal(oidECDSAWithSHA512):
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("signature algorithm %s: want RSA (PKCS #1 v1.5) or ECDSA with SHA-256, SHA-384 or SHA-512, or Ed25519", a)
}

// checkCertificate holds a certificate against RFC 3161, section 2.3: its one extended
// use, which must be critical, is timestamping.
func checkCertificate(c *x509.Certificate, at time.Time) error {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return errors.New("it is not for timestamps alone")
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) && !e.Critical {
			return errors.New("that it is for timestamps is not marked critical")
		}
	}
	const signing = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	switch {
	case c.KeyUsage != 0 && c.KeyUsage&^signing != 0:
		return errors.New("its key is for other uses than signatures")
	case at.Before(c.NotBefore):
		return fmt.Errorf("the timestamp is of %s, before it was valid (from %s)", at.UTC().Format(time.RFC3339), c.NotBefore.UTC().Format(time.RFC3339))
	case at.After(c.NotAfter):
		return fmt.Errorf("the timestamp is of %s, after it expired (%s)", at.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}

// reaches verifies a chain, the signer's certificate first, up to one of the roots.
func reaches(chain, roots []*x509.Certificate, at time.Time) error {
	if len(roots) == 0 {
		return ErrNoRoots
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	}
	for _, c := range roots {
		options.Roots.AddCert(c)
	}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(options)
	return err
}

// imprint is the SHA-256 of a message.
func imprint(message []byte) []byte {
	sum := sha256.Sum256(message)
	return sum[:]
}
