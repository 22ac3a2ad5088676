package pipeline

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sign/pades"
)

// TestRevocationIsCarriedAlong: the report of a pack carries the lists of revoked certificates
// that are configured, in PEM or DER, and verifies; what is no such list is refused by name.
func TestRevocationIsCarriedAlong(t *testing.T) {
	r, _ := twoMonths(t)
	certified(t, r)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, KeyUsage: x509.KeyUsageCRLSign, SubjectKeyId: []byte{1}}
	crl, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: r.Now(), NextUpdate: r.Now().AddDate(0, 1, 0)}, ca, key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	der, text, none := filepath.Join(dir, "ca.crl"), filepath.Join(dir, "ca.pem"), filepath.Join(dir, "none")
	for path, data := range map[string][]byte{der: crl, text: pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: crl}), none: []byte("none")} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.Config.Sign.Preparer.Revocation = []string{der, text}
	made := forgePack(t, r, "all")
	if _, err := verifyForge(t, r, made); err != nil {
		t.Error(err)
	}
	doc, err := pades.Signatures(read(t, made, pack.ReportPDF))
	if err != nil {
		t.Fatal(err)
	}
	if lists := doc.Signatures[0].Validation.CRLs; len(lists) != 2 || !bytes.Equal(lists[0], crl) || !bytes.Equal(lists[1], crl) {
		t.Errorf("the report carries %d lists", len(lists))
	}
	r.Config.Sign.Preparer.Revocation = []string{none}
	if _, err := revocation(r.Config.Sign.Preparer); err == nil || !strings.Contains(err.Error(), none) {
		t.Errorf("%v", err)
	}
}
