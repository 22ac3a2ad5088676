package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

func block(kind string, der []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestLoadSigner(t *testing.T) {
	keys := testKeys()
	sec1, err := x509.MarshalECPrivateKey(keys["ECDSA P-256"].(*ecdsa.PrivateKey))
	parameters := []byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n")
	pkcs1 := x509.MarshalPKCS1PrivateKey(keys["RSA 2048"].(*rsa.PrivateKey))
	p224, p224err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if p224err != nil {
		t.Fatal(p224err)
	}
	public, perr := PublicPEM(keys["Ed25519"].Public())
	if perr != nil {
		t.Fatal(perr)
	}
	legacy := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: pkcs1, Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}})
	tests := map[string]struct {
		file []byte
		mode os.FileMode
		err  string // a part of it; empty: the key is good
	}{
		"PKCS #8 Ed25519":            {pkcs8(t, keys["Ed25519"]), 0o600, ""},
		"PKCS #8 RSA":                {pkcs8(t, keys["RSA 2048"]), 0o400, ""},
		"PKCS #1":                    {block("RSA PRIVATE KEY", pkcs1, nil), 0o600, ""},
		"SEC 1":                      {block("EC PRIVATE KEY", sec1, err), 0o600, ""},
		"SEC 1 after its parameters": {append(parameters, block("EC PRIVATE KEY", sec1, err)...), 0o600, ""},
		"readable by others":         {pkcs8(t, keys["Ed25519"]), 0o644, "chmod 600"},
		"readable by the group":      {pkcs8(t, keys["Ed25519"]), 0o640, "chmod 600"},
		"encrypted PKCS #8":          {block("ENCRYPTED PRIVATE KEY", []byte("x"), nil), 0o600, "encrypted"},
		"encrypted PKCS #1":          {legacy, 0o600, "encrypted"},
		"a curve nobody wants":       {pkcs8(t, p224), 0o600, "P-224"},
		"a public key":               {public, 0o600, "no private key"},
		"damaged":                    {block("PRIVATE KEY", []byte("SECRET"), nil), 0o600, "cannot be read"},
		"no PEM":                     {[]byte("SECRET"), 0o600, "no private key"},
		"empty":                      {nil, 0o600, "no private key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "key.pem", test.file, test.mode)
			_, err := LoadSigner(path, "", testTime)
			switch {
			case test.err == "" && err != nil:
				t.Error(err)
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err) || !strings.Contains(err.Error(), path)):
				t.Errorf("error %v, want one that says %q and names the file", err, test.err)
			case err != nil && strings.Contains(err.Error(), "SECRET"):
				t.Errorf("the error tells the key: %v", err)
			}
		})
	}
}

func TestCertificates(t *testing.T) {
	a, stranger := newAuthority(t, "Test CA"), newAuthority(t, "Test CA")
	key := testKeys()["ECDSA P-256"]
	changed := func(change func(*x509.Certificate)) *x509.Certificate {
		c := template()
		change(c)
		return a.issue(t, c, key.Public())
	}
	good := changed(func(*x509.Certificate) {})
	tests := map[string]struct {
		chain []byte
		ok    bool
	}{
		"alone":              {certificatePEM(good), true},
		"with its authority": {certificatePEM(good, a.certificate), true},
		"any usage":          {certificatePEM(changed(func(c *x509.Certificate) { c.KeyUsage = 0 })), true},
		"last second":        {certificatePEM(changed(func(c *x509.Certificate) { c.NotAfter = testTime })), true},
		"expired":            {certificatePEM(changed(func(c *x509.Certificate) { c.NotAfter = testTime.Add(-time.Second) })), false},
		"not yet valid":      {certificatePEM(changed(func(c *x509.Certificate) { c.NotBefore = testTime.Add(time.Second) })), false},
		"for encryption":     {certificatePEM(changed(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })), false},
		"of another key":     {certificatePEM(a.issue(t, template(), testKeys()["Ed25519"].Public())), false},
		"another authority":  {certificatePEM(good, stranger.certificate), false},
		"in the wrong order": {certificatePEM(a.certificate, good), false},
		"no certificate":     {[]byte("text"), false},
		"damaged":            {block("CERTIFICATE", []byte("x"), nil), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := LoadSigner(writeFile(t, "key.pem", pkcs8(t, key), 0o600), writeFile(t, "chain.pem", test.chain, 0o644), testTime)
			if (err == nil) != test.ok {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestGenerateEd25519(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "key.pem")
	if err := GenerateEd25519(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := GenerateEd25519(path); err == nil {
		t.Error("a key was made over another")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the key changed: %v", err)
	}
	s, err := LoadSigner(path, "", testTime)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := LoadTrust(strings.TrimSuffix(path, ".pem")+".pub.pem", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(envelopeBy(t, s), trust); err != nil {
		t.Errorf("signed with the key, verified with its public half: %v", err)
	}
}

func TestNoteSigner(t *testing.T) {
	const name = "example.com/audit"
	path := writeFile(t, "key.pem", pkcs8(t, testKeys()["Ed25519"]), 0o600)
	signer, err := NoteSigner(name, path)
	if err != nil {
		t.Fatal(err)
	}
	vkey, err := NoteVerifierKey(name, path)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "text\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := note.Open(signed, note.VerifierList(verifier)); err != nil || n.Text != "text\n" {
		t.Errorf("opened as %+v, %v", n, err)
	}
	if _, err := NoteSigner("a name", path); err == nil {
		t.Error("a name with a space makes notes that nobody can open")
	}
	rsaPath := writeFile(t, "rsa.pem", pkcs8(t, testKeys()["RSA 2048"]), 0o600)
	if _, err := NoteSigner(name, rsaPath); err == nil || !strings.Contains(err.Error(), "Ed25519") {
		t.Errorf("an RSA key: %v", err)
	}
}
