//go:build pkcs11

package pkcs11

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ThalesGroup/crypto11"

	"github.com/evidencepack/evidence/internal/sign"
)

const pin = "hunter2"

var at = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// module finds SoftHSM's library, or skips.
func module(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(path); err == nil {
			if _, err := exec.LookPath("softhsm2-util"); err == nil {
				return path
			}
		}
	}
	t.Skip("PKCS#11 TOKENS ARE NOT TESTED: SoftHSM is not installed (apt-get install softhsm2)")
	return ""
}

// TestToken makes keys and certificates in a token of SoftHSM, signs with them and has
// the envelope's own verification judge it.
func TestToken(t *testing.T) {
	lib := module(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "softhsm2.conf"), []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", filepath.Join(dir, "softhsm2.conf"))
	t.Setenv("TEST_PIN", pin)
	if out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "audit", "--pin", pin, "--so-pin", "12345678").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	token, err := crypto11.Configure(&crypto11.Config{Path: lib, TokenLabel: "audit", Pin: pin})
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	rsaKey, err := token.GenerateRSAKeyPairWithLabel([]byte{1}, []byte("rsa"), 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := token.GenerateECDSAKeyPairWithLabel([]byte{2}, []byte("ec"), elliptic.P256())
	if err != nil {
		t.Fatal(err)
	}
	for label, key := range map[string]crypto11.Signer{"rsa": rsaKey, "ec": ecKey} {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: label},
			NotBefore: at.AddDate(0, -1, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
		if err := token.ImportCertificateWithLabel([]byte{map[string]byte{"rsa": 1, "ec": 2}[label]}, []byte(label), c); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte("pdf"))
	statement := sign.NewStatement([]sign.Subject{{Name: "report.pdf", Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}}}, at)
	for label, algorithm := range map[string]string{"rsa": "RSA 2048", "ec": "ECDSA P-256"} {
		place, err := Parse("pkcs11:token=audit;object=" + label + "?module-path=" + lib)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(place, sign.Passphrase{Env: "TEST_PIN"}, nil, sign.Policy{At: at})
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		if got := sign.Algorithm(s.Public()); got != algorithm || len(s.Certificates()) != 1 {
			t.Errorf("%s: %s with %d certificates", label, got, len(s.Certificates()))
		}
		envelope, err := sign.SignStatement(t.Context(), s, statement)
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		if signed, err := sign.Verify(envelope, sign.Trust{}); err != nil || signed.Signatures[0].Subject != "CN="+label {
			t.Errorf("%s: %+v, %v", label, signed, err)
		}
		if _, err := Open(place, sign.Passphrase{Env: "TEST_PIN"}, nil, sign.Policy{At: at.AddDate(2, 0, 0)}); err == nil || !strings.Contains(err.Error(), "expired") {
			t.Errorf("%s under an expired certificate: %v", label, err)
		}
	}
	for what, tt := range map[string]struct {
		uri  string
		pin  sign.Passphrase
		want string
	}{
		"no such key":   {"pkcs11:token=audit;object=none?module-path=" + lib, sign.Passphrase{Env: "TEST_PIN"}, "no pair of keys"},
		"no such token": {"pkcs11:token=none;object=rsa?module-path=" + lib, sign.Passphrase{Env: "TEST_PIN"}, "open the token"},
		"no PIN":        {"pkcs11:token=audit;object=rsa?module-path=" + lib, sign.Passphrase{}, "PIN"},
		"no library":    {"pkcs11:token=audit;object=rsa?module-path=" + dir + "/none.so", sign.Passphrase{Env: "TEST_PIN"}, "none.so"},
	} {
		place, err := Parse(tt.uri)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(place, tt.pin, nil, sign.Policy{At: at}); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), pin) {
			t.Errorf("%s: %v, want %q and no PIN", what, err, tt.want)
		}
	}
}
