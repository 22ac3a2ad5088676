package sign

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPolicy(t *testing.T) {
	a, stranger := newAuthority(t, "Test CA"), newAuthority(t, "Other CA")
	key := testKeys()["ECDSA P-256"]
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*x509.Certificate)) *x509.Certificate {
		c := template()
		change(c)
		return a.issue(t, c, key.Public())
	}
	usage := func(known []x509.ExtKeyUsage, others ...asn1.ObjectIdentifier) *x509.Certificate {
		return changed(func(c *x509.Certificate) { c.ExtKeyUsage, c.UnknownExtKeyUsage = known, others })
	}
	good := changed(func(*x509.Certificate) {})
	old := newAuthority(t, "Old CA")
	old.certificate = old.issue(t, &x509.Certificate{SerialNumber: old.certificate.SerialNumber, Subject: pkix.Name{CommonName: "Old CA"},
		NotBefore: testTime.AddDate(-3, 0, 0), NotAfter: testTime.AddDate(0, 0, -1), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, old.key.Public())
	below := old.issue(t, template(), key.Public())
	for name, tt := range map[string]struct {
		chain []*x509.Certificate
		roots []*x509.Certificate
		want  string // empty: it may sign
	}{
		"alone":                           {[]*x509.Certificate{good}, nil, ""},
		"below its root":                  {[]*x509.Certificate{good}, []*x509.Certificate{stranger.certificate, a.certificate}, ""},
		"content commitment":              {[]*x509.Certificate{changed(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment })}, nil, ""},
		"for documents (RFC 9336)":        {[]*x509.Certificate{usage(nil, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36})}, nil, ""},
		"for mail among others":           {[]*x509.Certificate{usage([]x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection})}, nil, ""},
		"for servers":                     {[]*x509.Certificate{usage([]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth})}, nil, "extended key usage"},
		"for timestamps":                  {[]*x509.Certificate{usage([]x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping})}, nil, "extended key usage"},
		"for something unheard of":        {[]*x509.Certificate{usage(nil, asn1.ObjectIdentifier{1, 2, 3})}, nil, "extended key usage"},
		"for encryption":                  {[]*x509.Certificate{changed(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })}, nil, "neither digitalSignature nor nonRepudiation"},
		"expired":                         {[]*x509.Certificate{changed(func(c *x509.Certificate) { c.NotAfter = testTime.Add(-time.Second) })}, nil, "it expired on 2026-10-31T23:59:59Z"},
		"not yet valid":                   {[]*x509.Certificate{changed(func(c *x509.Certificate) { c.NotBefore = testTime.Add(time.Second) })}, nil, "not valid before 2026-11-01T00:00:01Z"},
		"of another key":                  {[]*x509.Certificate{a.issue(t, template(), testKeys()["Ed25519"].Public())}, nil, "another key"},
		"of an expired authority":         {[]*x509.Certificate{below, old.certificate}, nil, "it expired on 2026-10-31"},
		"below an authority of 1024 bits": {[]*x509.Certificate{good, a.issue(t, template(), short.Public())}, nil, "RSA key has 1024 bits"},
		"in the wrong order":              {[]*x509.Certificate{good, stranger.certificate}, nil, "not signed by the one after it"},
		"below no root":                   {[]*x509.Certificate{good}, []*x509.Certificate{stranger.certificate}, "does not lead to a root that is configured"},
		"none":                            {nil, nil, "no certificate"},
	} {
		err := Policy{At: testTime, Roots: tt.roots}.Check(tt.chain, key.Public())
		var refusal *PolicyError
		switch {
		case (err == nil) != (tt.want == ""), err != nil && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		case err != nil && tt.chain != nil && (!errors.As(err, &refusal) || !strings.Contains(refusal.Certificate, "CN=") || refusal.Mend == ""):
			t.Errorf("%s: %v names no certificate or nothing that mends it", name, err)
		}
	}
	if _, err := NewSigner(key, nil, Policy{At: testTime, Roots: []*x509.Certificate{a.certificate}}); err == nil {
		t.Error("a bare key signs although a root is configured")
	}
}

// Go signs no certificate with SHA-1: openssl does.
func TestPolicyRefusesSHA1(t *testing.T) {
	tools(t, "openssl")
	dir := t.TempDir()
	key, certificate := filepath.Join(dir, "key.pem"), filepath.Join(dir, "crt.pem")
	for _, hash := range []string{"-sha1", "-sha256"} {
		out, err := exec.Command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", hash, "-days", "3650", "-subj", "/CN=Old", "-keyout", key, "-out", certificate).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if err := os.Chmod(key, 0o600); err != nil {
			t.Fatal(err)
		}
		chain, err := LoadCertificates(certificate)
		if err != nil {
			t.Fatal(err)
		}
		_, err = LoadSigner(key, certificate, chain[0].NotBefore)
		if wrong := hash == "-sha1"; (err != nil) != wrong || wrong && !strings.Contains(err.Error(), "SHA1-RSA, which can be forged") {
			t.Errorf("%s: %v", hash, err)
		}
	}
}
