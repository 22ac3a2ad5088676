package pipeline

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"golang.org/x/crypto/ocsp"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/pades"
)

// revocation reads what a signer's report.pdf carries along for those who check its
// certificate when its authority no longer answers (PAdES B-LT): lists of revoked certificates
// (PEM or DER) and answers of OCSP (DER), with the roots that are configured. They are taken
// as they are: nothing is fetched, and what they say is for the reader's program to judge.
func revocation(s config.Signer) (v pades.Validation, err error) {
	for _, path := range s.Revocation {
		data, err := os.ReadFile(path)
		if err != nil {
			return v, fmt.Errorf("revocation: %w", err)
		}
		if block, _ := pem.Decode(data); block != nil {
			data = block.Bytes
		}
		if _, err := x509.ParseRevocationList(data); err == nil {
			v.CRLs = append(v.CRLs, data)
			continue
		}
		if _, err := ocsp.ParseResponse(data, nil); err != nil {
			return v, fmt.Errorf("revocation: %s: it is neither a list of revoked certificates (CRL) nor an answer of OCSP: %w", path, err)
		}
		v.OCSPs = append(v.OCSPs, data)
	}
	if len(s.Revocation) == 0 || s.Roots == "" {
		return v, nil
	}
	roots, err := sign.LoadRoots(s.Roots)
	for _, c := range roots {
		v.Certificates = append(v.Certificates, c.Raw)
	}
	return v, err
}
