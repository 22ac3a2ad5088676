package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// TestExpiredIntermediate: whoever has the key of an authority that has expired could issue
// and sign under an earlier date; only a trusted timestamp shows that it was signed then.
func TestExpiredIntermediate(t *testing.T) {
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.UTC) }
	serial := int64(0)
	issue := func(name string, ca bool, from, to time.Time, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		serial++
		c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to, IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
		if parent == nil {
			parent, by = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return parsed, key
	}
	root, rootKey := issue("root", true, year(2015), year(2045), nil, nil)
	middle, middleKey := issue("intermediate", true, year(2015), year(2022), root, rootKey)
	leaf, _ := issue("leaf", false, year(2020), year(2040), middle, middleKey)
	chain := []*x509.Certificate{leaf, middle}
	trust := Trust{Roots: []*x509.Certificate{root}, Now: year(2026)}
	said := moment{at: year(2021), now: trust.Now}
	if got := trust.chain(chain, said); got != ChainExpired {
		t.Errorf("by the signer's word: %s", got)
	}
	said.proven = true
	if got := trust.chain(chain, said); got != ChainTrusted {
		t.Errorf("by an authority's: %s", got)
	}
}
