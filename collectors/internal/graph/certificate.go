package graph

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"software.sslmate.com/src/go-pkcs12"
)

// certificate reads the certificate and its private key, from PEM or PFX. The
// identity library reads no PFX file as they are made today.
func (m *credentials) certificate() ([]*x509.Certificate, crypto.PrivateKey, error) {
	b, err := os.ReadFile(m.path(m.Certificate))
	if err != nil {
		return nil, nil, fmt.Errorf("certificate: %w", err)
	}
	if bytes.Contains(b, []byte("-----BEGIN ")) {
		return m.pem(b)
	}
	var password secret
	if m.CertificatePasswordEnv != "" {
		password, err = m.learned(os.Getenv(m.CertificatePasswordEnv), "environment variable "+m.CertificatePasswordEnv+" is not set: it must hold the certificate's password")
		if err != nil {
			return nil, nil, err
		}
	}
	key, leaf, chain, err := pkcs12.DecodeChain(b, string(password))
	if err != nil { // the cause is not repeated: it may speak of what was read
		return nil, nil, fmt.Errorf("certificate %s cannot be read: it is no PFX file with one certificate and its key, or the password (certificate_password_env) is wrong", m.Certificate)
	}
	return append([]*x509.Certificate{leaf}, chain...), key, nil
}

func (m *credentials) pem(b []byte) ([]*x509.Certificate, crypto.PrivateKey, error) {
	if bytes.Contains(b, []byte("ENCRYPTED")) {
		return nil, nil, fmt.Errorf("certificate %s: its key is encrypted, which works with PFX files alone: convert it with openssl pkcs12 -export", m.Certificate)
	}
	certs, key, err := azidentity.ParseCertificates(b, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate %s: it must hold a certificate and its private key in PEM", m.Certificate)
	}
	return certs, key, nil
}
