package sign

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var testTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// Keys of every algorithm, made once: RSA takes a while.
var testKeys = sync.OnceValue(func() map[string]crypto.Signer {
	keys := map[string]crypto.Signer{}
	add := func(name string, key crypto.Signer, err error) {
		if err != nil {
			panic(err)
		}
		keys[name] = key
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	add("Ed25519", ed, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	add("RSA 2048", rsaKey, err)
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		add("ECDSA "+curve.Params().Name, key, err)
	}
	return keys
})

func pkcs8(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func writeFile(t testing.TB, name string, data []byte, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func certificatePEM(chain ...*x509.Certificate) []byte {
	var all []byte
	for _, block := range certificatesPEM(chain) {
		all = append(all, block...)
	}
	return all
}

// template is a signer's certificate as an authority would issue it.
func template() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Organization: []string{"Example K.K."}, CommonName: "Audit evidence"},
		NotBefore: testTime.AddDate(0, -1, 0), NotAfter: testTime.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

// authority is a certificate authority that lives in a test.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func newAuthority(t testing.TB, name string) authority {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := authority{self, key}
	a.certificate = a.issue(t, self, key.Public())
	return a
}

func (a authority) issue(t testing.TB, template *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, public, a.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bare(name string) Signer { return keySigner{key: testKeys()[name]} }

func certified(t testing.TB, name string, a authority) Signer {
	t.Helper()
	key := testKeys()[name]
	return keySigner{key: key, chain: []*x509.Certificate{a.issue(t, template(), key.Public()), a.certificate}}
}

// testFiles are the files of a pack.
var testFiles = map[string]string{"report.pdf": "pdf", "evidence/cloudtrail.event.jsonl.zst": "zst", "空白 の ある.txt": "text"}

func testStatement() Statement {
	var subjects []Subject
	for name, content := range testFiles {
		sum := sha256.Sum256([]byte(content))
		subjects = append(subjects, Subject{Name: name, Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}})
	}
	return NewStatement(subjects, testTime)
}

func envelopeBy(t testing.TB, first Signer, more ...Signer) []byte {
	t.Helper()
	data, err := SignStatement(context.Background(), first, testStatement(), more...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
