package opc

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/evidencepack/evidence/reports/reportstest"
	"github.com/evidencepack/evidence/reports/xlsx"
)

var at = time.Date(2026, 11, 5, 1, 2, 3, 0, time.UTC)

// signer is a key with its certificate.
type signer struct {
	key   crypto.Signer
	chain []*x509.Certificate
}

func (s signer) Public() crypto.PublicKey          { return s.key.Public() }
func (s signer) Certificates() []*x509.Certificate { return s.chain }

func (s signer) Sign(_ context.Context, message []byte) ([]byte, error) {
	h := crypto.SHA256
	if k, ok := s.key.Public().(*ecdsa.PublicKey); ok && k.Curve == elliptic.P384() {
		h = crypto.SHA384
	} else if ok && k.Curve == elliptic.P521() {
		h = crypto.SHA512
	}
	d := h.New()
	d.Write(message)
	return s.key.Sign(rand.Reader, d.Sum(nil), h)
}

func newECDSA(t testing.TB, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newRSA(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// issue makes a certificate for a key, below another signer or by itself.
func issue(t testing.TB, key crypto.Signer, subject pkix.Name, by *signer) signer {
	t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(30, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: by == nil}
	parent, parentKey, rest := c, key, []*x509.Certificate(nil)
	if by != nil {
		parent, parentKey, rest = by.chain[0], by.key, by.chain
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, append([]*x509.Certificate{leaf}, rest...)}
}

// workbook is a report as it is rendered.
var workbook = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := (xlsx.Renderer{}).Render(&b, reportstest.Pack(reportstest.Options{})); err != nil {
		panic(err)
	}
	return b.Bytes()
})

func signed(t testing.TB, b []byte, o Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Sign(t.Context(), &out, bytes.NewReader(b), int64(len(b)), o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func verifyBytes(b []byte) ([]Signature, error) {
	return Verify(context.Background(), bytes.NewReader(b), int64(len(b)))
}

func TestDump(t *testing.T) {
	ca := issue(t, newRSA(t), pkix.Name{CommonName: "Root", Organization: []string{"Example, Inc."}, Country: []string{"JP"}, Province: []string{"Tokyo"}}, nil)
	r := issue(t, newRSA(t), pkix.Name{CommonName: "監査 太郎"}, &ca)
	e := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "DEMO"}, nil)
	one := signed(t, workbook(), Options{Signer: r, At: at, Purpose: "監査証跡パックの作成"})
	two := signed(t, one, Options{Signer: e, At: at})
	os.WriteFile("/tmp/opcx/one.xlsx", one, 0o644)
	os.WriteFile("/tmp/opcx/two.xlsx", two, 0o644)
	os.WriteFile("/tmp/opcx/ec.xlsx", signed(t, workbook(), Options{Signer: e, At: at}), 0o644)
	l, err := verifyBytes(two)
	t.Log(len(l), err, sha256.Sum256(one))
	var s bytes.Buffer
	Strip(&s, bytes.NewReader(two), int64(len(two)))
	if !bytes.Equal(s.Bytes(), one) { t.Error("strip") }
	s.Reset()
	Unsigned(&s, bytes.NewReader(two), int64(len(two)))
	if !bytes.Equal(s.Bytes(), workbook()) { t.Error("unsigned") }
}
