package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/evidencepack/evidence/internal/durable"
)

// DemoSubject begins the name in every certificate of a demonstration.
const DemoSubject = "DEMO KEY – proves nothing"

// GenerateDemo makes a key of a demonstration (ECDSA P-256) at path, its self-signed
// certificate at certificatePath and its public key beside it, as path with ".pub.pem" in
// place of ".pem". The certificate's subject says that it proves nothing, and as what the
// key signs. It never overwrites.
func GenerateDemo(path, certificatePath, as string) error {
	for _, p := range []string{path, certificatePath} {
		if _, err := os.Lstat(p); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("make demonstration key %s: it is there already", p)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	certificate, err := demoCertificate(key, as)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := PublicPEM(key.Public())
	if err != nil {
		return err
	}
	if err := durable.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return err
	}
	if err := durable.WriteFile(certificatePath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o644); err != nil {
		return err
	}
	return durable.WriteFile(strings.TrimSuffix(path, ".pem")+".pub.pem", public, 0o644)
}

// demoCertificate is valid whenever the simulated company or its user may sign.
func demoCertificate(key *ecdsa.PrivateKey, as string) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: DemoSubject, OrganizationalUnit: []string{as}},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, BasicConstraintsValid: true,
	}
	return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
}

// IsDemo reports whether a signer's key is a demonstration's.
func IsDemo(s Signer) bool {
	chain := s.Certificates()
	return len(chain) > 0 && strings.HasPrefix(chain[0].Subject.CommonName, DemoSubject)
}
