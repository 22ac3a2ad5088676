package pades

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
	"github.com/evidencepack/evidence/reports/pdf"
	"github.com/evidencepack/evidence/reports/reportstest"
)

var signedAt = time.Date(2026, 11, 2, 3, 24, 42, 0, time.UTC)

// testKey is a key of that name, made once: "RSA", the name of a curve, or of
// whoever has it, which is then of P-256.
func testKey(name string) crypto.Signer {
	keys.Lock()
	defer keys.Unlock()
	if key, ok := keys.made[name]; ok {
		return key
	}
	var key crypto.Signer
	var err error
	switch name {
	case "RSA":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "P-384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "P-521":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		panic(err)
	}
	keys.made[name] = key
	return key
}

var keys = struct {
	sync.Mutex
	made map[string]crypto.Signer
}{made: map[string]crypto.Signer{}}

// authority is a certificate authority of two levels, with its files.
type authority struct {
	dir          string
	root, issuer *x509.Certificate
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	ca := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name, Country: []string{"JP"}}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	}
	a.root = a.issue(t, ca("Test Root"), ca("Test Root"), "root", "root")
	a.issuer = a.issue(t, ca("Test Issuer"), a.root, "issuer", "root")
	a.write(t, "root.pem", a.root)
	return a
}

var serial int64

func (a *authority) issue(t testing.TB, template, parent *x509.Certificate, key, by string) *x509.Certificate {
	t.Helper()
	serial++
	template.SerialNumber = big.NewInt(serial)
	if template.NotBefore.IsZero() {
		template.NotBefore, template.NotAfter = signedAt.AddDate(-9, 0, 0), signedAt.AddDate(9, 0, 0)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, testKey(key).Public(), testKey(by))
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (a *authority) write(t testing.TB, name string, chain ...*x509.Certificate) string {
	t.Helper()
	var b bytes.Buffer
	for _, c := range chain {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return a.file(t, name, b.Bytes())
}

func (a *authority) file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(a.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (a *authority) key(t testing.TB, name string) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(testKey(name))
	if err != nil {
		t.Fatal(err)
	}
	return a.file(t, name+".key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// signer is somebody with a certificate of the key.
func (a *authority) signer(t testing.TB, key, name string) sign.Signer {
	t.Helper()
	leaf := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: name, Organization: []string{"Example K.K."}},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}, a.issuer, key, "issuer")
	s, err := sign.LoadSigner(a.key(t, key), a.write(t, key+".chain.pem", leaf, a.issuer, a.root), signedAt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// revoked is the issuers' lists of what they have revoked: nothing.
func (a *authority) revoked(t testing.TB) [][]byte {
	t.Helper()
	var lists [][]byte
	for by, issuer := range map[string]*x509.Certificate{"root": a.root, "issuer": a.issuer} {
		der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1),
			ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().AddDate(1, 0, 0)}, issuer, testKey(by))
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, der)
	}
	return lists
}

// stamps is a time stamp authority that openssl keeps.
type stamps struct {
	*authority
	config string
}

// newStamps skips the test where there is no openssl.
func newStamps(t testing.TB, a *authority) *stamps {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("NOT TESTED: openssl is not installed, so that there is no time stamp authority")
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	certificate := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Test Time Stamps"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}}, a.issuer, "stamps", "issuer")
	config := fmt.Sprintf("[tsa]\nserial=%s\nsigner_cert=%s\nsigner_key=%s\ncerts=%s\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n",
		a.file(t, "serial", []byte("01\n")), a.write(t, "stamps.pem", certificate), a.key(t, "stamps"), a.write(t, "stamps.chain.pem", a.issuer, a.root))
	return &stamps{a, a.file(t, "tsa.cnf", []byte(config))}
}

func (s *stamps) run(args ...string) ([]byte, error) {
	out, err := exec.Command("openssl", append([]string{"ts"}, args...)...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("openssl ts %v: %w\n%s", args, err, out)
	}
	return out, nil
}

// Timestamp implements [Authority].
func (s *stamps) Timestamp(_ context.Context, message []byte) ([]byte, error) {
	at := func(name string) string { return filepath.Join(s.dir, name) }
	if err := os.WriteFile(at("message"), message, 0o600); err != nil {
		return nil, err
	}
	if _, err := s.run("-query", "-data", at("message"), "-sha256", "-cert", "-no_nonce", "-out", at("query")); err != nil {
		return nil, err
	}
	if _, err := s.run("-reply", "-queryfile", at("query"), "-config", s.config, "-section", "tsa", "-token_out", "-out", at("token")); err != nil {
		return nil, err
	}
	return os.ReadFile(at("token"))
}

// check has openssl verify a token.
func (s *stamps) check(token, message []byte) (tsa.Stamp, error) {
	at := func(name string) string { return filepath.Join(s.dir, name) }
	for name, data := range map[string][]byte{"verify.token": token, "verify.message": message} {
		if err := os.WriteFile(at(name), data, 0o600); err != nil {
			return tsa.Stamp{}, err
		}
	}
	if _, err := s.run("-verify", "-token_in", "-in", at("verify.token"), "-data", at("verify.message"), "-CAfile", at("root.pem"), "-untrusted", at("stamps.chain.pem")); err != nil {
		return tsa.Stamp{}, err
	}
	return tsa.Stamp{At: signedAt, Trusted: true}, nil
}

// rendered is a report, as a pack has it.
var rendered = sync.OnceValue(func() map[evidence.Lang][]byte {
	list := map[evidence.Lang][]byte{}
	for _, lang := range []evidence.Lang{evidence.Japanese, evidence.English} {
		var b bytes.Buffer
		if err := (pdf.Renderer{}).Render(&b, reportstest.Pack(reportstest.Options{Lang: lang})); err != nil {
			panic(err)
		}
		list[lang] = b.Bytes()
	}
	return list
})

// options are those of a signer, drawn as a pack draws them.
func options(s sign.Signer, lang evidence.Lang) Options {
	name := s.Certificates()[0].Subject.CommonName
	seal := pdf.Seal{Lang: lang, Name: name, Organisation: "Example K.K.", At: signedAt, Location: reportstest.Location,
		Algorithm: sign.Algorithm(s.Public()), Fingerprint: sign.Fingerprint(s.Public())}
	return Options{Signer: s, Name: name, At: signedAt, Appearance: seal.Objects}
}

func signOnce(t testing.TB, document []byte, o Options) []byte {
	t.Helper()
	file, err := Sign(context.Background(), document, o)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(file, document) {
		t.Fatal("the signed file does not begin with what was signed")
	}
	return file
}

// small is a document with what a signature needs of it and nothing else, which a
// fuzzer can work on.
func small() []byte {
	const widget = "<</Type /Annot /Subtype /Widget /FT /Sig /F 132 /T %s /Rect [0 0 9 9] /P 3 0 R /AP <</N 6 0 R>>>>\nendobj\n"
	head := []byte("%PDF-1.7\n")
	w := &writer{base: int64(len(head)), offsets: map[int]int64{}}
	for n, body := range []string{
		"<<\n/Type /Catalog\n/Pages 2 0 R\n/AcroForm <</Fields [4 0 R 5 0 R] /SigFlags 3>>\n>>\nendobj\n",
		"<</Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 9 9]>>\nendobj\n",
		"<</Type /Page\n/Annots [4 0 R 5 0 R]\n/Parent 2 0 R>>\nendobj\n",
		fmt.Sprintf(widget, textString("Preparer")), fmt.Sprintf(widget, textString("Approver")),
		string(blank()), "<<>>\nendobj\n",
	} {
		w.object(n+1, []byte(body))
	}
	w.close(trailer{size: 8, root: 1, info: 7, id: [2]string{strings.Repeat("0", 32), strings.Repeat("0", 32)}})
	return bytes.Replace(append(head, w.out.Bytes()...), []byte(" /Prev 0"), nil, 1)
}

// blank is a form XObject that shows nothing.
func blank() []byte {
	return []byte("<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <<>> /Length 0>>\nstream\n\nendstream\nendobj\n")
}

// signSmall signs it, or signs it once more.
func signSmall(t testing.TB, document []byte, s sign.Signer) []byte {
	t.Helper()
	return signOnce(t, document, Options{Signer: s, Name: "Signer", At: signedAt, Appearance: func(int) ([][]byte, error) { return [][]byte{blank()}, nil }})
}
