package tsa

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"github.com/evidencepack/evidence/internal/sign/tsa/tsatest"
)

var (
	testTime = time.Date(2026, 11, 1, 3, 4, 5, 0, time.UTC)
	message  = []byte("a signature")
)

func stamped(t testing.TB, a *tsatest.Authority) []byte {
	t.Helper()
	token, err := a.Timestamp(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestVerify(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsa2048, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"ECDSA P-384": p384, "RSA": rsa2048} {
		a := tsatest.NewWithKey(t, key, testTime)
		token := stamped(t, a)
		s, err := Verify(token, message, a.Roots())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !s.Trusted || s.Untrusted != nil || !s.At.Equal(testTime) || s.Accuracy != time.Second || !strings.Contains(s.Authority, "Timestamp authority") {
			t.Errorf("%s: %+v", name, s)
		}
		if s, err = Verify(token, message, nil); err != nil || s.Trusted || !errors.Is(s.Untrusted, ErrNoRoots) {
			t.Errorf("%s, without roots: %+v, %v", name, s, err)
		}
		other := tsatest.New(t, testTime)
		if s, err = Verify(token, message, other.Roots()); err != nil || s.Trusted || !errors.As(s.Untrusted, new(x509.UnknownAuthorityError)) {
			t.Errorf("%s, with the roots of another: %+v, %v", name, s, err)
		}
		if s, err = Verify(token, message, append(other.Roots(), a.Root)); err != nil || !s.Trusted {
			t.Errorf("%s, with several roots: %+v, %v", name, s, err)
		}
	}
}

// What was stamped while the certificate was valid stays so when it has expired.
func TestVerifyAtTheTokensTime(t *testing.T) {
	a := tsatest.New(t, time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC))
	if s, err := Verify(stamped(t, a), message, a.Roots()); err != nil || !s.Trusted {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		certificate func(*x509.Certificate)
		falsify     func(*timestamp.Timestamp)
		want        string
	}{
		"another imprint": {falsify: func(s *timestamp.Timestamp) { s.HashedMessage = make([]byte, 32) }, want: "something else"},
		"SHA-1": {falsify: func(s *timestamp.Timestamp) { s.HashAlgorithm, s.HashedMessage = crypto.SHA1, make([]byte, 20) },
			want: "SHA1"}, // refused by those who would make it
		"no certificate": {falsify: func(s *timestamp.Timestamp) { s.AddTSACertificate = false }, want: "not in it"},
		"critical extension": {falsify: func(s *timestamp.Timestamp) {
			s.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		}, want: "critical extension 1.2.3"},
		"after its certificate expired": {falsify: func(s *timestamp.Timestamp) { s.Time = testTime.AddDate(2, 0, 0) }, want: "after it expired"},
		"before its certificate":        {falsify: func(s *timestamp.Timestamp) { s.Time = testTime.AddDate(-2, 0, 0) }, want: "before it was valid"},
		"use not critical": {certificate: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{tsatest.Purpose(false, tsatest.TimeStamping)}
		}, want: "not marked critical"},
		"another use": {certificate: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{tsatest.Purpose(true, tsatest.CodeSigning)}
		}, want: "not for timestamps alone"},
		"two uses": {certificate: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{tsatest.Purpose(true, tsatest.TimeStamping, tsatest.CodeSigning)}
		}, want: "not for timestamps alone"},
		"a use beside that nobody knows": {certificate: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{tsatest.Purpose(true, tsatest.TimeStamping, asn1.ObjectIdentifier{1, 2, 3})}
		}, want: "not for timestamps alone"},
		"no use":         {certificate: func(c *x509.Certificate) { c.ExtraExtensions = nil }, want: "not for timestamps alone"},
		"key encryption": {certificate: func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageKeyEncipherment }, want: "other uses"},
	} {
		change := c.certificate
		if change == nil {
			change = func(*x509.Certificate) {}
		}
		a := tsatest.New(t, testTime, change)
		a.Falsify = c.falsify
		token, err := a.Timestamp(t.Context(), message)
		if err == nil {
			_, err = Verify(token, message, a.Roots())
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestVerifyRefusesWeakKeys(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skipf("no weak key can be made: %v", err)
	}
	a := tsatest.NewWithKey(t, key, testTime)
	if _, err := Verify(stamped(t, a), message, a.Roots()); err == nil || !strings.Contains(err.Error(), "1024") {
		t.Error(err)
	}
}

// byHand makes a token by hand: of a timestamp, with the signed attributes given.
func byHand(t *testing.T, a *tsatest.Authority, certificate *x509.Certificate, contentType asn1.ObjectIdentifier, attributes ...pkcs7.Attribute) []byte {
	t.Helper()
	parsed, err := parseToken(stamped(t, a))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := pkcs7.NewSignedData(parsed.content)
	if err != nil {
		t.Fatal(err)
	}
	signed.SetDigestAlgorithm(oidSHA256)
	signed.SetContentType(contentType)
	if err := signed.AddSigner(certificate, a.Key, pkcs7.SignerInfoConfig{ExtraSignedAttributes: attributes}); err != nil {
		t.Fatal(err)
	}
	der, err := signed.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestVerifyRefusesAnotherCertificate: a second certificate of the same key, such as one
// with a longer validity, cannot take the place of the one that the signature names.
func TestVerifyRefusesAnotherCertificate(t *testing.T) {
	a := tsatest.New(t, testTime)
	id := func(c *x509.Certificate) pkcs7.Attribute {
		return pkcs7.Attribute{Type: oidSigningCertV2, Value: signingCertV2{Certs: []essCertIDv2{{Hash: digest(crypto.SHA256, c.Raw)}}}}
	}
	if _, err := Verify(byHand(t, a, a.Certificate, oidTSTInfo, id(a.Certificate)), message, a.Roots()); err != nil {
		t.Fatalf("the token made by hand: %v", err)
	}
	for name, c := range map[string]struct {
		token []byte
		want  string
	}{
		"no certificate named":      {byHand(t, a, a.Certificate, oidTSTInfo), "does not name"},
		"another certificate named": {byHand(t, a, a.Certificate, oidTSTInfo, id(a.Root)), "another certificate"},
		"the names are empty":       {byHand(t, a, a.Certificate, oidTSTInfo, pkcs7.Attribute{Type: oidSigningCertV2, Value: signingCertV2{}}), "another certificate"},
		"SHA-1 of another": {byHand(t, a, a.Certificate, oidTSTInfo, id(a.Certificate),
			pkcs7.Attribute{Type: oidSigningCert, Value: signingCert{Certs: []essCertID{{Hash: make([]byte, 20)}}}}), "another certificate"},
		"not of the type of timestamps": {byHand(t, a, a.Certificate, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}, id(a.Certificate)), "no timestamp"},
	} {
		if _, err := Verify(c.token, message, a.Roots()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A changed byte makes a token unsound, or untrusted, or leaves what it says as it is:
// beside what is signed, tokens have certificates and version numbers.
func TestVerifyEveryByte(t *testing.T) {
	a := tsatest.New(t, testTime)
	token := stamped(t, a)
	whole, err := Verify(token, message, a.Roots())
	if err != nil {
		t.Fatal(err)
	}
	for i := range token {
		if _, err := Verify(token[:i], message, a.Roots()); err == nil {
			t.Fatalf("cut off after %d bytes it is verified", i)
		}
		changed := bytes.Clone(token)
		changed[i] ^= 0x15
		s, err := Verify(changed, message, a.Roots())
		if err == nil && (!s.At.Equal(whole.At) || s.Authority != whole.Authority || s.Policy != whole.Policy || s.Serial.Cmp(whole.Serial) != 0) {
			t.Errorf("byte %d changed: %+v", i, s)
		}
	}
	if _, err := Verify(append(bytes.Clone(token), 0), message, a.Roots()); err == nil {
		t.Error("with a byte after it, it is verified")
	}
}

func FuzzVerify(f *testing.F) {
	a := tsatest.New(f, testTime)
	f.Add(stamped(f, a))
	f.Fuzz(func(t *testing.T, der []byte) {
		if s, err := Verify(der, message, a.Roots()); err == nil && s.Trusted && !s.At.Equal(testTime) {
			t.Errorf("trusted: %+v", s)
		}
	})
}
