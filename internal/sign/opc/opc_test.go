package opc

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strings"
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

func strip1(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Strip(&out, bytes.NewReader(b), int64(len(b))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSign(t *testing.T) {
	ca := issue(t, newRSA(t), pkix.Name{CommonName: "Example CA", Organization: []string{`Example, "Inc."`}, Province: []string{"東京都"}, Country: []string{"JP"}}, nil)
	for _, c := range []struct {
		name   string
		signer signer
	}{
		{"RSA below an authority", issue(t, newRSA(t), pkix.Name{CommonName: "監査 太郎 <&>"}, &ca)},
		{"P-256", issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "P-256"}, nil)},
		{"P-384", issue(t, newECDSA(t, elliptic.P384()), pkix.Name{CommonName: "P-384"}, &ca)},
		{"P-521", issue(t, newECDSA(t, elliptic.P521()), pkix.Name{CommonName: "P-521"}, nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := signed(t, workbook(), Options{Signer: c.signer, At: at.Add(time.Millisecond), Purpose: "証跡パックの作成 <a> & \"b\""})
			list, err := verifyBytes(b)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) != 1 {
				t.Fatalf("%d signatures", len(list))
			}
			s := list[0]
			if s.Part != "_xmlsignatures/sig1.xml" || !s.At.Equal(at) || s.Purpose != "証跡パックの作成 <a> & \"b\"" || len(s.Token)+len(s.Stamped) != 0 {
				t.Errorf("%+v", s)
			}
			if !slices.EqualFunc(s.Certificates, c.signer.chain, (*x509.Certificate).Equal) {
				t.Error("not the signer's certificates")
			}
			if !bytes.Equal(strip1(t, b), workbook()) {
				t.Error("without its signature it is not the workbook that was rendered")
			}
		})
	}
}

// TestFurtherSigner: each signature that comes off leaves what was there before it.
func TestFurtherSigner(t *testing.T) {
	states := [][]byte{workbook()}
	for i, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P256()} {
		s := issue(t, newECDSA(t, curve), pkix.Name{CommonName: fmt.Sprint("signer ", i+1)}, nil)
		b := signed(t, states[i], Options{Signer: s, At: at.AddDate(0, 0, i)})
		list, err := verifyBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		for j, s := range list {
			if want := fmt.Sprint("signer ", j+1); s.Certificates[0].Subject.CommonName != want || !s.At.Equal(at.AddDate(0, 0, j)) {
				t.Errorf("signature %d of %d is %s's of %s", j+1, i+1, s.Certificates[0].Subject, s.At)
			}
		}
		if len(list) != i+1 {
			t.Errorf("%d signatures after %d signers", len(list), i+1)
		}
		states = append(states, b)
	}
	last := states[3]
	for i := 2; i >= 0; i-- {
		if last = strip1(t, last); !bytes.Equal(last, states[i]) {
			t.Fatalf("not what %d signers left", i)
		}
	}
	var all bytes.Buffer
	if err := Unsigned(&all, bytes.NewReader(states[3]), int64(len(states[3]))); err != nil || !bytes.Equal(all.Bytes(), workbook()) {
		t.Errorf("all signatures at once: %v", err)
	}
	if err := Strip(io.Discard, bytes.NewReader(workbook()), int64(len(workbook()))); !errors.Is(err, ErrUnsigned) {
		t.Errorf("a workbook without signatures: %v", err)
	}
	all.Reset()
	if err := Unsigned(&all, bytes.NewReader(workbook()), int64(len(workbook()))); err != nil || !bytes.Equal(all.Bytes(), workbook()) {
		t.Errorf("a workbook without signatures: %v", err)
	}
	if list, err := verifyBytes(workbook()); err != nil || list != nil {
		t.Errorf("a workbook without signatures: %v, %v", list, err)
	}
}

// authority stamps with the message itself.
type authority struct{ err error }

func (a authority) Timestamp(_ context.Context, message []byte) ([]byte, error) {
	return append([]byte("token of "), message...), a.err
}

func TestTimestamp(t *testing.T) {
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	list, err := verifyBytes(signed(t, workbook(), Options{Signer: s, At: at, Authority: authority{}}))
	if err != nil {
		t.Fatal(err)
	}
	if string(list[0].Token) != "token of "+string(list[0].Stamped) {
		t.Errorf("token %q over %q", list[0].Token, list[0].Stamped)
	}
	// XAdES stamps the SignatureValue element, as it is when it stands alone.
	if ok, _ := regexp.Match(`^<SignatureValue xmlns="http://www.w3.org/2000/09/xmldsig#">[A-Za-z0-9+/]{86}==</SignatureValue>$`, list[0].Stamped); !ok {
		t.Errorf("stamped is %s", list[0].Stamped)
	}
	err = Sign(t.Context(), io.Discard, bytes.NewReader(workbook()), int64(len(workbook())), Options{Signer: s, At: at, Authority: authority{io.ErrClosedPipe}})
	if !errors.Is(err, ErrNoTimestamp) || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the authority's error: %v", err)
	}
}

func TestSignRefuses(t *testing.T) {
	good := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"a bare key":                   {Signer: signer{good.key, nil}, At: at},
		"Ed25519":                      {Signer: issue(t, ed, pkix.Name{CommonName: "Ed25519"}, nil), At: at},
		"another key's certificate":    {Signer: signer{newECDSA(t, elliptic.P256()), good.chain}, At: at},
		"before the certificate":       {Signer: good, At: at.AddDate(-2, 0, 0)},
		"after the certificate":        {Signer: good, At: at.AddDate(31, 0, 0)},
		"a purpose of several lines":   {Signer: good, At: at, Purpose: "a\nb"},
		"a purpose that is too long":   {Signer: good, At: at, Purpose: strings.Repeat("あ", 256)},
		"a purpose that is no text":    {Signer: good, At: at, Purpose: "\xff"},
		"a purpose that no XML allows": {Signer: good, At: at, Purpose: "\uffff"},
	} {
		if err := Sign(t.Context(), io.Discard, bytes.NewReader(workbook()), int64(len(workbook())), o); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestSignStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	if err := Sign(ctx, io.Discard, bytes.NewReader(workbook()), int64(len(workbook())), Options{Signer: s, At: at}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
