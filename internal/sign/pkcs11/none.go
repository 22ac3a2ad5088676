//go:build !pkcs11

package pkcs11

import (
	"crypto/x509"
	"errors"

	"github.com/evidencepack/evidence/internal/sign"
)

// Open says which build is needed.
func Open(Place, sign.Passphrase, []*x509.Certificate, sign.Policy) (sign.Signer, error) {
	return nil, errors.New("PKCS#11 key: this build of evidence has no support for tokens: build it with cgo and the tag (CGO_ENABLED=1 go build -tags pkcs11 ./cmd/evidence)")
}
